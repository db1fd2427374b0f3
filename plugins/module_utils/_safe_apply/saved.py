# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules as they are saved: the former state of a provider, what a boot does, and the two files that a boot reads.

Each class is written as JSON by ``as_data`` and read by ``from_data``, and nobody else knows the keys.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import namedtuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import (
    ENTRIES, OBJECT, TEXT, field,
)

_VERSION = 1


class Saved(namedtuple("Saved", "provider state")):
    """A state of one provider: the provider's name, and what its method ``save`` returned.

    Of what a boot does, the state is None where the provider's own files have it: a boot of ours loads nothing then,
    and only whoever removes all by hand has to know of the provider.
    """

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Saved
        """
        return cls(field(data, "provider", TEXT), data["state"])

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
        return cls(field(data, "service", TEXT), field(data, "command", TEXT)) if data else None

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
        wait = Wait.from_data(field(data, "wait", OBJECT, optional=True))
        return cls(all_from_data(field(data, "saved", ENTRIES)), wait)

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
        return cls(field(data, "code", TEXT), all_from_data(field(data, "saved", ENTRIES)))

    def as_data(self):
        """
        :rtype: dict
        """
        return {"version": _VERSION, "code": self.code, "saved": all_as_data(self.saved)}


class Undo(namedtuple("Undo", "code boot saved confirmed")):
    """The file undo.json: what a boot after the one that a change was made in has to do before anything else.

    - code: the digest of the code that does it
    - boot: the boot that the change was made in
    - saved: the states from before the change, whose files are put back where it was not confirmed
    - confirmed: an AtBoot that is still to be written where it was; else None
    """

    __slots__ = ()

    @classmethod
    def from_data(cls, data):
        """
        :type data: dict
        :rtype: Undo
        """
        confirmed = field(data, "confirmed", OBJECT, optional=True)
        return cls(
            code=field(data, "code", TEXT),
            boot=field(data, "boot", TEXT),
            saved=all_from_data(field(data, "saved", ENTRIES)),
            confirmed=AtBoot.from_data(confirmed) if confirmed is not None else None,
        )

    def as_data(self):
        """
        :rtype: dict
        """
        confirmed = self.confirmed and self.confirmed.as_data()
        data = {"code": self.code, "boot": self.boot, "saved": all_as_data(self.saved), "confirmed": confirmed}
        return dict(data, version=_VERSION)


def to_load(saved):
    """Those that a boot of ours loads.

    :type saved: collections.Iterable[Saved]
    :rtype: list[Saved]
    """
    return [one for one in saved if one.state is not None]


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
