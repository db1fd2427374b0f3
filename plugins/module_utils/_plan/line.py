# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A line of the difference, and the addresses behind what it counts."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import apart, shown, sort_key

# How many addresses of a set are listed where verbosity is 1. Each further level of verbosity is ten times as many.
_MOST = 20
_MOST_VERBOSE = 4


class Line(str):
    """Text like any other line. It is compared by that text alone."""

    def __new__(cls, text, sets):
        """
        :type text: str
        :param sets: what the line counts: its words in the line, and its canonical networks
        :type sets: list[tuple[str, collections.Iterable[str]]]
        """
        line = super(Line, cls).__new__(cls, text)
        line.sets = [(words, tuple(sorted(apart(networks), key=sort_key))) for words, networks in sets]
        return line

    def ending(self, text):
        """The same line with more text at its end.

        :type text: str
        :rtype: Line
        """
        return Line(self + text, self.sets)


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
        for words, networks in getattr(line, "sets", ()) if verbosity else ():
            if listed.get(words) != networks:
                listed[words] = networks
                found.append("  %s: %s" % (words, _some(networks, _MOST * 10 ** (min(verbosity, _MOST_VERBOSE) - 1))))
    return found


def _some(networks, most):
    texts = [shown(network) for network in networks[:most]]
    return ", ".join(texts) + (" and %d more" % (len(networks) - most) if len(networks) > most else "")
