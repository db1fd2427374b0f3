# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of packets as boxes: an interval for each of what rules look at.

A product is the other form: a dictionary from a dimension to merged intervals; what it does not name may be anything. A
rule is a product, what it leaves over is boxes.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import bisect

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import BITS, merged

# CAME and GOES are numbers of interfaces, see _packet_rules. PORT is the type of ICMP, too.
PROTOCOL, SOURCE, DESTINATION, SOURCE_PORT, PORT, CAME, GOES = range(7)
# What most rules differ in comes first: most boxes are of no concern to most rules.
_TELLING = (PORT, PROTOCOL, SOURCE, DESTINATION, CAME, GOES, SOURCE_PORT)
LAST_PORT = 65535
ICMP, TCP, UDP, ICMPV6 = 1, 6, 17, 58


def bounds(family, interfaces):
    """The box that holds every packet.

    :param family: ipv4 or ipv6
    :type family: str
    :param interfaces: how many there are
    :type interfaces: int
    :rtype: tuple
    """
    address, interface = (0, (1 << BITS[family]) - 1), (0, interfaces - 1)
    return (0, 255), address, address, (0, LAST_PORT), (0, LAST_PORT), interface, interface


def complement(intervals, whole):
    """Numbers of an interval that are in none of others.

    :param intervals: merged
    :type intervals: list[tuple[int, int]]
    :type whole: tuple[int, int]
    :rtype: list[tuple[int, int]]
    """
    found, at = [], whole[0]
    for first, last in intervals:
        if first > whole[1]:
            break
        if at < first:
            found.append((at, first - 1))
        at = max(at, last + 1)
    if at <= whole[1]:
        found.append((at, whole[1]))
    return found


def common(one, other):
    """Numbers that are in both of two lists of merged intervals.

    :rtype: list[tuple[int, int]]
    """
    found = []
    for first, last in one:
        for low, high in other[_start(other, first):]:
            if low > last:
                break
            found.append((max(first, low), min(last, high)))
    return found


def narrowed(product, dimension, intervals):
    """A product that asks for more.

    :type product: dict[int, list[tuple[int, int]]]
    :type intervals: list[tuple[int, int]]
    :rtype: dict[int, list[tuple[int, int]]]
    """
    found = dict(product)
    found[dimension] = common(found[dimension], intervals) if dimension in found else intervals
    return found


def split(box, product):
    """Parts of a box that are in a product, and the others.

    :type box: tuple
    :type product: dict[int, list[tuple[int, int]]]
    :rtype: tuple[list[tuple], list[tuple]]
    """
    for dimension in _TELLING:
        if dimension in product and not touches(product[dimension], box[dimension]):
            return [], [box]
    inside, outside = [box], []
    for dimension in order(product):
        parts = []
        for one in inside:
            for first, last, is_inside in span(product[dimension], one[dimension]):
                (parts if is_inside else outside).append(replaced(one, dimension, (first, last)))
        inside = parts
    return inside, outside


def order(product):
    """The dimensions of a product, as boxes are cut along them.

    :type product: dict[int, list[tuple[int, int]]]
    :rtype: list[int]
    """
    # Few intervals first: each one more multiplies what comes after it.
    return sorted(product, key=lambda one: len(product[one]))


def span(intervals, whole):
    """An interval, cut where others begin and end.

    :param intervals: merged
    :type intervals: list[tuple[int, int]]
    :type whole: tuple[int, int]
    :returns: first and last number of each piece, and whether it is in the others
    :rtype: list[tuple[int, int, bool]]
    """
    found, (at, last) = [], whole
    for place in range(_start(intervals, at), len(intervals)):
        low, high = intervals[place]
        if low > last:
            break
        if at < low:
            found.append((at, low - 1, False))
        found.append((max(at, low), min(last, high), True))
        at = high + 1
    if at <= last:
        found.append((at, last, False))
    return found


def subtract(boxes, product):
    """What is left of boxes without a product.

    :type boxes: list[tuple]
    :type product: dict[int, list[tuple[int, int]]]
    :rtype: list[tuple]
    """
    return [part for box in boxes for part in split(box, product)[1]]


def subtract_boxes(boxes, others):
    """What is left of boxes without others.

    :type boxes: list[tuple]
    :type others: list[tuple]
    :rtype: list[tuple]
    """
    for other in others:
        boxes = subtract(boxes, dict((dimension, [interval]) for dimension, interval in enumerate(other)))
    return boxes


def meet(boxes, product):
    """What of boxes is in a product.

    :type boxes: list[tuple]
    :type product: dict[int, list[tuple[int, int]]]
    :rtype: list[tuple]
    """
    return [part for box in boxes for part in split(box, product)[0]]


def meets(box, other):
    """Whether some packets are in both of two boxes.

    :type box: tuple
    :type other: tuple
    :rtype: bool
    """
    for at, (first, last) in enumerate(box):
        if first > other[at][1] or other[at][0] > last:
            return False
    return True


def shared(boxes, others):
    """What two lists of boxes have in common.

    :type boxes: list[tuple]
    :type others: list[tuple]
    :rtype: list[tuple]
    """
    pairs = ((box, other) for box in boxes for other in others if meets(box, other))
    return [
        tuple((max(first, other[at][0]), min(last, other[at][1])) for at, (first, last) in enumerate(box))
        for box, other in pairs
    ]


def without(product, others, whole):
    """A product without others, as products that have nothing in common.

    :type product: dict[int, list[tuple[int, int]]]
    :type others: list[dict[int, list[tuple[int, int]]]]
    :param whole: the box that holds every packet
    :type whole: tuple
    :rtype: list[dict[int, list[tuple[int, int]]]]
    """
    found = [product]
    for other in others:
        rest = []
        for one in found:
            for dimension, intervals in other.items():
                missed = narrowed(one, dimension, complement(intervals, whole[dimension]))
                if missed[dimension]:
                    rest.append(missed)
                one = narrowed(one, dimension, intervals)
                if not one[dimension]:
                    break
        found = rest
    return found


def shadow(boxes, dimension):
    """What a dimension of some boxes covers, in the fewest intervals.

    :type boxes: list[tuple]
    :rtype: list[tuple[int, int]]
    """
    return merged(box[dimension] for box in boxes)


def replaced(box, dimension, interval):
    """A box with another interval in one dimension.

    :type box: tuple
    :type dimension: int
    :type interval: tuple[int, int]
    :rtype: tuple
    """
    return box[:dimension] + (interval,) + box[dimension + 1:]


def _start(intervals, number):
    """Place of the first interval that does not end before a number."""
    at = bisect.bisect_right(intervals, (number, float("inf"))) - 1
    return at if at >= 0 and intervals[at][1] >= number else at + 1


def touches(intervals, interval):
    """Whether a number is in an interval and in one of others.

    :param intervals: merged
    :type intervals: list[tuple[int, int]]
    :type interval: tuple[int, int]
    :rtype: bool
    """
    if len(intervals) == 1:
        return intervals[0][0] <= interval[1] and interval[0] <= intervals[0][1]
    at = _start(intervals, interval[0])
    return at < len(intervals) and intervals[at][0] <= interval[1]
