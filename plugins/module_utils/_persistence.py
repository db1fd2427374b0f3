# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot loads: our rules only, written once they are confirmed, loaded by a unit of our own.

In /etc/portledger, a folder for each scope:

    rules.json        what was confirmed last, as the provider keeps it
    rules.last.json   what was confirmed before that; a boot falls back to it
    undo.json         files from before a change that is not confirmed yet, of providers whose files a boot loads
    load              runs the program below; our units call it, and people may
    program-DIGEST/   the program and a copy of its code

Each file is replaced in one step, so that whatever goes wrong, the old one or the new one is there.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import json
import os
import shutil
import sys

from ansible_collections.portledger.qradar.plugins.module_utils import _boot, _systemd
from ansible_collections.portledger.qradar.plugins.module_utils._errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._program import code_digest, write_program
from ansible_collections.portledger.qradar.plugins.module_utils._providers import NAMES, load_provider
from ansible_collections.portledger.qradar.plugins.module_utils._text import from_json

UNIT = "unit"
PROVIDER = "provider"
NOTHING = "nothing"

_VERSION = 1
_UNITS = "etc/systemd/system"
# Services that flush everything when they are started or restarted. Ours loads after them, and with them.
_FLUSHERS = "iptables.service ip6tables.service nftables.service netfilter-persistent.service"

_SCRIPT = """\
# Loads the rules that were confirmed last, or undoes what was not confirmed. It may be run again, by hand too.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "code"))

from {package}._boot import main
from {package}._persistence import Persistence
from {package}._providers import PROVIDERS

sys.exit(not main(PROVIDERS, Persistence, {root!r}, {scope!r}, sys.argv[1:]))
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
_UNIT = """\
[Unit]
Description=Firewall rules of portledger.qradar ({scope})
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After=local-fs.target systemd-modules-load.service {flushers}
ReloadPropagatedFrom={flushers}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh {folder}/load
ExecReload=/bin/sh {folder}/load

[Install]
WantedBy=sysinit.target
"""
# What is wanted by a service is started by its start and its restart, whatever has become of the unit above. PartOf
# would not cover a start; and where one of these services stops another, it would make that start impossible.
_AGAIN_UNIT = """\
[Unit]
Description=Firewall rules of portledger.qradar ({scope}), again after a service that flushes everything
DefaultDependencies=no
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After={flushers} portledger-{scope}.service

[Service]
Type=oneshot
ExecStart=/bin/sh {folder}/load

[Install]
WantedBy={flushers}
"""
_UNDO_UNIT = """\
[Unit]
Description=Undoes a change of portledger.qradar that was never confirmed ({scope})
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target firewalld.service iptables.service ip6tables.service shutdown.target
Conflicts=shutdown.target
After=local-fs.target

[Service]
Type=oneshot
ExecStart=/bin/sh {folder}/undo

[Install]
WantedBy=sysinit.target
"""


class Persistence:
    """What a boot does for one scope."""

    def __init__(self, host, scope):
        """
        :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
        :param scope: host or gateway
        :type scope: str
        """
        self.host = host
        self.scope = scope
        self.folder = host.file("etc", "portledger", scope)
        self._digests = {}

    # ---- reading

    def rules(self):
        """What a boot loads, or None.

        :rtype: dict | None
        """
        return self._read("rules.json")

    def last_rules(self):
        """What was confirmed before that, or None.

        :rtype: dict | None
        """
        return self._read("rules.last.json")

    def undo(self):
        """What is kept of files until a change is confirmed: boot, kept; or None.

        :rtype: dict | None
        """
        return self._read("undo.json")

    def drift(self, wanted):
        """Lines that lead from what a boot does to what it is to do; none where nothing is to do.

        :param wanted: what :meth:`write` takes
        :type wanted: list[dict] | None
        :rtype: list[str]
        """
        if not wanted:
            left = os.path.isdir(self.folder) or self._unit_file(_unit_name(self.scope)) or self.undo()
            return ["- rules that a boot loads"] if left and not self._waits() else []
        try:
            found = self.rules()
        except ValueError:
            found = None
        there = self._program_is_there("load", wanted) and self._units_are_there()
        same = there and found == _plain(self._document(wanted))
        return [] if same else ["~ rules that a boot loads: written again"]

    def loaded_by(self):
        """What loads the rules of providers that live in the kernel only: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if self._unit_file(_unit_name(self.scope)) else NOTHING

    def will_load(self):
        """What is to load them once they are confirmed: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if os.path.isdir(self.host.file(_UNITS)) else NOTHING

    def _waits(self):
        return self.undo() is not None

    # ---- writing

    def write(self, wanted):
        """Have a boot load this, or nothing.

        :param wanted: "provider" and "state", as the provider keeps it, of each provider; None for nothing
        :type wanted: list[dict] | None
        :raises RulesetError: it cannot be written. What a boot loaded before it loads still.
        """
        if not wanted:
            self._remove()
            return
        try:
            self._write_program("load", wanted)
            new, old = self._text(self._document(wanted)), self.host.text(self._relative("rules.json"))
            if old and old != new:
                self._replace("rules.last.json", old)
            self._replace("rules.json", new)
            written = [self._write_unit(name, template) for name, template in self._loading_units()]
            self._remove_stale()
        except (IOError, OSError) as error:
            raise RulesetError(_cannot(error, self.folder))
        if _systemd.runs(self.host) and True in written:
            self.host.run("systemctl", ["daemon-reload"])
            # Only an active unit goes along when a service that flushes everything is restarted.
            self.host.run("systemctl", ["--no-block", "start", _unit_name(self.scope)])

    def write_undo(self, kept):
        """Have a boot put back files, until :meth:`remove_undo`.

        :param kept: provider and state, in the order of their loading
        :type kept: list[dict]
        :raises RulesetError: it cannot be written.
        """
        try:
            self._write_program("undo", kept)
            boot = self.host.text("proc/sys/kernel/random/boot_id").strip()
            self._replace("undo.json", self._text({"version": _VERSION, "boot": boot, "kept": kept}))
            self._write_unit(_undo_name(self.scope), _UNDO_UNIT)
        except (IOError, OSError) as error:
            raise RulesetError(_cannot(error, self.folder))

    def remove_undo(self):
        """Nothing waits any more."""
        for name in ("undo.json", "undo"):
            _unlink(os.path.join(self.folder, name))
        self._remove_unit(_undo_name(self.scope))
        if not os.path.exists(os.path.join(self.folder, "rules.json")):
            self._remove()
        else:
            self._remove_stale()

    def _remove(self):
        stopped = _systemd.runs(self.host) and self._unit_file(_unit_name(self.scope))
        if stopped:
            self.host.run("systemctl", ["stop", _unit_name(self.scope)])
        for name in (_unit_name(self.scope), _again_name(self.scope), _undo_name(self.scope)):
            self._remove_unit(name)
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            os.rmdir(os.path.dirname(self.folder))
        except OSError:
            # The other scope has its folder there, or there is none.
            pass
        if stopped:
            self.host.run("systemctl", ["daemon-reload"])

    # ---- files

    def _digest(self, kept):
        """Of the code, which is read once: every run compares it in several places."""
        modules = tuple(_modules(kept))
        if modules not in self._digests:
            self._digests[modules] = code_digest(modules)
        return self._digests[modules]

    def _document(self, wanted):
        return {"version": _VERSION, "code": self._digest(wanted), "kept": wanted}

    @staticmethod
    def _text(data):
        return json.dumps(data, indent=1, sort_keys=True) + "\n"

    def _relative(self, name):
        return os.path.relpath(os.path.join(self.folder, name), self.host.root)

    def _read(self, name):
        text = self.host.text(self._relative(name))
        return from_json(text) if text else None

    def _replace(self, name, text):
        _replace(os.path.join(self.folder, name), text)

    def _program_folder(self, kept):
        return os.path.join(self.folder, "program-" + self._digest(kept)[:16])

    def _script_text(self, name, kept):
        program = os.path.join(self._program_folder(kept), "load.py")
        arguments = "" if name == "load" else " " + name
        return _SHELL.format(python=sys.executable, program=program, arguments=arguments, scope=self.scope)

    def _program_is_there(self, name, kept):
        there = os.path.isfile(os.path.join(self._program_folder(kept), "load.py"))
        return there and self.host.text(self._relative(name)) == self._script_text(name, kept)

    def _write_program(self, name, kept):
        if not os.path.isdir(self.folder):
            os.makedirs(self.folder, 0o700)
        folder = self._program_folder(kept)
        if not os.path.isfile(os.path.join(folder, "load.py")):
            unfinished = folder + ".new"
            for left in (unfinished, folder):
                shutil.rmtree(left, ignore_errors=True)
            values = {"root": self.host.root, "scope": self.scope}
            write_program(unfinished, "load.py", _SCRIPT, values, _modules(kept))
            os.rename(unfinished, folder)
        if not self._program_is_there(name, kept):
            self._replace(name, self._script_text(name, kept))

    def _remove_stale(self):
        """Code of former releases, and what an attempt that failed has left."""
        scripts = "".join(self.host.text(self._relative(name)) for name in ("load", "undo"))
        for name in os.listdir(self.folder):
            if name.startswith("program-") and "/%s/" % name not in scripts:
                shutil.rmtree(os.path.join(self.folder, name), ignore_errors=True)

    # ---- units

    def _units_are_there(self):
        if not os.path.isdir(self.host.file(_UNITS)):
            return True
        return all(self._unit_is_there(name, template) for name, template in self._loading_units())

    def _loading_units(self):
        return [(_unit_name(self.scope), _UNIT), (_again_name(self.scope), _AGAIN_UNIT)]

    def _unit_is_there(self, name, template):
        return self._unit_file(name) == self._unit_text(template) and all(map(os.path.islink, self._links(name)))

    def _unit_file(self, name):
        return self.host.text(_UNITS, name)

    def _unit_text(self, template):
        return template.format(scope=self.scope, folder=self.folder, flushers=_FLUSHERS)

    def _links(self, name):
        wanting = _FLUSHERS.split() if name == _again_name(self.scope) else ["sysinit.target"]
        return [self.host.file(_UNITS, unit + ".wants", name) for unit in wanting]

    def _write_unit(self, name, template):
        """Whether it had to be written."""
        text = self._unit_text(template)
        # A root without systemd: whoever starts it runs the script "load" himself.
        if not os.path.isdir(self.host.file(_UNITS)):
            return False
        if self._unit_is_there(name, template):
            return False
        _replace(self.host.file(_UNITS, name), text, 0o644)
        for link in self._links(name):
            if not os.path.isdir(os.path.dirname(link)):
                os.makedirs(os.path.dirname(link), 0o755)
            _unlink(link)
            os.symlink("/" + os.path.join(_UNITS, name), link)
        return True

    def _remove_unit(self, name):
        for link in self._links(name):
            _unlink(link)
            try:
                os.rmdir(os.path.dirname(link))
            except OSError:
                # Others are wanted there as well, or it is not there.
                pass
        _unlink(self.host.file(_UNITS, name))


def _unit_name(scope):
    return "portledger-%s.service" % scope


def _again_name(scope):
    return "portledger-%s-again.service" % scope


def _undo_name(scope):
    return "portledger-%s-undo.service" % scope


def _cannot(error, folder):
    return "%s: cannot be written: %s." % (getattr(error, "filename", None) or folder, error.strerror)


def _replace(path, text, mode=0o600):
    unfinished = path + ".new"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
            stream.write(text if isinstance(text, bytes) else text.encode("utf-8"))
            stream.flush()
            # Without this, a machine that loses power may come up with an empty file.
            os.fsync(stream.fileno())
        os.rename(unfinished, path)
    except (IOError, OSError):
        _unlink(unfinished)
        raise


def _unlink(path):
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise


def _plain(data):
    """As it comes back from a file."""
    return from_json(json.dumps(data))


def _modules(kept):
    """What the program imports; loaded, for a change is confirmed by a process that has not needed them so far."""
    for entry in kept:
        if entry["provider"] in NAMES:
            load_provider(entry["provider"])
    program = _boot.__name__.rpartition(".")[2]
    return [program, "_persistence", "_providers"] + ["_" + entry["provider"] for entry in kept]
