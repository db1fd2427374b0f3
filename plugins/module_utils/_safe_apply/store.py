# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a change that waits for its confirmation is written down.

Everything is in /run/portledger, a folder for each scope:

    pending.json    the change: its token, its deadline, and the former state
    outcome.json    what became of the last change
    boot.json       what our unit has loaded when the machine was started (see boot.py)
    restore-TOKEN/  the program that restores the former state (see timer.py)

/run does not outlive the machine's run. Nor do the new rules: what a boot loads is written once they are confirmed, and
where a provider cannot wait, persistence.py saves the former files.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import shutil

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import CONFIRMED
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import remove_file, replace_file
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
        """The change that waits, or None.

        :rtype: Pending | None
        """
        found = self._read("pending.json", Pending)
        return found if found and found.boot == self.boot() else None

    def pending_as(self, token):
        """The change of this token, where it waits still, or None.

        :type token: str
        :rtype: Pending | None
        """
        found = self.pending()
        return found if found and found.token == token else None

    def outcome(self):
        """What became of the last change, or None.

        :rtype: Outcome | None
        """
        return self._read("outcome.json", Outcome)

    def boot_outcome(self):
        """What our unit has loaded since the machine was started, or None.

        :rtype: BootOutcome | None
        """
        return self._read("boot.json", BootOutcome)

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

    def lock(self, seconds=None):
        """Keep other processes from changing anything: see :func:`lock_folder`."""
        return lock_folder(self.host, self.folder, seconds)

    # ---- writing

    def write(self, pending):
        """Write down a change, before it is made and when its deadline moves.

        :type pending: Pending
        :raises RulesetError: it cannot be written.
        """
        self._write("pending.json", pending)

    def write_boot(self, outcome, why):
        """Say what a boot has loaded.

        :param outcome: LOADED, LAST_GOOD or FAILED of boot.py
        :type outcome: str
        :param why: for people
        :type why: str
        """
        self._write("boot.json", BootOutcome(outcome, why))

    def end(self, pending, outcome, why):
        """No change waits any longer.

        :type pending: Pending
        :param outcome: CONFIRMED or RESTORED
        :type outcome: str
        :param why: for people
        :type why: str
        :raises RulesetError: that it is confirmed cannot be written; it is pending still.
        """
        ended = Outcome(pending.token, outcome, why)
        try:
            self._write("outcome.json", ended)
        except RulesetError:
            if outcome == CONFIRMED:
                raise
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
        """
        remove_file(os.path.join(self.folder, "pending.json"))
        shutil.rmtree(self.program(pending.token), ignore_errors=True)

    def forget(self):
        """Leave nothing, where no change waits."""
        if self.pending():
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            os.rmdir(os.path.dirname(self.folder))
        except OSError:
            # The other scope has its folder there.
            pass

    # ---- files

    def _read(self, name, kind):
        text = self.host.text(os.path.relpath(os.path.join(self.folder, name), self.host.root))
        return kind.from_data(from_json(text)) if text else None

    def _write(self, name, entry):
        """Either the old file is there or the new one, never half of it."""
        path = os.path.join(self.folder, name)
        try:
            replace_file(path, json.dumps(entry.as_data()))
        except (IOError, OSError) as error:
            raise RulesetError("%s: cannot be written: %s." % (path, error.strerror))
