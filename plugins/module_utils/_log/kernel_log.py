# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our rules wrote to the kernel's log: from the journal where there is one, else from the kernel's own memory."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._host.process import LONG_SECONDS
from ansible_collections.portledger.qradar.plugins.module_utils._log.since import booted, parse_time, time_text

JOURNAL = "journal"
DMESG = "dmesg"

# About 50 MB as journalctl writes them: a log that others have filled must not fill this host's memory.
_MOST_LINES = 200000
# Before this, the kernel has not started the first program.
_FIRST_SECONDS = 1.0
_JOURNAL_LINE = re.compile(r"^([^\sT]+T\S+) \S+ kernel: (.*)$")
# "[ 1478.868741]", behind it the caller where the kernel is built to tell.
_DMESG_LINE = re.compile(r"^\[ *(\d{1,10}\.\d{1,9})\](?:\[ *\w+\])? (.*)$")


class KernelLog:
    """Lines of the kernel's log."""

    def __init__(self, lines, read_from, why, since, complete):
        """
        :param lines: those with the prefix: seconds since 1970, and the text after the prefix
        :type lines: list[tuple[float, str]]
        :param read_from: JOURNAL, DMESG, or None where neither can be read
        :type read_from: str | None
        :param why: why the journal was not read
        :type why: str | None
        :param since: when the lines begin, for people
        :type since: str
        :param complete: false where lines are known to be lost
        :type complete: bool
        """
        self.lines = lines
        self.read_from = read_from
        self.why = why
        self.since = since
        self.complete = complete


def read_kernel_log(host, since, prefix):
    """Lines with a prefix, in order.

    :type host: _host.host.Host
    :type since: _log.since.Since
    :type prefix: str
    :rtype: KernelLog
    :raises RulesetError: the option "since" cannot be understood.
    """
    why = _no_journal(host)
    if not why:
        arguments = ["--quiet", "--no-pager", "--output=short-iso", "--lines=%d" % _MOST_LINES]
        # -k is about this boot only.
        arguments.extend(["-k"] if since.is_boot else ["--since=" + _for_journalctl(host, since), "_TRANSPORT=kernel"])
        code, out, err = host.run("journalctl", arguments, None, LONG_SECONDS)
        if code == 0:
            every = out.rstrip("\n").split("\n")
            return KernelLog(
                list(_ours(every, _JOURNAL_LINE, prefix, parse_time)), JOURNAL, None, _since_text(host, since),
                len(every) < _MOST_LINES,
            )
        if since.seconds is None:
            raise since.refuse()
        why = "journalctl failed: %s" % (err or out).strip()
    if since.seconds is None:
        raise since.refuse()
    return _read_dmesg(host, since, prefix, why)


def _no_journal(host):
    """Why there is no journal; nothing where there is one."""
    if not host.find("journalctl"):
        return "journalctl is not installed"
    if not os.path.isdir(host.file("run/systemd/journal")):
        return "systemd-journald does not run here"
    return ""


def _for_journalctl(host, since):
    return since.words if since.seconds is None else "@%d" % (booted(host) + since.seconds)


def _since_text(host, since):
    return since.words if since.seconds is None else time_text(booted(host) + since.seconds)


def _read_dmesg(host, since, prefix, why):
    # It keeps this boot only, and of that as much as fits.
    code, out, err = host.run("dmesg", []) if host.find("dmesg") else (127, "", "it is not installed")
    if code != 0:
        problem = "%s, and dmesg cannot be read: %s" % (why, (err or out).strip())
        return KernelLog([], None, problem, _since_text(host, since), False)
    start = booted(host)
    every = out.rstrip("\n").split("\n")
    oldest = next((float(found.group(1)) for found in map(_DMESG_LINE.match, every) if found), None)
    lines = [
        (start + seconds, text)
        for seconds, text in _ours(every, _DMESG_LINE, prefix, float)
        if seconds >= since.seconds - since.early
    ]
    complete = since.seconds >= 0 and oldest is not None and oldest <= max(since.seconds, _FIRST_SECONDS)
    return KernelLog(lines, DMESG, why, _since_text(host, since), complete)


def _ours(lines, form, prefix, moment):
    for line in lines:
        found = form.match(line)
        at = moment(found.group(1)) if found and found.group(2).startswith(prefix) else None
        if at is not None:
            yield at, found.group(2)[len(prefix):]
