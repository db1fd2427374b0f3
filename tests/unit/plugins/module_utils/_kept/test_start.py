# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept is started only as it was kept, by the Python that has compiled it, and says so in lines of its own."""

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

from ansible_collections.portledger.qradar.plugins.module_utils._kept.importer import Importer
from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import read_code, this_python
from tests.unit.plugins.module_utils._kept.case import CALL, UTILS, WORK, KeptCase
from tests.unit.plugins.module_utils.support import small_plan


class StartTest(KeptCase):
    def setUp(self):
        KeptCase.setUp(self)
        importer = Importer(self.modules())
        importer.compile("_kept.importer")
        self.compiled = importer.modules
        self.kept.write(CALL, self.compiled, this_python(), small_plan())
        (self.digest,) = [name[5:] for name in os.listdir(self.path("portledger", "kept")) if name.startswith("plan-")]
        self.folder = self.path("portledger", "kept", CALL)

    def start(self, scope="host", plan=None, **more):
        """Exit code and lines of a call."""
        asked = {"module": "ruleset", "options": {"scope": scope}, "check": True, "verbosity": 3}
        asked.update(more)
        asked["plan"] = self.digest if plan is None else plan
        words = base64.b64encode(json.dumps(asked).encode("ascii")).decode("ascii")
        command = [sys.executable, "-E", "-s", "-S", "-B", os.path.join(UTILS, "_kept", "start.py"), self.folder, words]
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        out, err = process.communicate()
        self.assertEqual(b"", err)
        return process.returncode, out.decode("ascii").splitlines()

    def answer(self, *arguments, **more):
        code, lines = self.start(*arguments, **more)
        self.assertEqual((0, "portledger.kept yes", 2), (code, lines[0], len(lines)))
        self.assertTrue(lines[1].startswith("portledger.kept answer "), lines)
        return json.loads(lines[1][len("portledger.kept answer "):])

    def damage(self, change):
        path = os.path.join(self.folder, "code")
        with open(path, "rb") as stream:
            text = stream.read()
        with open(path, "wb") as stream:
            stream.write(change(text))

    def test_the_work_gets_options_and_plan(self):
        wanted = {"changed": False, "options": {"scope": "host", "plan": small_plan()}, "verbosity": 3}
        self.assertEqual(wanted, self.answer())
        self.assertEqual(dict(wanted, options={"scope": "host", "plan": None}), self.answer("host", ""))

    def test_what_was_compiled_is_kept_for_the_next_call(self):
        known = read_code(os.path.join(self.folder, "code"))
        self.assertIsNone(known["_ruleset"][0])
        self.answer()
        known = read_code(os.path.join(self.folder, "code"))
        self.assertEqual([], [name for name in ("_ruleset", "_kept.run", "_base.text") if not known[name][0]])
        self.answer()

    def test_an_error_is_the_result(self):
        self.assertEqual({"failed": True, "msg": "no room. Nothing was changed."}, self.answer("fails"))

    def test_what_dies_was_started(self):
        self.assertEqual((9, ["portledger.kept yes"]), self.start("dies"))

    def test_nothing_is_started(self):
        def other_python(text):
            rest = text.partition(b"\n")[2].replace(this_python(), b"'3.99 (main)'")
            return hashlib.sha256(rest).hexdigest().encode("ascii") + b"\n" + rest

        changes = [
            (lambda text: text[:-1], "the kept code is damaged"),
            (lambda text: text[:-1] + bytes(bytearray([bytearray(text)[-1] ^ 1])), "the kept code is damaged"),
            (lambda text: b"", "the kept code is damaged"),
            (other_python, "the kept code is of another Python"),
        ]
        for change, words in changes:
            self.kept.write(CALL, self.compiled, this_python())
            self.damage(change)
            self.assertEqual((0, ["portledger.kept no " + words]), self.start())
        self.kept.write(CALL, self.compiled, this_python())
        path = os.path.join(self.folder, "code")
        os.chmod(path, 0o620)
        self.assertEqual((0, ["portledger.kept no the kept code can be written by others"]), self.start())
        os.unlink(path)
        code, (line,) = self.start()
        self.assertEqual(0, code)
        self.assertTrue(line.startswith("portledger.kept no [Errno 2] "), line)

    def test_without_its_plan_nothing_is_started(self):
        self.assertEqual((0, ["portledger.kept no the plan is not kept"]), self.start("host", "0" * 64))

    def test_a_plan_that_is_sent_is_kept(self):
        plan = dict(small_plan(), host="ep2")
        text = json.dumps(plan, sort_keys=True, separators=(",", ":")).encode("ascii")
        digest = hashlib.sha256(text).hexdigest()
        sent = base64.b64encode(zlib.compress(text)).decode("ascii")
        self.assertEqual(plan, self.answer("host", digest, text=sent)["options"]["plan"])
        self.assertEqual(plan, self.answer("host", digest)["options"]["plan"])
        # In the place of one that is damaged.
        with open(self.path("portledger", "kept", "plan-" + digest), "w") as stream:
            stream.write("{}")
        self.assertEqual((0, ["portledger.kept no the plan is not kept"]), self.start("host", digest))
        self.answer("host", digest, text=sent)
        self.assertEqual(plan, self.answer("host", digest)["options"]["plan"])

    def test_what_was_removed_meanwhile_stays_gone(self):
        removes = "__import__('shutil').rmtree(%r)\n    return {" % str(self.path("portledger"))
        text = WORK.replace(b"return {", removes.encode("ascii"))
        self.kept.write(CALL, dict(self.compiled, _ruleset=(None, text)), this_python(), small_plan())
        self.assertEqual(3, self.answer()["verbosity"])
        self.assertFalse(self.is_there("portledger"))


if __name__ == "__main__":
    unittest.main()
