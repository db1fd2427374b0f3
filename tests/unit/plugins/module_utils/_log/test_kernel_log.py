# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where lines come from, and from when on."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import time
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._log.kernel_log import read_kernel_log
from ansible_collections.portledger.qradar.plugins.module_utils._log.since import parse_time, read_since, time_text
from tests.unit.plugins.module_utils.support import Folder, Kernel

# The machine was started at 1800000000 and runs for 5000 s.
FILES = {"proc/stat": "cpu 1 2\nbtime 1800000000\nprocesses 3\n", "proc/uptime": "5000.25 1.00\n"}
JOURNAL = dict(FILES, **{"run/systemd/journal/socket": ""})
BOOTED = "2027-01-15T08:00:00Z"
DMESG = (
    "[    0.000000] Linux version 6.18.44\n"
    "[   12.500000] portledger: one\n"
    "[   12.600000] somebody: portledger: not ours\n"
    "[ 1478.868741] portledger: two \n"
    "[ 4990.000000][  T123] portledger: three\n"
    "portledger: without a time\n"
)
SHORT_ISO = (
    "2027-01-15T08:00:12+0000 console kernel: portledger: one\n"
    "2027-01-15T08:00:12+0000 console kernel: somebody: portledger: not ours\n"
    "2027-01-15T17:24:38+09:00 console kernel: portledger: two\n"
    "2027-01-15T08:25:00+0000 console sshd[7]: portledger: not the kernel\n"
    "-- Reboot --\n"
)
REMEDY = ("Write boot, a number of seconds, 2 hours ago, or a time such as 2026-01-31 08:00 or 2026-01-31T08:00:00Z.")


class LogTest(unittest.TestCase):
    maxDiff = None

    def read(self, words, answers, files=None, programs=("dmesg",)):
        folder = Folder(files or FILES, programs)
        self.addCleanup(folder.remove)
        self.kernel = Kernel(answers)
        host = folder.host(self.kernel)
        log = read_kernel_log(host, read_since(host, words), "portledger: ")
        return {"lines": log.lines, "read_from": log.read_from, "why": log.why, "since": log.since,
                "complete": log.complete}

    def asked(self):
        return [" ".join(call[0]) for call in self.kernel.calls]

    def test_dmesg(self):
        self.assertEqual(
            {"lines": [(1800000012.5, "one"), (1800001478.868741, "two "), (1800004990.0, "three")],
             "read_from": "dmesg", "why": "journalctl is not installed", "since": BOOTED, "complete": True},
            self.read("boot", {"dmesg": (0, DMESG, "")}),
        )
        self.assertEqual(["dmesg"], self.asked())

    def test_dmesg_since(self):
        for words, count, complete, since in (
            ("5001", 3, False, "2027-01-15T07:59:59Z"),
            ("4000", 2, True, "2027-01-15T08:16:40Z"),
            ("60", 1, True, "2027-01-15T09:22:20Z"),
            ("0", 0, True, "2027-01-15T09:23:20Z"),
            ("10 minutes ago", 1, True, "2027-01-15T09:13:20Z"),
            ("1 hour ago", 2, True, "2027-01-15T08:23:20Z"),
            ("2h ago", 3, False, "2027-01-15T07:23:20Z"),
            ("1 day ago", 3, False, "2027-01-14T09:23:20Z"),
            ("2027-01-15T08:00:14Z", 2, True, "2027-01-15T08:00:14Z"),
            ("2027-01-15 17:00:14+0900", 2, True, "2027-01-15T08:00:14Z"),
            # At 12.5 seconds; when that was, is known to the second alone.
            ("2027-01-15T08:00:13Z", 3, True, "2027-01-15T08:00:13Z"),
            ("Boot", 3, True, BOOTED),
        ):
            found = self.read(words, {"dmesg": (0, DMESG, "")})
            self.assertEqual((count, complete, since), (len(found["lines"]), found["complete"], found["since"]), words)

    def test_what_was_last_is_found_though_the_clock_was_set(self):
        last = time_text(self.read("boot", {"dmesg": (0, DMESG, "")})["lines"][-1][0])
        for btime in (1799999999, 1800000000, 1800000001):
            files = dict(FILES, **{"proc/stat": "btime %d\n" % btime})
            lines = self.read(last, {"dmesg": (0, DMESG, "")}, files)["lines"]
            self.assertEqual(["three"], [text for _at, text in lines])

    def test_dmesg_that_has_lost_its_beginning(self):
        lost = "".join(DMESG.splitlines(True)[1:])
        self.assertFalse(self.read("boot", {"dmesg": (0, lost, "")})["complete"])
        self.assertTrue(self.read("60", {"dmesg": (0, lost, "")})["complete"])
        self.assertFalse(self.read("boot", {"dmesg": (0, "", "")})["complete"])

    def test_nothing_can_be_read(self):
        words = "dmesg: read kernel buffer failed: Operation not permitted"
        self.assertEqual(
            {"lines": [], "read_from": None, "why": "journalctl is not installed, and dmesg cannot be read: " + words,
             "since": BOOTED, "complete": False},
            self.read("boot", {"dmesg": (1, "", words + "\n")}),
        )
        why = self.read("boot", {}, programs=())["why"]
        self.assertEqual("journalctl is not installed, and dmesg cannot be read: it is not installed", why)

    def test_journal(self):
        found = self.read("boot", {"journalctl": (0, SHORT_ISO, "")}, JOURNAL, ("journalctl", "dmesg"))
        self.assertEqual(
            {"lines": [(1800000012, "one"), (1800001478, "two")], "read_from": "journal", "why": None, "since": BOOTED,
             "complete": True},
            found,
        )
        self.assertEqual(["journalctl --quiet --no-pager --output=short-iso --lines=200000 -k"], self.asked())

    def test_journal_since(self):
        start = "journalctl --quiet --no-pager --output=short-iso --lines=200000 --since=%s _TRANSPORT=kernel"
        for words, given, since in (
            ("60", "@1800004940", "2027-01-15T09:22:20Z"),
            ("2 hours  ago", "@1799997800", "2027-01-15T07:23:20Z"),
            ("2027-01-15T08:00:13Z", "@1800000013", "2027-01-15T08:00:13Z"),
            ("yesterday", "yesterday", "yesterday"),
            ("--file=/etc/shadow", "--file=/etc/shadow", "--file=/etc/shadow"),
        ):
            found = self.read(words, {"journalctl": (0, "", "")}, JOURNAL, ("journalctl", "dmesg"))
            self.assertEqual(([start % given], since), (self.asked(), found["since"]))

    def test_a_journal_that_is_too_long(self):
        line = "2027-01-15T08:00:12+0000 console kernel: somebody else\n"
        found = self.read("boot", {"journalctl": (0, line * 200000, "")}, JOURNAL, ("journalctl",))
        self.assertEqual(([], False), (found["lines"], found["complete"]))

    def test_no_journal_here(self):
        found = self.read("boot", {"dmesg": (0, DMESG, "")}, FILES, ("journalctl", "dmesg"))
        self.assertEqual(("dmesg", "systemd-journald does not run here"), (found["read_from"], found["why"]))
        self.assertEqual(["dmesg"], self.asked())

    def test_a_journal_that_fails(self):
        words = "No journal files were opened due to insufficient permissions."
        found = self.read("boot", {"dmesg": (0, DMESG, ""), "journalctl": (1, "", words + "\n")}, JOURNAL,
                          ("journalctl", "dmesg"))
        self.assertEqual(("dmesg", "journalctl failed: " + words), (found["read_from"], found["why"]))
        self.assertEqual(3, len(found["lines"]))

    def test_no_time(self):
        for words in ("a while ago", "2027-02-30", "2027-01-15T25:00:00Z", "-5", "", "2 fortnights ago"):
            with self.assertRaises(RulesetError) as caught:
                self.read(words, {"dmesg": (0, DMESG, "")})
            self.assertEqual("since: '%s' is not a time. %s" % (words, REMEDY), str(caught.exception))
        with self.assertRaises(RulesetError) as caught:
            self.read("soon", {"journalctl": (1, "", "Failed to parse timestamp: soon\n")}, JOURNAL, ("journalctl",))
        self.assertEqual("since: 'soon' is not a time. " + REMEDY, str(caught.exception))


class TimeTest(unittest.TestCase):
    def setUp(self):
        self.addCleanup(self.zone, os.environ.get("TZ"))

    def zone(self, name):
        os.environ.pop("TZ", None)
        if name:
            os.environ["TZ"] = name
        time.tzset()

    def test_the_host_s_own_zone(self):
        for zone, expected in (("UTC0", 1800000000), ("JST-9", 1800000000 - 32400), ("EST5", 1800000000 + 18000)):
            self.zone(zone)
            self.assertEqual(expected, parse_time("2027-01-15 08:00"), zone)
            self.assertEqual(1800000000, parse_time("2027-01-15T08:00:00Z"), zone)
            self.assertEqual(1800000000, parse_time("2027-01-15 03:00:00-05:00"), zone)
            self.assertEqual("2027-01-15T08:00:00Z", time_text(1800000000.9), zone)
        self.zone("UTC0")
        self.assertEqual(1800000000 - 8 * 3600, parse_time("2027-01-15"))
        self.assertIsNone(parse_time("2027-13-15"))
        self.assertIsNone(parse_time("15.1.2027"))


if __name__ == "__main__":
    unittest.main()
