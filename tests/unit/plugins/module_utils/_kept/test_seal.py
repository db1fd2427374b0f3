# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A seal fits what it was made of, and nothing else."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._kept.seal import Seal
from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import this_python
from tests.unit.plugins.module_utils._kept.case import CALL, KeptCase

SAME = ["code", "python", "/usr/bin/python3", "plan"]
OPTIONS = {"scope": "host", "provider": "auto", "management": [], "unlisted": "drop", "confirm_seconds": 30}
SEEN = ["nftables", "1234", "{}", "5678"]
MANY = {"sets": {"log_sources": {"ipv4": ["10.%d.%d.0/24" % (one // 256, one % 256) for one in range(7000)]}}}


class SealTest(KeptCase):
    def seal(self, same=None, **options):
        return Seal(self.path("seal-host"), same or SAME, dict(OPTIONS, **options))

    def setUp(self):
        super(SealTest, self).setUp()
        self.assertFalse(self.seal().fits(SEEN))
        self.assertFalse(self.seal().is_of_this_call())
        self.seal().write(SEEN)

    def test_it_fits_the_same_call_that_sees_the_same(self):
        for seal in (self.seal(), self.seal(confirm_seconds=5, plan={"host": "x"}, change={"token": "1"}, keep="c0")):
            self.assertTrue(seal.is_of_this_call())
            self.assertTrue(seal.fits(list(SEEN)))

    def test_another_call(self):
        others = [self.seal(SAME[:at] + ["x"] + SAME[at + 1:]) for at in range(len(SAME))]
        others += [self.seal(unlisted="log"), self.seal(management=["198.18.9.0/24"]), self.seal(egress="leave")]
        for at, seal in enumerate(others):
            self.assertFalse(seal.is_of_this_call(), at)
            self.assertFalse(seal.fits(SEEN), at)

    def test_something_else_is_seen(self):
        for at in range(len(SEEN)):
            self.assertFalse(self.seal().fits(SEEN[:at] + ["x"] + SEEN[at + 1:]), at)
        self.assertFalse(self.seal().fits(SEEN[:2] + ["{}56", "78"]))
        self.assertTrue(self.seal().is_of_this_call())

    def test_a_damaged_one_fits_nothing(self):
        path = self.path("seal-host")
        with open(path, "rb") as stream:
            good = stream.read()
        for bad in (b"", good[:-1], good + b"\n", good.replace(b" ", b"  "), good[:64], b"\xff" * 129):
            with open(path, "wb") as stream:
                stream.write(bad)
            self.assertFalse(self.seal().fits(SEEN), bad)
        os.remove(path)
        os.mkdir(path)
        self.assertFalse(self.seal().fits(SEEN))
        # Nor is it an error.
        self.seal().write(SEEN)


class WhoMayUseOneTest(KeptCase):
    def seal(self, digest):
        return self.kept.seal(CALL, this_python(), digest, OPTIONS)

    def test_only_a_call_with_a_large_plan_that_is_kept(self):
        self.kept.write(CALL, {}, this_python(), MANY)
        self.kept.write_plan({"sets": {}})
        large, small = sorted(
            (name for name in os.listdir(self.path("portledger", "kept")) if name.startswith("plan-")),
            key=lambda name: -os.path.getsize(self.path("portledger", "kept", name)),
        )
        self.assertIsNone(self.seal(small[5:]))
        self.assertIsNone(self.seal("c0" * 32))
        self.assertIsNone(self.seal(""))
        self.seal(large[5:]).write(SEEN)
        self.assertTrue(self.seal(large[5:]).fits(SEEN))
        self.assertTrue(self.is_there("portledger", "kept", "seal-host"))

    def test_it_is_none_of_what_is_counted(self):
        self.kept.write(CALL, {}, this_python(), MANY)
        for number in range(12):
            with open(self.path("portledger", "kept", "seal-%d" % number), "w"):
                pass
        self.kept.write_plan(MANY)
        self.assertTrue(self.is_there("portledger", "kept", CALL, "python"))
        self.assertTrue(self.is_there("portledger", "kept", "seal-0"))


if __name__ == "__main__":
    unittest.main()
