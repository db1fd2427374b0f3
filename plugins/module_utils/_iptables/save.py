# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader of what iptables-save prints, and of files that iptables-restore takes.

A line ends at a line feed outside quotation marks, and nowhere else: a comment may hold a line feed, and whatever else
Python takes for the end of a line.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule, split

#: programs of each family, without "-save" and "-restore"
PREFIX = {"ipv4": "iptables", "ipv6": "ip6tables"}
_RULE = re.compile(r"^(?:\[(\d+):(\d+)\] )?-([AI]) (\S+)(?: (.*))?$", re.DOTALL)
_ESCAPED = re.compile(r"\\.", re.DOTALL)


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
            name, policy = (line[1:].split() + ["", "-"])[:2]
            if name:
                table.policies[name] = policy or "-"
            continue
        found = _RULE.match(line.strip())
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


def lines_of(text):
    """Lines of what iptables-save or ipset save prints.

    Where a quotation mark is never closed, as in a remark or a damaged file, each line feed ends a line.

    :type text: str
    :rtype: list[str]
    """
    found, open_at = [], None
    for line in text.split("\n"):
        found.append(line)
        if '"' not in line or (open_at is None and line.startswith("#")):
            continue
        if _ESCAPED.sub("", line).count('"') % 2:
            if open_at is None:
                open_at = len(found) - 1
            else:
                found[open_at:] = ["\n".join(found[open_at:])]
                open_at = None
    return found


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
