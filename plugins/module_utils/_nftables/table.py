# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Our table: what its parts are called, how nft reads it, and how nft tells it in JSON."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.rule import read_rule, rule_from
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.sets import read_set, set_from
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

# Both scopes may be on one machine, so the tables differ.
TABLES = {HOST: "portledger_host", GATEWAY: "portledger_gateway"}
# Just before those that call themselves filter.
PRIORITY = -10


class Chain:
    """A chain."""

    def __init__(self, rules, base=None):
        """
        :type rules: list[_nftables.rule.Rule]
        :param base: for one that the kernel leads to: type, hook, priority, policy
        :type base: tuple[str, str, int, str] | None
        """
        self.rules = rules
        self.base = base


class Table:
    """What is in our table."""

    def __init__(self):
        #: by name
        self.chains = {}
        #: by name
        self.sets = {}
        #: what else is in there, in a few words each
        self.others = []

    def same(self, other):
        """Whether both do the same.

        :type other: Table | None
        :rtype: bool
        """
        if other is None or self.others != other.others:
            return False
        if set(self.chains) != set(other.chains) or set(self.sets) != set(other.sets):
            return False
        return all(self.sets[name].same(other.sets[name]) for name in self.sets) and all(
            self.chains[name].base == other.chains[name].base and self.keys(name) == other.keys(name)
            for name in self.chains
        )

    def keys(self, chain):
        """What the rules of a chain mean, in order; none where there is no such chain.

        :type chain: str
        :rtype: list
        """
        return [rule.key for rule in self.chains[chain].rules] if chain in self.chains else []


def base(hook):
    """What makes a chain of ours one that the kernel leads to.

    :param hook: input or forward
    :type hook: str
    :rtype: tuple[str, str, int, str]
    """
    return "filter", hook, PRIORITY, "accept"


def set_name(family, length, label):
    """
    :type family: str
    :param length: of its networks, where it has those of one length alone
    :type length: int | None
    :param label: name of a set in the plan
    :type label: str
    :rtype: str
    """
    return "%s_v%s" % (_name(label), family[-1]) + ("" if length is None else "_%d" % length)


def chain_name(word, *labels):
    """A chain for a source set, or for a source and a destination set.

    :param word: what it begins with
    :type word: str
    :rtype: str
    """
    if len(labels) == 1:
        return "%s_%s" % (word, _name(labels[0]))
    return "%s_%s_%s" % (word, "_to_".join(_slug(one) for one in labels), _hash("\0".join(labels)))


def _name(label):
    return "%s_%s" % (_slug(label), _hash(label))


def _slug(label):
    """What people can still read of a name, in letters that nft takes. It takes no digit first."""
    found = re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")[:24].strip("_")
    return found if found[:1].isalpha() else "set_" + found if found else "set"


def _hash(text):
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return hashlib.sha256(raw).hexdigest()[:8]


def table_text(name, table, counters=False):
    """The table as nft reads it.

    :type name: str
    :type table: Table
    :param counters: with packets and bytes
    :type counters: bool
    :rtype: str
    """
    lines = ["table inet %s {" % name]
    for set_, found in sorted(table.sets.items()):
        lines.append("\tset %s {" % set_)
        lines.extend("\t\t" + line for line in found.lines())
        lines.append("\t}")
    # A chain has to be there before a rule can lead to it; nft sees to that within one table.
    for chain, found in sorted(table.chains.items()):
        lines.append("\tchain %s {" % chain)
        if found.base:
            lines.append("\t\ttype %s hook %s priority %d; policy %s;" % found.base)
        lines.extend("\t\t" + rule.text(counters) for rule in found.rules)
        lines.append("\t}")
    return "\n".join(lines + ["}", ""])


def replacing(name, text):
    """What nft reads to put a table in the place of the one of this name, in one transaction.

    :type name: str
    :param text: the new table, as nft reads it; empty for none
    :type text: str
    :rtype: str
    """
    # Deleting what is not there is an error, so it is made first, where it is not there.
    return "table inet %s\ndelete table inet %s\n%s" % (name, name, text)


def read_table(entries):
    """Our table, as nft tells it in JSON.

    :param entries: the list "nftables"
    :type entries: list[dict]
    :rtype: Table
    """
    table = Table()
    rules = []
    for entry in entries:
        (kind, about), = entry.items()
        if kind == "table":
            # dormant, for example; some versions of nft print another word here, but print one.
            table.others.extend(["flags of the table"] if about.get("flags") else [])
        elif kind == "chain":
            hooked = about.get("hook") is not None
            found = tuple(_plain(about.get(key)) for key in ("type", "hook", "prio", "policy"))
            table.chains[native(about["name"])] = Chain([], found if hooked else None)
        elif kind == "set":
            table.sets[native(about["name"])] = read_set(about)
        elif kind == "rule":
            rules.append(about)
        elif kind != "metainfo":
            table.others.append(native("%s %s" % (kind, about.get("name", ""))).strip())
    for about in rules:
        table.chains[native(about["chain"])].rules.append(read_rule(about))
    table.others.sort()
    return table


def table_data(table):
    """The table as data from which :func:`table_from` makes it again.

    :type table: Table
    :returns: what JSON can hold
    :rtype: dict
    """
    return {
        "sets": dict((name, found.as_data()) for name, found in table.sets.items()),
        "chains": dict(
            (name, [found.base, [rule.as_data() for rule in found.rules]]) for name, found in table.chains.items()
        ),
        "others": table.others,
    }


def table_from(data):
    """The reverse of :func:`table_data`.

    :type data: dict
    :rtype: Table
    """
    table = Table()
    for name, found in data["sets"].items():
        table.sets[native(name)] = set_from(found)
    for name, (found, rules) in data["chains"].items():
        hooked = found and tuple(_plain(part) for part in found)
        table.chains[native(name)] = Chain([rule_from(rule) for rule in rules], hooked)
    table.others = [native(text) for text in data["others"]]
    return table


def _plain(value):
    return value if value is None or isinstance(value, int) else native(value)
