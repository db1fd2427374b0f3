# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets as they go through a chain. Those that a rule asks for are found without looking at all of them.

Each rule cuts what it matches out of the sets that come to it. Where the cuts lie is kept as a tree, so ten thousand
rules that each ban an address take ten thousand times as long as one, and not a hundred million times.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import bisect

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import order, replaced, span, touches


class Parts:
    """Boxes, and what is known of the packets in each; see ``evaluate.py``."""

    def __init__(self, parts):
        """
        :type parts: list[tuple[tuple, int]]
        """
        self._trees = list(parts)

    def __bool__(self):
        return bool(self._trees)

    __nonzero__ = __bool__

    def __iter__(self):
        waiting = self._trees[::-1]
        while waiting:
            tree = waiting.pop()
            if isinstance(tree, _Cut):
                waiting.extend(reversed(tree.trees))
            else:
                yield tree

    def take(self, product):
        """Take out what is in a product.

        :type product: dict[int, list[tuple[int, int]]]
        :returns: what was taken out
        :rtype: list[tuple[tuple, int]]
        """
        return self._carve(product, lambda part: None)

    def lower(self, product, most):
        """Know less of what is in a product. It stays.

        :type product: dict[int, list[tuple[int, int]]]
        :param most: what is known then at most
        :type most: int
        :returns: what is in the product, as it was known
        :rtype: list[tuple[tuple, int]]
        """
        return self._carve(product, lambda part: (part[0], min(part[1], most)))

    def add(self, parts):
        """
        :type parts: list[tuple[tuple, int]]
        """
        self._trees.extend(parts)

    def _carve(self, product, after):
        carver = _Carver(product, after)
        trees = [carver.carve(tree) for tree in self._trees]
        self._trees = [tree for tree in trees if tree is not None]
        return carver.inside


class _Cut:
    """A box that was cut along one dimension. A tree is one of these, or a part."""

    __slots__ = ("dimension", "firsts", "trees")

    def __init__(self, dimension, firsts, trees):
        self.dimension = dimension
        #: where the interval of each tree begins, in this dimension
        self.firsts = firsts
        #: sorted; none of them has anything in common with another
        self.trees = trees


class _Carver:
    """Cuts one product out of trees."""

    def __init__(self, product, after):
        """
        :param after: what stays in the place of a part that is in the product, or None
        :type after: Callable[[tuple[tuple, int]], tuple[tuple, int] | None]
        """
        self._product = product
        self._dimensions = order(product)
        self._after = after
        self.inside = []

    def carve(self, tree):
        """What stays of a tree; None where that is nothing."""
        if not isinstance(tree, _Cut):
            box = tree[0]
            for dimension, intervals in self._product.items():
                if not touches(intervals, box[dimension]):
                    return tree
            return self._cut(tree, 0)
        # What lies before the place is as it was, and so is what lies between two places.
        firsts, trees, done = [], [], 0
        for at in self._places(tree):
            old = tree.trees[at]
            new = self.carve(old)
            if new is old:
                continue
            firsts.extend(tree.firsts[done:at])
            trees.extend(tree.trees[done:at])
            done = at + 1
            if isinstance(new, _Cut) and new.dimension == tree.dimension:
                firsts.extend(new.firsts)
                trees.extend(new.trees)
            elif new is not None:
                firsts.append(tree.firsts[at])
                trees.append(new)
        if done:
            tree.firsts, tree.trees = firsts + tree.firsts[done:], trees + tree.trees[done:]
        return tree if tree.trees else None

    def _places(self, tree):
        """Which trees of a cut can have something in common with the product."""
        count = len(tree.trees)
        intervals = self._product.get(tree.dimension)
        if intervals is None or len(intervals) > count:
            return range(count)
        found = []
        for first, last in intervals:
            # The one that begins before the interval can reach into it.
            begin = max(bisect.bisect_right(tree.firsts, first) - 1, found[-1] + 1 if found else 0)
            found.extend(range(begin, bisect.bisect_right(tree.firsts, last)))
        return found

    def _cut(self, part, step):
        """Cut a part along the dimensions of the product from one step on."""
        if step == len(self._dimensions):
            self.inside.append(part)
            return self._after(part)
        box, known = part
        dimension = self._dimensions[step]
        firsts, trees = [], []
        for first, last, is_inside in span(self._product[dimension], box[dimension]):
            one = (replaced(box, dimension, (first, last)), known)
            new = self._cut(one, step + 1) if is_inside else one
            if new is not None:
                firsts.append(first)
                trees.append(new)
        return _Cut(dimension, firsts, trees) if len(trees) > 1 else trees[0] if trees else None
