# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock that programs of the older iptables share: how long ours wait for it, and who holds it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._host.holders import holders
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import SECONDS
from ansible_collections.portledger.qradar.plugins.module_utils._host.processes import name_of

_WORDS = "xtables lock"


def waiting(host):
    """Options with which iptables and iptables-restore wait for the lock, and the seconds that they may take.

    :type host: _host.host.Host
    :rtype: tuple[list[str], int]
    """
    seconds = host.patience()
    return ["-w", "%d" % seconds], seconds + SECONDS


def is_locked_out(words):
    """Whether a program said that it did not get the lock.

    :type words: str
    :rtype: bool
    """
    return _WORDS in words


def who_holds(host, words):
    """A sentence about who holds the lock, where a program said that it did not get it; else nothing.

    :type host: _host.host.Host
    :param words: of the program
    :type words: str
    :rtype: str
    """
    if not is_locked_out(words):
        return ""
    path = host.environ.get("XTABLES_LOCKFILE") or host.file("run/xtables.lock")
    names = ["%s (process %s)" % (name_of(host, process), process) for process in holders(host, path)]
    if not names:
        return " Whoever held it has let go meanwhile: run this again."
    verb = "holds" if len(names) == 1 else "hold"
    return " %s %s %s: wait until it has ended or end it, and run this again." % (" and ".join(names), verb, path)
