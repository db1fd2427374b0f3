# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader of what iptables-save prints, and of files that iptables-restore takes."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import lines_of, split

#: programs of each family, without "-save" and "-restore"
PREFIX = {"ipv4": "iptables", "ipv6": "ip6tables"}
# What differs from moment to moment: when it was printed, and what a policy has counted.
_MOMENTS = re.compile(r"^#.*\n| \[\d+:\d+\]$", re.MULTILINE)
_RULE = re.compile(r"^(?:\[(\d+):(\d+)\] )?-([AI]) ([^ \t]+)(?: (.*))?$", re.DOTALL)


class SavedRule:
    """A rule as it was printed."""

    __slots__ = ("chain", "octets", "packets", "text")

    def __init__(self, chain, text, packets=0, octets=0):
        """
        :type chain: str
        :param text: what stands behind the chain
        :type text: str
        :param packets: that met it, where they were printed
        :type packets: int
        :param octets: bytes, likewise
        :type octets: int
        """
        self.chain = chain
        self.text = text
        self.packets = packets
        self.octets = octets

    def words(self):
        """
        :rtype: list[str]
        """
        return split(self.text)

    def rule(self):
        """
        :rtype: _iptables.rule.Rule
        """
        return Rule(self.words())


class SavedTable:
    """One table."""

    def __init__(self):
        #: of each chain its policy; "-" of a chain that is not built in
        self.policies = {}
        #: in the order in which they were printed
        self.rules = []

    def chains(self):
        """Rules by chain; those of a file that declares no chain, too.

        :rtype: dict[str, list[SavedRule]]
        """
        found = dict((name, []) for name in self.policies)
        for rule in self.rules:
            found.setdefault(rule.chain, []).append(rule)
        return found


def read_save(text):
    """What was printed, by table.

    What no line of iptables-save looks like is passed over.

    :param text: the output of iptables-save, with counters or without, or a file that it could have written
    :type text: str
    :rtype: dict[str, SavedTable]
    """
    tables, table = {}, SavedTable()
    for line in lines_of(text):
        if line.startswith("*"):
            table = tables.setdefault(line[1:].strip(), SavedTable())
            continue
        if line.startswith(":"):
            name, policy = (split(line[1:]) + ["", "-"])[:2]
            if name:
                table.policies[name] = policy or "-"
            continue
        found = _RULE.match(line.strip(" \t\r\n"))
        if found:
            packets, octets, kind, chain, rest = found.groups()
            if kind == "I":
                rest = re.sub(r"^\d+ ", "", rest or "")
            table.rules.append(SavedRule(chain, rest or "", int(packets or 0), int(octets or 0)))
    return tables


def read_filter(text):
    """The table filter; an empty one where it was not printed.

    :type text: str
    :rtype: SavedTable
    """
    return read_save(text).get("filter") or SavedTable()


def save_of(host, family):
    """What iptables-save prints on a host.

    :type host: _host.host.Host
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: str
    :raises RulesetError: the rules cannot be read.
    """
    program = PREFIX[family] + "-save"
    text = host.output(program, [])
    # nf_tables says so in the output where somebody used what iptables cannot show.
    if "is incompatible, use 'nft' tool" in text and "filter" not in read_save(text):
        raise RulesetError(
            "%s: cannot read the table filter, for it holds rules that only nft can show. "
            "Move these into a table of their own." % program
        )
    return text


def without_counts(text):
    """What was printed, without what differs from moment to moment.

    :param text: the output of iptables-save without counters
    :type text: str
    :rtype: str
    """
    return _MOMENTS.sub("", text)
