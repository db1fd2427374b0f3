# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of nft, whoever has written them, in the form of evaluate.py.

They are asked about the first packet of a connection: of TCP, a SYN. What is not known here makes a rule unsure: an
expression, for the packets that it looks at; a statement, for all that reach it.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import set_named
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import (
    ACCEPT, DROP, GOTO, GO_ON, JUMP, RETURN, TRANSLATE, UNKNOWN, PacketRule, RuleReader,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import PROTOCOL, TCP, narrowed
from ansible_collections.portledger.qradar.plugins.module_utils._packets.nft_keys import Keys, UnknownError, shown
from ansible_collections.portledger.qradar.plugins.module_utils._packets.nft_match import CHANGED_BY_RULES, Matcher
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import is_text, native, to_json

_VERDICTS = {
    "accept": ACCEPT, "drop": DROP, "reject": DROP, "return": RETURN, "jump": JUMP, "goto": GOTO, "continue": GO_ON,
}
_TRANSLATE = frozenset(["dnat", "redirect", "tproxy"])
_SOURCES = frozenset(["snat", "masquerade"])
_GO_ON = frozenset(
    ["counter", "log", "mangle", "ct helper", "ct timeout", "ct expectation", "secmark", "set", "map", "last", "flow",
     "dup", "reset"]
)
# A limit and the like let some packets by.
_SOMETIMES = frozenset(["limit", "quota", "meter", "ct count"])
_FAMILIES = {"ip": "ipv4", "ip6": "ipv6"}
# What a statement may look at, and packets may not have.
_LOOKS = frozenset(["payload", "fib", "exthdr", "tcp option", "&", "|", "^"])
# What rules may write without any effect on what follows, but on what is unsure anyway.
_HARMLESS = {
    "meta": frozenset(["mark", "priority", "nftrace", "secmark"]),
    "ct": frozenset(["mark", "secmark", "label", "zone", "event", "helper", "timeout"]),
}
_HARMLESS_FIELDS = frozenset(["dscp", "ecn"])
_LIVES = frozenset(["ttl", "hoplimit"])
_TROUBLE = (AttributeError, IndexError, KeyError, OverflowError, RuntimeError, TypeError, ValueError)


class Reader(RuleReader):
    """Reads rules as nft tells them in JSON, for one family. sets: those of the table, by name, as nft tells them."""

    def __init__(self, family, interfaces, sets, local, tracked, hook, changed):
        """As :class:`RuleReader`.

        :param changed: what rules of the table do to its sets, see :func:`changed_sets`
        :type changed: dict[str, set[str]]
        """
        RuleReader.__init__(self, family, interfaces, sets, local, tracked, hook)
        self.changed = changed
        self._matcher = Matcher(Keys(self), self.whole)

    def rules(self, data, text):
        """The rules that one rule of nft stands for: several where it has a map of verdicts.

        :param data: a rule in JSON
        :type data: dict
        :type text: str
        :rtype: list[_packets.evaluate.PacketRule]
        """
        try:
            return _Statements(self, self._matcher, text).read(data)
        except _TROUBLE:
            return [PacketRule([{}], UNKNOWN, None, text, "this rule")]


def changed_sets(rules):
    """What rules of a table do to its sets, of whatever hook: what one packet puts in, another one meets.

    :param rules: in JSON
    :type rules: list[dict]
    :returns: by set: "add", "update", "delete"
    :rtype: dict[str, set[str]]
    """
    changed = {}
    for data in rules:
        entries = data.get("expr")
        for entry in entries if isinstance(entries, list) else []:
            for word in ("set", "map"):
                value = entry.get(word) if isinstance(entry, dict) else None
                if isinstance(value, dict) and is_text(value.get(word)):
                    op = value.get("op")
                    # What is not known may take away.
                    changed.setdefault(set_named(value[word]), set()).add(op if is_text(op) else "delete")
    return changed


class _Statements:
    """The statements of one rule, one after the other."""

    def __init__(self, reader, matcher, text):
        self._reader = reader
        self._matcher = matcher
        self._text = text
        self._found = []

    def read(self, data):
        """
        :rtype: list[_packets.evaluate.PacketRule]
        """
        parts, foreign = [({}, ())], False
        at_once = _compared_at_once(data)
        for entry in data.get("expr") or []:
            if not isinstance(entry, dict) or len(entry) != 1:
                # Older releases show a chain within a rule as mere text.
                parts = self._unknown(parts, shown(entry))
                continue
            (word, value), = entry.items()
            if word == "match" and any(value is one for one in at_once):
                why = "%s !=" % native(value["left"]["payload"]["field"])
                parts = _unsure([(way.product, way.why) for way in self._matcher.ways(parts, value["left"])], why)
            elif word == "match":
                parts = self._matcher.match(parts, value["left"], value["op"], value["right"])
            elif word == "vmap":
                parts = self._mapped(parts, value)
            elif word in _VERDICTS:
                if word != "continue":
                    parts = self._refused(parts, value) if word == "reject" else parts
                    self._add(parts, word, value)
                    return self._found
            elif word == "xt":
                # What iptables has put here is a match or a target, and nft does not always say which.
                parts, foreign = _unsure(parts, "xt"), True
            else:
                parts = self._stated(parts, word, value)
        if foreign and not self._found:
            self._rules(parts, UNKNOWN, None)
        return self._found

    def _stated(self, parts, word, value):
        """Packets behind a statement that gives none of the verdicts."""
        if word in _TRANSLATE or word in _SOURCES:
            family = value.get("family") if isinstance(value, dict) else None
            if family is not None and _FAMILIES.get(family) != self._reader.family:
                return parts
            parts = self._needed(parts, value)
            verdict = TRANSLATE
            if word in _SOURCES:
                # Behind all verdicts, sources do not matter any more.
                verdict = UNKNOWN if self._reader.hook == "input" else ACCEPT
            self._rules(parts, verdict, None)
            return []
        if word in _SOMETIMES:
            return _unsure(parts, native(word))
        if word in ("set", "map"):
            return self._kept(parts, word, value)
        if word not in _GO_ON or (word == "mangle" and not _is_harmless(value)):
            return self._unknown(self._needed(parts, value), native(word))
        return self._needed(parts, value)

    def _kept(self, parts, word, value):
        """A statement that changes a set. Where that is full, or grows at this moment, the rule ends."""
        parts = self._needed(self._needed(parts, value["elem"]), value.get("data"))
        return parts if value.get("op") == "delete" and not value.get("stmt") else _unsure(parts, native(word))

    def _needed(self, parts, value):
        """Packets that have what a statement looks at, and are found in its maps. The others' rule ends."""
        if isinstance(value, list):
            for one in value:
                parts = self._needed(parts, one)
        elif isinstance(value, dict) and set(["key", "data"]) <= set(value.get("map") or ()):
            parts = self._looked_up(parts, value["map"]["key"], value["map"]["data"])
        elif isinstance(value, dict):
            if len(value) == 1 and set(value) <= _LOOKS:
                return [(way.product, way.why) for way in self._matcher.ways(parts, value)]
            for word, one in value.items():
                if word not in ("stmt", "prefix"):
                    parts = self._needed(parts, one)
        return parts

    def _looked_up(self, parts, left, data):
        if isinstance(data, dict):
            data = {"set": [key for key, _value in data["set"]]}
        return self._matcher.match(parts, left, "==", data)

    def _mapped(self, parts, value):
        """Rules of a map of verdicts; packets that go on behind it."""
        data, behind = value["data"], []
        name = None if isinstance(data, dict) else set_named(data)
        entries = data["set"] if name is None else (self._reader.sets.get(name) or {}).get("elem")
        if name is not None and name not in self._reader.sets:
            return self._unknown(parts, "@%s" % name)
        if name in self._reader.changed:
            return self._unknown(parts, CHANGED_BY_RULES % name)
        verdicts = {}
        for key, verdict in entries or []:
            verdicts.setdefault(to_json(verdict, sort_keys=True), (verdict, []))[1].append(key)
        for way in self._matcher.ways(parts, value["key"]):
            some, rest = [], None
            for verdict, keys in verdicts.values():
                if "*" in [key for key in keys if not isinstance(key, (dict, list))]:
                    rest = verdict
                    keys = [key for key in keys if isinstance(key, (dict, list)) or key != "*"]
                found = self._matcher.match([(way.product, way.why)], value["key"], "==", {"set": keys})
                some.extend(found)
                behind.extend(self._verdict(found, verdict))
            if rest is not None:
                try:
                    left = self._matcher.rest(way, some)
                except UnknownError as error:
                    left = [(way.product, way.why + (str(error),))]
                behind.extend(self._verdict(left, rest))
        return behind

    def _verdict(self, parts, verdict):
        """Packets of an entry of a map that go on behind it."""
        if not isinstance(verdict, dict) or len(verdict) != 1 or not set(verdict) <= set(_VERDICTS):
            return self._unknown(parts, shown(verdict))
        (word, value), = verdict.items()
        if word == "continue":
            return parts
        self._add(parts, word, value)
        return []

    def _add(self, parts, word, value):
        target = None
        if word in ("jump", "goto"):
            target = value.get("target") if isinstance(value, dict) else None
            if not is_text(target):
                self._unknown(parts, shown({word: value}))
                return
        self._rules(parts, _VERDICTS[word], target)

    def _unknown(self, parts, why):
        """Nobody knows what becomes of packets here."""
        self._rules(_unsure(parts, why), UNKNOWN, None)
        return _unsure(parts, why)

    def _rules(self, parts, verdict, target):
        sure = [product for product, why in parts if not why]
        if sure:
            self._found.append(PacketRule(sure, verdict, target, self._text))
        for product, why in parts:
            if why:
                self._found.append(PacketRule([product], verdict, target, self._text, ", ".join(_each_once(why))))

    def _refused(self, parts, value):
        """What an answer implies, which nft does not show beside it: the family of ICMP's, TCP of a reset."""
        kind = (value or {}).get("type")
        if kind in ("icmp", "icmpv6") and (kind == "icmp") != (self._reader.family == "ipv4"):
            return []
        if kind != "tcp reset":
            return parts
        some = [(narrowed(product, PROTOCOL, [(TCP, TCP)]), why) for product, why in parts]
        return [(product, why) for product, why in some if product[PROTOCOL]]


def counted(data):
    """How many packets a rule has counted.

    :param data: a rule in JSON
    :type data: dict
    :returns: None where it does not count
    :rtype: int | None
    """
    for entry in data.get("expr") or []:
        counter = entry.get("counter") if isinstance(entry, dict) else None
        if isinstance(counter, dict) and isinstance(counter.get("packets"), int):
            return counter["packets"]
    return None


def _is_harmless(value):
    """Whether it writes nothing that rules look at and this code knows."""
    (kind, about), = value["key"].items()
    if kind == "payload":
        field = about.get("field")
        written = value.get("value")
        # With too short a life, a gateway drops it.
        lives = field in _LIVES and isinstance(written, int) and written > 1
        return about.get("protocol") in _FAMILIES and (field in _HARMLESS_FIELDS or lives)
    return kind == "tcp option" or native(about["key"]) in _HARMLESS.get(kind, ())


def _compared_at_once(data):
    """Matches of one header that nft, 1.0.6 for one, has the kernel compare at once: true where one of them differs."""
    found = {}
    for entry in data.get("expr") or []:
        value = entry.get("match") if isinstance(entry, dict) else None
        if not isinstance(value, dict) or value.get("op") != "!=" or isinstance(value["right"], dict):
            continue
        header = value["left"].get("payload", {}).get("protocol")
        if header and not ("%s" % value["right"]).startswith("@"):
            found.setdefault(header, []).append(value)
    return [value for some in found.values() if len(some) > 1 for value in some]


def _unsure(parts, why):
    return [(product, before + (why,)) for product, before in parts]


def _each_once(why):
    return [one for number, one in enumerate(why) if one not in why[:number]]
