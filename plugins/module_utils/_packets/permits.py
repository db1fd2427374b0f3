# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What foreign rules permit, as if ours were not there: what a deployment permits before it is enforced.

This is about the first packet of a connection from the network, as far as such packets can come: from addresses that
have a route by the interfaces that a rule matches. What a plan cannot express is listed, and never made wider.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from collections import OrderedDict

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import interval_of, merged, networks_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, shown
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import (
    CAME, DESTINATION, GOES, ICMP, ICMPV6, LAST_PORT, PORT, PROTOCOL, SOURCE, SOURCE_PORT, TCP, UDP, common, complement,
    meet, subtract,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import (
    ACCEPT, SURE, TRANSLATE, UNKNOWN,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.foreign import (
    LIFE, NOBODY, Family, is_ours, port_text,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.known import ECHO, interfaces_of
from ansible_collections.portledger.qradar.plugins.module_utils._packets.makers import Makers
from ansible_collections.portledger.qradar.plugins.module_utils._packets.meeting import Meeting
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import Gathered
from ansible_collections.portledger.qradar.plugins.module_utils._packets.trace import trace

#: in the place of a rule: what comes through because nothing drops it
POLICY = "no rule drops it"
#: more than these are not listed, and an entry says so
MOST_ENTRIES, MOST_NETWORKS, MOST_BOXES = 1000, 2000, 5000
_LONGEST = 500
_SOURCE_PORT = "the port that packets come from"
_EARLIER = "an earlier rule that cannot be read exactly, or that translates"
_INTERFACE = "which interface packets use"
_MANY = "more than %d networks" % MOST_NETWORKS
_LINK = "link-local addresses of this host, which no plan has"
_LINK_LOCAL = {"ipv4": "169.254.0.0/16", "ipv6": "fe80::/10"}
_TRANSLATED = "translation to another address or port"


def foreign_permits(host, plan, management, options):
    """What foreign rules permit.

    :type host: _host.host.Host
    :type plan: _plan.plan.Plan
    :type management: _host.management.Management
    :param options: unlisted and egress of the module
    :type options: dict
    :returns: an entry for each rule, with the flows that it permits; and what cannot be read at all
    :rtype: tuple[list[dict], list[str]]
    """
    gathered = Gathered(host, counters=True)
    paths, unread = gathered.paths(plan.scope, interfaces_of(plan))
    makers = Makers(host)
    found = []
    for family in FAMILIES:
        if family in paths:
            found.extend(_Permits(host, plan, management, options, family, paths[family]).entries(makers))
    return found[:MOST_ENTRIES], unread + _left_out(found)


def count_lost(host, plan, management, options):
    """How many foreign rules permit something that the plan does not.

    :type host: _host.host.Host
    :type plan: _plan.plan.Plan
    :type management: _host.management.Management
    :param options: unlisted and egress of the module
    :type options: dict
    :rtype: int
    """
    paths, _unread = Gathered(host).paths(plan.scope, interfaces_of(plan))
    known = [family for family in FAMILIES if family in paths]
    return sum(_Permits(host, plan, management, options, family, paths[family]).lost() for family in known)


def _left_out(found):
    more = len(found) - MOST_ENTRIES
    return ["%d more rules that permit something: only %d are listed" % (more, MOST_ENTRIES)] if more > 0 else []


class _Permits(Family):
    """One family of one host."""

    def entries(self, makers):
        """
        :type makers: Makers
        :rtype: list[dict]
        """
        by_rule, rest = self._by_rule()
        found = [self._entries_of(makers, *one) for one in by_rule]
        found.append(self._by_policy(rest))
        return [entry for some in found for entry in some]

    def lost(self):
        """How many rules permit something that the plan does not.

        :rtype: int
        """
        found = set()
        for effect, boxes, _certain in self._by_rule()[0]:
            left = self._there(boxes)
            for flow in self.flows:
                left = subtract(left, flow.product)
            # Of ICMP, everybody permits all, and what matters is the request for an echo.
            number, kind = ECHO[self.family]
            for types in complement([(kind, kind)], (0, LAST_PORT)):
                left = subtract(left, {PROTOCOL: [(number, number)], PORT: [types]})
            if left:
                found.add(id(effect.rule))
        return len(found)

    def _by_rule(self):
        """What each rule accepts, and for certain or not; and what comes through without any."""
        passed, walks = trace(self.path.hooked, [self._universe()], is_ours, without=True)
        sure = [box for box, known in passed if known == SURE]
        perhaps = [box for box, known in passed if known != SURE]
        certainly = Meeting(sure)
        # By whether it is known what the rule does.
        uncertain = {True: Meeting(perhaps), False: Meeting(sure + perhaps)}
        by_rule, accepted = OrderedDict(), []
        for walk in walks:
            for effect in walk.effects:
                if effect.verdict == ACCEPT:
                    accepted.extend(effect.boxes)
                    certain = certainly.shared(effect.boxes) if effect.sure else []
                    rest = uncertain[effect.sure].shared(effect.boxes)
                    self._note(by_rule, effect, certain, True)
                    self._note(by_rule, effect, rest, False)
                elif effect.verdict in (TRANSLATE, UNKNOWN):
                    self._note(by_rule, effect, effect.boxes, False)
        return list(by_rule.values()), Meeting(sorted(set(accepted))).left(sure + perhaps)

    @staticmethod
    def _note(by_rule, effect, boxes, certain):
        """A rule that several chains lead to is one."""
        if boxes:
            by_rule.setdefault((id(effect.rule), certain), (effect, [], certain))[1].extend(boxes)

    def _entries_of(self, makers, effect, boxes, certain):
        rule = effect.rule
        text = "%s" % rule.text
        unknown = rule.unsure
        if effect.verdict == TRANSLATE:
            unknown = unknown or _TRANSLATED
        elif effect.verdict == UNKNOWN:
            unknown = unknown or "what becomes of packets here"
        elif not certain:
            unknown = unknown or _EARLIER
        return self._described(boxes, unknown, {
            "place": effect.hooked.place,
            "chain": effect.chain,
            "rule": text if len(text) <= _LONGEST else text[:_LONGEST] + " ...",
            "made_by": makers.of(self.family, effect.hooked.place, effect.chain, text),
            "packets": rule.packets,
            "policy": False,
        })

    def _by_policy(self, boxes):
        return self._described(boxes, None, {
            "place": ", ".join(hooked.place for hooked in self.path.hooked[-1:]) or "no chain",
            "chain": "",
            "rule": POLICY,
            "made_by": "policy",
            "packets": None,
            "policy": True,
        }, False)

    def _described(self, boxes, unknown, entry, tell_rest=True):
        """Entries with their flows; none where no packet can come."""
        boxes = self._there(boxes)
        asked = [box for box in boxes if box[SOURCE_PORT] == self.whole[SOURCE_PORT]]
        if len(asked) < len(boxes):
            # Old rules for replies without connection tracking: a plan would permit all ports to everybody there.
            unknown = unknown or _SOURCE_PORT
            asked = boxes
        pieces, doubtful, rest, names = {}, {}, [], set()
        for box in asked[:MOST_BOXES]:
            for ends, came, in_doubt in self._ends(box):
                names.update(came)
                for port in self._ports_of(box, rest):
                    found = doubtful if in_doubt else pieces
                    found.setdefault((port, ends[1]), []).extend(ends[0])
        if self.local and not self._meets_plan(box[DESTINATION] for box in asked):
            unknown = unknown or _LINK
        if len(asked) > MOST_BOXES:
            unknown = unknown or _MANY
        entry = dict(entry, interfaces=sorted(names))
        rest = sorted(set(rest)) if tell_rest else []
        entries = [self._entry_with(pieces, entry, unknown, rest)]
        # What comes from where no route leads is told apart: the rest of the rule is as certain as ever.
        entries.append(self._entry_with(doubtful, entry, unknown or _INTERFACE, []))
        return [one for one in entries if one["flows"] or one["rest"]]

    def _entry_with(self, pieces, entry, unknown, rest):
        flows = self._flows_of(pieces)
        if sum(len(flow["sources"]) for flow in flows) > MOST_NETWORKS:
            unknown = unknown or _MANY
            flows = [dict(flow, sources=flow["sources"][:1]) for flow in flows[:1]]
        return dict(entry, family=self.family, certain=unknown is None, unknown=unknown, flows=flows, rest=rest)

    def _there(self, boxes):
        """Packets that can come: from somebody, to this host or to what this gateway filters."""
        boxes = meet(boxes, {SOURCE: self._somebody([self.whole[SOURCE]])})
        if self.local:
            boxes = meet(boxes, {DESTINATION: self.local})
        if self.plan.scope == contract.GATEWAY:
            # What stays within one segment, the controller takes out: it knows what lies behind which interface.
            boxes = self._of_deployment(boxes)
        protocol, types = LIFE[self.family]
        return subtract(boxes, {PROTOCOL: [(protocol, protocol)], PORT: types})

    def _ends(self, box):
        """Sources and destination of a box's packets, names of the interface that it asks for, and whether in doubt."""
        gateway = self.plan.scope == contract.GATEWAY
        used = self.ways.used
        came_all = all(box[CAME][0] <= one <= box[CAME][1] for one in used)
        goes_all = not gateway or all(box[GOES][0] <= one <= box[GOES][1] for one in used)
        froms = [([box[SOURCE]], used)] if came_all else self.ways.of([box[SOURCE]])
        tos = [([box[DESTINATION]], used)] if goes_all else self.ways.of([box[DESTINATION]])
        names = [] if came_all else self._names(box[CAME])
        names += [] if goes_all else self._names(box[GOES])
        for sources, came in froms:
            by = [one for one in came if box[CAME][0] <= one <= box[CAME][1]]
            for destinations, goes in tos if by else ():
                to = [one for one in goes if not gateway or box[GOES][0] <= one <= box[GOES][1]]
                doubtful = (not came_all and len(by) < len(came)) or (not goes_all and len(to) < len(goes))
                if to:
                    for destination in destinations:
                        yield (sources, destination), names, doubtful

    def _names(self, interval):
        tokens = self.path.interfaces.tokens[interval[0]:interval[1] + 1]
        return [token.replace("\0", "*") if token != "\0" else "others" for token in tokens]

    def _ports_of(self, box, rest):
        """Transports and ports of a box as a plan has them; what it cannot express goes to the rest, as a text."""
        first, last = box[PROTOCOL]
        echo, kind = ECHO[self.family]
        for number, name in ((TCP, "tcp"), (UDP, "udp")):
            if first <= number <= last and box[PORT][1] > 0:
                yield name, max(box[PORT][0], 1), box[PORT][1]
        if first <= echo <= last and box[PORT][0] <= kind <= box[PORT][1]:
            yield "icmp", 0, 0
        if first == last == echo:
            if box[PORT] != (kind, kind):
                rest.append("other ICMP messages")
        elif first == last and first > 0 and first not in (TCP, UDP, ICMP, ICMPV6):
            rest.append(port_text((first, last), (0, LAST_PORT)))
        elif first != last:
            rest.append("other protocols")

    def _flows_of(self, pieces):
        """Ports that have the same ends, together."""
        alike = {}
        for (port, destination), sources in pieces.items():
            alike.setdefault((tuple(merged(sources)), port), []).append(destination)
        together = {}
        for (sources, port), destinations in alike.items():
            ends = tuple(merged(destinations))
            if self.plan.scope == contract.HOST and not _without(self._own(), ends):
                ends = ()
            together.setdefault((sources, ends), []).append(port)
        flows = []
        for (sources, ends), ports in sorted(together.items()):
            flows.append({
                "ports": _port_texts(ports),
                "sources": self._networks(sources),
                "destinations": self._networks(ends),
            })
        return flows

    def _own(self):
        """This host's addresses that a plan may have."""
        return _without(self.local or [], [interval_of(_LINK_LOCAL[self.family], self.family)])

    def _meets_plan(self, destinations):
        return not self._own() or bool(common(self._own(), merged(destinations)))

    def _networks(self, intervals):
        """The fewest networks. Addresses that nobody has may be among them, where that takes fewer."""
        exact = self._texts(intervals)
        if len(exact) < 4:
            return exact
        nobody = [interval_of(one, self.family) for one in NOBODY[self.family]]
        wider = self._texts(merged(list(intervals) + nobody))
        return wider if len(wider) < len(exact) else exact

    def _texts(self, intervals):
        return [shown(one) for interval in intervals for one in networks_of(interval, self.family)]


def _without(intervals, others):
    """
    :type intervals: list[tuple[int, int]]
    :param others: merged
    :type others: list[tuple[int, int]]
    :rtype: list[tuple[int, int]]
    """
    return [part for one in intervals for part in complement(others, one)]


def _port_texts(ports):
    by_transport = {}
    for transport, first, last in ports:
        by_transport.setdefault(transport, []).append((first, last))
    found = []
    for transport in ("tcp", "udp"):
        for first, last in merged(by_transport.get(transport, [])):
            found.append("%s/%d" % (transport, first) + ("-%d" % last if last > first else ""))
    return found + (["icmp"] if "icmp" in by_transport else [])
