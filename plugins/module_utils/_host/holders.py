# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes hold a lock of the kind that flock(2) gives, and an end to them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re
import signal

from ansible_collections.portledger.qradar.plugins.module_utils._host.processes import (
    children, open_files, other_numbers,
)

# "1: FLOCK  ADVISORY  WRITE 763 fe:00:2287892 0 EOF"; who waits has an arrow behind the number.
_HELD = re.compile(r"^\d+: FLOCK +\S+ +\S+ +(\d+) +[0-9a-f]+:[0-9a-f]+:(\d+) ", re.MULTILINE)


def holders(host, path):
    """Who took the lock of a file; or where that one has ended, who has the file open still.

    :type host: _host.host.Host
    :type path: str
    :returns: process numbers; none where nobody holds it, or the kernel does not say
    :rtype: list[str]
    """
    takers, openers = _takers_and_openers(host, path)
    return [process for process in takers if process in openers] or openers or takers


def end_holders(host, path):
    """End whoever took the lock of a file and has it open, with all that it has started. Never this process.

    They are stopped first, so that none of them starts another meanwhile.

    :type host: _host.host.Host
    :type path: str
    :returns: process numbers of those that took it
    :rtype: list[str]
    """
    takers, openers = _takers_and_openers(host, path)
    found = [process for process in takers if process in openers]
    for process in found:
        family = [process]
        for one in family:
            _send(one, signal.SIGSTOP)
            family.extend(children(host, one))
        for one in family:
            _send(one, signal.SIGKILL)
    return found


def _send(process, number):
    try:
        os.kill(int(process), number)
    except OSError:
        # It has ended meanwhile.
        pass


def _takers_and_openers(host, path):
    try:
        there = os.stat(path)
    except OSError:
        return [], []
    takers = [process for process, inode in _HELD.findall(host.text("proc/locks")) if int(inode) == there.st_ino]
    if not takers:
        return [], []
    return takers, [process for process in other_numbers(host) if _has_open(host, process, there)]


def _has_open(host, process, there):
    for path in open_files(host, process):
        try:
            found = os.stat(path)
        except OSError:
            continue
        if (found.st_dev, found.st_ino) == (there.st_dev, there.st_ino):
            return True
    return False
