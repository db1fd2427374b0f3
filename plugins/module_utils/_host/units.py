# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Units of systemd that are ours: files, and the links that have others start them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._host.files import (
    make_folder, names_in, remove_empty_folder, remove_file, replace_file, sync_folder, unfinished_name,
)

FOLDER = "etc/systemd/system"
_WANTED_BY = re.compile(r"^WantedBy=(.*)$", re.MULTILINE)


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
        self._unfinished = unfinished_name(self._path)
        self._links = [host.file(FOLDER, unit + ".wants", name) for unit in wanted_by]

    def exists(self):
        """Whether anything of it is there: its file, one that was never finished, or a link that starts it.

        :rtype: bool
        """
        links = [os.path.join(folder, self.name) for folder in self._wanting_folders()]
        return any(os.path.lexists(path) for path in [self._path, self._unfinished] + links)

    def is_started(self):
        """Whether it has a text, whatever that is, and is started by what it is to be started by.

        :rtype: bool
        """
        return bool(self._host.text(FOLDER, self.name)) and all(map(self._leads_here, self._links))

    def is_written(self):
        """Whether all is there, with this text, and nothing else of it.

        :rtype: bool
        """
        if os.path.lexists(self._unfinished) or self._host.text(FOLDER, self.name) != self._text:
            return False
        return all(map(self._leads_here, self._links))

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
            if not self._leads_here(link):
                make_folder(os.path.dirname(link))
                remove_file(link)
                os.symlink(self._target(), link)
                sync_folder(os.path.dirname(link))
        return True

    def remove(self):
        """With every link to it, of whatever unit.

        :raises OSError: it cannot be removed.
        """
        # An empty one that it used to be in was left by a removal that did not come to its end.
        used = set(os.path.dirname(link) for link in self._links)
        for names in _WANTED_BY.findall(self._host.text(FOLDER, self.name)):
            used.update(self._host.file(FOLDER, unit + ".wants") for unit in names.split())
        for folder in self._wanting_folders():
            link = os.path.join(folder, self.name)
            if os.path.islink(link):
                remove_file(link)
                used.add(folder)
            if folder in used and not names_in(folder):
                remove_empty_folder(folder)
        remove_file(self._unfinished)
        remove_file(self._path)

    def _target(self):
        return "/" + os.path.join(FOLDER, self.name)

    def _leads_here(self, link):
        return os.path.islink(link) and os.readlink(link) == self._target()

    def _wanting_folders(self):
        folder = self._host.file(FOLDER)
        return [os.path.join(folder, name) for name in names_in(folder) if name.endswith(".wants")]


def has_units(host):
    """Whether there is a systemd that would read them.

    :type host: _host.host.Host
    :rtype: bool
    """
    return os.path.isdir(host.file(FOLDER))
