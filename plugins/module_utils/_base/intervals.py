# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Intervals of whole numbers: what a set holds, however it is written.

An interval is a pair, first and last. Networks that nest and ports that follow one another are the same set in many
ways; comparing and telling the difference needs one.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import binascii
import socket
import struct

# Plans name many thousands of these: the numbers of IPv6 take twice as long to make.
_IPV4 = struct.Struct("!I")
_SOCKET = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
#: of an address
BITS = {"ipv4": 32, "ipv6": 128}
# Addresses of a network of IPv4, by its length as it is written.
_SIZES = dict(("%d" % length, 1 << (BITS["ipv4"] - length)) for length in range(BITS["ipv4"] + 1))


def number_of(address, family):
    """An address as a number.

    :type address: str
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: int
    :raises ValueError: it is not an address of this family.
    """
    try:
        packed = socket.inet_pton(_SOCKET[family], address)
    except (socket.error, TypeError):
        raise ValueError("%s is not an address" % (address,))
    return _IPV4.unpack(packed)[0] if family == "ipv4" else int(binascii.hexlify(packed), 16)


def address_of(number, family):
    """The reverse of :func:`number_of`, in canonical form.

    :type number: int
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: str
    """
    packed = _IPV4.pack(number) if family == "ipv4" else binascii.unhexlify("%032x" % number)
    return socket.inet_ntop(_SOCKET[family], packed)


def interval_of(network, family):
    """First and last address of a canonical network.

    :type network: str
    :type family: str
    :rtype: tuple[int, int]
    """
    address, _slash, length = network.partition("/")
    first = number_of(address, family)
    return first, first + (1 << (BITS[family] - int(length))) - 1


def plain_interval(network):
    """First and last address of a network of IPv4 in the plainest form, as nearly all are where there are thousands.

    :param network: with its length, or a single address
    :type network: str
    :returns: None for anything else, which may still be a network
    :rtype: tuple[int, int] | None
    """
    address, slash, length = network.partition("/")
    size = _SIZES.get(length) if slash else 1
    if not size:
        return None
    try:
        first = number_of(address, "ipv4")
    except ValueError:
        return None
    return None if first % size else (first, first + size - 1)


def block(address, length, family):
    """First and last address of a network.

    :param address: its first one
    :type address: str
    :type length: int
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: tuple[int, int]
    :raises ValueError: the address is of another family, or there is no such network.
    """
    first, rest = number_of(address, family), BITS[family] - length
    if not 0 <= rest <= BITS[family] or first & ((1 << rest) - 1):
        raise ValueError("%s/%d is not a network" % (address, length))
    return first, first + (1 << rest) - 1


def mask_of(length, family):
    """The mask of networks of a length, as an address.

    :type length: int
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: str
    """
    bits = BITS[family]
    return address_of((1 << bits) - (1 << (bits - length)), family)


def length_of_mask(mask, family):
    """The reverse; None where it is not the mask of any length.

    :type mask: str
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: int | None
    """
    bits = BITS[family]
    try:
        rest = (1 << bits) - 1 - number_of(mask, family)
    except ValueError:
        return None
    return None if rest & (rest + 1) else bits - rest.bit_length()


def networks_of(interval, family):
    """The fewest networks that make up an interval of addresses, in canonical form.

    :type interval: tuple[int, int]
    :type family: str
    :rtype: list[str]
    """
    bits = BITS[family]
    first, last = interval
    size = last - first
    # Most are one network, with no bit in common with what it varies by.
    if size >= 0 and not size & (size + 1) and not first & size:
        return ["%s/%d" % (address_of(first, family), bits - size.bit_length())]
    found = []
    while first <= last:
        size = bits if first == 0 else (first & -first).bit_length() - 1
        while first + (1 << size) - 1 > last:
            size -= 1
        found.append("%s/%d" % (address_of(first, family), bits - size))
        first += 1 << size
    return found


def merged(intervals):
    """The same numbers in the fewest intervals, in order.

    :type intervals: collections.Iterable[tuple[int, int]]
    :rtype: list[tuple[int, int]]
    """
    found = []
    for first, last in sorted(intervals):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        else:
            found.append((first, last))
    return found


def outermost(networks, family):
    """Networks without those that lie in another of them, in order.

    :type networks: collections.Iterable[str]
    :type family: str
    :returns: these networks, and first and last address of each
    :rtype: tuple[list[str], list[tuple[int, int]]]
    """
    networks = list(networks)
    blocks = [interval_of(network, family) for network in networks]
    # So they come where there are many.
    if all(blocks[at][1] < blocks[at + 1][0] for at in range(len(blocks) - 1)):
        return networks, blocks
    found, intervals, end = [], [], -1
    for at in sorted(range(len(blocks)), key=lambda at: (blocks[at][0], -blocks[at][1], networks[at])):
        if blocks[at][1] > end:
            end = blocks[at][1]
            found.append(networks[at])
            intervals.append(blocks[at])
    return found, intervals


def aligned(present, wanted):
    """The present numbers, cut as the wanted ones are, so that what differs is told in the same words.

    :param present: merged
    :type present: list[tuple[int, int]]
    :type wanted: collections.Iterable[tuple[int, int]]
    :returns: wanted intervals that are wholly there, and intervals that make up the rest of what is there
    :rtype: tuple[list[tuple[int, int]], list[tuple[int, int]]]
    """
    there, at = [], 0
    for first, last in sorted(wanted):
        while at < len(present) and present[at][1] < first:
            at += 1
        if at < len(present) and present[at][0] <= first and last <= present[at][1]:
            there.append((first, last))
    rest, covers, at = [], merged(there), 0
    for first, last in present:
        while at < len(covers) and covers[at][1] <= last:
            if first < covers[at][0]:
                rest.append((first, covers[at][0] - 1))
            first = covers[at][1] + 1
            at += 1
        if first <= last:
            rest.append((first, last))
    return there, rest
