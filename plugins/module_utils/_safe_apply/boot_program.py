# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that a boot runs, a copy of the code that it needs, and the shell scripts that start it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import shutil
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._host.files import replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.code import code_of
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.program import code_digest, write_program

LOAD = "load"
UNDO = "undo"

_SCRIPT = """\
# Loads the rules that were confirmed last, or undoes what was not confirmed. It may be run again, by hand too.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "code"))

from {package}._safe_apply.boot import main
from {package}._registry.providers import PROVIDERS

sys.exit(not main(PROVIDERS, {root!r}, {scope!r}, sys.argv[1:]))
"""
_SHELL = """\
#!/bin/sh
# Of portledger.qradar: loads the firewall rules that were confirmed last, or undoes files of a change that was not.
for python in "{python}" /usr/libexec/platform-python python3 python python2; do
    if command -v "$python" >/dev/null 2>&1; then
        exec "$python" -E -s -B "{program}"{arguments}
    fi
done
echo "portledger: no Python was found: the rules of the scope {scope} are not loaded" >&2
exit 1
"""


class BootProgram:
    """The program of one scope, in a folder that is named after its code."""

    def __init__(self, host, scope, folder):
        """
        :type host: _host.host.Host
        :param scope: host or gateway
        :type scope: str
        :param folder: what the scripts and the program's own folder are in
        :type folder: str
        """
        self._host = host
        self._scope = scope
        self._folder = folder

    def digest(self, saved):
        """Of the code that loads these states.

        :type saved: tuple[Saved, ...]
        :rtype: str
        """
        modules = code_of(one.provider for one in saved)
        # Every run compares it in several places.
        return self._host.memo("digest of %s" % " ".join(modules), lambda: code_digest(modules))

    def folder_of(self, saved):
        """Of the program that loads these states.

        :type saved: tuple[Saved, ...]
        :rtype: str
        """
        return os.path.join(self._folder, "program-" + self.digest(saved)[:16])

    def script_text(self, name, saved):
        """
        :param name: LOAD or UNDO
        :type name: str
        :type saved: tuple[Saved, ...]
        :rtype: str
        """
        program = os.path.join(self.folder_of(saved), "load.py")
        arguments = "" if name == LOAD else " " + name
        return _SHELL.format(python=sys.executable, program=program, arguments=arguments, scope=self._scope)

    def is_written(self, name, saved):
        """Whether a script and its program are there.

        :param name: LOAD or UNDO
        :type name: str
        :type saved: tuple[Saved, ...]
        :rtype: bool
        """
        there = os.path.isfile(os.path.join(self.folder_of(saved), "load.py"))
        return there and self._script(name) == self.script_text(name, saved)

    def write(self, name, saved):
        """Write a script and its program, where they are not there.

        :param name: LOAD or UNDO
        :type name: str
        :type saved: tuple[Saved, ...]
        :raises OSError: it cannot be written; under Python 2, or an IOError.
        """
        if not os.path.isdir(self._folder):
            os.makedirs(self._folder, 0o700)
        folder = self.folder_of(saved)
        if not os.path.isfile(os.path.join(folder, "load.py")):
            unfinished = folder + ".new"
            for left in (unfinished, folder):
                shutil.rmtree(left, ignore_errors=True)
            values = {"root": self._host.root, "scope": self._scope}
            write_program(unfinished, "load.py", _SCRIPT, values, code_of(one.provider for one in saved))
            os.rename(unfinished, folder)
        if not self.is_written(name, saved):
            replace_file(os.path.join(self._folder, name), self.script_text(name, saved))

    def remove_stale(self):
        """Remove code of former releases, and what an attempt that failed has left."""
        scripts = self._script(LOAD) + self._script(UNDO)
        for name in os.listdir(self._folder):
            if name.startswith("program-") and "/%s/" % name not in scripts:
                shutil.rmtree(os.path.join(self._folder, name), ignore_errors=True)

    def _script(self, name):
        return self._host.text(os.path.relpath(os.path.join(self._folder, name), self._host.root))
