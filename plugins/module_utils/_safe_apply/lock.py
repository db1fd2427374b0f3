# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One process at a time: a lock on a folder, which the kernel releases when its process ends."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import contextlib
import errno
import fcntl
import os
import stat

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import make_folder
from ansible_collections.portledger.qradar.plugins.module_utils._host.holders import end_holders

_POLL_SECONDS = 0.1
# For a process that was ended to be gone.
_END_SECONDS = 5.0


@contextlib.contextmanager
def lock_folder(host, folder, seconds=None, make=True):
    """Keep other processes from changing anything while this runs.

    :type host: _host.host.Host
    :param folder: another process may remove it at any time
    :type folder: str
    :param seconds: whoever holds it for longer is stuck, and is ended: access comes first. Where that is not possible,
        go ahead without the lock. None waits for as long as it takes
    :type seconds: float | None
    :param make: whether to make the folder where it is not there; else there is nothing to lock then
    :type make: bool
    :returns: on entry, process numbers of those that were ended
    :rtype: list[str]
    :raises RulesetError: the folder cannot be made, or somebody else can write there.
    """
    end = None if seconds is None else host.uptime() + seconds
    if end is None:
        # The way back is never refused, and its program is running by now.
        _check(folder)
    held = _open(folder, make)
    ended = []
    try:
        while held is not None and not _has_lock(held, folder):
            if end is not None and host.uptime() > end:
                # Two that change rules at the same time would cost each other's.
                stuck = [] if ended else end_holders(host, folder)
                if not stuck:
                    break
                ended, end = stuck, host.uptime() + _END_SECONDS
            host.sleep(_POLL_SECONDS)
            os.close(held)
            held = _open(folder, make)
        yield ended
    finally:
        if held is not None:
            os.close(held)


def _open(folder, make):
    for attempts_left in (2, 1, 0):
        try:
            if make:
                make_folder(folder, 0o700)
            elif not os.path.isdir(folder):
                return None
            held = os.open(folder, os.O_RDONLY)
            break
        except OSError as error:
            # Other processes make and remove this folder, too.
            if not attempts_left or error.errno not in (errno.ENOENT, errno.EEXIST):
                raise RulesetError("%s: cannot be made: %s." % (folder, error.strerror), changed=False)
    fcntl.fcntl(held, fcntl.F_SETFD, fcntl.fcntl(held, fcntl.F_GETFD) | fcntl.FD_CLOEXEC)
    return held


def _check(folder):
    """Programs that root runs are in there, so nobody else may be able to write there."""
    for one in (os.path.dirname(folder), folder):
        _check_one(one)


def _check_one(folder):
    try:
        found = os.lstat(folder)
    except OSError as error:
        # Another process may have removed it just now. What else is in its place is told where it is made.
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            return
        raise
    if not stat.S_ISDIR(found.st_mode):
        problem = "is not a folder"
    elif found.st_uid != os.geteuid():
        problem = "belongs to the user %d, not to %d" % (found.st_uid, os.geteuid())
    elif found.st_mode & 0o022:
        problem = "can be written by others (mode %04o)" % stat.S_IMODE(found.st_mode)
    else:
        return
    raise RulesetError("%s: %s. Remove it, then run the playbook again." % (folder, problem), changed=False)


def _has_lock(held, folder):
    """Whether this process has locked the folder that is there now."""
    try:
        fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return os.fstat(held).st_ino == os.stat(folder).st_ino
    except (IOError, OSError) as error:
        if error.errno in (errno.EAGAIN, errno.EACCES, errno.ENOENT):
            return False
        raise
