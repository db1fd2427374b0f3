# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that waits for its confirmation: what was there before, and until when.

It is kept in /run/portledger, a folder for each scope:

    pending.json    the change: its token, its deadline, and what was there before
    outcome.json    what became of the last change
    boot.json       what our unit has loaded when the machine was started (see boot.py)
    restore-TOKEN/  the program that puts back what was there (see timer.py)

/run does not outlive the machine's run. Nor do the new rules: what a boot loads is written once they are confirmed, and
where a provider cannot wait, persistence.py keeps the old files.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import errno
import fcntl
import json
import os
import shutil

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import remove_file, replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json

CONFIRMED = "confirmed"
RESTORED = "restored"
# Not known here: the machine was started anew, or another run has changed the rules since.
UNKNOWN = "unknown"

_POLL_SECONDS = 0.1


class Store:
    """The folder of one scope."""

    def __init__(self, host, scope):
        """
        :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
        :param scope: host or gateway
        :type scope: str
        """
        self.host = host
        self.scope = scope
        self.folder = host.file("run", "portledger", scope)

    def pending(self):
        """The change that waits, or None.

        :rtype: dict | None
        """
        found = self._read("pending.json")
        return found if found and found["boot"] == self.boot() else None

    def outcome(self):
        """What became of the last change: token, outcome, why; or None.

        :rtype: dict | None
        """
        return self._read("outcome.json")

    def mark(self):
        """Differs once another change was begun or ended.

        :rtype: tuple
        """
        return tuple(found and found["token"] for found in (self.pending(), self.outcome()))

    def write(self, pending):
        """Write down a change, before it is made and when its deadline moves.

        :param pending: token, seconds, deadline, connection, path, timer; kept: provider and state of each part, in
            the order of their loading; rules: what a boot loads once it is confirmed; undo: whether files are kept for
            a boot before that
        :type pending: dict
        :raises RulesetError: it cannot be written.
        """
        pending["boot"] = self.boot()
        self._write("pending.json", pending)

    def write_boot(self, outcome, why):
        """Say what a boot has loaded.

        :param outcome: LOADED, LAST_GOOD or FAILED of boot.py
        :type outcome: str
        :param why: for people
        :type why: str
        """
        self._write("boot.json", {"outcome": outcome, "why": why})

    def boot_outcome(self):
        """What our unit has loaded since the machine was started: outcome, why; or None.

        :rtype: dict | None
        """
        return self._read("boot.json")

    def program(self, token):
        """Folder of the program that puts back what was before a change.

        :type token: str
        :rtype: str
        """
        return os.path.join(self.folder, "restore-" + token)

    def end(self, pending, outcome, why):
        """No change waits any more.

        :param pending: the change
        :type pending: dict
        :param outcome: CONFIRMED or RESTORED
        :type outcome: str
        :param why: for people
        :type why: str
        :raises RulesetError: that it is confirmed cannot be written; it is pending still.
        """
        said = {"token": pending["token"], "outcome": outcome, "why": why}
        try:
            self._write("outcome.json", said)
        except RulesetError:
            if outcome == CONFIRMED:
                raise
            # A full disk keeps nothing pending that is over. Without the change's own files there may be room.
            self.drop(pending)
            try:
                self._write("outcome.json", said)
            except RulesetError:
                pass
            return
        self.drop(pending)

    def drop(self, pending):
        """Forget a change that was not made.

        :type pending: dict
        """
        remove_file(os.path.join(self.folder, "pending.json"))
        shutil.rmtree(self.program(pending["token"]), ignore_errors=True)

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

    @contextlib.contextmanager
    def lock(self, seconds=None):
        """Keep other processes from changing anything. The kernel lets go when this process dies.

        :param seconds: go ahead without the lock after this time; None waits for as long as it takes
        :type seconds: float | None
        :raises RulesetError: the folder cannot be made.
        """
        end = None if seconds is None else self.host.uptime() + seconds
        held = self._open()
        try:
            while not self._locked(held):
                if end is not None and self.host.uptime() > end:
                    break
                self.host.sleep(_POLL_SECONDS)
                os.close(held)
                held = self._open()
            yield
        finally:
            os.close(held)

    def _open(self):
        for attempts_left in (2, 1, 0):
            try:
                if not os.path.isdir(self.folder):
                    os.makedirs(self.folder, 0o700)
                held = os.open(self.folder, os.O_RDONLY)
                break
            except OSError as error:
                # Others make and forget this folder, too.
                if not attempts_left or error.errno not in (errno.ENOENT, errno.EEXIST):
                    words = "%s: cannot be made: %s." % (self.folder, error.strerror)
                    raise RulesetError(words, changed=False)
        fcntl.fcntl(held, fcntl.F_SETFD, fcntl.fcntl(held, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
        return held

    def _locked(self, held):
        """Whether the lock was had, on the folder that is there now."""
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return os.fstat(held).st_ino == os.stat(self.folder).st_ino
        except (IOError, OSError) as error:
            if error.errno in (errno.EAGAIN, errno.EACCES, errno.ENOENT):
                return False
            raise

    def boot(self):
        """Differs once the machine was started anew.

        :rtype: str
        """
        return self.host.text("proc/sys/kernel/random/boot_id").strip()

    def _read(self, name):
        text = self.host.text(os.path.relpath(os.path.join(self.folder, name), self.host.root))
        return from_json(text) if text else None

    def _write(self, name, data):
        """Either the old file is there or the new one, never half of it."""
        path = os.path.join(self.folder, name)
        try:
            replace_file(path, json.dumps(data))
        except (IOError, OSError) as error:
            raise RulesetError("%s: cannot be written: %s." % (path, error.strerror))
