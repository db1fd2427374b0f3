# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""By which interfaces packets come and go, as far as the host's routes tell."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import interval_of, merged
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import WHOLE, parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import common, complement

_OPTION = {"ipv4": "-4", "ipv6": "-6"}
# Kinds of routes by which nothing of a network comes; what is of another kind begins with its destination.
_KINDS = frozenset(["local", "broadcast", "multicast", "anycast", "nat"])
_NOWHERE = frozenset(["unreachable", "blackhole", "prohibit", "throw"])
_USUAL = re.compile(r"^\d+:\s+from all lookup (local|main|default)\s*$")


class Ways:
    """Interfaces of one family."""

    def __init__(self, host, family, interfaces):
        """
        :type host: _host.host.Host
        :param family: ipv4 or ipv6
        :type family: str
        :type interfaces: _packets.evaluate.Interfaces
        """
        names = re.findall(r"(?m)^[ \t]*([^\s:|]+):", host.text("proc/net/dev"))
        numbers = set(interfaces.number(name) for name in names if name != "lo")
        #: numbers of those that are there; of all, where nobody knows
        self.used = sorted(numbers or range(1, len(interfaces)))
        self._family = family
        self._interfaces = interfaces
        self._routes = list(self._read(host))

    def of(self, addresses):
        """Interfaces that have routes to addresses.

        :type addresses: list[tuple[int, int]]
        :returns: parts of the addresses, and the numbers of the interfaces that packets from or to there may use
        :rtype: list[tuple[list[tuple[int, int]], list[int]]]
        """
        found, left = [], addresses
        for interval, numbers in self._routes:
            some = common(left, [interval])
            if some:
                found.append((some, numbers or self.used))
                left = [one for part in left for one in complement([interval], part)]
        return found + ([(left, self.used)] if left else [])

    def _read(self, host):
        """Routes, the narrowest first. None where rules choose between tables of them."""
        if not host.find("ip"):
            return []
        option = _OPTION[self._family]
        code, out, _err = host.run("ip", [option, "-o", "rule", "show"])
        if code != 0 or not all(_USUAL.match(line) for line in out.splitlines() if line.strip()):
            return []
        code, out, _err = host.run("ip", [option, "-o", "route", "show", "table", "main"])
        found = {}
        for line in out.splitlines() if code == 0 else ():
            words = line.split()
            kind = words.pop(0) if words and words[0] in _KINDS | _NOWHERE else None
            if not words or kind in _KINDS:
                continue
            try:
                network = parse_network(WHOLE[self._family] if words[0] == "default" else words[0])[1]
                interval = interval_of(network, self._family)
            except ValueError:
                return []
            names = [words[at + 1] for at, word in enumerate(words[:-1]) if word == "dev"]
            found.setdefault(interval, set()).update(
                self._interfaces.number(name) for name in names if name != "lo" and kind is None)
        return [(interval, sorted(found[interval])) for interval in sorted(found, key=lambda one: one[1] - one[0])]


def as_intervals(numbers):
    """
    :type numbers: list[int]
    :rtype: list[tuple[int, int]]
    """
    return merged((number, number) for number in numbers)
