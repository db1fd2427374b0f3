# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One iptables-restore: tested, loaded, undone."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.lock import waiting, who_holds
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import transaction
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import words_of

# Before 1.6.2, iptables-restore may not know how to wait for the lock.
_UNKNOWN_OPTION = re.compile(r"(unknown|unrecognized|invalid) option.*w", re.IGNORECASE)


class Restore:
    """Leads one family from one state to another."""

    def __init__(self, host, program, present, wanted):
        """
        :type host: _host.host.Host
        :param program: iptables-restore or ip6tables-restore
        :type program: str
        :type present: _iptables.tables.Tables
        :type wanted: _iptables.tables.Tables
        """
        self.host = host
        self.program = program
        self._present = present
        self._wanted = wanted
        self._text = transaction(present, wanted)
        self._waits = True

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
        self._waits = _restore(self.host, self.program, self._waits, options, text)


def restore_text(host, program, text, test=False):
    """Have iptables-restore read a text that leaves alone what it does not name.

    :type host: _host.host.Host
    :param program: iptables-restore or ip6tables-restore
    :type program: str
    :type text: str
    :param test: only read it
    :type test: bool
    :raises RulesetError: with the tool's own words and the line.
    """
    _restore(host, program, True, ["--test"] if test else [], text)


def _restore(host, program, waits, options, text):
    """Gives whether the program knows how to wait."""
    wait, seconds = waiting(host)
    code, out, err = host.run(program, ["--noflush"] + (wait if waits else []) + options, text, seconds)
    if code != 0 and waits and _UNKNOWN_OPTION.search(err):
        waits = False
        code, out, err = host.run(program, ["--noflush"] + options, text, seconds)
    if code != 0:
        words = words_of(code, out, err)
        raise RulesetError(_failure(" ".join([program] + options), words, text) + who_holds(host, words))
    return waits


def _failure(command, words, text):
    """The tool's words on one line, and the line of its input that it means."""
    words = " ".join(line.strip() for line in words.splitlines() if line.strip() and not line.startswith("Try `"))
    message = "%s: failed: %s." % (command, words.rstrip("."))
    found = re.search(r"line:? (\d+)", words)
    lines = text.split("\n")
    if found and 1 <= int(found.group(1)) <= len(lines):
        message += " The line is: %s." % lines[int(found.group(1)) - 1]
    return message
