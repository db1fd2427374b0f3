# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign files that we change: the whole new one or the old one is there, never half of it.

The former file is kept beside the new one, under a second name, until the change is done: putting it back needs no room
on the disk, and it is the same file then, with its owner, its mode and its dates.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import stat

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import sync_folder

_MODE = 0o644


def read_file(path):
    """What is in a file.

    :type path: str
    :returns: None where there is none
    :rtype: bytes | None
    :raises RulesetError: it is there and cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (IOError, OSError) as error:
        if not os.path.lexists(path):
            return None
        raise RulesetError("%s: cannot be read: %s." % (path, error.strerror), changed=False)


def leftovers(path):
    """What a run that was killed has left beside a file.

    :type path: str
    :rtype: list[str]
    """
    return [name for name in _beside(path) if os.path.lexists(name)]


def remove_leftovers(path):
    """
    :type path: str
    :raises RulesetError: one cannot be removed.
    """
    for name in leftovers(path):
        try:
            _remove(name)
        except OSError as error:
            raise RulesetError("%s: cannot be removed: %s." % (name, error.strerror))


def _beside(path):
    """Names of the new and of the former file while one takes the place of the other."""
    folder, name = os.path.split(os.path.realpath(path))
    return [os.path.join(folder, ".%s.portledger-%s" % (name, word)) for word in ("new", "old")]


class FileChange:
    """One file: prepared, made, and then undone or done."""

    def __init__(self, path, former, content):
        """
        :type path: str
        :param former: what is in there now; None for no file
        :type former: bytes | None
        :param content: what is to be in there; None for no file
        :type content: bytes | None
        """
        # A link stays a link.
        self.path = os.path.realpath(path)
        self.former = former
        self.content = content
        self._new, self._old = _beside(path)
        self._made = False

    def prepare(self):
        """Write everything that needs room, under another name.

        :raises RulesetError: it cannot be written; the file is as it was.
        """
        try:
            _remove(self._new)
            _remove(self._old)
            if self.former is not None:
                _link(self.path, self._old)
            if self.content is not None:
                self._write_new()
        except (IOError, OSError) as error:
            self.done()
            raise RulesetError("%s: cannot be written: %s." % (self.path, error.strerror))

    def make(self):
        """Put the new file in the place of the old one.

        :raises RulesetError: the file is as it was.
        """
        try:
            if self.content is None:
                _remove(self.path)
            else:
                os.rename(self._new, self.path)
            self._made = True
            # A machine that loses power comes up with it.
            sync_folder(os.path.dirname(self.path))
        except (IOError, OSError) as error:
            raise RulesetError("%s: cannot be written: %s." % (self.path, error.strerror))

    def undo(self, again):
        """Put back the former file, or take back our part of the change where somebody has changed the file since.

        :param again: gives the content to put back out of what is in the file now
        :type again: Callable[[bytes | None], bytes | None]
        :raises RulesetError: it cannot be written.
        """
        if not self._made:
            return
        now = read_file(self.path)
        try:
            if now == self.content and self.former is None:
                _remove(self.path)
            elif now == self.content and os.path.exists(self._old):
                os.rename(self._old, self.path)
            else:
                replace_file(self.path, now, self.former if now == self.content else again(now))
            sync_folder(os.path.dirname(self.path))
        except (IOError, OSError) as error:
            raise RulesetError("%s: cannot be written: %s." % (self.path, error.strerror))
        self._made = False

    def done(self):
        """Leave nothing but the file. What cannot be removed goes with the next run."""
        for name in (self._new, self._old):
            try:
                _remove(name)
            except OSError:
                pass

    def _write_new(self):
        try:
            there = os.stat(self.path)
        except OSError:
            there = None
        with os.fdopen(os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            if there:
                os.fchown(stream.fileno(), there.st_uid, there.st_gid)
            os.fchmod(stream.fileno(), stat.S_IMODE(there.st_mode) if there else _MODE)
            stream.write(self.content)
            stream.flush()
            os.fsync(stream.fileno())


def replace_file(path, former, content):
    """Change one file on its own.

    :type path: str
    :type former: bytes | None
    :type content: bytes | None
    :raises RulesetError: the file is as it was.
    """
    if former == content:
        return
    change = FileChange(path, former, content)
    change.prepare()
    try:
        change.make()
    finally:
        change.done()


def _link(path, name):
    try:
        os.link(path, name)
    except OSError:
        # Not every file system has second names. Then the former content is written anew.
        pass


def _remove(path):
    try:
        os.unlink(path)
    except OSError:
        if os.path.lexists(path):
            raise
