# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether one system may reach another on a port: by which flow, filtered where, and what would permit it if not.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError, PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import OWN_CONTAINERS, PARTIES
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions import own_containers
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.answers import merged_answers
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.ends import End, Ends
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain_data import answer_data
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain_text import text_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judge import Judge
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.judgement import ALLOWED
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.remedies import Remedies

IN_PART: Final = "in part"
NOBODY: Final = "nobody"

_MOST_PAIRS: Final = 20_000
"""More pairs of ends take too long, and the answer would be unreadable."""


def explain(planner: Planner, firewalls: Firewalls, *, source: str, destination: str, port: str) -> dict[str, Any]:
    """The verdict on packets.

    Args:
        planner: knows the deployment; its plans are the truth.
        firewalls: what the inventory says of the firewall roles.
        source: a host, party, role, address or network; or ``own_containers``, those on the destination itself.
        destination: a host, party, role, address or network.
        port: ``tcp/32006``, or ``icmp`` for echo request.

    Returns:
        ``source``, ``destination``, ``port`` as asked; ``verdict``: allowed, denied, left (to the rules that follow),
        unjudged (no host or gateway filters it), "in part", or nobody (an end is empty);
        ``answers``, one for each part that is treated alike; ``notes``; ``text``, all of it as lines for people.

    Raises:
        PortledgerError: an unknown word, or not a single port.
    """
    one_port = _parse_port(port)
    ends = Ends(planner.deployment)
    if source == OWN_CONTAINERS:
        return _of_own_containers(planner, firewalls, ends.of("destination", destination), destination, one_port)
    sources, destinations = ends.of("source", source), ends.of("destination", destination)
    if len(sources) * len(destinations) > _MOST_PAIRS:
        raise PortledgerError(
            f"source: {source!r} and destination {destination!r} are {len(sources) * len(destinations)} pairs of "
            "hosts. Name one host on one of the two sides."
        )
    judge, remedies = Judge(planner, firewalls, one_port), Remedies(planner, one_port)
    cells = [cell for one in sources for other in destinations for cell in judge.cells(one, other)]
    answers = [answer_data(answer, planner, remedies, one_port) for answer in merged_answers(cells, remedies)]
    notes = [
        *([] if answers else _nobody(source, destination, sources, destinations)),
        *([] if _is_open(answers) else remedies.notes()),
    ]
    return _result(source, destination, one_port, answers, notes)


def _result(
    source: str, destination: str, port: PortRange, answers: list[dict[str, Any]], notes: list[str]
) -> dict[str, Any]:
    verdicts = {answer["verdict"] for answer in answers}
    result: dict[str, Any] = {
        "source": source,
        "destination": destination,
        "port": str(port),
        "verdict": verdicts.pop() if len(verdicts) == 1 else IN_PART if verdicts else NOBODY,
        "answers": answers,
        "notes": notes,
    }
    return result | {"text": text_of(result)}


def _of_own_containers(
    planner: Planner, firewalls: Firewalls, ends: tuple[End, ...], destination: str, port: PortRange
) -> dict[str, Any]:
    """They have no address that others know, so nothing but the host itself is asked."""
    answers = list(own_containers.answers(planner, firewalls, ends, port))
    outside = any(not end.hosts for end in ends) or not ends
    notes = [own_containers.BEHIND_THE_HOST] if outside else []
    return _result(OWN_CONTAINERS, destination, port, answers, notes)


def _is_open(answers: Iterable[dict[str, Any]]) -> bool:
    """Whether all of it is permitted."""
    return {answer["verdict"] for answer in answers} == {ALLOWED}


def _parse_port(port: object) -> PortRange:
    remedy = "Ask about one port, such as tcp/32006, or about icmp (echo request)"
    try:
        parsed = PortRange.parse(port)
    except PortError as error:
        raise InputError(None, "port", port, error.problem, remedy) from None
    if parsed.first != parsed.last:
        raise InputError(None, "port", port, f"is {parsed.last - parsed.first + 1} ports", remedy)
    return parsed


def _nobody(source: str, destination: str, sources: tuple[End, ...], destinations: tuple[End, ...]) -> list[str]:
    notes = []
    for option, word, found in (("source", source, sources), ("destination", destination, destinations)):
        if found:
            continue
        why = (
            f"qradar_parties.{word} lists no network"
            if word in PARTIES
            else f"no host of the deployment has this role (qradar_roles, or a group qradar_{word})"
        )
        notes.append(f"{option}: {word} is empty: {why}.")
    return notes or [f"{source} and {destination} have no address family (IPv4 or IPv6) in common."]
