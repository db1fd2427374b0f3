# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that waits for its confirmation, and what became of the last one: what their files hold."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import (
    ENTRIES, FLAG, NUMBER, OBJECT, TEXT, field,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import (
    AtBoot, all_as_data, all_from_data,
)


class Pending(
    namedtuple("Pending", "token boot seconds deadline connection forget path timer saved at_boot undo confirmed")
):
    """The file pending.json: a change, written before it is made.

    - token: of the change
    - boot: of the machine when the change was made
    - seconds: to confirm it in
    - deadline: uptime at which these have passed
    - connection: SSH_CONNECTION of the process that made it
    - forget: whether to leave no trace of the change once it is confirmed
    - path: directories of programs
    - timer: what will put back; None before that is started
    - saved: the former state of each provider, in the order of loading
    - at_boot: what a boot does once the change is confirmed
    - undo: whether files are saved for a boot before that
    - confirmed: whether it stays; then only what a boot does is still to be written
    """

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Pending
        """
        return cls(
            token=field(data, "token", TEXT),
            boot=field(data, "boot", TEXT),
            seconds=field(data, "seconds", NUMBER),
            deadline=field(data, "deadline", NUMBER),
            connection=field(data, "connection", TEXT, optional=True),
            forget=field(data, "forget", FLAG),
            path=[str(folder) for folder in field(data, "path", ENTRIES)],
            timer=field(data, "timer", TEXT, optional=True),
            saved=all_from_data(field(data, "saved", ENTRIES)),
            at_boot=AtBoot.from_data(field(data, "at_boot", OBJECT)),
            undo=field(data, "undo", FLAG),
            confirmed=field(data, "confirmed", FLAG),
        )

    def as_data(self):
        """
        :rtype: dict
        """
        return dict(self._asdict(), saved=all_as_data(self.saved), at_boot=self.at_boot.as_data())


class Outcome(namedtuple("Outcome", "token outcome why problem")):
    """The file outcome.json: what became of the last change, CONFIRMED or RESTORED, and why, for people.

    A problem says why a boot would not load what was confirmed; None where it would.
    """

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Outcome
        """
        return cls(
            token=field(data, "token", TEXT),
            outcome=field(data, "outcome", TEXT),
            why=field(data, "why", TEXT),
            problem=field(data, "problem", TEXT, optional=True),
        )

    def as_data(self):
        """
        :rtype: dict
        """
        return dict(self._asdict())


class BootOutcome(namedtuple("BootOutcome", "outcome why")):
    """The file boot.json: what a boot has loaded, LOADED, LAST_GOOD or FAILED of boot.py, and why, for people."""

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: BootOutcome
        """
        return cls(field(data, "outcome", TEXT), field(data, "why", TEXT))

    def as_data(self):
        """
        :rtype: dict
        """
        return dict(self._asdict())
