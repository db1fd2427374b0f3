# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What nft compares and the first packet of a connection always has, or one of few values: flags, states, types."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import (
    element_value, listed, set_named,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

_FLAGS = {"fin": 1, "syn": 2, "rst": 4, "psh": 8, "ack": 16, "urg": 32, "ecn": 64, "cwr": 128}
_STATES = {"invalid": 1, "established": 2, "related": 4, "new": 8, "untracked": 64}
_STATUS = {
    "expected": 1, "seen-reply": 2, "assured": 4, "confirmed": 8, "snat": 16, "dnat": 32, "dying": 512,
}
# What a connection may have before its first packet is through: confirmed, source translated, both asked, helper.
_EARLY = (8, 16, 128, 256, 8192)
_KINDS = {
    "unspec": 0, "unicast": 1, "local": 2, "broadcast": 3, "anycast": 4, "multicast": 5, "blackhole": 6,
    "unreachable": 7, "prohibit": 8,
}
_PACKETS = {"host": 0, "unicast": 0, "broadcast": 1, "multicast": 2, "other": 3}
_FAMILIES = {"ipv4": 2, "ipv6": 10}
_PROTOCOLS = {"ip": 0x0800, "ip6": 0x86DD, "arp": 0x0806, "vlan": 0x8100}
_SYN = 2


class Fixed:
    """Values that the first packet of a connection has: one of these."""

    def __init__(self, values, names, breaks=False):
        """
        :param values: one of these, and nobody knows which
        :type values: collections.Iterable[int]
        :param names: numbers by the names that nft has for them
        :type names: dict[object, int]
        :param breaks: whether the rule may end here, whatever it compares with
        :type breaks: bool
        """
        self.values = list(values)
        self._names = names
        self._breaks = breaks

    def masked(self, mask):
        """
        :param mask: as nft tells it
        :rtype: Fixed
        :raises KeyError: it is not known.
        """
        bits = self._bits(mask)
        return Fixed(set(value & bits for value in self.values), self._names, self._breaks)

    def holds(self, operator, right, sets):
        """Whether it compares so.

        :type operator: str
        :param right: as nft tells it
        :param sets: elements by name
        :type sets: Callable[[str], list]
        :returns: None where it is not known
        :rtype: bool | None
        """
        try:
            found = set(self._compared(value, operator, right, sets) for value in self.values)
        except (KeyError, TypeError, ValueError):
            return None
        if self._breaks:
            found.add(False)
        return found.pop() if len(found) == 1 else None

    def _compared(self, value, operator, right, sets):
        name = None if isinstance(right, (bool, list)) else set_named(right)
        if name is not None or (isinstance(right, dict) and "set" in right):
            elements = sets(name) if name is not None else listed(right)
            some = [element_value(one) for one in elements]
            inside = "*" in [one for one in some if not isinstance(one, (dict, list))]
            inside = inside or value in [self._bits(one) for one in some]
            return {"==": inside, "in": inside, "!=": not inside}[operator]
        bits = self._bits(right)
        return {"==": value == bits, "!=": value != bits, "in": bool(value & bits), "!": not value & bits}[operator]

    def _bits(self, right):
        found = 0
        for one in listed(right):
            if isinstance(one, int) and not isinstance(one, bool):
                found |= one
            else:
                found |= self._names[one if isinstance(one, bool) else native(one)]
        return found


def tcp_flags():
    """
    :rtype: Fixed
    """
    return Fixed([_SYN], _FLAGS)


def meta_value(key, family):
    """What is fixed of a packet's own.

    :type key: str
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: Fixed | None
    """
    if key == "nfproto":
        return Fixed([_FAMILIES[family]], _FAMILIES)
    if key == "protocol":
        return Fixed([_PROTOCOLS["ip" if family == "ipv4" else "ip6"]], _PROTOCOLS)
    return Fixed([0], _PACKETS) if key == "pkttype" else None


def connection_value(key, tracked):
    """What is fixed of its connection.

    :type key: str
    :param tracked: whether the kernel knows it yet; None where it may, or not
    :type tracked: bool | None
    :rtype: Fixed | None
    """
    if key == "state":
        states = {True: ["new"], False: ["invalid"], None: ["invalid", "new"]}[tracked]
        return Fixed([_STATES[state] for state in states], _STATES)
    if key == "direction" and tracked:
        return Fixed([0], {"original": 0, "reply": 1})
    if key == "status" and tracked is not None:
        values = [0]
        for bit in _EARLY:
            values += [value | bit for value in values]
        # Without a connection, the rule ends here.
        return Fixed(values, _STATUS, breaks=not tracked)
    return None


def route_value(flags, result, local):
    """What is fixed of the route to its destination, or back to its source.

    :param flags: what the kernel looks at
    :type flags: list[str]
    :type result: str
    :param local: whether packets are for this host
    :type local: bool
    :rtype: Fixed | None
    """
    if result in ("oif", "oifname") and "saddr" in flags:
        # It looks for packets that no route leads back to, which are none of a flow.
        return Fixed([1], {False: 0, True: 1, "missing": 0, "exists": 1, "0": 0}) if result == "oif" else None
    if result == "type" and "daddr" in flags and "saddr" not in flags:
        if flags == ["daddr"]:
            return Fixed([_KINDS["local" if local else "unicast"]], _KINDS)
        # By way of one interface only, or with a mark.
        some = ("local", "unicast") if local else ("unicast", "unspec", "blackhole", "unreachable", "prohibit")
        return Fixed([_KINDS[one] for one in some], _KINDS)
    return None


def no_interface():
    """The name of an interface where there is none. What the kernel then makes of it depends on its release.

    :rtype: Fixed
    """
    return Fixed([0], _AnyName(), breaks=True)


class _AnyName:
    """Each name is another one than none."""

    def __getitem__(self, name):
        if not name or str(name).startswith("*"):
            raise KeyError(name)
        return 1
