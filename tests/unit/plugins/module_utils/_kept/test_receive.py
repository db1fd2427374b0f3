# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Code that comes with a call is started only as it was sent, and is kept where code may be."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import hashlib
import json
import os
import subprocess
import sys
import unittest
import zlib

from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import read_code
from tests.unit.plugins.module_utils._kept.case import CALL, UTILS, KeptCase
from tests.unit.plugins.module_utils.support import small_plan


class ReceiveTest(KeptCase):
    def setUp(self):
        KeptCase.setUp(self)
        self.folder = self.path("portledger", "kept", CALL)
        text = json.dumps(small_plan(), sort_keys=True, separators=(",", ":")).encode("ascii")
        self.digest = hashlib.sha256(text).hexdigest()
        self.plan = base64.b64encode(zlib.compress(text)).decode("ascii")

    def data(self, state="present", check=False, scope="host"):
        """What comes on standard input."""
        options = {"scope": scope, "state": state}
        asked = {"module": "ruleset", "options": options, "check": check, "verbosity": 3}
        asked.update(plan=self.digest, text=self.plan)
        texts = {name: text.decode("utf-8") for name, (_none, text) in self.modules().items()}
        code = zlib.compress(json.dumps(texts).encode("ascii"))
        return base64.b64encode(json.dumps(asked).encode("ascii")) + b"\n" + code

    def receive(self, data, digest=None):
        """Exit code and lines of a call."""
        command = [sys.executable, "-E", "-s", "-S", "-B", os.path.join(UTILS, "_kept", "receive.py"), self.folder]
        command.append(digest or hashlib.sha256(data).hexdigest())
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate(data)
        self.assertEqual(b"", err)
        return process.returncode, out.decode("ascii").splitlines()

    def answer(self, **asked):
        code, lines = self.receive(self.data(**asked))
        self.assertEqual((0, "portledger.kept yes", 2), (code, lines[0], len(lines)))
        return json.loads(lines[1][len("portledger.kept answer "):])

    def test_the_work_gets_options_and_plan(self):
        options = {"scope": "host", "state": "present", "plan": small_plan()}
        self.assertEqual({"changed": True, "options": options, "verbosity": 3}, self.answer())

    def test_it_is_kept_as_the_module_keeps_it(self):
        self.answer()
        known = read_code(os.path.join(self.folder, "code"))
        self.assertEqual(sorted(self.modules()), sorted(known))
        needed = ("_ruleset", "_kept.importer", "_kept.run", "_base.text")
        self.assertEqual([], [name for name in needed if not known[name][0]])
        with open(os.path.join(self.folder, "python")) as stream:
            self.assertEqual(sys.executable + "\n", stream.read())
        self.assertEqual(small_plan(), self.kept.plan(self.digest))

    def test_nothing_is_left_where_nothing_is_ours(self):
        self.answer(check=True)
        self.answer(state="absent")
        self.assertFalse(self.is_there("portledger"))
        os.mkdir(self.path("portledger"), 0o700)
        self.answer(check=True)
        self.assertTrue(self.is_there("portledger", "kept", CALL, "code"))

    def test_what_came_damaged_is_not_started(self):
        data = self.data()
        digest = hashlib.sha256(data).hexdigest()
        for damaged in (data[:-1], b"", data + b"\n", data.replace(b"\n", b"", 1)):
            self.assertEqual((0, ["portledger.kept no the code came damaged"]), self.receive(damaged, digest))
        self.assertFalse(self.is_there("portledger"))

    def test_an_error_is_the_result(self):
        self.assertEqual({"failed": True, "msg": "no room. Nothing was changed."}, self.answer(scope="fails"))

    def test_what_dies_was_started_and_is_not_kept(self):
        self.assertEqual((9, ["portledger.kept yes"]), self.receive(self.data(scope="dies")))
        self.assertFalse(self.is_there("portledger"))


if __name__ == "__main__":
    unittest.main()
