# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as they are saved: the former state of a provider, what a boot does, and the two files that a boot reads.

Each class is written as JSON by ``as_data`` and read by ``from_data``, and nobody else knows the keys.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

_VERSION = 1


class Saved(namedtuple("Saved", "provider state")):
    """A state of one provider: the provider's name, and what its method ``save`` returned."""

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Saved
        """
        return cls(data["provider"], data["state"])

    def as_data(self):
        """
        :rtype: dict
        """
        return {"provider": self.provider, "state": self.state}


class Wait(namedtuple("Wait", "service command")):
    """What a boot waits for: a service, and a command that returns once the service has loaded its rules."""

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict | None
        :rtype: Wait | None
        """
        return cls(data["service"], data["command"]) if data else None

    def as_data(self):
        """
        :rtype: dict
        """
        return {"service": self.service, "command": self.command}


class AtBoot(namedtuple("AtBoot", "saved wait")):
    """What a boot does: it loads saved states, in this order, and waits for a service. By default nothing."""

    __slots__ = ()

    def __new__(cls, saved=(), wait=None):
        """
        :type saved: collections.Iterable[Saved]
        :type wait: Wait | None
        """
        return super(AtBoot, cls).__new__(cls, tuple(saved), wait)

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: AtBoot
        """
        return cls(all_from_data(data["saved"]), Wait.from_data(data["wait"]))

    def as_data(self):
        """
        :rtype: dict
        """
        return {"saved": all_as_data(self.saved), "wait": self.wait and self.wait.as_data()}


class Rules(namedtuple("Rules", "code saved")):
    """The file rules.json: the digest of the code that loads the rules, and the states that it loads."""

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Rules
        """
        return cls(data["code"], all_from_data(data["saved"]))

    def as_data(self):
        """
        :rtype: dict
        """
        return {"version": _VERSION, "code": self.code, "saved": all_as_data(self.saved)}


class Undo(namedtuple("Undo", "boot saved")):
    """The file undo.json: the boot that a change was made in, and the states from before the change."""

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Undo
        """
        return cls(data["boot"], all_from_data(data["saved"]))

    def as_data(self):
        """
        :rtype: dict
        """
        return {"version": _VERSION, "boot": self.boot, "saved": all_as_data(self.saved)}


def all_from_data(data):
    """
    :type data: list[dict]
    :rtype: tuple[Saved, ...]
    """
    return tuple(Saved.from_data(entry) for entry in data)


def all_as_data(saved):
    """
    :type saved: collections.Iterable[Saved]
    :rtype: list[dict]
    """
    return [one.as_data() for one in saved]
