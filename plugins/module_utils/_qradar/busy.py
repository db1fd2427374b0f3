# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody else who makes QRadar's firewall at the moment: a deploy, or whoever writes the same files.

Two at once would each load what the other one has not written yet. How a deploy shows is assumed: it runs
iptables_update.pl on each host, see docs/providers/qradar.md.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.processes import (
    name_of, open_files, other_numbers,
)
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import TOOL, our_files

_POLL_SECONDS = 0.5
_WRITES = os.O_WRONLY | os.O_RDWR
# A program, or an interpreter with options and its script.
_WORDS = 4


def wait_for_others(host):
    """Wait until nobody else runs QRadar's program or writes the files that a change may write.

    :type host: _host.host.Host
    :raises RulesetError: somebody does for longer than a change may wait.
    """
    seconds = end = None
    while True:
        found = _others(host)
        if not found:
            return
        if end is None:
            seconds = host.patience()
            end = host.uptime() + seconds
        if host.uptime() >= end:
            raise RulesetError(
                "%s, and that did not end within %d s. Wait until it has ended, such as a deploy, and run this again."
                % (found, seconds),
                changed=False,
            )
        host.sleep(_POLL_SECONDS)


def _others(host):
    """The first that is found, for people; empty for none."""
    tool = host.file(*TOOL)
    paths = [os.path.realpath(path) for path in our_files(host)]
    for process in other_numbers(host):
        words = host.text("proc", process, "cmdline").split("\0")[:_WORDS]
        if tool in words:
            return "%s: process %s runs it already" % (tool, process)
        for path in _written(host, process, paths):
            return "%s: %s (process %s) has it open for writing" % (path, name_of(host, process), process)
    return ""


def _written(host, process, paths):
    """Which of some files a process has open for writing."""
    for link in open_files(host, process):
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target in paths:
            text = host.text("proc", process, "fdinfo", os.path.basename(link))
            flags = re.search(r"^flags:\s+([0-7]+)$", text, re.MULTILINE)
            if flags and int(flags.group(1), 8) & _WRITES:
                yield target
