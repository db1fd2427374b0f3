# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Archives of code: what was compiled goes with them, and only the Python that has compiled it takes it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
import zipfile

from ansible_collections.portledger.qradar.plugins.module_utils._kept.importer import PACKAGE, Importer
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.program import archive_of

NAME = "_program_test.one"
SOURCES = {NAME: b"SAID = 'from the text'\n"}
FILE = "%s/%s" % (PACKAGE.replace(".", "/"), NAME.replace(".", "/"))
ASKS = "import sys; sys.path.insert(0, sys.argv[1]); from %s.%s import SAID; print(SAID)" % (PACKAGE, NAME)
READS_COMPILED = sys.version_info >= (3, 7)


class ArchiveTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp()
        self.addCleanup(shutil.rmtree, self.folder)
        importer = Importer({name: (None, text) for name, text in SOURCES.items()})
        importer.install()
        self.addCleanup(self.forget, importer, set(sys.modules))

    def forget(self, importer, before):
        sys.meta_path.remove(importer)
        for name in set(sys.modules) - before:
            if "_program_test" in name:
                del sys.modules[name]

    def files(self, **options):
        with zipfile.ZipFile(io.BytesIO(archive_of([NAME], **options))) as archive:
            return {name: archive.read(name) for name in archive.namelist()}

    def said(self, files):
        path = os.path.join(self.folder, "code.zip")
        with zipfile.ZipFile(path, "w") as archive:
            for name in sorted(files):
                archive.writestr(name, files[name])
        return subprocess.check_output([sys.executable, "-E", "-s", "-B", "-c", ASKS, path]).decode("ascii").strip()

    def test_only_who_asks_gets_what_was_compiled(self):
        self.assertNotIn(FILE + ".pyc", self.files())
        self.assertEqual(READS_COMPILED, FILE + ".pyc" in self.files(compiled=True))
        self.assertEqual("from the text", self.said(self.files(compiled=True)))

    def test_what_others_have_imported_has_its_text_alone(self):
        files = zipfile.ZipFile(io.BytesIO(archive_of(["_base.errors"], compiled=True))).namelist()
        self.assertEqual([], [name for name in files if name.endswith(".pyc")])

    def test_it_is_not_compiled_again(self):
        files = self.files(compiled=True)
        files[FILE + ".py"] = b"SAID = 'compiled again'\n"
        self.assertEqual("from the text" if READS_COMPILED else "compiled again", self.said(files))

    def test_another_python_takes_the_text(self):
        files = self.files(compiled=True)
        files[FILE + ".py"] = b"SAID = 'compiled again'\n"
        if READS_COMPILED:
            files[FILE + ".pyc"] = b"\0\0" + files[FILE + ".pyc"][2:]
        self.assertEqual("compiled again", self.said(files))
