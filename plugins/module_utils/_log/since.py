# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From when on: the option "since", and times as people and programs write them.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import calendar
import re
import time

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, complaint

BOOT = "boot"
_UNITS = {"s": 1, "sec": 1, "second": 1, "m": 60, "min": 60, "minute": 60, "h": 3600, "hour": 3600, "d": 86400}
_UNITS.update({"day": 86400, "w": 604800, "week": 604800})
_AGO = re.compile(r"^(\d{1,10}) ?([a-z]+?)s? ago$")
_SECONDS = re.compile(r"^\d{1,10}$")
_TIME = re.compile(
    r"^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)? ?(Z|UTC|[+-]\d\d:?\d\d)?$", re.IGNORECASE
)
_REMEDY = "Write boot, a number of seconds, 2 hours ago, or a time such as 2026-01-31 08:00 or 2026-01-31T08:00:00Z"


class Since:
    """A moment on this host."""

    def __init__(self, seconds, words, early=0):
        """
        :param seconds: since the start of this machine; None where only journalctl understands the words
        :type seconds: float | None
        :param words: the option
        :type words: str
        :param early: how many seconds before that it may be
        :type early: int
        """
        self.seconds = seconds
        self.words = words
        self.early = early

    @property
    def is_boot(self):
        """Whether all of this machine's run is meant.

        :rtype: bool
        """
        return self.words == BOOT

    def refuse(self):
        """The error for words that nothing here understands.

        :rtype: RulesetError
        """
        return RulesetError(complaint("since", self.words, "is not a time", _REMEDY))


def read_since(host, words):
    """The option "since".

    :type host: _host.host.Host
    :type words: str
    :rtype: Since
    """
    words = " ".join(words.split())
    ago = _AGO.match(words.lower())
    if words.lower() == BOOT:
        return Since(0.0, BOOT)
    if _SECONDS.match(words):
        return Since(host.uptime() - int(words), words)
    if ago and ago.group(2) in _UNITS:
        return Since(host.uptime() - int(ago.group(1)) * _UNITS[ago.group(2)], words)
    moment = parse_time(words)
    # Of the start, the kernel tells the second alone, and now and then another one.
    return Since(None if moment is None else moment - booted(host), words, 1)


def booted(host):
    """When this machine was started: seconds since 1970.

    :type host: _host.host.Host
    :rtype: int
    """
    found = re.search(r"^btime (\d+)$", host.text("proc/stat"), re.MULTILINE)
    if not found:
        raise RulesetError("/proc/stat: does not say when this machine was started. Mount /proc.")
    return int(found.group(1))


def parse_time(text):
    """Seconds since 1970 of a date, or a date and time, of this host's zone where it names none; None for other text.

    :type text: str
    :rtype: int | None
    """
    found = _TIME.match(text)
    if not found:
        return None
    numbers = [int(number or 0) for number in found.groups()[:6]]
    try:
        time.strptime("%d-%d-%d %d:%d:%d" % tuple(numbers), "%Y-%m-%d %H:%M:%S")
        if not found.group(7):
            return int(time.mktime(tuple(numbers) + (0, 0, -1)))
    except (ValueError, OverflowError):
        return None
    return calendar.timegm(tuple(numbers) + (0, 0, 0)) - _offset(found.group(7))


def _offset(zone):
    """Seconds that a zone is ahead of UTC."""
    if zone.upper() in ("Z", "UTC"):
        return 0
    seconds = int(zone[1:3]) * 3600 + int(zone[-2:]) * 60
    return -seconds if zone[0] == "-" else seconds


def time_text(moment):
    """A time in UTC as :func:`parse_time` reads it.

    :param moment: seconds since 1970
    :type moment: float
    :rtype: str
    """
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(int(moment)))
