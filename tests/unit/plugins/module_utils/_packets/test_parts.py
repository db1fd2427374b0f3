# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding packets by a tree gives what looking at all of them gives, and takes less time."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import random
import sys
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import merged
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import (
    DESTINATION, PORT, PROTOCOL, SOURCE, TCP, bounds, meets, shared, split, subtract_boxes,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import (
    ACCEPT, DROP, JUMP, SURE, Chains, Hooked, PacketRule,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.meeting import Meeting
from ansible_collections.portledger.qradar.plugins.module_utils._packets.parts import Parts
from ansible_collections.portledger.qradar.plugins.module_utils._packets.trace import trace

WHOLE = bounds("ipv4", 4)
DIMENSIONS = range(7)


class Plain:
    """The same by looking at each."""

    def __init__(self, parts):
        self.parts = list(parts)

    def __iter__(self):
        return iter(self.parts)

    def carve(self, product, after):
        inside, left = [], []
        for box, known in self.parts:
            hit, missed = split(box, product)
            inside.extend((one, known) for one in hit)
            left.extend((one, known) for one in missed)
        self.parts = left + [(box, after(known)) for box, known in inside if after(known) is not None]
        return inside

    def take(self, product):
        return self.carve(product, lambda known: None)

    def lower(self, product, most):
        return self.carve(product, lambda known: min(known, most))

    def add(self, parts):
        self.parts.extend(parts)


def some_product(chance):
    """A product with edges that meet those of others."""
    product = {}
    for dimension in chance.sample(DIMENSIONS, chance.randrange(4)):
        last = WHOLE[dimension][1]
        edges = [0, 1, 2, 3, last // 2, last - 1, last] + [chance.randrange(last + 1) for _number in range(2)]
        pairs = [sorted(chance.choice(edges) for _end in range(2)) for _number in range(chance.choice((1, 1, 2, 9)))]
        product[dimension] = merged((first, last) for first, last in pairs)
    return product


def as_set(parts):
    return sorted(set(parts))


class PartsTest(unittest.TestCase):
    def test_as_looking_at_each(self):
        for seed in range(150):
            chance = random.Random(seed)
            tree, plain, aside = Parts([(WHOLE, SURE)]), Plain([(WHOLE, SURE)]), []
            for step in range(12):
                product, way = some_product(chance), chance.choice(("take", "take", "lower", "add"))
                if way == "add":
                    some = [part for part in aside if chance.randrange(2)]
                    tree.add(some)
                    plain.add(some)
                    aside = []
                else:
                    more = (chance.randrange(3),) if way == "lower" else ()
                    found = getattr(tree, way)(product, *more)
                    self.assertEqual(as_set(getattr(plain, way)(product, *more)), as_set(found), (seed, step, way))
                    aside.extend(found if way == "take" else [])
                self.assertEqual(as_set(plain), as_set(tree), (seed, step, way))
                self.assertEqual(bool(plain.parts), bool(tree))

    def test_work_grows_with_the_rules(self):
        """Not with their square: 10,000 banned addresses took minutes of the host."""
        for make in (bans, services):
            self.assertLess(walked(1600, make), 12 * walked(200, make))


class MeetingTest(unittest.TestCase):
    def test_as_looking_at_each(self):
        for seed in range(100):
            chance = random.Random(seed)
            boxes = [some_box(chance) for _number in range(chance.randrange(30))]
            found = Meeting(boxes)
            for _question in range(20):
                box = some_box(chance)
                self.assertEqual([one for one in boxes if meets(one, box)], found.of(box), seed)
                self.assertEqual(shared([box], boxes), found.shared([box]), seed)
                self.assertEqual(subtract_boxes([box], boxes), found.left([box]), seed)

    def test_work_grows_with_the_boxes(self):
        def asked(size):
            boxes = [WHOLE[:1] + ((4 * number, 4 * number + 2),) + WHOLE[2:] for number in range(size)]
            random.Random(size).shuffle(boxes)
            self.assertEqual(boxes, Meeting(boxes).shared(boxes))

        self.assertLess(calls(lambda: asked(1600)), 16 * calls(lambda: asked(200)))


def bans(size):
    """As fail2ban has them, in order and in disorder."""
    numbers = list(range(size))
    random.Random(size).shuffle(numbers)
    rules = [PacketRule([{SOURCE: [(2 * one, 2 * one)]}], DROP, None, "ban %d" % one) for one in numbers]
    return {"INPUT": rules[: size // 2] + sorted(rules[size // 2:], key=lambda rule: rule.products[0][SOURCE])}


def services(size):
    """As Kubernetes has them: a chain for each."""
    found = {"INPUT": []}
    for number in range(size):
        product = {PROTOCOL: [(TCP, TCP)], DESTINATION: [(3 * number, 3 * number)], PORT: [(number, number)]}
        found["INPUT"].append(PacketRule([product], JUMP, "service %d" % number, "to %d" % number))
        found["service %d" % number] = [PacketRule([{PROTOCOL: [(TCP, TCP)]}], ACCEPT, None, "accept")]
    return found


def some_box(chance):
    """A box with edges that meet those of others."""
    edges = [(0, last // 2, last // 2 + 1, last) for _first, last in WHOLE]
    return tuple(tuple(sorted((chance.choice(some), chance.choice(some)))) for some in edges)


def walked(size, make):
    """How many functions are called to lead all packets through chains."""
    chains, walks = Chains("filter"), []
    chains.rules.update(make(size))
    found = calls(lambda: walks.extend(trace([Hooked(chains, "INPUT", "ACCEPT")], [WHOLE])[1]))
    assert len(walks[0].effects) == size
    return found


def calls(function):
    """How many functions are called by one."""
    counted = [0]

    def count(_frame, event, _argument):
        counted[0] += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        function()
    finally:
        sys.setprofile(None)
    return counted[0]
