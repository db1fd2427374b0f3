# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of systemd that are ours: files, and the links that have others start them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

from ansible_collections.portledger.qradar.plugins.module_utils._host.files import remove_file, replace_file

FOLDER = "etc/systemd/system"


class Unit:
    """One unit."""

    def __init__(self, host, name, wanted_by=(), text=""):
        """
        :type host: _host.host.Host
        :param name: with .service
        :type name: str
        :param wanted_by: names of the units that start it
        :type wanted_by: Iterable[str]
        :param text: what its file is to hold
        :type text: str
        """
        self.name = name
        self._host = host
        self._text = text
        self._path = host.file(FOLDER, name)
        self._links = [host.file(FOLDER, unit + ".wants", name) for unit in wanted_by]

    def exists(self):
        """:rtype: bool"""
        return bool(self._host.text(FOLDER, self.name))

    def is_written(self):
        """Whether all is there, with this text.

        :rtype: bool
        """
        return self._host.text(FOLDER, self.name) == self._text and all(map(os.path.islink, self._links))

    def write(self):
        """
        :returns: whether it had to be written
        :rtype: bool
        :raises OSError: it cannot be written.
        """
        if self.is_written():
            return False
        replace_file(self._path, self._text, 0o644)
        for link in self._links:
            if not os.path.isdir(os.path.dirname(link)):
                os.makedirs(os.path.dirname(link), 0o755)
            remove_file(link)
            os.symlink("/" + os.path.join(FOLDER, self.name), link)
        return True

    def remove(self):
        """With every link to it, of whatever unit.

        :raises OSError: it cannot be removed.
        """
        for folder in self._wanting_folders():
            link = os.path.join(folder, self.name)
            if os.path.islink(link):
                remove_file(link)
                if not os.listdir(folder):
                    os.rmdir(folder)
        remove_file(self._path)

    def _wanting_folders(self):
        folder = self._host.file(FOLDER)
        if not os.path.isdir(folder):
            return []
        return [os.path.join(folder, name) for name in os.listdir(folder) if name.endswith(".wants")]


def has_units(host):
    """Whether there is a systemd that would read them.

    :type host: _host.host.Host
    :rtype: bool
    """
    return os.path.isdir(host.file(FOLDER))
