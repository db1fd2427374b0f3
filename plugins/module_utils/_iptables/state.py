# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of the provider iptables, and how it is saved."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import SetState
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Tables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import split_input


class IptablesState:
    """The present, a former or the wanted state: tables by family, and sets."""

    def __init__(self, tables, sets, used_elsewhere=(), told=None):
        """
        :param tables: by family
        :type tables: dict[str, _iptables.tables.Tables]
        :param sets: None where there is no ipset
        :type sets: _iptables.ipset.SetState | None
        :param used_elsewhere: names of our sets that foreign rules use
        :type used_elsewhere: collections.Iterable[str]
        :param told: what the programs printed, where it was read: rules of each family, and all sets
        :type told: tuple[dict[str, str], str | None] | None
        """
        self.tables = tables
        self.sets = sets
        self.used_elsewhere = frozenset(used_elsewhere)
        self.told = told

    def members(self):
        """Members of each set.

        :rtype: dict[str, set[str]]
        """
        return self.sets.members if self.sets else {}


def save_state(state):
    """A state as data, from which :func:`former_state` makes it again in another process.

    :type state: IptablesState
    :returns: what JSON can hold
    :rtype: dict
    """
    tables = {}
    for family, there in state.tables.items():
        tables[family] = {
            "chains": dict((name, [rule.text() for rule in rules]) for name, rules in there.chains.items()),
            "jumps": [[chain, position, rule.text()] for chain, position, rule in there.jumps],
            "first": there.first,
        }
    sets = state.sets and {
        "members": dict((name, sorted(members)) for name, members in state.sets.members.items()),
        "kinds": state.sets.kinds,
    }
    return {"tables": tables, "sets": sets}


def former_state(saved, present):
    """A state that was saved.

    Foreign rules may have come and gone since: where a jump would no longer have a place, it comes first.

    :param saved: what :func:`save_state` returned
    :type saved: dict
    :param present: as read now
    :type present: IptablesState
    :rtype: IptablesState
    """
    tables = {}
    for family in set(saved["tables"]) & set(present.tables):
        there = saved["tables"][family]
        chains = dict((name, [Rule(split_input(text)) for text in rules]) for name, rules in there["chains"].items())
        room = dict(present.tables[family].room)
        jumps = []
        for chain, position, text in there["jumps"]:
            if chain in room:
                room[chain] += 1
                jumps.append((chain, min(position, room[chain]), Rule(split_input(text))))
        tables[family] = Tables(chains, jumps, there["first"])
    sets = saved["sets"] and SetState(
        dict((name, set(members)) for name, members in saved["sets"]["members"].items()), saved["sets"]["kinds"]
    )
    return IptablesState(tables, sets)
