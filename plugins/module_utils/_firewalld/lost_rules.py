# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a flush of iptables has cost: foreign chains and rules, and how they come back in their former order."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.published import CHAIN
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import SavedTable, read_save


def lost_rules(before, after):
    """What iptables-save showed before and does not show now, as input of iptables-restore --noflush.

    Where firewalld has put some of a chain's rules back by itself, the others go between them; where these stand in
    another order than before, the chain is written anew.

    :type before: str
    :type after: str
    :rtype: str
    """
    now, text = read_save(after), ""
    for name, table in sorted(read_save(before).items()):
        there = now.get(name) or SavedTable()
        policies = sorted(item for item in table.policies.items() if item[0] != CHAIN)
        lines = [":%s %s [0:0]" % item for item in policies if there.policies.get(item[0]) != item[1]]
        has, had = there.chains(), table.chains()
        for chain in sorted(had):
            if chain != CHAIN:
                lines.extend(_chain_lines(chain, _texts(had[chain]), _texts(has.get(chain, []))))
        if lines:
            text += "\n".join(["*" + name] + lines + ["COMMIT", ""])
    return text


def _texts(rules):
    # iptables-restore takes the rest of a comment with a line feed for a command.
    return [rule.text.replace("\n", " ") for rule in rules]


def _chain_lines(chain, had, has):
    wanted = _in_order([rule for rule in had if CHAIN not in rule or rule in has], has)
    if wanted[: len(has)] == has:
        return ["-A %s %s" % (chain, rule) for rule in wanted[len(has):]]
    missing, at = [], 0
    for number, rule in enumerate(wanted, 1):
        if at < len(has) and has[at] == rule:
            at += 1
        else:
            missing.append("-I %s %d %s" % (chain, number, rule))
    if at == len(has):
        # A rule that somebody adds at this moment stays, which it would not behind a flush.
        return missing
    return ["-F %s" % chain] + ["-A %s %s" % (chain, rule) for rule in wanted]


def _in_order(had, has):
    """The former rules, and each rule that came since behind the one that it follows."""
    wanted, left, place = list(had), list(had), 0
    for rule in has:
        if rule in left:
            left.remove(rule)
            place = max(place, _index(wanted, rule, place)) + 1
        else:
            wanted.insert(place, rule)
            place += 1
    return wanted


def _index(rules, rule, place):
    """Where the rule is, from this place on; else where it is at all."""
    return rules.index(rule, place) if rule in rules[place:] else rules.index(rule)
