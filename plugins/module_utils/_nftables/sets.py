# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of networks, as nft holds them: a tree of intervals, or hashes of the first addresses of networks of one length.

The kernel goes down a tree for each packet, and nft takes its time over one, whether it tests, loads or lists it. Where
a rule looks only at as much of an address as all networks of a set have, a hash finds it in one step.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import (
    BITS, length_of_mask, mask_of, merged, networks_of, number_of, outermost,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import is_address, shown
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import is_text, native
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import addresses as addresses_of

#: networks of one length that get a set of their own: each costs a packet a look, which a smaller tree is not worth
MANY = 1000

_TYPES = {"ipv4": "ipv4_addr", "ipv6": "ipv6_addr"}
_AND = " & "
# What a set of ours has, in JSON.
_PLAIN_SET = frozenset(["family", "name", "table", "type", "handle", "flags", "elem", "count"])


class Set:
    """A named set of networks of one family."""

    def __init__(self, family, elements, networks=None, hashed=False, odd=False, addresses=None):
        """
        :param family: ipv4 or ipv6
        :type family: str
        :param elements: first and last number of each; None where addresses are given
        :type elements: list[tuple[int, int]] | None
        :param networks: the same in canonical form, in order, where it is known
        :type networks: list[str] | None
        :param hashed: whether it holds addresses alone, no intervals
        :type hashed: bool
        :param odd: whether it is something else than a set that we make
        :type odd: bool
        :param addresses: of a hashed set, as texts: only where they differ from those of another is each looked at
        :type addresses: list[str] | None
        """
        self.family = family
        self.hashed = hashed
        self._odd = odd
        self._known = elements
        self._networks = networks
        self._addresses = addresses
        self._intervals = None
        #: by mask
        self._seen = {}

    @property
    def odd(self):
        """Whether it is something else than a set that we make.

        :rtype: bool
        """
        return self._odd or len(self._elements) != len(self._addresses or self._elements)

    @property
    def _elements(self):
        if self._known is None:
            self._known = []
            for address in self._addresses:
                try:
                    number = number_of(address, self.family)
                except ValueError:
                    continue
                self._known.append((number, number))
        return self._known

    @property
    def networks(self):
        """Canonical, in order; none lies in another. Of a set that was read, only a difference asks for them.

        :rtype: list[str]
        """
        if self._networks is None:
            found = [network for one in self._elements for network in networks_of(one, self.family)]
            self._networks = outermost(found, self.family)[0]
        return self._networks

    @property
    def intervals(self):
        """What is in it, however it is written.

        :rtype: list[tuple[int, int]]
        """
        if self._intervals is None:
            self._intervals = merged(self._elements)
        return self._intervals

    def seen_through(self, mask):
        """Networks of the packets that match where a rule looks at a part of their address.

        :param mask: as :func:`masked` writes it; empty for the whole address
        :type mask: str
        :returns: None where it is none of our rules
        :rtype: list[str] | None
        """
        if not mask:
            return self.networks
        if mask not in self._seen:
            self._seen[mask] = self._first_bits(mask)
        return self._seen[mask]

    def is_seen_as(self, length, networks):
        """What :meth:`seen_through` gives for the mask of a length, where it is known.

        :type length: int
        :type networks: list[str]
        """
        self._seen[mask_of(length, self.family)] = networks

    def _first_bits(self, mask):
        length = length_of_mask(mask, self.family)
        if length is None or not self.hashed:
            return None
        size, found = 1 << (BITS[self.family] - length), []
        for network in self.networks:
            address = shown(network)
            # No packet has what the mask takes away.
            if is_address(network) and not number_of(address, self.family) % size:
                found.append("%s/%d" % (address, length))
        return found

    def same(self, other):
        """Whether both hold the same addresses in the same way.

        :type other: Set
        :rtype: bool
        """
        if self._has_the_very(other):
            return True
        return self.is_like(other) and self.intervals == other.intervals

    def _has_the_very(self, other):
        """Whether both have the same texts. If not, they may still be the same."""
        if self.family != other.family or None in (self._addresses, other._addresses) or self._odd or other.odd:
            return False
        return frozenset(self._addresses) == frozenset(other._addresses)

    def is_like(self, other):
        """Whether both are sets of one kind.

        :type other: Set
        :rtype: bool
        """
        return (self.family, self.hashed, self.odd) == (other.family, other.hashed, other.odd)

    def lines(self):
        """What the set is, as nft reads it.

        :rtype: list[str]
        """
        lines = ["type %s" % _TYPES[self.family]] + ([] if self.hashed else ["flags interval"])
        # One a line, for nft repeats the line of a mistake.
        hosts = [native(one) for one in self._addresses or ()]
        elements = ["\t%s," % one for one in hosts or [shown(network) for network in self.networks]]
        if elements:
            elements[-1] = elements[-1].rstrip(",")
            lines.extend(["elements = {"] + elements + ["}"])
        return lines

    def as_data(self):
        """The set as data from which :func:`set_from` makes it again.

        :rtype: list
        """
        return [self.family, self.networks, self.odd, self.hashed]


def set_of(family, networks, odd=False, hashed=False):
    """A set of networks.

    :param networks: canonical
    :type networks: collections.Iterable[str]
    :rtype: Set
    """
    kept, elements = outermost(networks, family)
    return Set(family, elements, kept, hashed, odd)


def sets_of(family, networks):
    """How networks are held best: lengths of which there are many, and single addresses alone, as hashes.

    :param networks: canonical
    :type networks: collections.Iterable[str]
    :returns: length, or None for what is looked at as a whole, and the set of each
    :rtype: list[tuple[int | None, Set]]
    """
    kept, elements = outermost(networks, family)
    by_length = {}
    for at, network in enumerate(kept):
        address, _slash, length = network.partition("/")
        by_length.setdefault(length, []).append((network, elements[at], address))
    found, tree = [], []
    for length, some in sorted((int(length), some) for length, some in by_length.items()):
        # Single addresses alone are one look in any case, and a mask, which people would have to read, they need none.
        alone = length == BITS[family] and len(by_length) == 1
        if len(some) < MANY and not alone:
            tree.extend(some)
            continue
        firsts = [(first, first) for _network, (first, _last), _address in some]
        hosts = ["%s/%d" % (address, BITS[family]) for _network, _element, address in some]
        addresses = [address for _network, _element, address in some]
        held = Set(family, firsts, hosts, hashed=True, addresses=addresses)
        held.is_seen_as(length, [network for network, _element, _address in some])
        found.append((length, held))
    if tree or not found:
        tree.sort(key=lambda one: one[1])
        found.append((None, Set(family, [one[1] for one in tree], [one[0] for one in tree])))
    return found


def masked(looked_at, family, length):
    """What a rule looks at where only the first bits of an address count.

    :param looked_at: such as ``ip saddr``
    :type looked_at: str
    :param length: None for all of them
    :type length: int | None
    :rtype: str
    """
    if length in (None, BITS[family]):
        return looked_at
    return looked_at + _AND + mask_of(length, family)


def unmasked(left):
    """The reverse: what is looked at, and the mask, which is empty for the whole address.

    :type left: str
    :rtype: tuple[str, str]
    """
    looked_at, _and, mask = left.partition(_AND)
    return looked_at, mask


def read_set(about):
    """A set as nft tells it in JSON; what is none of ours is odd, and what can be read of it is there.

    :type about: dict
    :rtype: Set
    """
    flags, kind = about.get("flags"), about.get("type")
    hashed = "flags" not in about
    odd = not (hashed or flags in (["interval"], "interval"))
    odd = odd or not set(about) <= _PLAIN_SET or kind not in _TYPES.values()
    family = "ipv6" if kind == _TYPES["ipv6"] else "ipv4"
    found, elements = about.get("elem") or [], []
    if hashed and not odd and all(is_text(element) and "/" not in element for element in found):
        return Set(family, None, hashed=True, addresses=found)
    for element in found:
        try:
            first, last = addresses_of(element, family)
        except (ValueError, TypeError, KeyError, AttributeError):
            odd = True
            continue
        # What ends before it begins holds nothing.
        elements.extend([(first, last)] if first <= last else [])
    return Set(family, elements, hashed=hashed, odd=odd)


def set_from(data):
    """The reverse of :meth:`Set.as_data`.

    :param data: as an older release has saved it, too, which knew trees alone
    :type data: list
    :rtype: Set
    """
    family, networks, odd = data[:3]
    return set_of(native(family), [native(network) for network in networks], odd, bool(data[3:4] and data[3]))
