# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a match of nft leaves of packets. A product with reasons stands for packets of which some match, or none."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import merged
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import listed, set_named
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import narrowed, without
from ansible_collections.portledger.qradar.plugins.module_utils._packets.nft_keys import (
    NeverError, UnknownError, plain, shown,
)

_TROUBLE = (AttributeError, IndexError, KeyError, TypeError, ValueError, UnknownError)
# More products than this take too long, and nobody could read what comes of them.
_MOST = 300
#: why a match with a set is left open
CHANGED_BY_RULES = "@%s, which rules change"


class Way:
    """Packets that come to an expression: a product, and keys that can be known of them."""

    def __init__(self, product, why, keys):
        self.product = product
        self.why = why
        #: of each part of the expression: its key, or None where it cannot be known
        self.keys = keys


class Matcher:
    """Compares expressions with values."""

    def __init__(self, keys, whole):
        """
        :type keys: _packets.nft_keys.Keys
        :param whole: the box that holds every packet
        :type whole: tuple
        """
        self._keys = keys
        self._whole = whole

    def ways(self, parts, left):
        """Packets that have what an expression looks at. The others' rule ends.

        :param parts: products and the reasons why they are unsure
        :type parts: list[tuple[dict, tuple]]
        :param left: an expression
        :rtype: list[Way]
        """
        some = left["concat"] if isinstance(left, dict) and isinstance(left.get("concat"), list) else [left]
        try:
            keys = [self._keys.key(one) for one in some]
        except NeverError:
            return []
        found = [Way(product, why, []) for product, why in parts]
        for key in keys:
            found = [way for before in found for way in self._through(before, key)]
        return found

    def _through(self, way, key):
        product = _both(way.product, key.needs)
        if product is not None:
            if key.unknown:
                yield Way(product, way.why + (key.unknown,), way.keys + [None])
            else:
                yield Way(product, way.why, way.keys + [key])
        product = _both(way.product, key.odd) if key.odd else None
        if product is not None:
            yield Way(product, way.why + ("ports of a protocol without any",), way.keys + [None])

    def match(self, parts, left, operator, right):
        """Packets that match.

        :type parts: list[tuple[dict, tuple]]
        :type operator: str
        :rtype: list[tuple[dict, tuple]]
        """
        found = []
        for way in self.ways(parts, left):
            try:
                found.extend(self._matched(way, operator, right))
            except _TROUBLE as error:
                why = str(error) if isinstance(error, UnknownError) else shown(left)
                found.append((way.product, way.why + (why,)))
        return found

    def _matched(self, way, operator, right):
        if None in way.keys and len(way.keys) == 1:
            return [(way.product, way.why)]
        if len(way.keys) == 1 and (way.keys[0].fixed or operator in ("<", ">", "<=", ">=")):
            return self._compared(way, way.keys[0], operator, right)
        if operator not in ("==", "in", "!="):
            raise ValueError(operator)
        some = self._changed(way, self.of_elements(way, self.elements(right)), right)
        return self.rest(way, some) if operator == "!=" else some

    def _compared(self, way, key, operator, right):
        if key.fixed:
            holds = key.fixed.holds(operator, right, self._keys.elements)
            if holds is None:
                raise ValueError(right)
            return [(way.product, way.why)] if holds else []
        (at, last), = self._keys.intervals(key, right)
        if at != last:
            raise ValueError(right)
        low, high = self._whole[key.dimension]
        low, high = {"<": (low, at - 1), "<=": (low, at), ">": (at + 1, high), ">=": (at, high)}[operator]
        product = _both(way.product, {key.dimension: [(low, high)]}) if low <= high else None
        return [] if product is None else [(product, way.why)]

    def elements(self, right):
        """Values at the right of a match.

        :rtype: list
        :raises UnknownError: they are those of a set that is not known.
        """
        name = None if isinstance(right, (dict, list, bool)) else set_named(right)
        return self._keys.elements(name) if name is not None else plain(listed(right))

    def _changed(self, way, some, right):
        """Packets that are in a set, where rules may put any into it; what it has may go where rules take away."""
        name = None if isinstance(right, (dict, list, bool)) else set_named(right)
        how = self._keys.changed(name)
        if not how:
            return some
        unsure = [(way.product, way.why + (CHANGED_BY_RULES % name,))]
        return unsure if "delete" in how else some + unsure

    def of_elements(self, way, elements):
        """Packets that have one of some values.

        :type way: Way
        :rtype: list[tuple[dict, tuple]]
        """
        found, unsure = {}, []
        for element in elements:
            try:
                known = self._element(way, element)
            except _TROUBLE as error:
                why = str(error) if isinstance(error, UnknownError) else shown(element)
                unsure.append((way.product, way.why + (why,)))
                continue
            if known is not None:
                first, others = known
                found.setdefault(others, []).extend(first)
        if len(found) + len(unsure) > _MOST:
            raise UnknownError("%d values" % len(found))
        sure = []
        for others, first in found.items():
            product = way.product
            for dimension, intervals in (() if first == [] else ((self._first(way), merged(first)),)) + others:
                product = None if product is None else _both(product, {dimension: list(intervals)})
            if product is not None:
                sure.append((product, way.why))
        return sure + unsure

    @staticmethod
    def _first(way):
        """The dimension in which elements that differ in nothing else are taken together."""
        return ([key.dimension for key in way.keys if key and key.dimension is not None] + [None])[0]

    def _element(self, way, element):
        """Intervals in the first dimension, and what else is asked; None where no packet is so."""
        if element == "*":
            dimension = self._first(way)
            return ([] if dimension is None else [self._whole[dimension]]), ()
        values = element["concat"] if isinstance(element, dict) and "concat" in element else [element]
        if len(values) != len(way.keys):
            raise ValueError(element)
        first, others = None, []
        for at, key in enumerate(way.keys):
            value = values[at]
            if key is None:
                continue
            if key.fixed:
                holds = key.fixed.holds("==", value, self._keys.elements)
                if holds is None:
                    raise ValueError(value)
                if not holds:
                    return None
                continue
            intervals = self._keys.intervals(key, value)
            if not intervals:
                return None
            if first is None:
                first = intervals
            else:
                others.append((key.dimension, tuple(intervals)))
        return first or [], tuple(others)

    def rest(self, way, some):
        """Packets that some leave. Those that are unsure leave theirs.

        :type way: Way
        :param some: as of_elements returns them
        :type some: list[tuple[dict, tuple]]
        :rtype: list[tuple[dict, tuple]]
        """
        unsure = [(product, why) for product, why in some if why]
        if way.why:
            return [(way.product, way.why)]
        sure = [product for product, why in some if not why]
        left = without(way.product, sure, self._whole)
        if len(left) > _MOST:
            raise UnknownError("%d values" % len(sure))
        found = []
        for product in left:
            # What may be among those that are unsure may be left, too.
            for one, why in unsure:
                both = _both(product, one)
                if both is not None:
                    found.append((both, why))
            found.extend((one, ()) for one in without(product, [one for one, _why in unsure], self._whole))
        return found


def _both(product, needs):
    """A product that asks for more, or None where nothing is left of it."""
    for dimension, intervals in (needs or {}).items():
        product = narrowed(product, dimension, intervals)
        if not product[dimension]:
            return None
    return product
