# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each program that is started comes to an end, with all that it has started, and is named where it was ended."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import shutil
import tempfile
import time
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import ENDED, run_program


def shell(text, data=None, seconds=None):
    return run_program(["/bin/sh", "-c", text], data, seconds)


class ProcessTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="portledger-test-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.began = os.times()[4]

    def took(self):
        return os.times()[4] - self.began

    def is_running(self, pid):
        try:
            with open("/proc/%s/stat" % pid) as stream:
                return stream.read().rpartition(")")[2].split()[0] != "Z"
        except (IOError, OSError):
            return False

    def test_what_a_program_says(self):
        self.assertEqual((3, "C\nin", "bad\n"), shell("echo $LC_ALL; cat; echo bad >&2; exit 3", "in"))
        self.assertLess(self.took(), 5)

    def test_a_program_that_is_not_there(self):
        self.assertEqual((127, "", "/nowhere/x: No such file or directory"), run_program(["/nowhere/x"]))

    def test_bytes_of_any_kind_come_back_as_they_went(self):
        text = b"caf\xe9 \xe2\x80\xa8"
        said = text if bytes is str else text.decode("utf-8", "surrogateescape")
        self.assertEqual((0, said, ""), shell("cat", said))

    def test_more_than_a_pipe_holds(self):
        text = "x" * 3000000
        code, out, err = shell("tee /dev/stderr", text)
        self.assertEqual((0, True, True), (code, out == text, err == text))

    def test_input_that_nobody_reads(self):
        self.assertEqual((0, "done\n", ""), shell("exec <&-; echo done", "x" * 3000000))

    def test_a_program_that_hangs(self):
        self.assertEqual((ENDED, "begun\n", "it took longer than 1 s and was ended"),
                         shell("echo begun; sleep 60", None, 1))
        self.assertLess(self.took(), 10)

    def test_one_that_hangs_without_reading(self):
        self.assertEqual(ENDED, shell("exec sleep 60", "x" * 3000000, 1)[0])

    def test_one_that_hangs_with_its_output_closed(self):
        self.assertEqual(ENDED, shell("exec sleep 60 <&- >&- 2>&-", None, 1)[0])

    def test_what_it_had_said(self):
        said = shell("echo waiting for a name server >&2; sleep 60", None, 1)[2]
        self.assertEqual("it took longer than 1 s and was ended, and had said: waiting for a name server", said)

    def test_one_that_does_not_listen_and_what_it_has_started(self):
        file = os.path.join(self.folder, "children")
        hanging = "trap '' TERM; sh -c 'trap \"\" TERM; echo $$ >> %s; sleep 60; sleep 60' & wait; sleep 60"
        self.assertEqual(ENDED, shell(hanging % file, None, 1)[0])
        self.assertLess(self.took(), 15)
        with open(file) as stream:
            pids = stream.read().split()
        self.assertEqual(1, len(pids))
        end = time.time() + 5
        while any(map(self.is_running, pids)) and time.time() < end:
            time.sleep(0.05)
        self.assertEqual([], [pid for pid in pids if self.is_running(pid)])

    def test_a_service_that_it_leaves_behind_is_not_waited_for(self):
        self.assertEqual((0, "started\n", ""), shell("setsid sleep 15 & echo started"))
        self.assertLess(self.took(), 10)

    def test_the_error_names_the_program_and_the_time(self):
        program = os.path.join(self.folder, "nft")
        with open(program, "w") as stream:
            stream.write("#!/bin/sh\nsleep 60\n")
        os.chmod(program, 0o755)
        host = Host(lambda arguments, data, seconds: run_program(arguments, data, 1), path=[self.folder])
        with self.assertRaises(RulesetError) as caught:
            host.output("nft", ["-j", "list", "tables"])
        self.assertEqual("nft -j list tables: failed: it took longer than 1 s and was ended.", str(caught.exception))


if __name__ == "__main__":
    unittest.main()
