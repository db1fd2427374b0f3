# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What Ansible has sent as an archive is kept where that is wanted, and costs nothing else where it cannot be."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import sys
import unittest
import zipfile

from ansible_collections.portledger.qradar.plugins.module_utils._kept import folder, keep
from ansible_collections.portledger.qradar.plugins.module_utils._kept.importer import PACKAGE
from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import read_code
from tests.unit.plugins.module_utils._kept.case import CALL, KeptCase, text_of
from tests.unit.plugins.module_utils.support import options, small_plan

NAMES = ("_base.contract", "_kept.importer")


class Loader:
    """Stands for what imports from an archive."""

    def __init__(self, archive):
        self.archive = archive


class KeepTest(KeptCase):
    def setUp(self):
        KeptCase.setUp(self)
        archive = os.path.join(self.root, "payload.zip")
        inside = PACKAGE.replace(".", "/")
        with zipfile.ZipFile(archive, "w") as stream:
            for name in NAMES:
                stream.writestr("%s/%s.py" % (inside, name.replace(".", "/")), text_of(name))
            others = ("module_utils/_base/__init__.py", "module_utils/_base/data.yml", "modules/ruleset.py")
            for name in ["%s/%s" % (os.path.dirname(inside), name) for name in others] + ["ansible/module_utils/a.py"]:
                stream.writestr(name, b"")
        self.archive = archive
        self.stand_in(keep, "__loader__", Loader(archive))
        self.stand_in(folder, "Kept", lambda _host: self.kept)
        before = list(sys.meta_path)
        self.addCleanup(sys.meta_path.__setitem__, slice(None), before)

    def stand_in(self, module, name, value):
        # Python 2 has no __loader__ for files.
        self.addCleanup(setattr, module, name, getattr(module, name, None))
        setattr(module, name, value)

    def keep(self, check=False, **changes):
        keep.Keeper(options(keep=CALL, **changes), check)()
        return self.is_there("portledger", "kept", CALL, "code")

    def test_what_is_in_the_archive(self):
        self.assertEqual({name: (None, text_of(name)) for name in NAMES}, keep.read_archive(self.archive))

    def test_kept_with_what_was_compiled_before(self):
        self.assertTrue(self.keep())
        code = read_code(self.path("portledger", "kept", CALL, "code"))
        self.assertEqual(sorted(NAMES), sorted(code))
        self.assertEqual([], [name for name, (compiled, _text) in code.items() if not compiled])
        self.assertEqual(2, len(os.listdir(self.path("portledger", "kept"))))

    def test_nothing_is_left_where_nothing_is_to_change(self):
        for check, state in ((True, "present"), (False, "absent"), (True, "absent")):
            self.assertFalse(self.keep(check, state=state))
            self.assertFalse(self.is_there("portledger"))
        # Where this collection has a folder already, it costs nobody anything.
        os.mkdir(self.path("portledger"), 0o700)
        self.assertTrue(self.keep(True))

    def test_nothing_is_kept(self):
        before = list(sys.meta_path)
        for name in (None, "", "../" + CALL, CALL[:-1], CALL + "\n", CALL.upper()):
            keep.Keeper(options(keep=name), False)()
        self.stand_in(keep, "__loader__", object())
        self.assertFalse(self.keep())
        self.assertEqual(before, sys.meta_path)
        self.assertFalse(self.is_there("portledger"))

    def test_a_disk_that_is_full_is_not_what_the_run_is_about(self):
        def full(*_arguments):
            raise OSError(28, "No space left on device")

        self.kept.write = full
        self.assertFalse(self.keep(plan=small_plan()))


if __name__ == "__main__":
    unittest.main()
