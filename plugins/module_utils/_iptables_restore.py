# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One iptables-restore: tested, loaded, undone.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables_tables import transaction

# Before iptables 1.6.2, iptables-restore may not know how to wait for the lock.
_WAIT = ["-w", "10"]
_UNKNOWN_OPTION = re.compile(r"(unknown|unrecognized|invalid) option.*w", re.IGNORECASE)


class Restore:
    """Leads one family from one state to another."""

    def __init__(self, host, program, present, wanted):
        """
        :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
        :param program: iptables-restore or ip6tables-restore
        :type program: str
        :type present: ansible_collections.portledger.qradar.plugins.module_utils._iptables_tables.Tables
        :type wanted: ansible_collections.portledger.qradar.plugins.module_utils._iptables_tables.Tables
        """
        self.host = host
        self.program = program
        self._present = present
        self._wanted = wanted
        self._text = transaction(present, wanted)
        self._wait = _WAIT

    def test(self):
        """Have the input read without loading it.

        :raises RulesetError: with the tool's own words and the line.
        """
        self._run(["--test"], self._text)

    def load(self):
        """Load the input in one transaction.

        :raises RulesetError: with the tool's own words and the line.
        """
        self._run([], self._text)

    def undo(self):
        """Put back what was there.

        :raises RulesetError: with the tool's own words and the line.
        """
        self._run([], transaction(self._wanted, self._present))

    def _run(self, options, text):
        code, out, err = self.host.run(self.program, ["--noflush"] + self._wait + options, text)
        if code != 0 and self._wait and _UNKNOWN_OPTION.search(err):
            self._wait = []
            code, out, err = self.host.run(self.program, ["--noflush"] + options, text)
        if code != 0:
            raise RulesetError(_failure(" ".join([self.program] + options), (err or out), text))


def _failure(command, words, text):
    """The tool's words on one line, and the line of its input that it means."""
    words = " ".join(line.strip() for line in words.splitlines() if line.strip() and not line.startswith("Try `"))
    message = "%s: failed: %s." % (command, words.rstrip("."))
    found = re.search(r"line:? (\d+)", words)
    lines = text.splitlines()
    if found and 1 <= int(found.group(1)) <= len(lines):
        message += " The line is: %s." % lines[int(found.group(1)) - 1]
    return message
