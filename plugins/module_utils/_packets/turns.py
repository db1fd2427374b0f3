# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When the kernel asks a chain, and which chains it asks in an order that it shows to nobody."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

# The kernel translates at these, whatever priority a chain of the type nat has: that one is its place among those of
# its type only. (nf_nat_register_fn of the kernel's nf_nat_core.c)
_TRANSLATES = {"prerouting": -100, "input": 100, "postrouting": 100}

#: hook: its place among those that packets come through; priority: the kernel's; among: of a chain that translates,
#: its priority among such, else None
Turn = namedtuple("Turn", ("hook", "priority", "among"))


def turn_of(hooks, hook, priority, translates):
    """
    :param hooks: those that packets come through, in their order
    :type hooks: collections.Sequence[str]
    :type hook: str
    :param priority: of the chain, as programs show it
    :type priority: int
    :param translates: whether it is a chain of the table or type nat
    :type translates: bool
    :rtype: Turn
    """
    if translates:
        return Turn(hooks.index(hook), _TRANSLATES[hook], priority)
    return Turn(hooks.index(hook), priority, None)


def place(turn):
    """What turns are sorted by.

    :type turn: Turn
    :rtype: tuple[int, int, int]
    """
    return turn.hook, turn.priority, turn.priority if turn.among is None else turn.among


def by_turns(path):
    """Chains whose turn is the same, together: the kernel asks first which was made last, and shows nobody which was.

    :param path: chains in their order
    :type path: list[_packets.evaluate.Hooked]
    :returns: the same, in their order
    :rtype: list[list[_packets.evaluate.Hooked]]
    """
    found = []
    for hooked in path:
        if found and hooked.turn is not None and any(_is_same(hooked.turn, one.turn) for one in found[-1]):
            found[-1].append(hooked)
        else:
            found.append([hooked])
    return found


def _is_same(one, other):
    if other is None or (one.hook, one.priority) != (other.hook, other.priority):
        return False
    return None in (one.among, other.among) or one.among == other.among
