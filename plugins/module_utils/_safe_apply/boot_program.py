# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The program that a boot runs, with the code that it needs, and the shell scripts that start it.

Each of the files that a boot reads names the program that it is for, so a boot reads none with the code of another
release or of other providers: whichever of two files is there, its program is there, too.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import os
import re
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._host.files import (
    make_folder, names_in, remove_file, remove_folder, replace_file,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.code import code_of
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.program import PACKAGE, archive_of

LOAD = "load"
UNDO = "undo"
#: what people and our own modules may ask the script "load" for: it loads nothing, and prints what it would load
CHECK = "check"
#: what people may ask it for: it removes all rules of this collection
REMOVE = "remove"

RULES, LAST_RULES, UNDO_DATA = "rules.json", "rules.last.json", "undo.json"

_SCRIPT = """\
import sys

from {package}._registry.providers import PROVIDERS
from {package}._safe_apply.boot import main

sys.exit(not main(PROVIDERS, {root!r}, {scope!r}, sys.argv[2:]))
"""
# Finds the program that a file is for. It is in the shell script, between single quotation marks.
_START = """\
import json, sys
sys.dont_write_bytecode = True
folder, name = sys.argv[1:3]
try:
    with open(folder + "/" + name) as stream:
        code = json.load(stream)["code"]
    sys.path.insert(0, "%s/program-%s.zip" % (folder, code[:16]))
    import portledger_boot
except Exception:
    sys.stderr.write("portledger: %s/%s: cannot be used: %s\\n" % (folder, name, sys.exc_info()[1]))
    sys.exit(1)
"""
_SHELL = """\
#!/bin/sh
# Of portledger.qradar: %(what)s
folder="%(folder)s"
cd "$folder" || exit 1
start() {
    for python in "%(python)s" /usr/libexec/platform-python python3 python python2; do
        if command -v "$python" >/dev/null 2>&1; then
            "$python" -E -s -B -c '%(start)s' "$folder" "$@"
            return
        fi
    done
    echo "portledger: Python was not found: the rules of the scope %(scope)s are not loaded" >&2
    return 1
}
%(then)s
"""
_LOAD = (
    "loads the firewall rules that were confirmed last, or else those from before. \"check\" says which.",
    """start rules.json "$@" && exit
if [ -s rules.last.json ]; then
    start rules.last.json "$@"
fi
exit 1""",
)
_UNDO = (
    "puts back files from before a change that was not confirmed.",
    """start undo.json undo""",
)


class BootProgram:
    """What one scope has in its folder, beside the data."""

    def __init__(self, host, scope, folder):
        """
        :type host: _host.host.Host
        :param scope: host or gateway
        :type scope: str
        :param folder: what all of it is in
        :type folder: str
        """
        self._host = host
        self._scope = scope
        self._folder = folder

    def code(self, saved):
        """What names the program that loads these states: the digest of its archive.

        :type saved: collections.Iterable[_safe_apply.saved.Saved]
        :rtype: str
        """
        return self._made(saved)[1]

    def _made(self, saved):
        """The archive, and its digest."""
        modules = code_of(one.provider for one in saved)
        script = _SCRIPT.format(package=PACKAGE, root=self._host.root, scope=self._scope)

        def make():
            archive = archive_of(modules, [("portledger_boot.py", script)])
            return archive, hashlib.sha256(archive).hexdigest()

        # Every run compares it in several places.
        return self._host.memo("program of %s: %s" % (self._scope, " ".join(modules)), make)

    def _path(self, code):
        return os.path.join(self._folder, "program-%s.zip" % code[:16])

    def script_text(self, name):
        """
        :param name: LOAD or UNDO
        :type name: str
        :rtype: str
        """
        what, then = _LOAD if name == LOAD else _UNDO
        return _SHELL % {
            "what": what, "folder": self._folder, "python": sys.executable, "start": _START, "scope": self._scope,
            "then": then,
        }

    def is_written(self, name, saved):
        """Whether a script and the program for some states are there, to the byte.

        :param name: LOAD or UNDO
        :type name: str
        :type saved: collections.Iterable[_safe_apply.saved.Saved]
        :rtype: bool
        """
        return self._has_program(saved) and self._text(name) == self.script_text(name)

    def _has_program(self, saved):
        archive, code = self._made(saved)
        try:
            with open(self._path(code), "rb") as stream:
                return stream.read() == archive
        except (IOError, OSError):
            return False

    def write_program(self, saved):
        """
        :type saved: collections.Iterable[_safe_apply.saved.Saved]
        :raises OSError: it cannot be written; under Python 2, or an IOError.
        """
        make_folder(self._folder, 0o700)
        if not self._has_program(saved):
            archive, code = self._made(saved)
            replace_file(self._path(code), archive)

    def write_script(self, name):
        """
        :param name: LOAD or UNDO
        :type name: str
        :raises OSError: it cannot be written; under Python 2, or an IOError.
        """
        if self._text(name) != self.script_text(name):
            replace_file(os.path.join(self._folder, name), self.script_text(name))

    def stale(self):
        """Programs that no file is for any longer, those of former releases included, and what a kill has left.

        :returns: their names in the folder
        :rtype: list[str]
        """
        needed = set()
        for data in (RULES, LAST_RULES, UNDO_DATA):
            codes = re.findall('"code": "([0-9a-f]+)"', self._text(data))
            needed.update("program-%s.zip" % code[:16] for code in codes)
        return [
            name for name in names_in(self._folder)
            if name.endswith(".new") or (name.startswith("program-") and name not in needed)
        ]

    def remove_stale(self):
        """
        :raises OSError: not all of it can be removed.
        """
        for name in self.stale():
            path = os.path.join(self._folder, name)
            if os.path.isdir(path):
                remove_folder(path)
            else:
                remove_file(path)

    def _text(self, name):
        return self._host.text(os.path.relpath(os.path.join(self._folder, name), self._host.root))
