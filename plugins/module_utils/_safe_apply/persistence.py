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

A provider whose service loads its rules by itself, but not in time, has a boot wait for it instead: boot_wait.py.

Each file is replaced in one step, so that whatever goes wrong, the old one or the new one is there.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import shutil
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._host import systemd
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_wait import wait_unit
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import remove_file, replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.program import code_digest, write_program
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.code import code_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.units import Unit, has_units

UNIT = "unit"
PROVIDER = "provider"
NOTHING = "nothing"

_VERSION = 1
# Services that flush everything when they are started or restarted. Ours loads after them, and with them.
_FLUSHERS = "iptables.service ip6tables.service nftables.service netfilter-persistent.service"

_SCRIPT = """\
# Loads the rules that were confirmed last, or undoes what was not confirmed. It may be run again, by hand too.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "code"))

from {package}._safe_apply.boot import main
from {package}._safe_apply.persistence import Persistence
from {package}._registry.providers import PROVIDERS

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
        :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
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
        loads, wait = _sorted_out(wanted)
        return self._drift_of_rules(loads) + self._drift_of_wait(wait)

    def _drift_of_rules(self, loads):
        if not loads:
            left = os.path.isdir(self.folder) or self._loading_units()[0].exists() or self.undo()
            return ["- rules that a boot loads"] if left and not self._waits() else []
        try:
            found = self.rules()
        except ValueError:
            found = None
        there = self._program_is_there("load", loads) and self._units_are_there(self._loading_units())
        same = there and found == _plain(self._document(loads))
        return [] if same else ["~ rules that a boot loads: written again"]

    def _drift_of_wait(self, wait):
        unit = wait_unit(self.host, self.scope, wait)
        if not wait:
            return ["- a boot waits for %s" % unit.name] if unit.exists() else []
        return [] if self._units_are_there([unit]) else ["~ a boot waits for %s: written again" % wait["service"]]

    def loaded_by(self):
        """What loads the rules of providers that live in the kernel only: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if self._loading_units()[0].exists() else NOTHING

    def will_load(self):
        """What is to load them once they are confirmed: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if has_units(self.host) else NOTHING

    def _waits(self):
        return self.undo() is not None

    # ---- writing

    def write(self, wanted):
        """Have a boot load this, or nothing.

        :param wanted: of each provider "provider", and "state", as the provider keeps it, or "wait", what a boot waits
            for; None for nothing
        :type wanted: list[dict] | None
        :raises RulesetError: it cannot be written. What a boot loaded before it loads still.
        """
        loads, wait = _sorted_out(wanted)
        try:
            if wait:
                self._write_wait(wait)
            if loads:
                self._write_rules(loads)
            # What is there goes once what comes is there.
            if not wait:
                self._stop_and_remove(wait_unit(self.host, self.scope))
            if not loads:
                self._remove()
        except (IOError, OSError) as error:
            raise RulesetError(_cannot(error, self.folder))

    def _write_rules(self, loads):
        self._write_program("load", loads)
        new, old = self._text(self._document(loads)), self.host.text(self._relative("rules.json"))
        if old and old != new:
            self._replace("rules.last.json", old)
        self._replace("rules.json", new)
        written = self._write_units(self._loading_units())
        self._remove_stale()
        if written:
            # Only an active unit goes along when a service that flushes everything is restarted.
            self._start(self._loading_units()[0])

    def _write_wait(self, wait):
        unit = wait_unit(self.host, self.scope, wait)
        if self._write_units([unit]):
            self._start(unit)

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
            self._write_units([self._undo_unit()])
        except (IOError, OSError) as error:
            raise RulesetError(_cannot(error, self.folder))

    def remove_undo(self):
        """Nothing waits any more."""
        for name in ("undo.json", "undo"):
            remove_file(os.path.join(self.folder, name))
        self._undo_unit().remove()
        if not os.path.exists(os.path.join(self.folder, "rules.json")):
            self._remove()
        else:
            self._remove_stale()

    def _remove(self):
        self._stop_and_remove(*(self._loading_units() + [self._undo_unit()]))
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            os.rmdir(os.path.dirname(self.folder))
        except OSError:
            # The other scope has its folder there, or there is none.
            pass

    # ---- files

    def _digest(self, kept):
        """Of the code, which is read once: every run compares it in several places."""
        modules = tuple(code_of(entry["provider"] for entry in kept))
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
        replace_file(os.path.join(self.folder, name), text)

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
            write_program(unfinished, "load.py", _SCRIPT, values, code_of(entry["provider"] for entry in kept))
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

    def _loading_units(self):
        return [
            self._unit("portledger-%s.service", ["sysinit.target"], _UNIT),
            self._unit("portledger-%s-again.service", _FLUSHERS.split(), _AGAIN_UNIT),
        ]

    def _undo_unit(self):
        return self._unit("portledger-%s-undo.service", ["sysinit.target"], _UNDO_UNIT)

    def _unit(self, name, wanted_by, template):
        text = template.format(scope=self.scope, folder=self.folder, flushers=_FLUSHERS)
        return Unit(self.host, name % self.scope, wanted_by, text)

    def _units_are_there(self, units):
        return not has_units(self.host) or all(unit.is_written() for unit in units)

    def _write_units(self, units):
        """Whether one had to be written. A root without systemd: whoever starts it runs the script "load" himself."""
        if not has_units(self.host):
            return False
        written = [unit.write() for unit in units]
        return True in written

    def _start(self, unit):
        if systemd.runs(self.host):
            self.host.run("systemctl", ["daemon-reload"])
            self.host.run("systemctl", ["--no-block", "start", unit.name])

    def _stop_and_remove(self, first, *others):
        """Units of which the first one is active."""
        stopped = first.exists() and systemd.runs(self.host)
        if stopped:
            self.host.run("systemctl", ["stop", first.name])
        for unit in (first,) + others:
            unit.remove()
        if stopped:
            self.host.run("systemctl", ["daemon-reload"])


def _sorted_out(wanted):
    """What a boot loads, and what it waits for."""
    waits = [entry["wait"] for entry in wanted or () if "wait" in entry]
    return [entry for entry in wanted or () if "wait" not in entry], waits[0] if waits else None


def _cannot(error, folder):
    return "%s: cannot be written: %s." % (getattr(error, "filename", None) or folder, error.strerror)


def _plain(data):
    """As it comes back from a file."""
    return from_json(json.dumps(data))
