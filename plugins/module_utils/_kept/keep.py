# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps on the host what Ansible has sent of this collection: see folder.py."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re
import sys
import zipfile

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PRESENT
from ansible_collections.portledger.qradar.plugins.module_utils._kept.importer import PACKAGE, Importer
from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import this_python

_CALL = re.compile("[0-9a-f]{64}\\Z")
_INSIDE = PACKAGE.replace(".", "/") + "/"


class Keeper:
    """Make it before a module imports its work, so that nothing is compiled twice. Call it once the work is done."""

    def __init__(self, options, check):
        """
        :param options: of the module
        :type options: dict
        :type check: bool
        """
        self._options = options
        # A run that changes nothing leaves nothing behind where this collection has nothing.
        self._begins = not check and options.get("state") == PRESENT
        self._importer = None
        # Ansible may have been told to send files in place of an archive.
        archive = getattr(globals().get("__loader__"), "archive", None)
        if archive and _CALL.match(options.get("keep") or "") and os.path.isabs(sys.executable or ""):
            self._importer = Importer(read_archive(archive))
            self._importer.install()

    def __call__(self):
        if not self._importer:
            return
        from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
        from ansible_collections.portledger.qradar.plugins.module_utils._kept.folder import Kept

        kept = Kept(Host(None))
        if not self._begins and not kept.is_welcome():
            return
        for name in [name for name in self._importer.modules if "%s.%s" % (PACKAGE, name) in sys.modules]:
            # What was imported before the importer was there.
            self._importer.compile(name)
        try:
            kept.write(self._options["keep"], self._importer.modules, this_python(), self._options.get("plan"))
        except (IOError, OSError, MemoryError):
            # A full disk is not what this run is about: the next call is sent the module again.
            pass


def read_archive(path):
    """The module utils of this collection in an archive, as Importer takes them.

    :type path: str
    :rtype: dict[str, tuple[None, bytes]]
    """
    found = {}
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith(_INSIDE) and name.endswith(".py") and not name.endswith("/__init__.py"):
                found[name[len(_INSIDE):-3].replace("/", ".")] = (None, archive.read(name))
    return found
