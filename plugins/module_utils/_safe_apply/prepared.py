# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change: worked out, and then made."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type


class Part:
    """What a change does with one provider."""

    def __init__(self, provider, present, wanted, lines):
        """
        :type provider: ansible_collections.portledger.qradar.plugins.module_utils._providers.provider.Provider
        :param present: the present state, as the provider read it
        :param wanted: the wanted state, as the provider built it
        :param lines: the difference; none where nothing is to do
        :type lines: list[str]
        """
        self.provider = provider
        self.present = present
        self.wanted = wanted
        self.lines = lines


class Prepared:
    """A change that is worked out, and not made."""

    def __init__(self, parts, lines, at_boot):
        """
        :param parts: in the order of their loading: what is to be in force, then what goes
        :type parts: list[Part]
        :param lines: the whole difference; none where nothing is to do
        :type lines: list[str]
        :param at_boot: what a boot is to do
        :type at_boot: ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved.AtBoot
        """
        self.parts = parts
        self.lines = lines
        self.at_boot = at_boot

    def changes(self):
        """The parts that load something.

        :rtype: list[Part]
        """
        return [part for part in self.parts if part.lines]


class Applied:
    """What was made of a change."""

    def __init__(self, prepared, timer, warnings):
        """
        :type prepared: Prepared
        :param timer: what will put back; None where nothing waits for a confirmation
        :type timer: str | None
        :type warnings: list[str]
        """
        self.prepared = prepared
        self.timer = timer
        self.warnings = warnings
