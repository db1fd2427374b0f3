# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar waits for whoever else makes QRadar's firewall, and not for ever."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.busy import wait_for_others

from tests.unit.plugins.module_utils.support import Folder

WRITES, READS = "pos:\t0\nflags:\t0100001\nmnt_id:\t25\n", "pos:\t0\nflags:\t0100000\n"


class BusyTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder({"etc/sysconfig/iptables": "*filter\n"})
        self.addCleanup(self.folder.remove)
        self.tool = os.path.join(self.folder.root, "opt/qradar/bin/iptables_update.pl")
        self.now = 100.0
        self.host = self.folder.host()
        self.host.uptime = lambda: self.now
        self.host.sleep = self.sleep
        self.ends_at = None

    def sleep(self, seconds):
        self.now += seconds
        if self.ends_at is not None and self.now >= self.ends_at:
            os.rename(os.path.join(self.folder.root, "proc/77"), os.path.join(self.folder.root, "gone"))
            self.ends_at = None

    def runs(self, *words):
        self.folder.write("proc/77/cmdline", "\0".join(words) + "\0")

    def opens(self, name, flags):
        self.folder.write("proc/77/cmdline", "vi\0")
        self.folder.write("proc/77/comm", "v\033i\n")
        self.folder.write("proc/77/fdinfo/3", flags)
        os.mkdir(os.path.join(self.folder.root, "proc/77/fd"))
        os.symlink(os.path.realpath(os.path.join(self.folder.root, name)), self.folder.root + "/proc/77/fd/3")

    def refused(self):
        with self.assertRaises(RulesetError) as caught:
            wait_for_others(self.host)
        return str(caught.exception)

    def test_nobody(self):
        wait_for_others(self.host)
        self.assertEqual(100.0, self.now)

    def test_a_deploy_ends(self):
        self.runs("/usr/bin/perl", "-w", self.tool)
        self.ends_at = 130
        wait_for_others(self.host)
        self.assertEqual(130, self.now)

    def test_a_deploy_does_not_end(self):
        self.runs(self.tool)
        words = (
            "%s: process 77 runs it already, and that did not end within 60 s. Wait until it has ended, such as a "
            "deploy, and run this again. Nothing was changed." % self.tool
        )
        self.assertEqual(words, self.refused())
        self.assertEqual(160, self.now)

    def test_no_longer_than_a_change_may_wait(self):
        self.host.be_patient(30)
        self.runs(self.tool)
        self.assertIn("did not end within 30 s", self.refused())

    def test_an_argument_of_something_else(self):
        self.runs("/usr/bin/tar", "-c", "-f", "a.tar", self.tool)
        wait_for_others(self.host)

    def test_a_second_writer(self):
        self.opens("opt/qradar/conf/ip6tables.pre", WRITES)
        words = "%s: v\\x1bi (process 77) has it open for writing, and that did not end within 60 s. " % (
            os.path.realpath(os.path.join(self.folder.root, "opt/qradar/conf/ip6tables.pre"))
        )
        self.assertIn(words, self.refused())

    def test_a_reader(self):
        self.opens("etc/sysconfig/iptables", READS)
        wait_for_others(self.host)

    def test_another_file(self):
        self.opens("etc/sysconfig/network", WRITES)
        wait_for_others(self.host)


if __name__ == "__main__":
    unittest.main()
