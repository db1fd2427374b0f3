# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of this collection: replaced in one step, so that the old one or the new one is there, never half of it.

What is written or removed here is on the disk when the function returns: a machine that loses power afterwards comes up
with it.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import shutil


def unfinished_name(path):
    """Where a file is written before it takes its place. A machine that loses power may come up with it.

    :type path: str
    :rtype: str
    """
    return path + ".new"


def replace_file(path, text, mode=0o600):
    """
    :type path: str
    :type text: str | bytes
    :param mode: of the new file
    :type mode: int
    :raises OSError: the old file is there still.
    """
    unfinished = unfinished_name(path)
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
    sync_folder(os.path.dirname(path))


def remove_file(path):
    """One that is missing is fine.

    :type path: str
    :raises OSError: it cannot be removed.
    """
    if _unlink(path):
        sync_folder(os.path.dirname(path))


def _unlink(path):
    try:
        os.unlink(path)
        return True
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise
        return False


def make_folder(path, mode=0o755):
    """With those above it; one that is there is fine.

    :type path: str
    :param mode: of the new folders
    :type mode: int
    :raises OSError: it cannot be made.
    """
    if os.path.isdir(path):
        return
    above = os.path.dirname(path)
    make_folder(above, mode)
    try:
        os.mkdir(path, mode)
    except OSError as error:
        if error.errno != errno.EEXIST:
            raise
        if not os.path.isdir(path):
            raise OSError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), path)
    sync_folder(above)


def remove_folder(path):
    """With all that is in it; one that is missing is fine.

    :type path: str
    :raises OSError: not all of it can be removed.
    """
    if not os.path.isdir(path):
        return
    shutil.rmtree(path, ignore_errors=True)
    if os.path.isdir(path):
        # Now it says why.
        shutil.rmtree(path)
    sync_folder(os.path.dirname(path))


def remove_empty_folder(path):
    """One that is missing, or that somebody has just put something into, is fine.

    :type path: str
    :raises OSError: it cannot be removed.
    """
    try:
        os.rmdir(path)
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTEMPTY, errno.EEXIST):
            raise
        return
    sync_folder(os.path.dirname(path))


def names_in(path):
    """What is in a folder, in order; nothing where there is none: another process may remove it at any time.

    :type path: str
    :rtype: list[str]
    :raises OSError: it cannot be read.
    """
    try:
        return sorted(os.listdir(path))
    except OSError as error:
        if error.errno not in (errno.ENOENT, errno.ENOTDIR):
            raise
        return []


def sync_folder(path):
    """Have the names in a folder on the disk.

    :type path: str
    :raises OSError: they are not.
    """
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        # Some file systems have no way to ask for that.
        if error.errno not in (errno.EINVAL, errno.EBADF):
            raise
    finally:
        os.close(descriptor)
