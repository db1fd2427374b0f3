# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of networks, as nft holds them: a tree of intervals, or hashes of the first addresses of networks of one length.

The kernel goes down a tree for each packet, and nft takes its time over one, whether it tests, loads or lists it. Where
a rule looks only at as much of an address as all networks of a set have, a hash finds it in one step.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import (
    BITS, length_of_mask, mask_of, merged, networks_of, outermost,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import is_network, shown
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import addresses

#: networks of one length that get a set of their own: each costs a packet a look, which a smaller tree is not worth
MANY = 1000

_TYPES = {"ipv4": "ipv4_addr", "ipv6": "ipv6_addr"}
_AND = " & "
# What a set of ours has, in JSON.
_PLAIN_SET = frozenset(["family", "name", "table", "type", "handle", "flags", "elem", "count"])


class Set:
    """A named set of networks of one family."""

    def __init__(self, family, elements, networks=None, hashed=False, odd=False):
        """
        :param family: ipv4 or ipv6
        :type family: str
        :param elements: first and last number of each
        :type elements: list[tuple[int, int]]
        :param networks: the same in canonical form, in order, where it is known
        :type networks: list[str] | None
        :param hashed: whether it holds addresses alone, no intervals
        :type hashed: bool
        :param odd: whether it is something else than a set that we make
        :type odd: bool
        """
        self.family = family
        self.hashed = hashed
        self.odd = odd
        self._elements = elements
        self._networks = networks
        #: by mask
        self._seen = {}
        self.intervals = merged(elements)

    @property
    def networks(self):
        """Canonical, in order; none lies in another. Of a set that was read, only a difference asks for them.

        :rtype: list[str]
        """
        if self._networks is None:
            found = [network for one in self._elements for network in networks_of(one, self.family)]
            self._networks = outermost(found, self.family)[0]
        return self._networks

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

    def _first_bits(self, mask):
        length = length_of_mask(mask, self.family)
        if length is None or not self.hashed:
            return None
        found = ("%s/%d" % (shown(address), length) for address in self.networks)
        # No packet has what the mask takes away.
        return [network for network in found if is_network(network, self.family)]

    def same(self, other):
        """Whether both hold the same addresses in the same way.

        :type other: Set
        :rtype: bool
        """
        return self.is_like(other) and self.intervals == other.intervals

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
        elements = ["\t%s," % shown(network) for network in self.networks]
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
    by_length, tree = {}, []
    for at, network in enumerate(kept):
        by_length.setdefault(int(network.rpartition("/")[2]), []).append((network, elements[at]))
    found = []
    for length, pairs in sorted(by_length.items()):
        # Single addresses alone are one look in any case, and a mask, which people would have to read, they need none.
        alone = length == BITS[family] and len(by_length) == 1
        if len(pairs) < MANY and not alone:
            tree.extend(pairs)
            continue
        hosts = ["%s/%d" % (network.rpartition("/")[0], BITS[family]) for network, _element in pairs]
        found.append((length, Set(family, [(first, first) for _network, (first, _last) in pairs], hosts, hashed=True)))
    if tree or not found:
        tree.sort(key=lambda pair: pair[1])
        networks, elements = [one for one, _element in tree], [element for _one, element in tree]
        found.append((None, Set(family, elements, networks)))
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
    elements = []
    for element in about.get("elem") or []:
        try:
            first, last = addresses(element, family)
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
