# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the answers are as expected, as data and as lines for people."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP

AS_EXPECTED, CONTRADICTED, UNDECIDED, NOT_ASKED = "as_expected", "contradicted", "undecided", "not_asked"
VERDICTS = (AS_EXPECTED, CONTRADICTED, UNDECIDED, NOT_ASKED)

_ARRIVED = ("open", "closed")
# Where there is no route at all, no firewall has shown that it drops.
_PROVES_NO_DROP = ("unreachable", "unknown")


def verdict(answer):
    """What an answer says of what was expected.

    :type answer: Answer
    :returns: as_expected, contradicted, undecided or not_asked
    :rtype: str
    """
    if answer.result == NOT_ASKED:
        return NOT_ASKED
    if answer.result == "unknown":
        return UNDECIDED
    if answer.target.expected == DROP:
        if answer.result in _PROVES_NO_DROP:
            return UNDECIDED
        return CONTRADICTED if answer.result in _ARRIVED else AS_EXPECTED
    return AS_EXPECTED if answer.result in _ARRIVED else CONTRADICTED


def as_data(answer):
    """An answer as the module returns it.

    :type answer: Answer
    :rtype: dict
    """
    target = answer.target
    return {
        "address": target.address,
        "port": target.port_text,
        "name": target.name,
        "services": target.services,
        "expected": target.expected,
        "result": answer.result,
        "by": answer.by,
        "reason": answer.reason,
        "seconds": answer.seconds,
        "verdict": verdict(answer),
    }


def contradictions(answers):
    """What is not as expected: a line for each address and each kind of contradiction.

    :type answers: list[Answer]
    :rtype: list[str]
    """
    return _lines([answer for answer in answers if verdict(answer) == CONTRADICTED])


def report(answers, seconds):
    """The whole report; what is as expected is only counted, in the first line.

    :type answers: list[Answer]
    :type seconds: float
    :rtype: list[str]
    """
    verdicts = [verdict(answer) for answer in answers]
    counts = ["%d %s" % (verdicts.count(name), name.replace("_", " ")) for name in VERDICTS]
    summary = "asked %d in %.1f s: %s" % (len(answers) - verdicts.count(NOT_ASKED), seconds, ", ".join(counts))
    return [summary] + contradictions(answers) + not_asked(answers)


def not_asked(answers):
    """What there was no time for, in the same form.

    :type answers: list[Answer]
    :rtype: list[str]
    """
    return _lines([answer for answer in answers if verdict(answer) == NOT_ASKED])


def _lines(answers):
    groups, order = {}, []
    for answer in answers:
        target = answer.target
        key = (target.name, target.address, target.expected, answer.result, answer.by, answer.reason)
        if key not in groups:
            order.append(key)
        groups.setdefault(key, []).append(target)
    return ["%s: %s" % (_heading(key), ", ".join(_ports(groups[key]))) for key in sorted(order, key=_order)]


def _order(key):
    # What passes and must not comes first.
    return (key[2] != DROP,) + tuple(part or "" for part in key)


def _heading(key):
    name, address, expected, result, by, reason = key
    who = "%s (%s)" % (name, address) if name and name != address else address
    if result == NOT_ASKED:
        return "%s must %s, was not asked" % (who, expected)
    words = "%s must %s, is %s" % (who, expected, result)
    if by:
        words += " by %s" % by
    return words + (" (%s)" % reason if reason else "")


def _ports(targets):
    """In the order of their numbers, icmp first, each with its services."""
    ordered = sorted(targets, key=lambda target: (target.port, target.transport))
    return [" ".join([target.port_text] + target.services) for target in ordered]
