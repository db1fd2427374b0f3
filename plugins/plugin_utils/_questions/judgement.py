# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Verdicts on packets: by which host or gateway, and by which flow.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import Flow
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End

ACCEPT: Final = "accept"

ALLOWED: Final = "allowed"
DENIED: Final = "denied"
LEFT: Final = "left"
UNJUDGED: Final = "unjudged"

MANAGEMENT: Final = "management"
"""In the place of a service's name: SSH from management networks."""


@dataclass(frozen=True)
class Reason:
    """A flow that permits a packet, in terms for people.

    Attributes:
        service: its name in the catalog, ``extra_flow``, or ``management``.
        row: line of the vendor's table, None outside it.
        source: the role, party, host or network that it comes from, e.g. ``unencrypted console``.
        destination: the same for where it goes.
        when: the condition that holds, None for always.
        comment: of an extra flow.
        variable: where it is defined in the inventory, for what is neither in the table nor in a supplement.
        supplement: the name of the one that it is of.
    """

    service: str
    row: int | None
    source: str
    destination: str
    when: str | None = None
    comment: str | None = None
    variable: str | None = None
    supplement: str | None = None

    @classmethod
    def of(cls, flow: Flow) -> Reason:
        """The reason that a flow is."""
        return cls(
            flow.service,
            flow.row,
            flow.source.label,
            flow.destination.label,
            flow.when,
            flow.comment,
            flow.extra.place if flow.extra else None,
            flow.supplement,
        )


@dataclass(frozen=True)
class Judgement:
    """What one host or gateway does.

    Attributes:
        name: the inventory's name.
        scope: host or gateway.
        verdict: accept, drop, log or leave.
        why: what decides where no flow does: unlisted, egress, elsewhere (neither end in the deployment),
            absent (the rules are removed) or loopback.
        reasons: what accepts it.
    """

    name: str
    scope: str
    verdict: str
    why: str = ""
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Cell:
    """Packets that are all treated alike.

    Attributes:
        source: the end that they come from.
        destination: the end that they go to.
        sources: their source addresses.
        destinations: their destination addresses.
        judgements: of all hosts and gateways that filter them, hosts first.
        listed: flows that list them, whether filtered or not; of destinations outside the deployment only.
        off_path: gateways that have one end behind an interface and the other behind none, with what happens there
            if the packets cross all the same.
    """

    source: End
    destination: End
    sources: Intervals
    destinations: Intervals
    judgements: tuple[Judgement, ...]
    listed: tuple[Reason, ...] = ()
    off_path: tuple[Judgement, ...] = ()

    @property
    def verdict(self) -> str:
        """allowed, denied, left (to the rules that follow) or unjudged.

        What a host permits is not in force where a gateway that does not know one end would drop it on the way.
        """
        verdicts = {judgement.verdict for judgement in self.judgements}
        if DROP in verdicts or (verdicts and any(judgement.verdict == DROP for judgement in self.off_path)):
            return DENIED
        if verdicts - {ACCEPT}:
            return LEFT
        return ALLOWED if verdicts else UNJUDGED
