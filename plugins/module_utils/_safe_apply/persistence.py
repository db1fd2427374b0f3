# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot loads: our rules only, written once they are confirmed, loaded by a unit of our own.

In /etc/portledger, a folder for each scope:

    rules.json        what was confirmed last, as the provider saves it
    rules.last.json   what was confirmed before that; a boot falls back to it
    undo.json         files from before a change that is not confirmed yet, of providers whose files a boot loads
    load, undo        run the program below; our units call them, and people may
    program-DIGEST/   the program and a copy of its code

A provider whose service loads its rules by itself, but not in time, has a boot wait for it instead: boot_units.py.

Each file is replaced in one step, so that whatever goes wrong, the old one or the new one is there.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import shutil

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import remove_file, replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._host.units import has_units
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_program import LOAD, UNDO, BootProgram
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_units import (
    BootUnits, are_written, start_unit, stop_and_remove, write_units,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_units import wait_unit
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import Rules, Undo

UNIT = "unit"
PROVIDER = "provider"
NOTHING = "nothing"

_RULES, _LAST_RULES, _UNDO = "rules.json", "rules.last.json", "undo.json"


class Persistence:
    """What a boot does for one scope."""

    def __init__(self, host, scope):
        """
        :type host: _host.host.Host
        :param scope: host or gateway
        :type scope: str
        """
        self.host = host
        self.scope = scope
        self.folder = host.file("etc", "portledger", scope)
        self.program = BootProgram(host, scope, self.folder)
        self.units = BootUnits(host, scope, self.folder)

    # ---- reading

    def rules(self):
        """What a boot loads, or None.

        :rtype: Rules | None
        """
        return self._read(_RULES, Rules)

    def last_rules(self):
        """What was confirmed before that, or None.

        :rtype: Rules | None
        """
        return self._read(_LAST_RULES, Rules)

    def undo(self):
        """What is saved of files until a change is confirmed, or None.

        :rtype: Undo | None
        """
        return self._read(_UNDO, Undo)

    def drift(self, wanted):
        """Lines that lead from what a boot does to what it is to do; none where nothing is to do.

        :type wanted: AtBoot
        :rtype: list[str]
        """
        return self._drift_of_rules(wanted.saved) + self._drift_of_wait(wanted.wait)

    def _drift_of_rules(self, saved):
        if not saved:
            left = os.path.isdir(self.folder) or self.units.loading()[0].exists()
            return ["- rules that a boot loads"] if left and self.undo() is None else []
        there = self.program.is_written(LOAD, saved) and are_written(self.host, self.units.loading())
        return [] if there and self._holds(self._rules_of(saved)) else ["~ rules that a boot loads: written again"]

    def _drift_of_wait(self, wait):
        unit = wait_unit(self.host, self.scope, wait)
        if not wait:
            return ["- a boot waits for %s" % unit.name] if unit.exists() else []
        return [] if are_written(self.host, [unit]) else ["~ a boot waits for %s: written again" % wait.service]

    def loaded_by(self):
        """What loads the rules of providers that live in the kernel only: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if self.units.loading()[0].exists() else NOTHING

    def will_load(self):
        """What is to load them once they are confirmed: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if has_units(self.host) else NOTHING

    # ---- writing

    def write(self, wanted):
        """Have a boot do this.

        :type wanted: AtBoot
        :raises RulesetError: it cannot be written. What a boot loaded before it loads still.
        """
        try:
            if wanted.wait:
                self._write_wait(wanted.wait)
            if wanted.saved:
                self._write_rules(wanted.saved)
            # What is there goes once what comes is there.
            if not wanted.wait:
                stop_and_remove(self.host, wait_unit(self.host, self.scope))
            if not wanted.saved:
                self._remove()
        except (IOError, OSError) as error:
            raise self._cannot_write(error)

    def _write_rules(self, saved):
        self.program.write(LOAD, saved)
        new, old = _text(self._rules_of(saved)), self.host.text(self._relative(_RULES))
        if old and old != new:
            self._replace(_LAST_RULES, old)
        self._replace(_RULES, new)
        units = self.units.loading()
        written = write_units(self.host, units)
        self.program.remove_stale()
        if written:
            # Only an active unit goes along when a service that flushes everything is restarted.
            start_unit(self.host, units[0])

    def _write_wait(self, wait):
        unit = wait_unit(self.host, self.scope, wait)
        if write_units(self.host, [unit]):
            start_unit(self.host, unit)

    def write_undo(self, saved):
        """Have a boot put back files, until :meth:`remove_undo`.

        :param saved: the former states, in the order of loading
        :type saved: tuple[Saved, ...]
        :raises RulesetError: it cannot be written.
        """
        boot = self.host.text("proc/sys/kernel/random/boot_id").strip()
        try:
            self.program.write(UNDO, saved)
            self._replace(_UNDO, _text(Undo(boot, saved)))
            write_units(self.host, [self.units.undoing()])
        except (IOError, OSError) as error:
            raise self._cannot_write(error)

    def remove_undo(self):
        """No change waits any longer."""
        for name in (_UNDO, UNDO):
            remove_file(os.path.join(self.folder, name))
        self.units.undoing().remove()
        if not os.path.exists(os.path.join(self.folder, _RULES)):
            self._remove()
        else:
            self.program.remove_stale()

    def _remove(self):
        stop_and_remove(self.host, *(self.units.loading() + [self.units.undoing()]))
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            os.rmdir(os.path.dirname(self.folder))
        except OSError:
            # The other scope has its folder there, or there is none.
            pass

    # ---- files

    def _rules_of(self, saved):
        return Rules(self.program.digest(saved), saved)

    def _holds(self, rules):
        """Whether a boot loads just these rules."""
        try:
            return self._data(_RULES) == from_json(_text(rules))
        except ValueError:
            return False

    def _read(self, name, kind):
        data = self._data(name)
        return None if data is None else kind.from_data(data)

    def _data(self, name):
        text = self.host.text(self._relative(name))
        return from_json(text) if text else None

    def _relative(self, name):
        return os.path.relpath(os.path.join(self.folder, name), self.host.root)

    def _replace(self, name, text):
        replace_file(os.path.join(self.folder, name), text)

    def _cannot_write(self, error):
        place = getattr(error, "filename", None) or self.folder
        return RulesetError("%s: cannot be written: %s." % (place, error.strerror))


def _text(entry):
    return json.dumps(entry.as_data(), indent=1, sort_keys=True) + "\n"
