# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Leads packets through one chain after the other, and tells why it is unsure what becomes of them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import meets
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import (
    ACCEPT, CHANGED, GO_ON, SURE, TRANSLATE, UNKNOWN, Walk,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.meeting import Meeting
from ansible_collections.portledger.qradar.plugins.module_utils._packets.parts import Parts
from ansible_collections.portledger.qradar.plugins.module_utils._packets.turns import by_turns

_ORDER = "the order of chains of the same priority"

#: what leaves packets unsure beside rules; text: the chains; unsure: what cannot be known
Order = namedtuple("Order", ("text", "unsure"))


def trace(path, boxes, ours=None, without=False):
    """Lead packets through hooked chains, one after the other.

    :type path: list[_packets.evaluate.Hooked]
    :type boxes: list[tuple]
    :param ours: see :class:`_packets.evaluate.Walk`
    :type ours: Callable[[str], bool] | None
    :param without: see :class:`_packets.evaluate.Walk`
    :type without: bool
    :returns: packets that come through, or may, and what is known of each; and the walk of each chain
    :rtype: tuple[list[tuple[tuple, int]], list[_packets.evaluate.Walk]]
    """
    walks, parts = [], [(box, SURE) for box in boxes]
    for some in by_turns(path):
        # Each kernel asks these in one order: which, matters to packets that one of them changes.
        depends = _depends(some, parts, ours, without)
        if depends:
            parts = _lowered(parts, depends)
        for hooked in some:
            walk = Walk(hooked, ours, without)
            if depends:
                walk.doubts.append((Order(", ".join(one.place for one in some), _ORDER), depends))
            parts = walk.through(parts)
            walks.append(walk)
    return parts, walks


def earlier_doubt(walks, effect):
    """Why it is unsure what a rule does, where that is for another rule.

    :param walks: of the chains that packets come through, with the one that leads to the rule
    :type walks: list[_packets.evaluate.Walk]
    :type effect: _packets.evaluate.Effect
    :returns: for people; None where no rule is known to be why
    :rtype: str | None
    """
    if effect.sure or effect.rule.unsure is not None:
        return None
    return _doubt("an earlier rule", _doubts_until(walks, effect), effect.boxes)


def later_doubt(walks, boxes):
    """Why it is unsure what becomes of packets behind a chain.

    :param walks: of the chains that follow
    :type walks: list[_packets.evaluate.Walk]
    :type boxes: list[tuple]
    :returns: for people; None where no rule is known to be why
    :rtype: str | None
    """
    return _doubt("a later rule", ((walk, doubt) for walk in walks for doubt in walk.doubts), boxes)


def _doubts_until(walks, effect):
    for walk in walks:
        if walk.hooked is effect.hooked:
            for doubt in walk.doubts[:effect.doubts]:
                yield walk, doubt
            return
        for doubt in walk.doubts:
            yield walk, doubt


def _doubt(which, doubts, boxes):
    for walk, (why, matched) in doubts:
        if any(meets(box, one) for one in matched for box in boxes):
            if isinstance(why, Order):
                return "%s: %s" % (why.unsure, why.text)
            looks_at = why.unsure or "what becomes of packets"
            return "%s, of %s, %s: %s" % (looks_at, which, walk.hooked.place, why.text)
    return None


def _depends(some, parts, ours, without):
    """Packets with which chains of one turn do this or that, by which of them the kernel asks first."""
    some = [hooked for hooked in some if _does_something(hooked)]
    if len(some) < 2 or not any(_changes(hooked.chains) for hooked in some):
        return []
    walks, found = [Walk(hooked, ours, without) for hooked in some], []
    for walk in walks:
        walk.through(parts)
    for walk in walks:
        # What another chain accepts comes here all the same.
        ends = [effect for other in walks if other is not walk for effect in other.effects if effect.verdict != ACCEPT]
        ended = Meeting([box for effect in ends for box in effect.boxes])
        for effect in walk.effects:
            if effect.verdict == UNKNOWN:
                found.extend(effect.boxes)
            elif effect.verdict == TRANSLATE:
                found.extend(ended.shared(effect.boxes))
    return sorted(set(found))


def _does_something(hooked):
    rules = hooked.chains.rules.get(hooked.chain, ())
    return hooked.policy == "DROP" or any(rule.verdict != GO_ON for rule in rules)


def _changes(chains):
    return any(rule.verdict in (TRANSLATE, UNKNOWN) for rules in chains.rules.values() for rule in rules)


def _lowered(parts, boxes):
    """The same, with the packets of some boxes known as changed: perhaps they are."""
    found = Parts(parts)
    for box in boxes:
        found.lower(dict((at, [interval]) for at, interval in enumerate(box)), CHANGED)
    return list(found)
