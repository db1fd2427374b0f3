# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One rule of nftables: as nft reads it, as nft tells it in JSON, and what it means whatever nft's version says."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import length_of_mask, merged
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import parse_network, shown
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import (
    ICMP_TYPES, interval, listed, network,
)
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.sets import masked, unmasked

# What nft keeps of a comment. It has no way to write a quotation mark in one.
_COMMENT_BYTES = 128
_NUMBERS = frozenset(
    ["tcp dport", "udp dport", "ct original proto-dst", "icmp type", "icmpv6 type", "ip6 hoplimit"]
)
# None of them has more than 16 bits.
_MOST = 65535
_ADDRESSES = frozenset(["ip saddr", "ip daddr", "ip6 saddr", "ip6 daddr"])
# Written as a list, not as a set.
_BITS = frozenset(["ct state", "ct status"])
_PROTOCOLS = {1: "icmp", 6: "tcp", 17: "udp", 58: "ipv6-icmp", "icmpv6": "ipv6-icmp"}
_FAMILIES = {"ip": "ipv4", "icmp": "ipv4", "ip6": "ipv6", "icmpv6": "ipv6"}
_VERDICTS = ("accept", "drop", "return")
_LEADS = ("jump", "goto")


class Rule:
    """A rule without its chain."""

    def __init__(self, matches, statements, comment=None, counted=False):
        """
        :param matches: what is looked at, and values: canonical networks, pairs of numbers, names, or "@set"
        :type matches: list[tuple[str, tuple]]
        :param statements: what is done, as nft reads it
        :type statements: list[str]
        :param comment: as people see it, at most what :func:`label` gives
        :type comment: str | None
        :param counted: whether the rule counts
        :type counted: bool
        """
        self.matches = matches
        self.statements = tuple(statements)
        self.comment = comment
        self.counted = counted
        #: packets and bytes, where they are known
        self.count = (0, 0)
        #: nft's number of the rule
        self.handle = None
        self.family = _family(matches)
        #: what the rule means: rules with the same key do the same
        self.key = (_essence(matches), self.statements, counted, comment)

    def values(self):
        """Values by what is looked at.

        :rtype: dict[str, tuple]
        """
        return dict(self.matches)

    def target(self):
        """The chain that the rule leads to, or None.

        :rtype: str | None
        """
        word, _space, chain = self.statements[-1].partition(" ") if self.statements else ("", "", "")
        return chain if word in _LEADS else None

    def known(self):
        """Whether :meth:`text` tells all of the rule in nft's words.

        :rtype: bool
        """
        return not any(statement.startswith("{") for statement in self.statements)

    def as_data(self):
        """The rule as data from which :func:`rule_from` makes it again.

        :rtype: list
        """
        return [self.matches, self.statements, self.comment, self.counted]

    def text(self, counters=False):
        """The rule as nft reads it.

        :param counters: with packets and bytes
        :type counters: bool
        :rtype: str
        """
        parts = ["%s %s" % (left, _written(left, values)) for left, values in self.matches]
        if self.counted:
            parts.append("counter packets %d bytes %d" % self.count if counters else "counter")
        parts.extend(self.statements)
        if self.comment is not None:
            parts.append('comment "%s"' % _encoded(self.comment))
        return " ".join(parts)


def rule_from(data):
    """The reverse of :meth:`Rule.as_data`.

    :type data: list
    :rtype: Rule
    """
    matches, statements, comment, counted = data
    found = [
        (native(left), tuple(tuple(one) if isinstance(one, (list, tuple)) else native(one) for one in values))
        for left, values in matches
    ]
    return Rule(found, [native(one) for one in statements], None if comment is None else native(comment), counted)


def label(text):
    """Text as a rule's comment can hold it: what is too long ends in a part of its hash.

    :type text: str
    :rtype: str
    """
    if len(_bytes(_encoded(text))) <= _COMMENT_BYTES:
        return text
    end = "~" + hashlib.sha256(_bytes(text)).hexdigest()[:8]
    kept, room = [], _COMMENT_BYTES - len(end)
    for letter in _bytes(text).decode("utf-8", "replace"):
        room -= len(_bytes(_encoded(native(letter))))
        if room < 0:
            break
        kept.append(letter)
    return native(u"".join(kept)) + end


def interface_value(name):
    """A name of an interface as a rule has it: an asterisk at its end is not a wildcard.

    :type name: str
    :rtype: str
    """
    return re.sub(r"\*$", r"\\*", name)


def interface_name(value):
    """The reverse of :func:`interface_value`.

    :type value: str
    :rtype: str
    """
    return re.sub(r"\\\*$", "*", value)


def read_rule(data):
    """A rule as nft tells it in JSON.

    :type data: dict
    :rtype: Rule
    """
    matches, statements, counted, count = [], [], False, (0, 0)
    for entry in data.get("expr") or []:
        (word, value), = entry.items()
        word = native(word)
        match = _match(value) if word == "match" and not statements and not counted else None
        if match:
            matches.append(match)
        elif word == "counter" and not counted and isinstance(value, dict) and "packets" in value:
            counted, count = True, (value["packets"], value["bytes"])
        else:
            statements.append(_statement(word, value) or to_json(entry, sort_keys=True))
    comment = data.get("comment")
    rule = Rule(matches, statements, None if comment is None else _decoded(native(comment)), counted)
    rule.count = count
    rule.handle = data.get("handle")
    return rule


def _match(value):
    """What a match looks at, and its values; None where it is none that we write."""
    left, operator, right = value.get("left"), value.get("op"), value.get("right")
    name = _left(left)
    if name is None or operator != ("in" if name in _BITS else "=="):
        return None
    if name not in _BITS and isinstance(right, dict) and "|" in right:
        return None
    try:
        values = [_value(name, one) for one in listed(right)]
    except (ValueError, TypeError, KeyError, IndexError):
        return None
    return name, tuple(sorted(values))


def _left(left):
    if not isinstance(left, dict) or len(left) != 1:
        return None
    (kind, about), = left.items()
    if kind == "payload" and set(about) == set(["protocol", "field"]):
        return native("%s %s" % (about["protocol"], about["field"]))
    if kind == "meta" and set(about) == set(["key"]):
        key = native(about["key"])
        return key if key in ("iif", "iifname", "oifname") else "meta " + key
    if kind == "ct" and set(about) <= set(["key", "dir"]):
        return native(" ".join(["ct"] + [about[part] for part in ("dir", "key") if part in about]))
    if kind == "&" and isinstance(about, list) and len(about) == 2:
        return _masked_left(_left(about[0]), about[1])
    return None


def _masked_left(looked_at, mask):
    """An address of which some of the first bits are looked at; None where it is none that we write."""
    if looked_at not in _ADDRESSES or isinstance(mask, (dict, list, int)):
        return None
    family = _FAMILIES[looked_at.partition(" ")[0]]
    length = length_of_mask(native(mask), family)
    return None if length is None else masked(looked_at, family, length)


def _value(name, value):
    """One value in the form that a Rule has."""
    if isinstance(value, dict):
        if "range" in value and name in _NUMBERS:
            return interval(value, lambda one: (_number(name, one),) * 2)
        if "prefix" in value and name in _ADDRESSES:
            return network(value)
        raise ValueError(sorted(value))
    if not isinstance(value, int):
        value = native(value)
    if unmasked(name)[0] in _ADDRESSES:
        return value if value.startswith("@") else parse_network(value)[1]
    if name in _NUMBERS:
        return (_number(name, value),) * 2
    if name == "iif" and value == 1:
        return "lo"
    if name == "meta l4proto":
        return _PROTOCOLS.get(value, "%s" % value)
    return "%s" % value


def _number(name, value):
    number = int(ICMP_TYPES.get(name, {}).get(value, value))
    if not 0 <= number <= _MOST:
        raise ValueError(number)
    return number


def _statement(word, value):
    """A statement as nft reads it; None where it is none that we write."""
    if word in _VERDICTS and value is None:
        return word
    if word in _LEADS:
        return native("%s %s" % (word, value["target"]))
    if word == "limit" and set(value) == set(["rate", "per", "burst"]):
        return native("limit rate %s/%s burst %s packets" % (value["rate"], value["per"], value["burst"]))
    if word == "log" and value and set(value) == set(["prefix", "level"]):
        return native('log prefix "%s" level %s' % (native(value["prefix"]), value["level"]))
    return None


def _family(matches):
    for left, values in matches:
        if left == "meta nfproto":
            return values[0]
        if left.partition(" ")[0] in _FAMILIES:
            return _FAMILIES[left.partition(" ")[0]]
    return None


def _essence(matches):
    """Matches in no order, without what others imply: some versions of nft show it, some do not."""
    words = set(left.partition(" ")[0] for left, _values in matches)
    implied = set(("meta l4proto", (word,)) for word in words)
    implied.update(("meta nfproto", (_FAMILIES[word],)) for word in words if word in _FAMILIES)
    if "icmpv6" in words:
        implied.add(("meta l4proto", ("ipv6-icmp",)))
    return frozenset(
        (left, tuple(merged(values)) if left in _NUMBERS else tuple(sorted(values)))
        for left, values in matches
        if (left, values) not in implied
    )


def _written(left, values):
    if left in _NUMBERS:
        texts = ["%d" % first if first == last else "%d-%d" % (first, last) for first, last in values]
    elif unmasked(left)[0] in _ADDRESSES:
        texts = [value if value.startswith("@") else shown(value) for value in values]
    elif left in ("iif", "iifname", "oifname"):
        texts = ['"%s"' % value for value in values]
    else:
        texts = list(values)
    if left in _BITS:
        return ",".join(texts)
    return texts[0] if len(texts) == 1 else "{ %s }" % ", ".join(texts)


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def _encoded(text):
    return text.replace("%", "%25").replace('"', "%22")


def _decoded(text):
    return text.replace("%22", '"').replace("%25", "%")
