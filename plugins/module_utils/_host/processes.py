# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes of this host, and what they have open. Any of them may end at any moment."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import printable


def numbers(host):
    """Of all processes, this one included; none where the kernel does not show them.

    :type host: _host.host.Host
    :rtype: list[str]
    """
    try:
        return sorted((name for name in os.listdir(host.file("proc")) if name.isdigit()), key=int)
    except OSError:
        return []


def other_numbers(host):
    """The same without this one.

    :type host: _host.host.Host
    :rtype: list[str]
    """
    own = str(os.getpid())
    return [process for process in numbers(host) if process != own]


def open_files(host, process):
    """What a process has open.

    :type host: _host.host.Host
    :type process: str
    :returns: the kernel's links to it, named by numbers
    :rtype: list[str]
    """
    folder = host.file("proc", process, "fd")
    try:
        return [os.path.join(folder, name) for name in os.listdir(folder)]
    except OSError:
        # It has ended meanwhile.
        return []


def name_of(host, process):
    """For people.

    :type host: _host.host.Host
    :type process: str
    :rtype: str
    """
    return printable(host.text("proc", process, "comm").strip()) or "a process"


def children(host, process):
    """Processes that a process has started, and that have not ended.

    :type host: _host.host.Host
    :type process: str
    :returns: process numbers
    :rtype: list[str]
    """
    return [one for one in other_numbers(host) if parent_of(host, one) == process]


def parent_of(host, process):
    """Who has started a process, or looks after it now.

    :type host: _host.host.Host
    :type process: str
    :returns: a process number, "0" where it is none of this host's; empty where it has ended
    :rtype: str
    """
    # "763 (a name) S 1 ...": a name may contain anything.
    fields = host.text("proc", process, "stat").rpartition(")")[2].split()
    return fields[1] if len(fields) > 1 and re.match("[0-9]+\\Z", fields[1]) else ""
