# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign rules in the kernel beside QRadar's files: of containers, fail2ban, virtualisation.

iptables_update.pl loads whole tables, so such rules are gone after it. Those that were live and in no generated file
are restored in their order: after our own jump, except for those that were first and can only drop. What QRadar's files
contained and no longer contain stays gone.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import read_save
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import read_tables

_OURS = "PORTLEDGER-Q"


class Chain:
    """A chain of any table."""

    def __init__(self, policy, rules):
        """
        :param policy: of a built-in chain; "-" of any other
        :type policy: str
        :type rules: list[_iptables.rule.Rule]
        """
        self.policy = policy
        self.rules = rules


def read_chains(save):
    """Every chain in the output of iptables-save, or in a file that it could have written.

    :type save: str
    :rtype: dict[str, dict[str, Chain]]
    """
    return dict(
        (
            name,
            dict(
                (chain, Chain(table.policies.get(chain, "-"), [rule.rule() for rule in rules]))
                for chain, rules in table.chains().items()
            ),
        )
        for name, table in read_save(save).items()
    )


def same_chains(one, other):
    """Whether two outputs of iptables-save say the same, counters and remarks aside.

    :type one: str
    :type other: str
    :rtype: bool
    """
    return _comparable(one) == _comparable(other)


def _comparable(save):
    found = {}
    for table, chains in read_chains(save).items():
        for name, chain in chains.items():
            # A table that nobody has used yet is as one that was emptied.
            if chain.rules or chain.policy != "ACCEPT":
                found[(table, name)] = (chain.policy, [rule.key for rule in chain.rules])
    return found


def lost_rules(names, before, generated, after):
    """What iptables-restore --noflush has to read so that no foreign rule is lost.

    :param names: of the scope that is loaded
    :type names: _iptables.tables.Names
    :param before: the output of iptables-save before iptables_update.pl ran
    :type before: str
    :param generated: the file that it had written when it ran the last time
    :type generated: str
    :param after: the output of iptables-save now
    :type after: str
    :returns: empty where nothing is lost
    :rtype: str
    """
    lines = []
    written, now = read_chains(generated), read_chains(after)
    for table, chains in sorted(read_chains(before).items()):
        ahead = read_tables(before, names).ahead if table == "filter" else {}
        found = _lost_of_table(chains, written.get(table, {}), now.get(table, {}), ahead)
        if found:
            lines.extend(["*" + table] + found + ["COMMIT"])
    return "".join(line + "\n" for line in lines)


def misplaced_rules(names, before, generated, now, text):
    """What iptables-restore --noflush has to read so that rules that were put back stand in their former order.

    A place is a number, and somebody else may have changed the chain since it was counted.

    :param names: as for :func:`lost_rules`, like the two that follow
    :type names: _iptables.tables.Names
    :type before: str
    :type generated: str
    :param now: the output of iptables-save now
    :type now: str
    :param text: what :func:`lost_rules` has given, or this function
    :type text: str
    :returns: empty where all stand in their order
    :rtype: str
    """
    lines = []
    former, written, there = read_chains(before), read_chains(generated), read_chains(now)
    for table, chains in sorted(read_chains(text).items()):
        ahead = read_tables(before, names).ahead if table == "filter" else {}
        found = []
        for name in sorted(set(chains) & set(former.get(table, {})) & set(there.get(table, {}))):
            had, has = former[table][name].rules, there[table][name].rules
            if _same_order(had, has):
                continue
            ours = _keys(chains[name])
            found.extend("-D %s %s" % (name, rule.text()) for rule in has if rule.key in ours)
            known = _keys(written.get(table, {}).get(name))
            rest = [rule for rule in has if rule.key not in ours]
            found.extend(_lost_of_chain(name, had, known, rest, ahead.get(name, 0)))
        if found:
            lines.extend(["*" + table] + found + ["COMMIT"])
    return "".join(line + "\n" for line in lines)


def _keys(chain):
    """What the rules of a chain mean; nothing where there is no such chain."""
    return set(rule.key for rule in chain.rules) if chain else set()


def _same_order(had, has):
    """Whether foreign rules that were there and are there now follow each other as they did."""
    before = [rule.key for rule in had if not _jumps_to_us(rule)]
    now = [rule.key for rule in has if not _jumps_to_us(rule)]
    return [key for key in before if key in now] == [key for key in now if key in before]


def _lost_of_table(before, written, now, ahead):
    heads, rules = [], []
    for name in sorted(before):
        chain = before[name]
        if name.startswith(_OURS):
            continue
        file_chain = written.get(name)
        if name not in now:
            if file_chain is None:
                heads.append(":%s %s [0:0]" % (name, chain.policy))
                rules.extend("-A %s %s" % (name, rule.text()) for rule in chain.rules if not _jumps_to_us(rule))
            continue
        if chain.policy != now[name].policy and file_chain and chain.policy != file_chain.policy:
            heads.append(":%s %s [0:0]" % (name, chain.policy))
        rules.extend(_lost_of_chain(name, chain.rules, _keys(file_chain), now[name].rules, ahead.get(name, 0)))
    return heads + rules


def _lost_of_chain(name, before, known, now, ahead):
    """Rules that are in no file and not there any more, each before the one that it stood before.

    :param ahead: how many foreign rules, from the top, can only drop
    """
    merged = [(rule, False) for rule in now]
    place = len(merged)
    foreign = [rule for rule in before if not _jumps_to_us(rule)]
    for number, rule in reversed(list(enumerate(foreign))):
        places = [there for there in range(place) if merged[there][0].key == rule.key and not merged[there][1]]
        if places:
            place = places[-1]
        elif rule.key not in known and not _is_there(rule, merged):
            jumps = [there for there, (found, _lost) in enumerate(merged) if _jumps_to_us(found)]
            if jumps:
                place = min(place, jumps[0]) if number < ahead else max(place, jumps[-1] + 1)
            merged.insert(place, (rule, True))
    return ["-I %s %d %s" % (name, number, rule.text()) for number, (rule, lost) in enumerate(merged, 1) if lost]


def _is_there(rule, merged):
    """Whether somebody has put the rule back meanwhile, at another place."""
    return any(there.key == rule.key and not lost for there, lost in merged)


def _jumps_to_us(rule):
    return (rule.target() or "").startswith(_OURS)
