# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a provider is in the middle of, noted in /run, so that whoever comes after a kill can complete it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import remove_file, replace_file


class Note:
    """The note of one provider in one scope."""

    def __init__(self, host, scope, provider):
        """
        :type host: _host.host.Host
        :param scope: host or gateway
        :type scope: str
        :param provider: its name
        :type provider: str
        """
        self._host = host
        self._path = host.file("run", "portledger", scope, "unfinished-%s.json" % provider)

    def exists(self):
        """
        :rtype: bool
        """
        return os.path.exists(self._path)

    def write(self, data):
        """Best effort: somebody who is locked out may wait for what follows, with a disk that is full.

        A former note, of what could not be completed so far, is not written over.

        :param data: what JSON can hold
        :type data: dict
        """
        try:
            if os.path.isdir(os.path.dirname(self._path)) and not self.exists():
                replace_file(self._path, to_json(data))
        except (IOError, OSError):
            pass

    def read(self):
        """What was noted.

        :returns: None where nothing was, or where it was killed while it was written: then nothing was begun
        :rtype: dict | None
        """
        try:
            found = from_json(self._host.text(os.path.relpath(self._path, self._host.root)))
        except ValueError:
            return None
        return found if isinstance(found, dict) else None

    def remove(self):
        """It is completed."""
        try:
            remove_file(self._path)
        except OSError:
            # A read-only /run: completing it once more changes nothing.
            pass
