# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections that run already when the first ruleset comes.

A kernel tracks connections only once some rule asks for it. Rules that come to a host where none did would take the
next packet of each running connection for the first of a new one, in whatever direction it goes: where only the other
end sends, it comes from a port that nothing allows, is dropped, and so is each that repeats it. So the kernel is asked
to track a moment before there is anything that drops: long enough for packets that are under way to be answered.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

# Five times what Linux may wait before it acknowledges.
SECONDS = 0.2


def track_ahead(host, ask):
    """Have running connections known before rules judge them, where nothing is tracked yet.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param ask: loads a rule that asks for it and that no packet meets
    :type ask: Callable[[], None]
    :returns: whether it was asked
    :rtype: bool
    """
    # Without the file, the part of the kernel that tracks is not even there yet.
    if host.text("proc/sys/net/netfilter/nf_conntrack_count").strip() not in ("", "0"):
        return False
    ask()
    host.sleep(SECONDS)
    return True
