# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several questions to firewall-cmd at once."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import sys
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.command import ask
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from tests.unit.plugins.module_utils.support import Folder

QUESTIONS = [["--zones"], ["--fails"], ["--ends"]]
# As firewall-cmd does, it keeps nothing between two calls.
PROGRAM = """\
import sys
if sys.argv[1] == "--fails":
    sys.exit(254)
print("%s of %s" % (sys.argv[1], sys.argv[0].rpartition("/")[2]))
if sys.argv[1] == "--ends":
    raise SystemExit
"""
SHELL = """\
#!/bin/sh
[ "$1" = --fails ] && exit 254
echo "$1 of ${0##*/}"
"""
ANSWERS = [(0, "--zones of firewall-cmd\n"), (254, ""), (0, "--ends of firewall-cmd\n")]


class AskTest(unittest.TestCase):
    def setUp(self):
        self.folder = Folder(programs=["firewall-cmd"])
        self.addCleanup(self.folder.remove)
        self.calls = []

    def asked(self, text):
        path = os.path.join(self.folder.root, "bin", "firewall-cmd")
        with open(path, "w") as stream:
            stream.write(text)
        os.chmod(path, 0o755)
        return ask(self.folder.host(self.run_program), QUESTIONS)

    def run_program(self, arguments, data, seconds):
        self.calls.append(os.path.basename(arguments[0]))
        return run_program(arguments, data, seconds)

    def test_python_is_started_once(self):
        self.assertEqual(self.asked("#!%s -s\n%s" % (sys.executable, PROGRAM)), ANSWERS)
        self.assertEqual(self.calls, [os.path.basename(sys.executable)])

    def test_another_program_is_started_for_each_question(self):
        self.assertEqual(self.asked(SHELL), ANSWERS)
        self.assertEqual(self.calls, ["firewall-cmd"] * 3)

    def test_python_that_fails_does_not_cost_the_answers(self):
        # Its options are none, so nothing comes back at once.
        self.assertEqual(self.asked("#!%s -Z\n%s" % (sys.executable, PROGRAM))[0][0] != 0, True)
        self.assertEqual(self.calls[1:], ["firewall-cmd"] * 3)


if __name__ == "__main__":
    unittest.main()
