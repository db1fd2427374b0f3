# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whoever is stuck in a change is ended before somebody else puts rules back: two at once cost each other's."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import subprocess
import sys
import time
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.lock import lock_folder
from tests.unit.plugins.module_utils.support import Folder

# Holds the lock, and starts a program that starts another; each in a session of its own, as ours are.
STUCK = """
import fcntl, os, subprocess, sys
PROGRAM = "import os, subprocess, sys; os.setsid(); subprocess.Popen([sys.executable, '-c', sys.argv[1]]).wait()"
REST = "import os, sys, time; os.setsid(); print(os.getpid()); sys.stdout.flush(); time.sleep(300)"
held = os.open(sys.argv[1], os.O_RDONLY)
fcntl.fcntl(held, fcntl.F_SETFD, fcntl.FD_CLOEXEC)
fcntl.flock(held, fcntl.LOCK_EX)
print(os.getpid())
sys.stdout.flush()
subprocess.Popen([sys.executable, "-c", PROGRAM, REST]).wait()
"""


class Real(Host):
    """This machine, but for its root; time passes as it is told."""

    def __init__(self, root):
        Host.__init__(self, run_program, root=root)
        self.now = 0.0

    def uptime(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        time.sleep(0.01)


class StuckTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder()
        self.addCleanup(self.folder.remove)
        os.rename(self.folder.root + "/proc", self.folder.root + "/former")
        os.symlink("/proc", self.folder.root + "/proc")
        self.place = os.path.join(self.folder.root, "place")
        os.mkdir(self.place)
        self.host = Real(self.folder.root)

    def start(self):
        """Gives it, and the number of what it has started at last."""
        stuck = subprocess.Popen([sys.executable, "-c", STUCK, self.place], stdout=subprocess.PIPE)
        self.addCleanup(stuck.stdout.close)
        self.assertEqual(stuck.pid, int(stuck.stdout.readline()))
        return stuck, int(stuck.stdout.readline())

    def test_it_is_ended_with_all_that_it_has_started(self):
        stuck, last = self.start()
        with lock_folder(self.host, self.place, 60.0) as ended:
            self.assertEqual([str(stuck.pid)], ended)
        self.assertEqual(-9, stuck.wait())
        # Not before its time, and at once then.
        self.assertTrue(60.0 < self.host.now < 64.0, self.host.now)
        end = time.time() + 30
        while is_alive(last) and time.time() < end:
            time.sleep(0.01)
        self.assertFalse(is_alive(last))

    def test_who_has_it_open_only_is_left(self):
        stuck, _last = self.start()
        other = os.open(self.place, os.O_RDONLY)
        self.addCleanup(os.close, other)
        with lock_folder(self.host, self.place, 1.0) as ended:
            self.assertEqual([str(stuck.pid)], ended)
        stuck.wait()

    def test_nobody_is_ended_before_its_time(self):
        with lock_folder(self.host, self.place, 60.0) as ended:
            self.assertEqual([], ended)

    def test_the_kernel_does_not_say_who_holds_it(self):
        stuck, last = self.start()
        os.unlink(self.folder.root + "/proc")
        with lock_folder(self.host, self.place, 1.0) as ended:
            self.assertEqual([], ended)
        self.assertTrue(is_alive(last))
        stuck.kill()
        os.kill(last, 9)
        stuck.wait()


def is_alive(process):
    """Neither gone nor waiting for somebody to ask how it ended."""
    try:
        with open("/proc/%d/stat" % process) as stream:
            return stream.read().rpartition(")")[2].split()[0] not in "ZX"
    except IOError:
        return False


if __name__ == "__main__":
    unittest.main()
