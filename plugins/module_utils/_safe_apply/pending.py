# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that waits for its confirmation, and what became of the last one: what their files hold."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import (
    AtBoot, all_as_data, all_from_data,
)


class Pending(
    namedtuple("Pending", "token boot seconds deadline connection forget path timer saved at_boot undo")
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
    """

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Pending
        """
        parts = {"saved": all_from_data(data["saved"]), "at_boot": AtBoot.from_data(data["at_boot"])}
        return cls(**dict(((name, data[name]) for name in cls._fields), **parts))

    def as_data(self):
        """
        :rtype: dict
        """
        return dict(self._asdict(), saved=all_as_data(self.saved), at_boot=self.at_boot.as_data())


class Outcome(namedtuple("Outcome", "token outcome why")):
    """The file outcome.json: what became of the last change, CONFIRMED or RESTORED, and why, for people."""

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Outcome
        """
        return cls(data["token"], data["outcome"], data["why"])

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
        return cls(data["outcome"], data["why"])

    def as_data(self):
        """
        :rtype: dict
        """
        return dict(self._asdict())
