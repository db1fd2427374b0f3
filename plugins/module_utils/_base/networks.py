# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks of IPv4 and IPv6. The standard library of Python 2.7 has none.

A network is its canonical text with the length always given, "198.18.1.1/32"; prefixes compare by that text.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import binascii
import bisect
import re
import socket

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import (
    BITS, address_of, interval_of, merged, plain_interval,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import is_text, native

FAMILIES = ("ipv4", "ipv6")
#: every address of a family
WHOLE = {"ipv4": "0.0.0.0/0", "ipv6": "::/0"}
_SOCKET = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
_NETWORK = re.compile(r"([0-9a-fA-F:.]+)(?:/(\d{1,3}))?\Z")


def family_of(text):
    """The family that an address or network is written in.

    :type text: str
    :rtype: str
    """
    return "ipv6" if ":" in text else "ipv4"


def parse_network(text):
    """A network or address in canonical form.

    :type text: str
    :returns: family, canonical text with its length
    :rtype: tuple[str, str]
    :raises ValueError: it is neither, or has bits set behind its length; the text completes "the value ...".
    """
    if not is_text(text):
        raise ValueError("is neither an address nor a network")
    text = native(text)
    # There is but one form in which an address of IPv4 is read.
    if "/" in text and plain_interval(text):
        return "ipv4", text
    found = _NETWORK.match(text)
    if not found:
        raise ValueError("is neither an address nor a network")
    address, length = found.groups()
    family = family_of(address)
    bits = BITS[family]
    prefix = bits if length is None else int(length)
    if prefix > bits:
        raise ValueError("has a length above %d" % bits)
    try:
        packed = socket.inet_pton(_SOCKET[family], address)
    except (socket.error, ValueError):
        raise ValueError("is neither an address nor a network")
    number = int(binascii.hexlify(packed), 16)
    if number & ((1 << (bits - prefix)) - 1):
        raise ValueError("has host bits set; the network is %s" % _network(family, number, prefix))
    return family, "%s/%d" % (socket.inet_ntop(_SOCKET[family], packed), prefix)


def _network(family, number, prefix):
    bits = BITS[family]
    number = number >> (bits - prefix) << (bits - prefix)
    return "%s/%d" % (address_of(number, family), prefix)


def is_network(text, family):
    """Whether a text is a network of a family, in canonical form.

    :type text: str
    :type family: str
    :rtype: bool
    """
    try:
        return parse_network(text) == (family, text)
    except ValueError:
        return False


def is_address(network):
    """Whether a canonical network is a single address.

    :rtype: bool
    """
    return network.endswith("/128") if ":" in network else network.endswith("/32")


def shown(network):
    """A canonical network for people: a single address without its length.

    :rtype: str
    """
    return network.rpartition("/")[0] if is_address(network) else network


def interval(network):
    """First and last address of a canonical network, as numbers.

    :type network: str
    :rtype: tuple[int, int]
    """
    return interval_of(network, family_of(network))


def apart(networks):
    """The same addresses, a network of two as these two: they are neighbours, each with 31 or 127 bits in common.

    :param networks: canonical networks; what somebody else put into a set of ours and is none stays as it is
    :type networks: collections.Iterable[str]
    :rtype: list[str]
    """
    found = []
    for network in networks:
        family = family_of(network)
        if network.endswith("/%d" % (BITS[family] - 1)) and is_network(network, family):
            found.extend(_network(family, number, BITS[family]) for number in interval(network))
        else:
            found.append(network)
    return found


def sort_key(network):
    """Orders canonical networks of both families; behind them what is none, as in :func:`apart`.

    :rtype: tuple
    """
    try:
        first, last = interval(network)
    except ValueError:
        return (2, network)
    return (int(":" in network), first, last)


def within(parts, whole):
    """Whether every address of some canonical networks lies in others of the same family.

    :type parts: list[str]
    :type whole: list[str]
    :rtype: bool
    """
    blocks = merged(interval(network) for network in whole)
    at = 0
    for first, last in sorted(interval(network) for network in parts):
        while at < len(blocks) and blocks[at][1] < first:
            at += 1
        if at == len(blocks) or first < blocks[at][0] or last > blocks[at][1]:
            return False
    return True


class Search:
    """Some canonical networks, to look many addresses up in."""

    def __init__(self, networks):
        """
        :type networks: list[str]
        """
        self._by_family = {}
        for family in FAMILIES:
            blocks = merged(interval(network) for network in networks if family_of(network) == family)
            self._by_family[family] = ([first for first, _last in blocks], [last for _first, last in blocks])

    def holds(self, address):
        """Whether an address lies in one of the networks.

        :param address: a canonical network or a single address
        :type address: str
        :rtype: bool
        """
        family, canonical = parse_network(address)
        first, last = interval(canonical)
        beginnings, ends = self._by_family[family]
        at = bisect.bisect_right(beginnings, first) - 1
        return at >= 0 and last <= ends[at]


def count_text(networks):
    """How many addresses and networks, in words. A network of two addresses counts as these two.

    :type networks: collections.Iterable[str]
    :rtype: str
    """
    networks = apart(networks)
    addresses = sum(1 for network in networks if is_address(network))
    others = len(networks) - addresses
    parts = []
    if addresses or not others:
        parts.append("%d address%s" % (addresses, "" if addresses == 1 else "es"))
    if others:
        parts.append("%d network%s" % (others, "" if others == 1 else "s"))
    return ", ".join(parts)
