# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of the difference, and the addresses behind what it counts."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import apart, shown, sort_key

# How many addresses of a set are listed where verbosity is 1. Each further level of verbosity is ten times as many.
_MOST = 20
_MOST_VERBOSE = 4


class Counted:
    """Addresses that lines count; many lines may share it."""

    def __init__(self, words, networks):
        """
        :param words: what stands for them in a line
        :type words: str
        :param networks: canonical
        :type networks: collections.Iterable[str]
        """
        self.words = words
        self._networks = networks
        self._ordered = None

    def networks(self):
        """In order, for those who want to see them.

        :rtype: tuple[str, ...]
        """
        if self._ordered is None:
            self._ordered = tuple(sorted(apart(self._networks), key=sort_key))
        return self._ordered


class Line(str):
    """Text like any other line. It is compared by that text alone."""

    def __new__(cls, text, counted):
        """
        :type text: str
        :param counted: what the line counts
        :type counted: list[Counted]
        """
        line = super(Line, cls).__new__(cls, text)
        line.counted = counted
        return line

    def ending(self, text):
        """The same line with more text at its end.

        :type text: str
        :rtype: Line
        """
        return Line(self + text, self.counted)


def with_addresses(lines, verbosity):
    """Lines, each followed by the addresses that it counts, unless the last line with the same words has them.

    :type lines: list[str]
    :param verbosity: of the run; nothing follows where it is 0
    :type verbosity: int
    :rtype: list[str]
    """
    found, listed = [], {}
    for line in lines:
        found.append(str(line))
        for one in getattr(line, "counted", ()) if verbosity else ():
            networks = one.networks()
            if listed.get(one.words) != networks:
                listed[one.words] = networks
                most = _MOST * 10 ** (min(verbosity, _MOST_VERBOSE) - 1)
                found.append("  %s: %s" % (one.words, _some(networks, most)))
    return found


def _some(networks, most):
    texts = [shown(network) for network in networks[:most]]
    return ", ".join(texts) + (" and %d more" % (len(networks) - most) if len(networks) > most else "")
