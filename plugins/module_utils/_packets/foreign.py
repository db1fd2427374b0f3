# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which foreign rules accept a packet before ours judge it, or drop what the plan permits.

This is about the first packet of a connection from the network. Replies, and ports that containers publish, are not
examined.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import functools
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import interval_of, merged, networks_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, shown
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import (
    ACCEPT, DROP, OURS, SURE, TRANSLATE, UNKNOWN,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.known import (
    interfaces_of, intervals_of, known_flows,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import read_paths
from ansible_collections.portledger.qradar.plugins.module_utils._packets.trace import earlier_doubt, later_doubt, trace
from ansible_collections.portledger.qradar.plugins.module_utils._packets.ways import Ways, as_intervals
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import (
    CAME, DESTINATION, GOES, ICMP, ICMPV6, LAST_PORT, PORT, PROTOCOL, SOURCE, TCP, UDP, bounds, complement, meet,
    shadow, shared, subtract, subtract_boxes,
)

_WORDS = {ACCEPT: "opens", DROP: "closes", TRANSLATE: "translates", UNKNOWN: "may change"}
_NAMES = {TCP: "tcp", UDP: "udp"}
#: what the plan lets every host have: errors; in IPv6 also packet too big, neighbours and multicast listeners.
LIFE = {"ipv4": (ICMP, [(3, 3), (11, 12)]), "ipv6": (ICMPV6, [(1, 4), (130, 137), (143, 143)])}
#: nobody on a network has these: this network, loopback, multicast, reserved; unspecified, loopback, multicast.
NOBODY = {"ipv4": ["0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/3"], "ipv6": ["::/127", "ff00::/8"]}
_OURS = re.compile(r"^PORTLEDGER-|portledger-(host|gw)(_|$)")
# Why it is unsure what becomes of packets that a rule matches for certain.
_WHICH = "the interface that packets use"
_NOT_THERE = "an interface that does not exist now"
_MOST = 5
_MOST_FLOWS = 100


def others(host, plan, management, options):
    """What foreign rules do to the plan.

    :type host: _host.host.Host
    :type plan: _plan.plan.Plan
    :type management: _host.management.Management
    :param options: unlisted and egress of the module
    :type options: dict
    :returns: what each such rule does; and what cannot be read
    :rtype: tuple[list[dict], list[str]]
    """
    paths, unread = read_paths(host, plan.scope, interfaces_of(plan))
    found = []
    for family in FAMILIES:
        if family in paths:
            found.extend(Family(host, plan, management, options, family, paths[family]).found())
    return found, unread


def is_ours(chain):
    """Whether a chain is one that this collection has had made, by any provider but nftables.

    :type chain: str
    :rtype: bool
    """
    return bool(_OURS.search(chain))


class Family:
    """One family of one host."""

    def __init__(self, host, plan, management, options, family, path):
        self.plan = plan
        self.options = options
        self.family = family
        self.path = path
        self.whole = bounds(family, len(path.interfaces))
        self.local = _local(host, family) if plan.scope == contract.HOST else None
        self.ways = Ways(host, family, path.interfaces)
        self._management = management
        self._flows = self._real_flows = None
        self._walks = []

    @property
    def flows(self):
        """Of the plan. Where no foreign rule has an effect, nobody asks for them: they may have many networks.

        :rtype: list[_packets.known.Known]
        """
        if self._flows is None:
            self._flows = known_flows(self.plan, self._management, self.family, self.whole, self.path.interfaces)
        return self._flows

    @property
    def real(self):
        """Each flow as far as there can be packets of it.

        :rtype: list[tuple[_packets.known.Known, dict]]
        """
        if self._real_flows is None:
            self._real_flows = [(flow, self._real(flow.product)) for flow in self.flows]
        return self._real_flows

    def found(self):
        """What each foreign rule does that has an effect.

        :rtype: list[dict]
        """
        found = []
        _passed, self._walks = trace(self.path.hooked, [self._universe()], is_ours)
        for number, walk in enumerate(self._walks):
            for effect in walk.effects:
                # A chain where none of ours stands comes before or after them, whatever it accepts.
                if effect.verdict in (ACCEPT, UNKNOWN) and walk.reached() and self.options["unlisted"] == contract.DROP:
                    found.extend(self._opened(effect, self.path.hooked[number + 1:]))
                if effect.verdict not in (ACCEPT, OURS):
                    found.extend(self._changed(effect))
        return found

    def _universe(self):
        """Every packet from the network, and to it: the first interface is the loopback."""
        box = list(self.whole)
        box[CAME] = (1, self.whole[CAME][1])
        if self.plan.scope == contract.GATEWAY:
            box[GOES] = box[CAME]
        return tuple(box)

    def _changed(self, effect):
        """What a rule does to flows of the plan: on every way that their packets may take, or on some."""
        all_ways, some_ways = [], []
        for flow, real in self.real:
            on_all, on_some, sources = self._on_ways(effect.boxes, real)
            for lines, boxes in ((all_ways, on_all), (some_ways, subtract_boxes(on_some, on_all))):
                if boxes:
                    whole = shadow(boxes, SOURCE) == sources
                    lines.append(flow.text + ("" if whole else " (%s)" % self._addresses(boxes, SOURCE)))
        if all_ways:
            yield self._entry(effect, effect.verdict, all_ways, effect.sure, earlier_doubt(self._walks, effect))
        if some_ways:
            yield self._entry(effect, effect.verdict, some_ways, False, earlier_doubt(self._walks, effect) or _WHICH)

    def _on_ways(self, boxes, real):
        """Packets of boxes, whatever interfaces they use: those that are there by each, and by some.

        The third is the sources whose packets are not within one segment.
        """
        on_all, on_some, crossing, gateway = [], [], [], self.plan.scope == contract.GATEWAY
        boxes = meet(boxes, real)
        if not boxes:
            return [], [], []
        ends = [(None, [None])]
        if gateway:
            ends = self.ways.of(real.get(DESTINATION, [self.whole[DESTINATION]]))
        for sources, came in self.ways.of(real[SOURCE]):
            for destinations, goes in ends:
                part = {SOURCE: sources} if destinations is None else {SOURCE: sources, DESTINATION: destinations}
                pairs = [(one, other) for one in came for other in goes if not self._within(one, other)]
                found = [self._between(meet(boxes, part), pair) for pair in pairs]
                if found:
                    crossing.extend(sources)
                    on_some.extend(one for some in found for one in some)
                    on_all.extend(functools.reduce(shared, found))
        return on_all, on_some, merged(crossing)

    def _within(self, came, goes):
        """Whether packets stay within one segment: those are unrelated to a gateway."""
        one = (came, goes)
        return came == goes and any(one in self.path.interfaces.intervals(name) for name in self.plan.interfaces)

    def _between(self, boxes, pair):
        """Packets that use these interfaces, as if it did not matter."""
        came, goes = pair
        asked = {CAME: [(came, came)]}
        if goes is not None:
            asked[GOES] = [(goes, goes)]
        return [box[:CAME] + (self.whole[CAME], self.whole[GOES]) for box in meet(boxes, asked)]

    def _real(self, product):
        found = dict(product)
        found[SOURCE] = self._somebody(product[SOURCE])
        if self.local:
            found[DESTINATION] = self.local
        return found

    def _somebody(self, intervals):
        nobody = merged(interval_of(one, self.family) for one in NOBODY[self.family])
        return [part for one in intervals for part in complement(nobody, one)]

    def _without_segments(self, boxes):
        """What stays within one segment is unrelated to a gateway."""
        for name in self.plan.interfaces:
            numbers = self.path.interfaces.intervals(name)
            if numbers:
                boxes = subtract(boxes, {CAME: numbers, GOES: numbers})
        return boxes

    def _opened(self, effect, following):
        """What a rule lets pass that the plan does not: for certain, or perhaps."""
        passed, walks = trace(following, effect.boxes, is_ours)
        certain = effect.sure and effect.verdict == ACCEPT
        sure = [box for box, known in passed if known == SURE and certain]
        if certain and not any(walk.effects for walk in walks):
            # What follows would only cut it into pieces.
            sure = effect.boxes
        there = {CAME: as_intervals(self.ways.used)}
        if self.plan.scope == contract.GATEWAY:
            there[GOES] = there[CAME]
        perhaps = [box for box, known in passed if known != SURE or not certain]
        why = earlier_doubt(self._walks, effect) or later_doubt(walks, perhaps)
        entries = [
            self._open(effect, meet(sure, there), True),
            self._open(effect, meet(perhaps, there), False, why),
        ]
        if not any(entries):
            entries.append(self._open(effect, subtract(sure + perhaps, there), False, _NOT_THERE))
        return [entry for entry in entries if entry]

    def _open(self, effect, passed, certain, why=None):
        boxes = meet(passed, {SOURCE: self._somebody([self.whole[SOURCE]])})
        if self.local:
            boxes = meet(boxes, {DESTINATION: self.local})
        if self.plan.scope == contract.GATEWAY:
            boxes = self._without_segments(self._of_deployment(boxes))
        protocol, types = LIFE[self.family]
        boxes = subtract(boxes, {PROTOCOL: [(protocol, protocol)], PORT: types})
        for flow in self.flows:
            boxes = subtract(boxes, flow.product)
        if not boxes:
            return None
        ports = set((box[PROTOCOL], box[PORT]) for box in boxes)
        names = set(flow.service for flow in self.flows if any(flow.has(*one) for one in ports))
        # All that the rule lets pass: what the plan allows of it anyway would only cut it into many pieces.
        found = _by_ports(passed)
        lines = ["%s from %s" % (", ".join(ports), self._addresses(some, SOURCE)) for ports, some in found]
        return self._entry(effect, ACCEPT, lines, certain, why, sorted(names))

    def _of_deployment(self, boxes):
        ours = intervals_of(self.plan, self.plan.deployment, self.family)
        found = meet(boxes, {DESTINATION: ours})
        if self.options["egress"] == contract.DROP:
            found.extend(meet(subtract(boxes, {DESTINATION: ours}), {SOURCE: ours}))
        return found

    def _addresses(self, boxes, dimension):
        intervals = shadow(boxes, dimension)
        if intervals in ([self.whole[dimension]], self._somebody([self.whole[dimension]])):
            return "anywhere"
        networks = [shown(one) for interval in intervals[:_MOST] for one in networks_of(interval, self.family)]
        more = len(networks) > _MOST or len(intervals) > _MOST
        return ", ".join(networks[:_MOST]) + (" and more" if more else "")

    def _entry(self, effect, verdict, lines, certain, why=None, names=()):
        rule = effect.rule
        return {
            "family": self.family,
            "effect": _WORDS[verdict],
            "place": effect.hooked.place,
            "rule": "%s" % rule.text,
            "certain": certain and verdict != UNKNOWN,
            "unknown": rule.unsure or why,
            "flows": lines[:_MOST_FLOWS],
            "services": list(names),
        }


def _by_ports(boxes):
    """Ports, and boxes that have them: an entry for each source. What an earlier rule took out of a box is not told."""
    found = {}
    for box in boxes:
        found.setdefault(box[PROTOCOL], []).append(box)
    lines = {}
    for protocol, some in sorted(found.items()):
        ports, all_of = lines.setdefault(tuple(shadow(some, SOURCE)), ([], []))
        ports.extend(port_text(protocol, port) for port in shadow(some, PORT))
        all_of.extend(some)
    return [(_short(ports), some) for ports, some in sorted(lines.values(), key=lambda one: one[0])]


def _short(ports):
    return ports if len(ports) <= 2 * _MOST else ports[: 2 * _MOST] + ["and more"]


def port_text(protocol, port):
    """Protocols and ports, for people.

    :type protocol: tuple[int, int]
    :type port: tuple[int, int]
    :rtype: str
    """
    if protocol[0] != protocol[1]:
        ports = "" if port == (0, LAST_PORT) else ", port %d-%d" % port
        return "any protocol" + ports if protocol == (0, 255) else "protocols %d-%d%s" % (protocol + (ports,))
    number = protocol[0]
    if number in (ICMP, ICMPV6):
        return "icmp" if port[0] == 0 and port[1] >= 255 else "icmp type %s" % _span(port)
    if number in _NAMES:
        return "%s/%s" % (_NAMES[number], _span(port))
    return "protocol %d" % number


def _span(port):
    return "%d" % port[0] if port[0] == port[1] else "%d-%d" % port


def _local(host, family):
    """Addresses of this host that others can send to; empty where they cannot be read."""
    found = []
    if family == "ipv6":
        for number in re.findall(r"^([0-9a-f]{32}) ", host.text("proc/net/if_inet6"), re.MULTILINE):
            found.append(int(number, 16))
    else:
        # Below each address the kinds of routes to it.
        for address in re.findall(r"\|-- (\S+)\n\s+/32 host LOCAL", host.text("proc/net/fib_trie")):
            try:
                found.append(interval_of(address + "/32", family)[0])
            except ValueError:
                continue
    nobody = merged(interval_of(one, family) for one in NOBODY[family])
    return merged(part for one in found for part in complement(nobody, (one, one)))
