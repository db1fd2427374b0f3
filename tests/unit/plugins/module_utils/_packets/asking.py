# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions about one packet and some rules, as iptables-save and nft tell them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import number_of
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import read_paths
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import DROP, SURE, TRANSLATE
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import bounds
from ansible_collections.portledger.qradar.plugins.module_utils._packets.trace import trace
from tests.unit.plugins.module_utils.support import Folder, Kernel

EVERYTHING = ["iptables-save", "iptables", "nft", "ipset"]
MODERN = (0, "iptables v1.8.9 (nf_tables)\n", "")
PROTOCOLS = {"tcp": 6, "udp": 17, "icmp": 1, "icmpv6": 58, "esp": 50}
PASSES, DROPPED, MAY, TRANSLATED = "passes", "dropped", "may", "translated"


def ruleset(rules, chain=None, sets=(), table="somebody", maps=()):
    """A table as nft tells it, with one chain of the hook input and what it leads to."""
    entries = [{"metainfo": {"json_schema_version": 1}}, {"table": {"family": "inet", "name": table}}]
    base = {"family": "inet", "table": table, "name": "input", "type": "filter", "hook": "input", "prio": 0}
    entries.append({"chain": dict(base, **(chain or {}))})
    entries.extend({"chain": {"family": "inet", "table": table, "name": name}} for name in ("more", "empty"))
    entries.extend({"set": dict(one, family="inet", table=table)} for one in sets)
    entries.extend({"map": dict(one, family="inet", table=table)} for one in maps)
    for number, (name, expr) in enumerate(rules):
        entries.append(
            {"rule": {"family": "inet", "table": table, "chain": name, "handle": number + 1, "expr": expr}})
    return json.dumps({"nftables": entries})


def field(words):
    """The left side of a match: "tcp dport", "ct state", "meta mark"."""
    protocol, name = words.split()
    kind = {"ct": {"ct": {"key": name}}, "meta": {"meta": {"key": name}}}
    return kind.get(protocol, {"payload": {"protocol": protocol, "field": name}})


def match(left, right, operator="=="):
    return {"match": {"op": operator, "left": field(left) if isinstance(left, str) else left, "right": right}}


def said(passed, walks):
    """What is said about one packet."""
    if passed:
        return PASSES if all(known == SURE for _box, known in passed) else MAY
    effects = [effect for walk in walks for effect in walk.effects if effect.verdict in (DROP, TRANSLATE)]
    if any(effect.verdict == TRANSLATE for effect in effects):
        return TRANSLATED if effects[-1].verdict == TRANSLATE and effects[-1].sure else MAY
    return DROPPED


class Asking(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({"proc/net/ip_tables_names": ""}, EVERYTHING)
        self.answers = {"iptables": MODERN}

    def tearDown(self):
        self.folder.remove()

    def asked(self, port="tcp/514", source=None, came="eth0", goes="eth1", scope="host", family="ipv4"):
        """What is said of a packet, and what is unsure on its way."""
        host = self.folder.host(Kernel(self.answers))
        if family == "ipv6":
            self.folder.write("proc/net/if_inet6", "")
        paths, self.unread = read_paths(host, scope)
        path = paths[family]
        number = number_of(source or {"ipv4": "198.18.1.1", "ipv6": "2001:db8::1"}[family], family)
        transport, _slash, port = port.partition("/")
        box = list(bounds(family, len(path.interfaces)))
        box[0] = (PROTOCOLS[transport],) * 2
        box[1], box[3], box[4] = (number, number), (40000, 40000), (int(port), int(port))
        box[5], box[6] = ((path.interfaces.number(name),) * 2 for name in (came, goes))
        passed, walks = trace(path.hooked, [tuple(box)])
        effects = [effect for walk in walks for effect in walk.effects]
        self.verdicts = [effect.verdict for effect in effects]
        self.unsure = [effect.rule.unsure for effect in effects if not effect.sure]
        return said(passed, walks)

    def iptables(self, rules, table="filter", policy="ACCEPT", **packet):
        lines = ["*" + table, ":INPUT %s [0:0]" % policy, ":PREROUTING ACCEPT [0:0]", ":mine - [0:0]"]
        self.answers["iptables-save"] = (0, "\n".join(lines + ["-A " + rule for rule in rules] + ["COMMIT", ""]), "")
        return self.asked(**packet)

    def nft(self, rules, packet=None, **more):
        """rules: of the chain input, or pairs of chain and rule."""
        rules = [rule if isinstance(rule, tuple) else ("input", rule) for rule in rules]
        self.answers["nft"] = (0, ruleset(rules, **more), "")
        return self.asked(**(packet or {}))
