# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files of this collection: replaced in one step, so that the old one or the new one is there, never half of it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os


def replace_file(path, text, mode=0o600):
    """
    :type path: str
    :type text: str | bytes
    :param mode: of the new file
    :type mode: int
    :raises OSError: the old file is there still.
    """
    unfinished = path + ".new"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "wb") as stream:
            stream.write(text if isinstance(text, bytes) else text.encode("utf-8"))
            stream.flush()
            # Without this, a machine that loses power may come up with an empty file.
            os.fsync(stream.fileno())
        os.rename(unfinished, path)
    except (IOError, OSError):
        remove_file(unfinished)
        raise


def remove_file(path):
    """One that is missing is fine.

    :type path: str
    :raises OSError: it cannot be removed.
    """
    try:
        os.unlink(path)
    except OSError as error:
        if error.errno != errno.ENOENT:
            raise
