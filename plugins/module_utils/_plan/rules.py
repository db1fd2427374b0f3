# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A rule of the policy, and how rules are put together by the sets that they are about."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP, LEAVE, LOG
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import port_bounds

#: what becomes of a packet, beside DROP, LOG and LEAVE
ACCEPT = "accept"

#: kinds of rules; where nothing else is said, a rule's name is its kind
LOOPBACK = "loopback"
REPLIES = "replies"
ICMP_ERRORS = "ICMP errors"
NEIGHBOUR_DISCOVERY = "neighbour discovery"
LISTENERS = "multicast listeners"
CONNECTION = "running connection"
MANAGEMENT = "management"
OWN_CONTAINERS = "own containers"
SEGMENT = "segment"
FLOW = "flow"
UNLISTED = "unlisted"
EGRESS = "egress"

#: what providers call the rules about what containers publish
PUBLISHED = "published"
#: an echo request, which is what a flow's port "icmp" means
ECHO_REQUEST = {"ipv4": 8, "ipv6": 128}
#: what a log line begins with, how many a minute, and how many at once
LOG_PREFIX = "portledger: "
LOG_RATE = 10
LOG_BURST = 20

_ACTIONS = (ACCEPT, DROP, LOG, LEAVE)
_WIDE_OPEN = ("0.0.0.0/0", "::/0")


class Rule:
    """What becomes of some packets. What is None or empty matches every packet."""

    def __init__(
        self, kind, action, name=None, families=FAMILIES, came_by=None, leaves_by=None, established=False, network=None,
        source_set=None, destination_set=None, either_set=None, ports=(), icmp=(), hop_limit=None, order=0,
    ):
        """
        :param kind: one of the kinds above
        :type kind: str
        :param action: ACCEPT, DROP, LOG (a limited number of packets, which are left then), or LEAVE (to what follows)
        :type action: str
        :param name: for people, as comment where the provider can; default: the kind
        :type name: str | None
        :param families: those that the rule is about
        :type families: tuple[str]
        :param came_by: name of the interface
        :type came_by: str | None
        :param leaves_by: name of the interface
        :type leaves_by: str | None
        :param established: whether connection tracking knows the packet as a reply, or as related to a connection
        :type established: bool
        :param network: that the packet comes from, canonical
        :type network: str | None
        :param source_set: label of the set that the packet comes from
        :type source_set: str | None
        :param destination_set: label of the set that the packet goes to
        :type destination_set: str | None
        :param either_set: label of the set that the packet comes from or goes to
        :type either_set: str | None
        :param ports: "tcp/514", "udp/40000-40010", or "icmp" for echo requests; where the packet was translated, those
            that it was sent to first
        :type ports: tuple[str]
        :param icmp: numbers of types
        :type icmp: tuple[int]
        :param hop_limit: that the packet must have
        :type hop_limit: int | None
        :param order: line of the vendor's table, for the order in which people see flows
        :type order: int
        """
        if action not in _ACTIONS:
            raise ValueError(action)
        self.kind = kind
        self.action = action
        self.name = kind if name is None else name
        self.families = families
        self.came_by = came_by
        self.leaves_by = leaves_by
        self.established = established
        self.network = None if network in _WIDE_OPEN else network
        self.source_set = source_set
        self.destination_set = destination_set
        self.either_set = either_set
        self.ports = ports
        self.icmp = icmp
        self.hop_limit = hop_limit
        self.order = order

    def is_between_sets(self):
        """Whether the rule is about packets from a set of the plan: flows, and replies between parties.

        :rtype: bool
        """
        return self.source_set is not None and self.action == ACCEPT

    def bounds(self, *transports):
        """Transport, first and last port of each port value of these transports, in order.

        :rtype: list[tuple[str, int, int]]
        """
        return sorted(bounds for bounds in map(port_bounds, self.ports) if bounds[0] in transports)


def by_ends(rules, families=FAMILIES):
    """Rules between sets, by source and destination: what of a packet is asked once for many rules.

    :type rules: collections.Iterable[Rule]
    :param families: rules of other families are left out
    :type families: collections.Iterable[str]
    :returns: source, families, and for each of its destinations: destination, families, rules as :func:`merged` gives
    :rtype: list[tuple[str, list[str], list[tuple[str | None, list[str], list[Rule]]]]]
    """
    groups = {}
    for rule in rules:
        if rule.is_between_sets() and set(rule.families).intersection(families):
            groups.setdefault(rule.source_set, {}).setdefault(rule.destination_set, []).append(rule)
    found = []
    for source in sorted(groups):
        ends = [
            (destination, _families(groups[source][destination], families), merged(groups[source][destination]))
            for destination in sorted(groups[source], key=lambda label: label or "")
        ]
        found.append((source, sorted(set(family for end in ends for family in end[1])), ends))
    return found


def merged(rules):
    """One rule a service with all its ports, in the order of the vendor's table.

    :param rules: between the same two sets
    :type rules: collections.Iterable[Rule]
    :rtype: list[Rule]
    """
    found = {}
    for rule in rules:
        known = found.setdefault((rule.kind, rule.name), rule)
        if known is not rule:
            families = tuple(sorted(set(known.families + rule.families)))
            found[rule.kind, rule.name] = Rule(
                rule.kind, rule.action, rule.name, families, established=rule.established, source_set=rule.source_set,
                destination_set=rule.destination_set, ports=tuple(sorted(set(known.ports + rule.ports))),
                order=min(known.order, rule.order),
            )
    return sorted(found.values(), key=lambda rule: (rule.order, rule.name))


def _families(rules, asked):
    found = set(family for rule in rules for family in rule.families)
    return sorted(found.intersection(asked))
