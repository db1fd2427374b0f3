# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of an audit: lines for people, JSON and JUnit's XML for machines.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from xml.etree import ElementTree

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import (
    DRIFTED,
    UNMANAGED,
    UNREACHABLE,
    UNREADABLE,
    Finding,
    count_states,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.listeners import ELSEWHERE, WIDE
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.pins import PinFinding
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message, printable

VERSION: Final = 1

_EFFECTS: Final = {
    "opens": ("permits", "may permit"),
    "closes": ("blocks", "may block"),
    "translates": ("translates", "may translate"),
    "may change": ("may change", "may change"),
}
"""What a foreign rule does, as ``ruleset_info`` returns it, in words: if certain, and if not."""


# XML 1.0 has no way to write these.
_NOT_XML: Final = re.compile(r"[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def as_lines(
    findings: Sequence[Finding], uncovered: Sequence[str] = (), unused_pins: Sequence[PinFinding] = ()
) -> list[str]:
    """For people: each host and gateway, what nothing enforces, and how many are in each state."""
    lines = [line for finding in findings for line in _of(finding)]
    lines += [f"not in force: {text}" for text in uncovered]
    lines += [f"pin: {one.text}" for one in unused_pins]
    counts = count_states(findings)
    return [*map(message, lines), ", ".join(f"{state}: {count}" for state, count in counts.items())]


def as_json(findings: Sequence[Finding], uncovered: Sequence[str] = (), unused_pins: Sequence[PinFinding] = ()) -> str:
    """The same with all that is known, for programs."""
    data = {
        "version": VERSION,
        "states": count_states(findings),
        "findings": [finding.as_data() for finding in findings],
        "uncovered": list(uncovered),
        "unused_pins": [one.as_data() for one in unused_pins],
    }
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def as_junit(findings: Sequence[Finding], uncovered: Sequence[str] = (), unused_pins: Sequence[PinFinding] = ()) -> str:
    """JUnit's XML, as continuous integration reads it: two tests for each host and gateway that was checked.

    Where pins were compared with what is in use, a host has a third. Undocumented listeners are reported, but fail no
    test.
    """
    suite = ElementTree.Element("testsuite", name="portledger.qradar audit")
    counts = {"tests": 0, "failures": 0, "errors": 0}
    for finding in findings:
        for name, kind, problem, lines in _tests(finding):
            case = ElementTree.SubElement(
                suite, "testcase", classname=_xml(f"{finding.scope}.{finding.name}"), name=name
            )
            counts["tests"] += 1
            if kind:
                counts[f"{kind}s"] += 1
                ElementTree.SubElement(case, kind, message=_xml(problem)).text = _xml("\n".join(lines))
        if listening := list(_listening(finding)):
            ElementTree.SubElement(case, "system-out").text = _xml("\n".join(listening))
    for name, problem, texts in (
        ("all of the plan is enforced", "not in force", uncovered),
        ("every pin is used", "unused pins", [one.text for one in unused_pins]),
    ):
        if texts:
            case = ElementTree.SubElement(suite, "testcase", classname="deployment", name=name)
            counts["tests"] += 1
            counts["failures"] += 1
            failure = ElementTree.SubElement(case, "failure", message=f"{problem}: {len(texts)}")
            failure.text = _xml("\n".join(texts))
    for key, count in counts.items():
        suite.set(key, str(count))
    ElementTree.indent(suite)
    text = ElementTree.tostring(suite, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'


def _tests(finding: Finding) -> Iterator[tuple[str, str, str, list[str]]]:
    """Name, ``failure``, ``error`` or nothing, the problem in short, and in full."""
    rules = "rules match the plan"
    if finding.state in (UNREACHABLE, UNREADABLE):
        yield rules, "error", finding.state, [finding.why or ""]
        return
    if finding.state in (DRIFTED, UNMANAGED):
        yield rules, "failure", finding.state, list(_drift(finding))
    else:
        yield rules, "", "", []
    if finding.pins is not None:
        texts = [one.text for one in finding.pins]
        yield "pins hold", "failure" if texts else "", f"pins that do not hold: {len(texts)}", texts
    certain = [one for one in finding.others if one["certain"]]
    lines = [_other(one) for one in certain]
    yield "no foreign rules in the way", "failure" if certain else "", f"foreign rules: {len(certain)}", lines


def _of(finding: Finding) -> Iterator[str]:
    provider = f", {finding.provider}" if finding.provider else ""
    why = f": {finding.why}" if finding.why else ""
    yield f"{finding.name} ({finding.scope}{provider}): {finding.state}{why}"
    for line in (*_drift(finding), *_others(finding), *_listening(finding)):
        yield f"  {line}"
    yield from (f"  pin: {one.text}" for one in finding.pins or ())
    for note in finding.notes:
        yield f"  note: {note}"


def _drift(finding: Finding) -> Iterator[str]:
    for kind, lines in finding.drift.as_data().items():
        yield from (f"{kind}: {line}" for line in lines)


def _others(finding: Finding) -> Iterator[str]:
    yield from (f"foreign: {_other(one)}" for one in finding.others)
    yield from (f"foreign: cannot be read: {text}" for text in finding.unread)


def _other(one: Mapping[str, Any]) -> str:
    certainly, perhaps = _EFFECTS[one["effect"]]
    effect, unknown = (certainly, "") if one["certain"] else (perhaps, "")
    if not one["certain"]:
        unknown = f" (cannot be read: {one['unknown']})" if one["unknown"] else ""
    family = {"ipv4": "IPv4", "ipv6": "IPv6"}[one["family"]]
    return f"{effect} {', '.join(one['flows'])} ({family}), by {one['place']}: {one['rule']}{unknown}"


def _listening(finding: Finding) -> Iterator[str]:
    for one in finding.documented:
        yield f"listens: {_listener(one)}: {', '.join(one['services'])}"
    for one in finding.undocumented:
        why = "nothing documents it"
        if one["documented"] == WIDE:
            why = f"only the wide range of {', '.join(one['services'])} documents it"
        elif one["documented"] == ELSEWHERE:
            why = f"documented, but not for this host: {', '.join(one['services'])}"
        yield f"listens, undocumented: {_listener(one)}: {why}"


def _listener(one: Mapping[str, Any]) -> str:
    return f"{one['transport']}/{one['port']} by {', '.join(one['processes'])}"


def _xml(text: str) -> str:
    """Escaped line by line: in an attribute, XML keeps no line's end."""
    return "\n".join(printable(_NOT_XML.sub("?", line)) for line in text.split("\n"))
