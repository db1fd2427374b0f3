# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lock of the older iptables: waited for as long as a change may take, and who holds it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.restore import restore_text
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.load import Load
from tests.unit.plugins.module_utils.support import Folder, Kernel

HOLDER = """
import fcntl, os, sys
lock = open(sys.argv[1])
fcntl.flock(lock, fcntl.LOCK_EX)
if "child" in sys.argv:
    if os.fork():
        os._exit(0)
print(os.getpid())
sys.stdout.flush()
sys.stdin.read()
"""
STOPPED = "Another app is currently holding the xtables lock. Stopped waiting after 60s.\n"


class LockTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="portledger-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.lock = os.path.join(self.folder, "lock")
        open(self.lock, "w").close()

    def hold(self, *more):
        """Have another process hold the lock. Gives its number."""
        holder = subprocess.Popen([sys.executable, "-c", HOLDER, self.lock] + list(more), stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE)
        self.addCleanup(holder.communicate)
        return int(holder.stdout.readline())

    def refused(self):
        host = Host(Kernel({"iptables-restore": (4, "", STOPPED)}), environ={"XTABLES_LOCKFILE": self.lock})
        with self.assertRaises(RulesetError) as caught:
            restore_text(host, "iptables-restore", "*filter\nCOMMIT\n")
        return str(caught.exception)

    def said(self, who):
        return "iptables-restore: failed: %s %s" % (STOPPED.strip(), who)

    def named(self, process):
        with open("/proc/%d/comm" % process) as stream:
            name = stream.read().strip()
        who = "%s (process %d) holds %s: wait until it has ended or end it, and run this again."
        return self.said(who % (name, process, self.lock))

    def test_who_holds_it(self):
        process = self.hold()
        self.assertEqual(self.named(process), self.refused())

    def test_who_has_it_from_one_that_has_ended(self):
        process = self.hold("child")
        self.assertEqual(self.named(process), self.refused())

    def test_nobody_holds_it_any_more(self):
        let_go = self.said("Whoever held it has let go meanwhile: run this again.")
        self.assertEqual(let_go, self.refused())
        os.unlink(self.lock)
        self.assertEqual(let_go, self.refused())

    def test_other_failures_name_nobody(self):
        self.hold()
        host = Host(Kernel({"iptables-restore": (1, "", "no room\n")}), environ={"XTABLES_LOCKFILE": self.lock})
        with self.assertRaises(RulesetError) as caught:
            restore_text(host, "iptables-restore", "*filter\nCOMMIT\n")
        self.assertEqual("iptables-restore: failed: no room.", str(caught.exception))

    def test_names_of_processes_are_not_trusted(self):
        folder = Folder({"run/xtables.lock": "", "proc/7/comm": "x\x1b[2J\n"})
        self.addCleanup(folder.remove)
        inode = os.stat(os.path.join(folder.root, "run/xtables.lock")).st_ino
        folder.write("proc/locks", "1: FLOCK  ADVISORY  WRITE 7 fe:00:%d 0 EOF\n"
                                   "1: -> FLOCK  ADVISORY  WRITE 8 fe:00:%d 0 EOF\n" % (inode, inode))
        with self.assertRaises(RulesetError) as caught:
            restore_text(folder.host(Kernel({"ip6tables-restore": (4, "", STOPPED)})), "ip6tables-restore", "")
        self.assertIn(r" x\x1b[2J (process 7) holds %s/run/xtables.lock: " % folder.root, str(caught.exception))


class PatienceTest(unittest.TestCase):
    def waits(self, *steps):
        """Seconds that iptables-restore is told to wait, and may take in all."""
        limits = []

        def run(arguments, data, seconds):
            limits.append((arguments[arguments.index("-w") + 1], seconds))
            return 0, "", ""

        folder = Folder({"proc/uptime": "100.0 0.0\n"})
        self.addCleanup(folder.remove)
        host = folder.host(run)
        for step in steps:
            step(host, folder)
            restore_text(host, "iptables-restore", "")
        return limits

    def test_without_a_timer(self):
        self.assertEqual([("60", 120)], self.waits(lambda host, folder: None))

    def test_as_long_as_the_time_to_confirm_allows(self):
        def later(seconds):
            return lambda host, folder: folder.write("proc/uptime", "%.1f 0.0\n" % (100 + seconds))

        self.assertEqual([("300", 360), ("220", 280), ("10", 70), ("10", 70), ("1", 61)], self.waits(
            lambda host, folder: host.be_patient(300), later(80), later(295), later(319), later(320)))


class QradarTest(unittest.TestCase):
    """QRadar's own program does not wait."""

    def load(self, answers, patience=30):
        folder = Folder({"proc/uptime": "100.0 0.0\n"})
        self.addCleanup(folder.remove)
        kernel = Kernel({"iptables_update.pl": answers})
        host = folder.host(kernel)
        now = [100.0]
        host.uptime = lambda: now[0]
        host.sleep = lambda seconds: now.__setitem__(0, now[0] + seconds)
        host.be_patient(patience)
        load = Load(host, "host", None, type("State", (), {"tables": {}}))
        return kernel, now, lambda: load._load({}, {})

    def test_it_is_started_again_until_it_has_the_lock(self):
        busy = (4, "", "Another app is currently holding the xtables lock. Perhaps you want to use the -w option?\n")
        kernel, now, load = self.load([busy, busy, (0, "", "")])
        load()
        self.assertEqual((3, 102.0), (len(kernel.calls), now[0]))

    def test_not_for_ever(self):
        busy = (4, "", "Another app is currently holding the xtables lock. Perhaps you want to use the -w option?\n")
        _kernel, now, load = self.load(busy)
        with self.assertRaises(RulesetError) as caught:
            load()
        self.assertIn("failed (exit 4): Another app is currently holding the xtables lock. Perhaps you want to use the "
                      "-w option?. Whoever held it has let go meanwhile: run this again.", str(caught.exception))
        self.assertLess(now[0], 135)

    def test_other_failures_are_not_tried_again(self):
        kernel, _now, load = self.load((3, "", "no licence\n"))
        with self.assertRaises(RulesetError):
            load()
        self.assertEqual(1, len(kernel.calls))


if __name__ == "__main__":
    unittest.main()
