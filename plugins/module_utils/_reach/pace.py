# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""When packets may leave: so many a second, whatever they are for."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import time

# What a process that was late may make up for, in seconds. More would come out as a burst.
_LATE = 0.02
# What the kernel sends again goes by its timers, not by ours, and may come late and several at once. With this part of
# the rate, seconds that have such packets keep to it, too.
_SHARE = 0.8


def clock():
    """Seconds that only ever go on, from some moment in the past.

    :rtype: float
    """
    # Python 2 has nothing better; this one goes on in steps of 0.01 s.
    return time.monotonic() if hasattr(time, "monotonic") else os.times()[4]


class Pacer:
    """Hands out the moments at which a packet may leave."""

    def __init__(self, rate):
        """
        :param rate: packets a second at most; on average it is a fifth less
        :type rate: int
        """
        self._gap = 1.0 / (rate * _SHARE)
        #: the next packet may leave from then on
        self.free_at = 0.0
        #: how many have left
        self.spent = 0

    def spend(self, now):
        """A packet leaves now, or has left without asking: then the next ones wait for longer.

        :type now: float
        """
        self.free_at = max(self.free_at, now - _LATE) + self._gap
        self.spent += 1


def sent_again(seconds, linear):
    """When the kernel sends an unanswered TCP connection's first packet again, within a time.

    :param seconds: for how long the connection is waited for
    :type seconds: float
    :param linear: how many times it waits no longer than the first time, net.ipv4.tcp_syn_linear_timeouts
    :type linear: int
    :returns: seconds after the first
    :rtype: list[float]
    """
    times, at, step = [], 1.0, 1.0
    while at < seconds:
        times.append(at)
        if len(times) > linear:
            step *= 2
        at += step
    return times
