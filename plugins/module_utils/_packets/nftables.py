# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of nft, whoever has written them, in the form of _packet_rules.

They are asked about the first packet of a connection: of TCP, a SYN. An expression that is not known here makes its
rule unsure.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type


from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import merged, number_of
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import (
    ICMP_TYPES, addresses, element_value, interval, listed, set_named,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.iptables import PROTOCOLS
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import (
    ACCEPT, DROP, GOTO, GO_ON, JUMP, RETURN, TRANSLATE, UNKNOWN, PacketRule, RuleReader,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import (
    CAME, DESTINATION, GOES, ICMP, ICMPV6, PORT, PROTOCOL, SOURCE, SOURCE_PORT, TCP, UDP, complement, narrowed,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native, to_json

_VERDICTS = {"accept": ACCEPT, "drop": DROP, "reject": DROP, "return": RETURN, "jump": JUMP, "goto": GOTO}
_TRANSLATE = frozenset(["dnat", "redirect", "tproxy"])
_GO_ON = frozenset(
    ["counter", "log", "mangle", "snat", "masquerade", "ct helper", "ct timeout", "ct expectation", "secmark", "set",
     "map", "last", "continue", "flow", "dup"]
)
# A limit and the like let some packets by.
_SOMETIMES = frozenset(["limit", "quota", "meter", "ct count"])
_FAMILIES = {"ip": "ipv4", "ip6": "ipv6"}
_WITH_PORTS = [(TCP, TCP), (UDP, UDP), (33, 33), (132, 132), (136, 136)]
_PORT_FIELDS = {"dport": PORT, "sport": SOURCE_PORT}
_SERVICES = {"tcp": TCP, "udp": UDP, "dccp": 33, "sctp": 132, "udplite": 136}
_INTERFACES = {"iifname": CAME, "iif": CAME, "oifname": GOES, "oif": GOES}
_FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32}
_SYN = 2


class _UnknownError(Exception):
    """What this code cannot know; its text is for people."""


class _NeverError(Exception):
    """The first packet of a connection is never like that."""


class Reader(RuleReader):
    """Reads rules as nft tells them in JSON, for one family. sets: those of the table, by name, as nft tells them."""

    def rules(self, data, text):
        """The rules that one rule of nft stands for: several where it has a map of verdicts.

        :param data: a rule in JSON
        :type data: dict
        :type text: str
        :rtype: list[_packets.evaluate.PacketRule]
        """
        product, unsure, found = {}, [], []
        merged_ones = _compared_at_once(data)
        try:
            for entry in data.get("expr") or []:
                (word, value), = entry.items()
                if word == "match" and value in merged_ones:
                    unsure.append("%s !=" % native(value["left"]["payload"]["field"]))
                elif word == "match":
                    product = self._asked(product, value, unsure)
                elif word == "vmap":
                    found.extend(self._mapped(product, value, text, unsure))
                elif word in _VERDICTS:
                    target = native(value["target"]) if word in ("jump", "goto") else None
                    product = self._refused(product, value) if word == "reject" else product
                    found.append(_rule(product, _VERDICTS[word], target, text, unsure))
                elif word in _TRANSLATE:
                    found.append(_rule(product, TRANSLATE, None, text, unsure))
                elif word in _SOMETIMES or (word in ("set", "map") and value.get("stmt")):
                    unsure.append(native(word))
                elif word not in _GO_ON:
                    # What iptables has put here is a match or a target, and nft does not always say which.
                    found.extend([] if word == "xt" else [_rule(product, UNKNOWN, None, text, [native(word)])])
                    unsure.append(native(word))
            if "xt" in unsure and not found:
                found.append(_rule(product, UNKNOWN, None, text, unsure))
        except _NeverError:
            pass
        return found

    def _refused(self, product, value):
        """What an answer implies, which nft does not show beside it: the family of ICMP's, TCP of a reset."""
        kind = (value or {}).get("type")
        if kind in ("icmp", "icmpv6") and (kind == "icmp") != (self.family == "ipv4"):
            raise _NeverError()
        return narrowed(product, PROTOCOL, [(TCP, TCP)]) if kind == "tcp reset" else product

    def _asked(self, product, value, unsure):
        left, operator, right = value["left"], value["op"], value["right"]
        try:
            own, dimension, intervals = self._known(left, operator, right)
        except _UnknownError as why:
            unsure.append("%s" % why)
            return product
        except (ValueError, KeyError, TypeError, AttributeError):
            unsure.append(_shown(left))
            return product
        for one, numbers in own.items():
            product = narrowed(product, one, numbers)
        if dimension is None:
            return product
        whole = self._bounds[dimension]
        if operator == "!=":
            intervals = complement(intervals, whole)
        elif operator in ("<", ">", "<=", ">="):
            at = intervals[0][0]
            low, high = {"<": (0, at - 1), "<=": (0, at), ">": (at + 1, whole[1]), ">=": (at, whole[1])}[operator]
            intervals = [(low, high)] if low <= high else []
        elif operator not in ("==", "in"):
            unsure.append(_shown(left))
            return product
        product = narrowed(product, dimension, intervals)
        if not product[dimension]:
            raise _NeverError()
        return product

    def _known(self, left, operator, right):
        """What a match looks at: what goes with it, a dimension, and numbers. The dimension is None where it always is.

        :raises _UnknownError: this is not known here.
        :raises _NeverError: no packet is so.
        """
        (kind, about), = left.items()
        if kind == "payload" and "protocol" in about:
            return self._of_payload(native(about["protocol"]), native(about["field"]), operator, right)
        if kind == "meta":
            return self._of_meta(native(about["key"]), right)
        if kind == "ct":
            return self._of_connection(native(about["key"]), about, operator, right)
        if kind == "fib":
            return self._of_route(about, operator, right)
        if kind == "&" and isinstance(about, list):
            return self._of_flags(about, operator, right)
        raise _UnknownError(_shown(left))

    def _of_payload(self, protocol, field, operator, right):
        if protocol in _FAMILIES:
            if _FAMILIES[protocol] != self.family:
                raise _NeverError()
            if field in ("saddr", "daddr"):
                return {}, SOURCE if field == "saddr" else DESTINATION, self._numbers(right, self._address)
            if field in ("protocol", "nexthdr"):
                return {}, PROTOCOL, self._numbers(right, _protocol)
        elif protocol == "th" and field in _PORT_FIELDS:
            return {PROTOCOL: _WITH_PORTS}, _PORT_FIELDS[field], self._numbers(right, _number)
        elif protocol in _SERVICES and field in _PORT_FIELDS:
            number = _SERVICES[protocol]
            return {PROTOCOL: [(number, number)]}, _PORT_FIELDS[field], self._numbers(right, _number)
        elif protocol in ("icmp", "icmpv6") and field == "type":
            if (protocol == "icmp") != (self.family == "ipv4"):
                raise _NeverError()
            names = ICMP_TYPES[protocol + " type"]
            number = ICMP if protocol == "icmp" else ICMPV6
            values = self._numbers(right, lambda value: _number(names.get(value, value)))
            return {PROTOCOL: [(number, number)]}, PORT, values
        elif protocol == "tcp" and field == "flags":
            return self._of_flags([None, None], operator, right)
        raise _UnknownError("%s %s" % (protocol, field))

    def _of_meta(self, key, right):
        if key in _INTERFACES:
            return {}, _INTERFACES[key], self._numbers(right, self._interface)
        if key == "l4proto":
            return {}, PROTOCOL, self._numbers(right, _protocol)
        if key in ("nfproto", "protocol"):
            names = {"ipv4": "ipv4", "ip": "ipv4", "ipv6": "ipv6", "ip6": "ipv6", 2: "ipv4", 10: "ipv6"}
            number = 1 if self.family in [names[one] for one in listed(right)] else 0
            # As a dimension with one number, so that operators mean what they mean.
            return self._constant(number)
        if key == "pkttype" and right == "host":
            return {}, None, []
        raise _UnknownError("meta %s" % key)

    def _constant(self, number):
        """A dimension in which every packet is, or none."""
        return {}, PROTOCOL, [self._bounds[PROTOCOL]] if number else []

    def _of_connection(self, key, about, operator, right):
        values = [native(one) for one in listed(right) if not isinstance(one, (dict, int))]
        if key == "state" and operator in ("in", "==", "!=") and values:
            return self._constant(int(("new" if self.tracked else "invalid") in values))
        if key == "status" and operator in ("in", "==") and values:
            # What is translated is led no further.
            raise _NeverError()
        if key == "direction" and self.tracked:
            return self._constant(int("original" in values))
        raise _UnknownError("ct %s" % " ".join([native(about[part]) for part in ("dir", "key") if part in about]))

    def _of_route(self, about, operator, right):
        flags, result = about.get("flags"), about.get("result")
        if "saddr" in listed(flags) and result == "oif":
            # It looks for packets that no route leads back to, which are none of a flow.
            missing = right is False or right == 0 or right == "missing"
            return self._constant(int(missing == (operator == "!=")))
        if "daddr" in listed(flags) and result == "type" and "saddr" not in listed(flags):
            return self._constant(int(self.local == ("local" in listed(right))))
        raise _UnknownError("fib")

    def _of_flags(self, parts, operator, right):
        if parts[0] is not None and parts[0] != {"payload": {"protocol": "tcp", "field": "flags"}}:
            raise _UnknownError(_shown({"&": parts}))
        looked = 63 if parts[1] is None else _flag_bits(parts[1])
        has = _flag_bits(right) == (_SYN & looked)
        # In JSON, "tcp flags syn" is a match "in": one of these.
        if operator == "in":
            has = bool(_flag_bits(right) & _SYN)
        if has == (operator == "!="):
            raise _NeverError()
        return {PROTOCOL: [(TCP, TCP)]}, None, []

    def _mapped(self, product, value, text, unsure):
        """Rules of a map of verdicts: one for each of its entries."""
        data = value["data"]
        if not isinstance(data, dict):
            data = {"set": self.sets[native(data)[1:]].get("elem") or []}
        for key, verdict in data["set"]:
            (word, about), = verdict.items()
            also = list(unsure)
            if key == "*":
                # All that no other entry has; what these take has ended there.
                asked = product
            else:
                try:
                    asked = self._asked(product, {"left": value["key"], "op": "==", "right": key}, also)
                except _NeverError:
                    continue
            target = native(about["target"]) if word in ("jump", "goto") else None
            yield _rule(asked, _VERDICTS.get(word, GO_ON), target, text, also)

    def _numbers(self, right, number):
        """Intervals of what stands at the right of a match."""
        found = []
        for value in map(element_value, listed(right)):
            name = set_named(value)
            if name is None:
                found.extend(self._intervals(value, number))
            elif name not in self.sets or "map" in self.sets[name]:
                raise _UnknownError("@%s" % name)
            else:
                found.extend(self._numbers({"set": self.sets[name].get("elem") or []}, number))
        return merged(found)

    def _intervals(self, value, number):
        if isinstance(value, dict):
            if "prefix" in value:
                return [addresses(value, self.family)]
            if "range" in value:
                return [interval(value, number)]
            raise _UnknownError(_shown(value))
        found = number(value if isinstance(value, int) else native(value))
        return found if isinstance(found, list) else [found]

    def _address(self, value):
        number = number_of(value, self.family)
        return number, number

    def _interface(self, value):
        return self.interfaces.intervals("lo" if value == 1 else "%s" % value)


def _compared_at_once(data):
    """Matches of one header that nft, 1.0.6 for one, has the kernel compare at once: true where one of them differs."""
    found = {}
    for entry in data.get("expr") or []:
        value = entry.get("match", {})
        header = (value.get("left") or {}).get("payload", {}).get("protocol") if value.get("op") == "!=" else None
        if header and not isinstance(value["right"], dict) and not ("%s" % value["right"]).startswith("@"):
            found.setdefault(header, []).append(value)
    return [value for some in found.values() if len(some) > 1 for value in some]


def _rule(product, verdict, target, text, unsure):
    products = [product] if all(product.values()) else []
    return PacketRule(products, verdict, target, text, ", ".join(unsure) if unsure else None)


def _number(value):
    return int(value), int(value)


def _protocol(value):
    number = PROTOCOLS[value] if value in PROTOCOLS else int(value)
    return number, number


def _flag_bits(value):
    return sum(set(one if isinstance(one, int) else _FLAGS[native(one)] for one in listed(value)))


def _shown(left):
    return to_json(left, sort_keys=True)
