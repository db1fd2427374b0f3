# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the playbook shows: a line for each host and gateway, and one for the proposal.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator

from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Answers, Rule
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.proposal import Proposal, blocked, not_proposed
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message


def as_lines(proposal: Proposal, answers: Answers) -> list[str]:
    """For people."""
    return list(map(message, _lines(proposal, answers)))


def _lines(proposal: Proposal, answers: Answers) -> Iterator[str]:
    lost, left = blocked(proposal), not_proposed(proposal)
    for answer in answers:
        name = f"{answer.name} ({answer.scope})"
        if answer.why is not None:
            yield f"{name}: could not be asked: {answer.why}"
            continue
        here = [rule for rule in lost if rule in answer.rules]
        line = f"{name}: {_rules(here)} would lose {'its' if len(here) == 1 else 'their'} effect"
        by_hand = [rule for rule in here if rule in left]
        if by_hand:
            line += f", {len(by_hand)} not proposed"
        yield line + (f"; no rule keeps anybody out ({answer.unguarded})" if answer.unguarded else "")
    parts = []
    if proposal.parties:
        names = ", ".join(dict.fromkeys(one.fit.party for one in proposal.parties))
        parts.append(f"networks for {names}")
    if proposal.flows:
        unseen = sum(not one.seen for one in proposal.flows)
        count = f"{len(proposal.flows)} extra flow{'' if len(proposal.flows) == 1 else 's'}"
        parts.append(count + (f" ({unseen} not seen in use)" if unseen else ""))
    yield f"proposal: {' and '.join(parts)}" if parts else "proposal: nothing to adopt"


def _rules(rules: list[Rule]) -> str:
    return f"{len(rules) or 'no'} foreign rule{'' if len(rules) == 1 else 's'}"
