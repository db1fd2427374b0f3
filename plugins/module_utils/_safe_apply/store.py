# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a change that waits for its confirmation is written down.

Everything is in /run/portledger, a folder for each scope:

    pending.json    the change: its token, its deadline, and the former state
    outcome.json    what became of the last change
    boot.json       what our unit has loaded when the machine was started (see boot.py)
    unfinished-*    what a provider is in the middle of, so that whoever comes after a kill completes it
    restore-TOKEN/  the program that restores the former state (see timer.py), and a copy of pending.json for it

/run does not outlive the machine's run. Nor do the new rules: what a boot loads is written once they are confirmed, and
where a provider cannot wait, persistence.py saves the former files.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import shutil

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PROVIDERS, SCOPES
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import DAMAGED
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import (
    names_in, remove_file, replace_file,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.unfinished import Note
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.lock import lock_folder
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import BootOutcome, Outcome, Pending


class Store:
    """The folder of one scope."""

    def __init__(self, host, scope):
        """
        :type host: _host.host.Host
        :param scope: host or gateway
        :type scope: str
        """
        self.host = host
        self.scope = scope
        self.folder = host.file("run", "portledger", scope)

    # ---- reading

    def pending(self):
        """The change that waits, or None. Where its file is damaged, the copy beside its timer says what waits.

        :rtype: Pending | None
        :raises RulesetError: the file is damaged, and there is no copy.
        """
        for name in ["pending.json"] + self._copies():
            try:
                found = self._read(name, Pending)
                return found if found and found.boot == self.boot() else None
            except ValueError:
                continue
        raise RulesetError(
            "%s: damaged, and there is no copy of it, so what waits for its confirmation is not known. Remove the "
            "file, then run the playbook again." % os.path.join(self.folder, "pending.json"), changed=False,
        )

    def _copies(self):
        programs = [name for name in names_in(self.folder) if name.startswith("restore-")]
        return sorted(os.path.join(name, "pending.json") for name in programs if self._is_there(name, "pending.json"))

    def _is_there(self, *parts):
        return os.path.lexists(os.path.join(self.folder, *parts))

    def pending_as(self, token):
        """The change of this token, where it waits still, or None.

        :type token: str
        :rtype: Pending | None
        """
        found = self.pending()
        return found if found and found.token == token else None

    def outcome(self):
        """What became of the last change, or None, as where its file is damaged.

        :rtype: Outcome | None
        """
        return self._read_if_good("outcome.json", Outcome)

    def boot_outcome(self):
        """What our unit has loaded since the machine was started, or None, as where its file is damaged.

        :rtype: BootOutcome | None
        """
        return self._read_if_good("boot.json", BootOutcome)

    def mark(self):
        """Differs once another change was begun or ended.

        :rtype: tuple
        """
        return tuple(found and found.token for found in (self.pending(), self.outcome()))

    def boot(self):
        """Differs once the machine was started anew.

        :rtype: str
        """
        return self.host.text("proc/sys/kernel/random/boot_id").strip()

    def program(self, token):
        """Folder of the program that restores the state from before a change.

        :type token: str
        :rtype: str
        """
        return os.path.join(self.folder, "restore-" + token)

    def lock(self, seconds=None, make=True):
        """Keep other processes from changing anything: see :func:`lock_folder`."""
        return lock_folder(self.host, self.folder, seconds, make)

    def unfinished(self):
        """Names of the providers that were killed in the middle of something.

        :rtype: list[str]
        """
        return [name for name in PROVIDERS if Note(self.host, self.scope, name).exists()]

    # ---- writing

    def write(self, pending):
        """Write down a change, before it is made and when its deadline moves.

        :type pending: Pending
        :raises RulesetError: it cannot be written.
        """
        if os.path.isdir(self.program(pending.token)):
            self._write(os.path.join(os.path.basename(self.program(pending.token)), "pending.json"), pending)
        self._write("pending.json", pending)

    def write_boot(self, outcome, why):
        """Say what a boot has loaded.

        :param outcome: LOADED, LAST_GOOD or FAILED of boot.py
        :type outcome: str
        :param why: for people
        :type why: str
        """
        self._write("boot.json", BootOutcome(outcome, why))

    def end(self, pending, outcome, why, problem=None):
        """No change waits any longer.

        :type pending: Pending
        :param outcome: CONFIRMED or RESTORED
        :type outcome: str
        :param why: for people
        :type why: str
        :param problem: why a boot would not load what was confirmed
        :type problem: str | None
        """
        ended = Outcome(pending.token, outcome, why, problem)
        try:
            self._write("outcome.json", ended)
        except RulesetError:
            # A change that is over must not stay pending on a full disk. Without the change's own files there may be
            # room.
            self.drop(pending)
            try:
                self._write("outcome.json", ended)
            except RulesetError:
                pass
            return
        self.drop(pending)

    def drop(self, pending):
        """Forget a change that was not made.

        :type pending: Pending
        :raises RulesetError: its file cannot be removed.
        """
        path = os.path.join(self.folder, "pending.json")
        try:
            remove_file(path)
        except OSError as error:
            raise RulesetError("%s: cannot be removed: %s." % (path, error.strerror))
        shutil.rmtree(self.program(pending.token), ignore_errors=True)

    def forget(self):
        """Leave nothing, where no change waits."""
        if self.pending():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        above = os.path.dirname(self.folder)
        if not any(os.path.isdir(os.path.join(above, scope)) for scope in SCOPES):
            # What the host keeps of what it was sent.
            shutil.rmtree(os.path.join(above, "kept"), ignore_errors=True)
        try:
            os.rmdir(above)
        except OSError:
            # The other scope has its folder there.
            pass

    def clean_up(self):
        """Leave nothing of what may be there still, where no change waits."""
        if os.path.isdir(os.path.dirname(self.folder)):
            with self.lock():
                self.forget()

    # ---- files

    def _read(self, name, kind):
        """What a file holds, or None; a ValueError where it is damaged."""
        if not self._is_there(name):
            return None
        text = self.host.text(os.path.relpath(os.path.join(self.folder, name), self.host.root))
        # One that was removed meanwhile is not damaged.
        if not text and not self._is_there(name):
            return None
        try:
            return kind.from_data(from_json(text))
        except DAMAGED as error:
            raise ValueError("%s: %s" % (name, error))

    def _read_if_good(self, name, kind):
        try:
            return self._read(name, kind)
        except ValueError:
            return None

    def _write(self, name, entry):
        """Either the old file is there or the new one, never half of it."""
        path = os.path.join(self.folder, name)
        try:
            replace_file(path, to_json(entry.as_data()))
        except (IOError, OSError) as error:
            raise RulesetError("%s: cannot be written: %s." % (path, error.strerror))
