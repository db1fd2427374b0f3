# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot loads: our rules only, written once they are confirmed, loaded by a unit of our own.

In /etc/portledger, a folder for each scope:

    rules.json        what was confirmed last, as the provider saves it
    rules.last.json   what was confirmed before that; a boot falls back to it
    undo.json         files from before a change that is not confirmed yet, of providers whose files a boot loads
    load, undo        run the program that one of these files names; our units call them, and people may
    program-*.zip     programs, each named after its own digest

A provider whose service loads its rules by itself has no unit of ours, and these files to remove all by hand. Where
that service is not in time, a boot waits for it: boot_units.py.

Each file is replaced in one step, and on the disk before the next one is, so that whatever goes wrong, a boot does all
of the old or all of the new.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import os

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import DAMAGED
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import digest_of, from_json, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import (
    remove_file, remove_folder, replace_file, sync_folder,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.units import has_units
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_program import (
    CHECK, LAST_RULES, LOAD, RULES, UNDO, UNDO_DATA, BootProgram,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_units import (
    BootUnits, are_written, start_unit, stop_and_remove, wait_unit, write_units,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import Rules, Undo, to_load

UNIT = "unit"
PROVIDER = "provider"
NOTHING = "nothing"

_REMEDY = "The next run of the playbook writes it again"


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
        :raises RulesetError: the file is damaged.
        """
        return self.rules_of(RULES)

    def rules_of(self, name):
        """What one of the files with rules holds, or None.

        :param name: RULES or LAST_RULES
        :type name: str
        :rtype: Rules | None
        :raises RulesetError: the file is damaged.
        """
        return self._read(name, Rules)

    def undo(self):
        """What a boot has to do first, or None.

        :rtype: Undo | None
        :raises RulesetError: the file is damaged.
        """
        return self._read(UNDO_DATA, Undo)

    def has_undo(self):
        """Whether anything of it is there: a change waits for its confirmation, or it was left by a kill.

        :rtype: bool
        """
        names = [os.path.join(self.folder, name) for name in (UNDO_DATA, UNDO)]
        return any(map(os.path.lexists, names)) or self.units.undoing().exists()

    def rules_digest(self):
        """Of the file with the rules that a boot loads, byte for byte.

        :rtype: str
        """
        return digest_of([self._text_of(RULES)])

    def drift(self, wanted, waits=False, known=False):
        """Lines that lead from what a boot does to what it is to do; none where nothing is to do.

        :type wanted: AtBoot
        :param waits: whether a change waits for its confirmation: then what undoes it has to be there
        :type waits: bool
        :param known: whether the file with the rules is known to hold the wanted ones
        :type known: bool
        :rtype: list[str]
        """
        lines = self._drift_of_rules(wanted.saved, waits, known)
        if wanted.saved and not lines and not waits and self.program.stale():
            lines = ["- code that a boot does not need"]
        if wanted.saved and not waits and self.has_undo():
            lines.append("- files from before a change that is over")
        return lines + self._drift_of_wait(wanted.wait)

    def _drift_of_rules(self, saved, waits, known):
        if not saved:
            left = (not waits and os.path.isdir(self.folder)) or any(unit.exists() for unit in self.units.loading())
            return ["- rules that a boot loads"] if left else []
        units = self.units.loading()
        if to_load(saved):
            what, there = "rules that a boot loads", are_written(self.host, units)
        else:
            what, there = "what takes the rules back by hand", not any(unit.exists() for unit in units)
            if waits:
                return []
        there = there and self.program.is_written(LOAD, saved) and (known or self._holds(self._rules_of(saved)))
        return [] if there else ["~ %s: written again" % what]

    def _drift_of_wait(self, wait):
        unit = wait_unit(self.host, self.scope, wait)
        if not wait:
            return ["- a boot waits for %s" % unit.name] if unit.exists() else []
        return [] if are_written(self.host, [unit]) else ["~ a boot waits for %s: written again" % wait.service]

    def loaded_by(self):
        """What loads the rules of providers that live in the kernel only: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if self.units.loading()[0].is_started() else NOTHING

    def problem_at_boot(self):
        """Why a boot would not load the rules, as the script that it runs says; None where it would.

        :rtype: str | None
        """
        code, out, err = self.host.run("sh", [os.path.join(self.folder, LOAD), CHECK])
        if code == 0 and '"file": "%s"' % RULES in out:
            return None
        return "; ".join(line for line in err.splitlines() if line) or "%s says nothing" % LOAD

    def will_load(self):
        """What is to load them once they are confirmed: UNIT or NOTHING.

        :rtype: str
        """
        return UNIT if has_units(self.host) else NOTHING

    # ---- writing

    def write(self, wanted):
        """Have a boot do this, and nothing of a change that is over.

        :type wanted: AtBoot
        :raises RulesetError: it cannot be written. What a boot loaded before it loads still.
        """
        with self._writing():
            if wanted.wait:
                unit = wait_unit(self.host, self.scope, wanted.wait)
                if write_units(self.host, [unit]):
                    start_unit(self.host, unit)
            if to_load(wanted.saved):
                self._write_rules(wanted.saved)
                if write_units(self.host, self.units.loading()):
                    # Only an active unit goes along when a service that flushes everything is restarted.
                    start_unit(self.host, self.units.loading()[0])
            # What is there goes once what comes is there.
            if not wanted.wait:
                stop_and_remove(self.host, wait_unit(self.host, self.scope))
            if not wanted.saved:
                self._remove()
                return
            if not to_load(wanted.saved):
                stop_and_remove(self.host, *self.units.loading())
            self._remove_undo()
            if not to_load(wanted.saved):
                # After all that a boot does: nothing of it depends on this.
                self._write_rules(wanted.saved)
                remove_file(os.path.join(self.folder, LAST_RULES))
            self.program.remove_stale()

    def _write_rules(self, saved):
        """In this order, so that whatever a boot finds, it finds what that needs."""
        self.program.write_program(saved)
        new, old = _text(self._rules_of(saved)), self._text_of(RULES)
        if old and old != new and self._is_good(RULES):
            self._replace(LAST_RULES, old)
        if old != new:
            self._replace(RULES, new)
        self.program.write_script(LOAD)

    def write_undo(self, saved):
        """Have a boot put back files, until :meth:`confirm` or :meth:`remove_undo`.

        :param saved: the former states, in the order of loading
        :type saved: tuple[Saved, ...]
        :raises RulesetError: it cannot be written.
        """
        boot = self.host.text("proc/sys/kernel/random/boot_id").strip()
        with self._writing():
            self.program.write_program(saved)
            self._replace(UNDO_DATA, _text(Undo(self.program.code(saved), boot, saved, None)))
            self.program.write_script(UNDO)
            write_units(self.host, [self.units.undoing()])

    def confirm(self, wanted):
        """Have a boot do this in the place of undoing a change. A boot that comes half-way does the rest of it.

        :type wanted: AtBoot
        :raises RulesetError: it cannot be written.
        """
        try:
            self._mark_confirmed(wanted)
        except RulesetError:
            # Without room for that, a boot does all of the old, unless what is confirmed needs no room.
            if to_load(wanted.saved):
                raise
        try:
            self.write(wanted)
        except RulesetError:
            # The next run writes what takes back by hand. That is not worth a change that is in force.
            if to_load(wanted.saved) or self.has_undo():
                raise

    def _mark_confirmed(self, wanted):
        with self._writing():
            undo = self._undo_if_good()
            if undo:
                saved = wanted.saved + undo.saved
                self.program.write_program(saved)
                self._replace(UNDO_DATA, _text(undo._replace(code=self.program.code(saved), confirmed=wanted)))

    def confirm_at_boot(self, wanted):
        """The rest of :meth:`confirm`, at a boot: units that this boot starts still are left to the next run.

        :type wanted: AtBoot
        :raises RulesetError: it cannot be written.
        """
        with self._writing():
            if wanted.wait:
                write_units(self.host, [wait_unit(self.host, self.scope, wanted.wait)])
            if wanted.saved or os.path.exists(os.path.join(self.folder, RULES)):
                self._write_rules(wanted.saved)
            if to_load(wanted.saved):
                write_units(self.host, self.units.loading())
            self._remove_undo()

    def load_again(self):
        """Have systemd load the rules once more in this boot, behind the services that flush everything."""
        start_unit(self.host, self.units.loading()[1])

    def remove_undo(self):
        """No change waits any longer.

        :raises RulesetError: it cannot be removed.
        """
        with self._writing():
            self._remove_undo()
            if not os.path.exists(os.path.join(self.folder, RULES)):
                self._remove()
            else:
                self.program.remove_stale()

    def _remove_undo(self):
        """What is started goes first, what says that it is to be done last."""
        self.units.undoing().remove()
        for name in (UNDO, UNDO_DATA):
            remove_file(os.path.join(self.folder, name))

    def _remove(self):
        stop_and_remove(self.host, *(self.units.loading() + [self.units.undoing()]))
        remove_folder(self.folder)
        self.clean_up()

    def clean_up(self):
        """Leave no empty folder above those of the scopes."""
        above = os.path.dirname(self.folder)
        try:
            os.rmdir(above)
        except OSError:
            # The other scope has its folder there, or there is none.
            return
        sync_folder(os.path.dirname(above))

    # ---- files

    def _rules_of(self, saved):
        return Rules(self.program.code(saved), saved)

    def _holds(self, rules):
        """Whether a boot loads just these rules."""
        try:
            return from_json(self._text_of(RULES)) == from_json(to_json(rules.as_data()))
        except ValueError:
            return False

    def _is_good(self, name):
        try:
            return self.rules_of(name) is not None
        except RulesetError:
            return False

    def _undo_if_good(self):
        try:
            return self.undo()
        except RulesetError:
            return None

    def _read(self, name, kind):
        path = os.path.join(self.folder, name)
        if not os.path.lexists(path):
            return None
        try:
            return kind.from_data(from_json(self._text_of(name)))
        except DAMAGED:
            raise RulesetError("%s: damaged, so a boot cannot use it. %s." % (path, _REMEDY))

    def _text_of(self, name):
        return self.host.text(os.path.relpath(os.path.join(self.folder, name), self.host.root))

    def _replace(self, name, text):
        replace_file(os.path.join(self.folder, name), text)

    @contextlib.contextmanager
    def _writing(self):
        try:
            yield
        except (IOError, OSError) as error:
            place = getattr(error, "filename", None) or self.folder
            raise RulesetError("%s: cannot be written: %s." % (place, error.strerror))


def _text(entry):
    return to_json(entry.as_data(), indent=1, sort_keys=True) + "\n"
