# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What expressions of nft look at, in the form of boxes."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import (
    block, length_of_mask, merged, number_of,
)
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import (
    ICMP_TYPES, addresses, element_value, interval, listed, set_named,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.iptables import PROTOCOLS
from ansible_collections.portledger.qradar.plugins.module_utils._packets.nft_fixed import (
    connection_value, meta_value, no_interface, route_value, tcp_flags,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import (
    CAME, DESTINATION, GOES, ICMP, ICMPV6, PORT, PROTOCOL, SOURCE, SOURCE_PORT, TCP, UDP, complement,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native, to_json

_FAMILIES = {"ip": "ipv4", "ip6": "ipv6", "icmp": "ipv4", "icmpv6": "ipv6"}
_WITH_PORTS = [(TCP, TCP), (UDP, UDP), (33, 33), (132, 132), (136, 136)]
_PORT_FIELDS = {"dport": PORT, "sport": SOURCE_PORT}
_SERVICES = {
    "tcp": TCP, "udp": UDP, "dccp": 33, "sctp": 132, "udplite": 136, "icmp": ICMP, "icmpv6": ICMPV6, "esp": 50,
    "ah": 51, "comp": 108, "igmp": 2,
}
_INTERFACES = {"iifname": CAME, "iif": CAME, "oifname": GOES, "oif": GOES}
#: of an element of a set what says nothing about what it matches
_ELEMENT = frozenset(["val", "timeout", "expires", "counter", "comment", "last"])


class UnknownError(Exception):
    """What this code cannot know; its text is for people."""


class NeverError(Exception):
    """The first packet of a connection is never like that."""


class Key:
    """What an expression looks at."""

    def __init__(self, needs=None, dimension=None, number=None, fixed=None, unknown=None, odd=None, first_bits=False):
        """
        :param needs: packets that have it at all: where others come, the rule ends
        :type needs: dict[int, list[tuple[int, int]]] | None
        :type dimension: int | None
        :param number: first and last number of a value, or a list of such
        :type number: Callable[[object], object] | None
        :type fixed: Fixed | None
        :param unknown: what it looks at that cannot be known, for people
        :type unknown: str | None
        :param odd: packets that have something else in its place, which cannot be known
        :type odd: dict[int, list[tuple[int, int]]] | None
        :param first_bits: whether only the first bits of it are looked at
        :type first_bits: bool
        """
        self.needs = needs or {}
        self.dimension = dimension
        self.number = number
        self.fixed = fixed
        self.unknown = unknown
        self.odd = odd
        self.first_bits = first_bits


class Keys:
    """Reads expressions for one family at one place."""

    def __init__(self, reader):
        """
        :type reader: _packets.evaluate.RuleReader
        """
        self._reader = reader
        self._family = reader.family

    def key(self, left):
        """What an expression looks at.

        :raises NeverError: no packet of this family has it.
        :rtype: Key
        """
        try:
            found = self._known(left)
        except (AttributeError, KeyError, TypeError, ValueError):
            found = None
        return found or Key(unknown=shown(left))

    def elements(self, name):
        """Elements of a set, or keys of a map.

        :type name: str
        :rtype: list
        :raises UnknownError: there is none, or one of them matches at times.
        """
        about = self._reader.sets.get(name)
        if about is None:
            raise UnknownError("@%s" % name)
        return plain([one[0] if "map" in about else one for one in about.get("elem") or []])

    def changed(self, name):
        """What rules do to a set: "add", "update", "delete"; nothing where they leave it alone.

        :type name: str | None
        :rtype: collections.Container[str]
        """
        return self._reader.changed.get(name, ())

    def intervals(self, key, right):
        """Numbers that something stands for at the right of a match.

        :type key: Key
        :rtype: list[tuple[int, int]]
        :raises UnknownError: it is not known.
        """
        found = []
        for value in map(element_value, listed(right)):
            name = set_named(value)
            if name is not None:
                # A set in a set is none of nft's.
                found.extend(self._one_of(key, value) for value in self.elements(name))
            else:
                found.append(self._one_of(key, value))
        return merged(one for some in found for one in some)

    def _one_of(self, key, value):
        if isinstance(value, dict):
            if key.first_bits:
                raise UnknownError(shown(value))
            if "prefix" in value:
                return [addresses(value, self._family)]
            if "range" in value:
                return [interval(value, key.number)]
            raise UnknownError(shown(value))
        if value == "*":
            return [self._reader.whole[key.dimension]]
        if isinstance(value, bool) or not isinstance(value, (int, str, type(u""))):
            raise UnknownError(shown(value))
        found = key.number(value if isinstance(value, int) else native(value))
        return found if isinstance(found, list) else [found]

    def _known(self, left):
        (kind, about), = left.items()
        if kind == "payload" and "protocol" in about:
            return self._of_payload(native(about["protocol"]), native(about["field"]))
        if kind == "meta":
            return self._of_meta(native(about["key"]))
        if kind == "ct":
            fixed = None if "dir" in about else connection_value(native(about["key"]), self._reader.tracked)
            words = [native(about[part]) for part in ("dir", "key") if part in about]
            return Key(fixed=fixed, unknown=None if fixed else "ct %s" % " ".join(words))
        if kind == "fib":
            flags = [native(one) for one in listed(about["flags"])]
            fixed = route_value(flags, native(about["result"]), self._reader.local)
            return Key(fixed=fixed, unknown=None if fixed else shown(left))
        if kind == "&":
            inner = self.key(about[0])
            if inner.fixed and len(about) == 2:
                return Key(inner.needs, fixed=inner.fixed.masked(about[1]))
            if inner.dimension in (SOURCE, DESTINATION) and len(about) == 2:
                length = length_of_mask(native(about[1]), self._family)
                if length is not None:
                    return Key(inner.needs, inner.dimension, self._network(length), first_bits=True)
            return Key(inner.needs, unknown=shown(left))
        if kind in ("|", "^", "<<", ">>") and isinstance(about, list):
            return Key(self.key(about[0]).needs, unknown=shown(left))
        if kind == "tcp option":
            return Key({PROTOCOL: [(TCP, TCP)]}, unknown=shown(left))
        return None

    def _of_payload(self, protocol, field):
        needs = {}
        if protocol in _FAMILIES and _FAMILIES[protocol] != self._family:
            raise NeverError()
        if protocol in _SERVICES:
            needs[PROTOCOL] = [(_SERVICES[protocol], _SERVICES[protocol])]
        if protocol in ("ip", "ip6"):
            if field in ("saddr", "daddr"):
                return Key(dimension=SOURCE if field == "saddr" else DESTINATION, number=self._address)
            if field in ("protocol", "nexthdr"):
                return Key(dimension=PROTOCOL, number=_protocol)
        elif protocol == "th" and field in _PORT_FIELDS:
            odd = {PROTOCOL: complement(_WITH_PORTS, self._reader.whole[PROTOCOL])}
            return Key({PROTOCOL: _WITH_PORTS}, _PORT_FIELDS[field], _number, odd=odd)
        elif field in _PORT_FIELDS and protocol in _SERVICES:
            return Key(needs, _PORT_FIELDS[field], _number)
        elif protocol in ("icmp", "icmpv6") and field == "type":
            names = ICMP_TYPES[protocol + " type"]
            return Key(needs, PORT, lambda value: _number(names.get(value, value)))
        elif protocol == "tcp" and field == "flags":
            return Key(needs, fixed=tcp_flags())
        return Key(needs, unknown="%s %s" % (protocol, field))

    def _of_meta(self, key):
        if key == "l4proto":
            return Key(dimension=PROTOCOL, number=_protocol)
        if key in _INTERFACES:
            dimension = _INTERFACES[key]
            if dimension == GOES and self._reader.hook in ("prerouting", "input"):
                return Key(fixed=no_interface())
            if dimension == CAME and self._reader.hook == "postrouting":
                # Some kernels have forgotten it there.
                return Key(unknown="meta %s" % key)
            return Key(dimension=dimension, number=self._interface)
        fixed = meta_value(key, self._family)
        return Key(fixed=fixed, unknown=None if fixed else "meta %s" % key)

    def _address(self, value):
        number = number_of(value, self._family)
        return number, number

    def _network(self, length):
        """Addresses whose first bits are those of a value."""

        def of(value):
            try:
                return block(value, length, self._family)
            except ValueError:
                # Where it is an address, it has bits that no packet has once the mask is applied.
                self._address(value)
                return []

        return of

    def _interface(self, value):
        if isinstance(value, int) and value != 1:
            raise UnknownError("interface %d" % value)
        return self._reader.interface("lo" if value == 1 else value)


def plain(elements):
    """Elements without what belongs to them.

    :type elements: list
    :rtype: list
    :raises UnknownError: one of them matches at times.
    """
    for one in elements:
        odd = set(one["elem"]) - _ELEMENT if isinstance(one, dict) and "elem" in one else ()
        if odd:
            raise UnknownError("%s of an element" % native(sorted(odd)[0]))
    return [element_value(one) for one in elements]


def shown(value):
    """An expression, for people.

    :rtype: str
    """
    try:
        text = value if isinstance(value, str) else _in_short(value) or to_json(value, sort_keys=True)
    except RuntimeError:
        text = "what is too deep"
    text = " ".join(text.split())
    return text if len(text) <= 60 else text[:57] + "..."


def _in_short(value):
    """As nft itself writes what is common; None of others."""
    if not isinstance(value, dict) or len(value) != 1:
        return None
    (kind, about), = value.items()
    names = {"payload": ("protocol", "field"), "meta": ("key",), "ct": ("dir", "key"), "fib": ("flags", "result")}
    if kind == "concat" and isinstance(about, list):
        return " . ".join(shown(one) for one in about)
    if kind == "&" and isinstance(about, list) and len(about) == 2:
        bits = [shown(native(one) if isinstance(one, type(u"")) else one) for one in listed(about[1])]
        return "%s & %s" % (shown(about[0]), "|".join(bits))
    if kind not in names or not isinstance(about, dict) or not set(names[kind][-1:]) <= set(about):
        return None
    words = [] if kind == "payload" else [kind]
    for part in names[kind]:
        words.extend([" . ".join("%s" % (one,) for one in listed(about[part]))] if part in about else [])
    return " ".join(words)


def _number(value):
    number = int(value)
    if not 0 <= number <= 65535:
        raise ValueError(value)
    return number, number


def _protocol(value):
    number = PROTOCOLS[value] if value in PROTOCOLS else int(value)
    return number, number
