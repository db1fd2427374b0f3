# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which QRadar a host says that it is, and what is said about its IPv6 rules."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._qradar.version import ipv6_warning, read_version
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.version import find_version, version_text
from tests.unit.plugins.module_utils.support import Folder


def answering(answer, asked):
    """Runs no program, gives this answer, and notes how long it may take."""
    def run(arguments, data, seconds):
        asked.append(seconds)
        return answer

    return run


class VersionTest(unittest.TestCase):
    def test_read(self):
        for text, version in (
            ("Release name is '7.5.0 UpdatePackage 10'\n", (7, 5, 0, 10)),
            ("Release name is '7.5.0 Update Package 9'\n", (7, 5, 0, 9)),
            ("7.5.0 UP14 IF02", (7, 5, 0, 14)),
            ("External version is '7.5.0'\nRelease name is '7.5.0 UP7'\n", (7, 5, 0, 7)),
            ("Core version is '2021.6.10.20241001000000'\nExternal version is '7.5.0'\n", (7, 5, 0, 10)),
            ("2021.6.7.20230822112654\n", (7, 5, 0, 7)),
            ("7.5.0.20221129155237", (7, 5, 0, None)),
            ("7.4.3\n", (7, 4, 3, None)),
            ("IP address is '10.7.5.0'\nExternal version is '7.6.0'\n", (7, 6, 0, None)),
            ("IP address is '10.7.5.0'\n", None),
            ("7.5.0 UP%s" % ("9" * 5000), (7, 5, 0, None)),
            ("7.%s.0" % ("9" * 5000), None),
            ("2021.6.%s.20241001000000" % ("9" * 5000), None),
            ("", None),
        ):
            self.assertEqual(version, read_version(text), text)

    def test_text(self):
        self.assertEqual("QRadar 7.5.0 UP10", version_text((7, 5, 0, 10)))
        self.assertEqual("QRadar 7.5.0", version_text((7, 5, 0, None)))
        self.assertEqual("QRadar, version unknown", version_text(None))

    def test_warning(self):
        for version in ((7, 5, 0, 10), (7, 5, 0, 15), (7, 5, 1, None), (7, 6, 0, None)):
            self.assertEqual(None, ipv6_warning(version))
        rest = (
            ". Before that release, QRadar's own IPv6 rules are unreliable, and so is what stands beside them. "
            "Ours are read back when they are loaded; check that they are there after a deploy and a restart."
        )
        self.assertEqual("QRadar 7.5.0 UP9 is older than 7.5.0 UP10" + rest, ipv6_warning((7, 5, 0, 9)))
        self.assertEqual("QRadar 7.4.3 is older than 7.5.0 UP10" + rest, ipv6_warning((7, 4, 3, None)))
        self.assertEqual("QRadar 7.5.0: it may be older than 7.5.0 UP10" + rest, ipv6_warning((7, 5, 0, None)))
        self.assertEqual("QRadar, version unknown: it may be older than 7.5.0 UP10" + rest, ipv6_warning(None))

    def test_myver_that_hangs_or_is_missing(self):
        for answer in ((124, "7.5.0 UP10", "it took longer than 20 s and was ended"), (127, "", "no such file")):
            folder, asked = Folder(), []
            self.addCleanup(folder.remove)
            found, why = find_version(folder.host(answering(answer, asked)))
            self.assertEqual((None, [20]), (found, asked))
            self.assertEqual("/opt/qradar/bin/myver -v failed: " + answer[2], why.replace(folder.root, ""))
