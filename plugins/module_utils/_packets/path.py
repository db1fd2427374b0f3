# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""All chains that a packet passes on its way to this host, or through it, whoever has made them, in their order."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import ask_ipset
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX, read_save
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import entries_of
from ansible_collections.portledger.qradar.plugins.module_utils._packets import iptables, nftables
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import Chains, Hooked, Interfaces
from ansible_collections.portledger.qradar.plugins.module_utils._packets.nft_keys import shown
from ansible_collections.portledger.qradar.plugins.module_utils._packets.nft_names import has_form, interface_names
from ansible_collections.portledger.qradar.plugins.module_utils._packets.turns import place, turn_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native, words_of

_FAMILIES = {"ip": ("ipv4",), "ip6": ("ipv6",), "inet": ("ipv4", "ipv6")}
_NAMES = {"ipv4": "proc/net/ip_tables_names", "ipv6": "proc/net/ip6_tables_names"}
_HOOKS = {HOST: ("prerouting", "input"), GATEWAY: ("prerouting", "forward", "postrouting")}
# Of each table of iptables: when it is asked in each hook.
_PRIORITIES = {"raw": -300, "mangle": -150, "nat": -100, "filter": 0, "security": 50}
# Where the kernel begins to know connections.
_TRACKING = -200
_TRANSLATES_SOURCES = ("nat", "postrouting")
# A comment may hold what looks like a line.
_LISTED = re.compile(
    r'^table (\S+) (\S+) \{|^[ \t]+((?=\S)(?:[^"\n]|"[^"]*")*[^{\s]) # handle (\d+)$', re.MULTILINE
)
# What is asked of entries of nft, and its types; with a question mark, where it is there.
_TEXT = (str, type(u""))
_FORMS = {
    "table": {"family": _TEXT, "name": _TEXT, "flags?": (list,) + _TEXT},
    "chain": {"family": _TEXT, "table": _TEXT, "name": _TEXT, "hook?": _TEXT, "prio?": (int,)},
    "set": {"family": _TEXT, "table": _TEXT, "name": _TEXT, "elem?": (list,)},
    "map": {"family": _TEXT, "table": _TEXT, "name": _TEXT, "elem?": (list,)},
    "rule": {"family": _TEXT, "table": _TEXT, "chain": _TEXT, "expr": (list,), "handle?": (int,)},
}
_OUR_TABLES = re.compile(r"^portledger_")


class Path:
    """The chains of one family."""

    def __init__(self, interfaces):
        self.interfaces = interfaces
        #: in the order in which the kernel asks them
        self.hooked = []


def read_paths(host, scope, interfaces=()):
    """The way of packets to this host or through it.

    The table of the provider nftables is left out.

    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param interfaces: names to be told from others, beside those that rules have
    :type interfaces: collections.Iterable[str]
    :returns: by family; and what cannot be read, for people
    :rtype: tuple[dict[str, Path], list[str]]
    """
    return Gathered(host).paths(scope, interfaces)


class Gathered:
    """What the programs say."""

    def __init__(self, host, counters=False):
        """
        :type host: _host.host.Host
        :param counters: whether rules are to know how many packets met them
        :type counters: bool
        """
        self.host = host
        self._counters = counters
        self.unread = []
        #: families whose iptables is one for nf_tables: its tables are among those of nft
        self.modern = set()
        self.families = ["ipv4", "ipv6"] if os.path.exists(host.file("proc/net/if_inet6")) else ["ipv4"]
        #: by family: name for people, and output
        self.saves = dict((family, list(self._saves(family))) for family in self.families)
        self.sets = iptables.Sets(self._sets())
        self.entries = self._ruleset()

    def _sets(self):
        try:
            return ask_ipset(self.host, ["save"]) or ""
        except RulesetError as error:
            self._unread(error.words)
            return ""

    def _saves(self, family):
        name = PREFIX[family]
        if self.host.find(name + "-save"):
            out = self._save(name + "-save")
            # Older releases do not say it in what they save.
            code, version, err = self.host.run(name, ["--version"])
            if "nf_tables" in version:
                self.modern.add(family)
            elif code != 0:
                self._unread("%s --version: failed: %s" % (name, words_of(code, version, err)))
            yield name, out
        elif self.host.text(_NAMES[family]):
            self._unread("tables of %s, for %s-save is not there" % (name, name))
        # Both kinds of iptables may be in one kernel; the old one is asked only for what is there.
        if family in self.modern and self.host.text(_NAMES[family]).strip():
            program = name + "-legacy-save"
            if self.host.find(program):
                yield name + "-legacy", self._save(program)
            else:
                self._unread("tables of %s-legacy, for %s is not there" % (name, program))

    def _save(self, program):
        code, out, err = self.host.run(program, ["-c"] if self._counters else [])
        if code != 0:
            self._unread("%s: failed: %s" % (program, words_of(code, out, err)))
        return out

    def _ruleset(self):
        if not self.host.find("nft"):
            if self.modern:
                self.unread.append("tables of nft, for nft is not there")
            return []
        code, out, err = self.host.run("nft", ["-j", "list", "ruleset"])
        try:
            if code != 0:
                raise ValueError(words_of(code, out, err))
            entries = entries_of(out)
        except (RuntimeError, ValueError) as error:
            self.unread.append("tables of nft: %s" % error)
            return []
        found = []
        for entry in entries:
            (kind, about), = entry.items()
            if kind in _FORMS and not has_form(about, _FORMS[kind]):
                self._unread("nft %s that has another form than expected: %s" % (kind, shown(about)))
            elif kind in _FORMS:
                found.append((kind, about))
        return found

    def paths(self, scope, more=()):
        """
        :param scope: host or gateway
        :type scope: str
        :param more: names of interfaces
        :type more: collections.Iterable[str]
        :rtype: tuple[dict[str, Path], list[str]]
        """
        names = interface_names(self.entries) | set(more)
        for saves in self.saves.values():
            for _name, save in saves:
                names.update(iptables.interface_names(save))
                self.sets.filled.update(iptables.filled_sets(save))
        interfaces = Interfaces(names)
        found = {}
        for family in self.families:
            chains = list(self._of_iptables(family, scope, interfaces)) + list(self._of_nft(family, scope, interfaces))
            path = found[family] = Path(interfaces)
            path.hooked = [hooked for _key, hooked in sorted(chains, key=lambda one: one[0])]
        return found, self.unread

    def _of_iptables(self, family, scope, interfaces):
        for name, save in self.saves[family]:
            for table, saved in read_save(save).items():
                chains = dict((chain, [rule.words() for rule in rules]) for chain, rules in saved.chains().items())
                for chain, policy in saved.policies.items():
                    hook = chain.lower()
                    if policy == "-" or hook not in _HOOKS[scope] or table not in _PRIORITIES:
                        continue
                    if (table, hook) != _TRANSLATES_SOURCES:
                        tracked = table != "raw"
                        reader = iptables.Reader(family, interfaces, self.sets, scope == HOST, tracked, hook)
                        read = reader.read("%s %s" % (name, table), chains)
                        if self._counters:
                            _count(read, saved)
                        turn = turn_of(_HOOKS[scope], hook, _PRIORITIES[table], table == "nat")
                        yield (place(turn), name), Hooked(read, chain, policy, turn)

    def _of_nft(self, family, scope, interfaces):
        texts = _Texts(self.host)
        shown = self._shown_by_iptables(family)
        tables, found = {}, []
        for kind, about in self.entries:
            key = (about["family"], about["name"] if kind == "table" else about["table"])
            tables.setdefault(key, {}).setdefault(kind, []).append(about)
        for (word, name), parts in sorted(tables.items()):
            if _OUR_TABLES.match(name) or any("dormant" in (one.get("flags") or []) for one in parts.get("table", [])):
                continue
            if (word, name) in shown:
                continue
            if family in _FAMILIES.get(word, ()):
                found.extend(self._of_table(family, scope, interfaces, (word, name), parts, texts))
            elif family == "ipv4" and word in ("netdev", "bridge") and parts.get("rule"):
                self._unread("nft table %s %s, whose family is not read" % (word, name))
        return found

    def _unread(self, text):
        if text not in self.unread:
            self.unread.append(text)

    def _of_table(self, family, scope, interfaces, key, parts, texts):
        named = dict((one["name"], one) for kind in ("set", "map") for one in parts.get(kind, []))
        hooks = [chain for chain in parts.get("chain", []) if chain.get("hook")]
        for chain in hooks:
            if chain["hook"] == "ingress" and any(rule["chain"] == chain["name"] for rule in parts.get("rule", [])):
                self._unread("nft chain %s %s %s, whose hook ingress is not read" % (key + (chain["name"],)))
        hooks = [chain for chain in hooks if chain["hook"] in _HOOKS[scope]]
        hooks = [chain for chain in hooks if (chain.get("type"), chain["hook"]) != _TRANSLATES_SOURCES]
        changed = nftables.changed_sets(parts.get("rule", []))
        for chain in hooks:
            tracked = _is_tracked(chain)
            reader = nftables.Reader(family, interfaces, named, scope == HOST, tracked, chain["hook"], changed)
            chains = Chains("nft %s %s" % key)
            for one in parts.get("chain", []):
                chains.rules[one["name"]] = []
            for rule in parts.get("rule", []):
                found = reader.rules(rule, texts(key, rule))
                chains.rules.setdefault(rule["chain"], []).extend(found)
                for one in found:
                    one.packets = nftables.counted(rule)
            policy = "DROP" if chain.get("policy") == "drop" else "ACCEPT"
            turn = turn_of(_HOOKS[scope], chain["hook"], chain["prio"], chain.get("type") == "nat")
            yield (place(turn), "nft %s %s" % key), Hooked(chains, chain["name"], policy, turn)

    def _shown_by_iptables(self, family):
        """Tables that iptables keeps in nf_tables, and has shown."""
        word = {"ipv4": "ip", "ipv6": "ip6"}[family]
        return set(
            (word, table)
            for name, save in self.saves[family]
            if name == PREFIX[family] and family in self.modern
            for table in read_save(save)
        )


def _is_tracked(chain):
    """Whether the kernel knows connections in a chain of nft; None where it may, or not."""
    if chain["hook"] == "prerouting" and chain["prio"] == _TRACKING:
        # The kernel asks first who came last, and shows nobody who did.
        return None
    return chain["hook"] != "prerouting" or chain["prio"] > _TRACKING


def _count(read, saved):
    for chain, rules in saved.chains().items():
        for number, rule in enumerate(rules):
            read.rules[chain][number].packets = rule.packets


class _Texts:
    """Rules as nft lists them; asked for once, and only where one is needed."""

    def __init__(self, host):
        self._host = host
        self._found = None

    def __call__(self, table, rule):
        return Text(lambda: self._listing().get(table + (rule.get("handle"),)) or "handle %s" % rule.get("handle"))

    def _listing(self):
        if self._found is None:
            self._found, table = {}, None
            # Where this fails, rules are named by their handles.
            for found in _LISTED.finditer(native(self._host.run("nft", ["-a", "list", "ruleset"])[1])):
                family, name, text, handle = found.groups()
                if family:
                    table = (family, name)
                elif table:
                    self._found[table + (int(handle),)] = text
        return self._found


class Text:
    """A text that is made when it is shown."""

    def __init__(self, make):
        self._make = make

    def __str__(self):
        return self._make()
