# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that run already when the first ruleset comes.

A kernel tracks connections only once a rule needs it. On a host where no rule did, new rules would take the next packet
of each running connection for the first of a new one, whichever end sends it. Where only the other end sends, that
packet comes from a port that nothing permits and is dropped, and so is every retransmission. So tracking is started a
moment before there is anything that drops: long enough for packets that are under way to be answered.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

# Five times what Linux may wait before it acknowledges.
SECONDS = 0.2


def track_ahead(host, ask):
    """Make running connections known before rules judge them, where nothing is tracked yet.

    It takes a moment, in which the rules can be tested: see :func:`wait_for`.

    :type host: _host.host.Host
    :param ask: loads a rule that needs tracking and that no packet reaches
    :type ask: Callable[[], None]
    :returns: when they are known, as ``host.uptime()`` tells the time; None where it was not called
    :rtype: float | None
    """
    # Without the file, the part of the kernel that tracks is not even there yet.
    if host.text("proc/sys/net/netfilter/nf_conntrack_count").strip() not in ("", "0"):
        return None
    ask()
    return host.uptime() + SECONDS


def wait_for(host, known):
    """Let the rest of that moment pass.

    :type host: _host.host.Host
    :param known: what :func:`track_ahead` gave
    :type known: float | None
    """
    left = 0 if known is None else known - host.uptime()
    if left > 0:
        host.sleep(left)
