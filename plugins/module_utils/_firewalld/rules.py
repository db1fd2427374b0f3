# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What firewalld is told: a policy, services and ipsets of our own, made of a plan.

Rules carry no name in firewalld, so their priority says what they are; sets and services carry their label and the
names of their flows as description.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
from collections import namedtuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP, GATEWAY, HOST, LEAVE, LOG
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import outermost
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, WHOLE
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import as_members
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import containers_label, segment_label
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    ACCEPT, CONNECTION, EGRESS, FLOW, ICMP_ERRORS, LISTENERS, MANAGEMENT, NEIGHBOUR_DISCOVERY,
    OWN_CONTAINERS, SEGMENT, UNLISTED,
)

ICMP = "icmp"
# Policies of priority 0 and above come behind zones; ours has to come before them.
POLICY_PRIORITY = -100
# Of rules, in the order in which firewalld asks them. Those below 0 come before everything without one.
PRIORITY = {
    SEGMENT: -500,
    CONNECTION: -400,
    MANAGEMENT: -300,
    ICMP_ERRORS: -210,
    NEIGHBOUR_DISCOVERY: -200,
    FLOW: -100,
    OWN_CONTAINERS: -90,
    "echo requests to multicast": -60,
    LISTENERS: -50,
    UNLISTED: 32000,
    EGRESS: 32001,
}
_LETTERS = {HOST: "h", GATEWAY: "g"}
# What firewalld calls types of ICMP.
_ICMP_NAMES = {
    "ipv4": {3: "destination-unreachable", 11: "time-exceeded", 12: "parameter-problem"},
    "ipv6": {
        1: "destination-unreachable", 2: "packet-too-big", 3: "time-exceeded", 4: "parameter-problem",
        133: "router-solicitation", 134: "router-advertisement", 135: "neighbour-solicitation",
        136: "neighbour-advertisement", 137: "redirect",
    },
}
_MULTICAST = "ff00::/8"
_LINK_LOCAL = "fe80::/10"

#: source and destination: None, or kind and value: ("ipset", name), ("address", network), ("not ipset", name);
#: match: None, or kind and value: ("service", name), ("port", "tcp/22"), ("icmp-type", name), ("protocol", name)
Rule = namedtuple("Rule", "priority family source destination match action")
#: label: of the set; members: networks as firewalld takes them, those of a segment with a comma and its interface;
#: more: what else the set is, empty for one of ours
Set = namedtuple("Set", "label members more")
#: flows: by port, names of services as people know them; ports without a name have none
Service = namedtuple("Service", "flows")
Policy = namedtuple("Policy", "target priority ingress egress rules more")


class Names:
    """What is ours in one scope."""

    def __init__(self, scope):
        """
        :param scope: host or gateway
        :type scope: str
        """
        self.scope = scope
        # With the backend iptables, 17 characters fit into the names of firewalld's chains.
        self.policy = "portledger-%s" % ("host" if scope == HOST else "gw")
        self.egress_zone = "HOST" if scope == HOST else "ANY"
        # A policy that ends at the host is in the chains of INPUT, others are in those of FORWARD.
        self.chain = "filter_%s_policy_%s" % ("IN" if scope == HOST else "FWD", self.policy)
        # Where firewalld asks policies: with "_pre" behind it before 2.0.
        self.dispatch = "filter_%s_POLICIES" % ("INPUT" if scope == HOST else "FORWARD")
        # Not what the sets of the provider iptables begin with: firewalld makes kernel sets of its own.
        self.prefix = "portledger-f" + _LETTERS[scope]

    def set(self, family, label):
        """A set's name says its label, so that its content can change in place. It has 31 characters at most.

        :rtype: str
        """
        return "%s%s-%s" % (self.prefix, family[-1], _hash(label))

    def service(self, source, destination):
        """
        :type source: str
        :type destination: str | None
        :rtype: str
        """
        return "%s-%s" % (self.prefix, _hash("\0".join((source, destination or ""))))

    def owns(self, name):
        """Whether a set or a service is ours.

        :rtype: bool
        """
        return name.startswith((self.prefix + "-", self.prefix + "4-", self.prefix + "6-"))


class Model:
    """Everything of ours in one scope, as firewalld's own files say it."""

    def __init__(self, policy=None, services=None, sets=None, unrecognised=()):
        """
        :type policy: Policy | None
        :type services: dict[str, Service]
        :type sets: dict[str, Set]
        :param unrecognised: what stands in our files and cannot be read
        :type unrecognised: collections.Iterable[str]
        """
        self.policy = policy
        self.services = services or {}
        self.sets = sets or {}
        self.unrecognised = list(unrecognised)

    def same_shape(self, other):
        """Whether both have the same policy, services and sets, whatever the rules and members.

        :type other: Model
        :rtype: bool
        """
        return self._shape() == other._shape()

    def _shape(self):
        # An exchange of rules needs no reload; of anything else it does.
        return (
            self.policy and self.policy._replace(rules=()),
            dict((name, sorted(service.flows)) for name, service in self.services.items()),
            dict((name, found.more) for name, found in self.sets.items()),
            self.unrecognised,
        )

    def key(self):
        """What is the same for models that mean the same.

        :rtype: tuple
        """
        policy = self.policy and self.policy._replace(rules=tuple(sorted(map(repr, self.policy.rules))))
        services = dict(
            (name, sorted((port, sorted(names)) for port, names in service.flows.items()))
            for name, service in self.services.items()
        )
        return policy, services, self.sets, self.unrecognised


def _hash(text):
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return hashlib.sha256(raw).hexdigest()[:16]


class Builder:
    """The policy as firewalld's own policy, services and sets."""

    def __init__(self, names, policy, destination_sets):
        """
        :type names: Names
        :type policy: _plan.policy.Policy
        :param destination_sets: whether rules can name a set as destination, which firewalld can since 1.0
        :type destination_sets: bool
        """
        self.names = names
        self.policy = policy
        self.destination_sets = destination_sets
        self.rules = []
        self.services = {}
        self.sets = {}
        self._known = set()

    def build(self):
        """
        :rtype: Model
        :raises RulesetError: this release of firewalld cannot say it.
        """
        for rule in self.policy.of_kind(CONNECTION, MANAGEMENT):
            for _transport, port, _last in rule.bounds("tcp"):
                self._rule(rule.kind, rule.families[0], _end(rule.network), None, ("port", "tcp/%d" % port))
        for rule in self.policy.of_kind(ICMP_ERRORS, NEIGHBOUR_DISCOVERY):
            # On a gateway, these and replies are firewalld's own: it accepts all of them.
            for kind in () if rule.either_set else rule.icmp:
                self._rule(rule.kind, rule.families[0], match=("icmp-type", _ICMP_NAMES[rule.families[0]][kind]))
        self._flows(self.policy.of_kind(FLOW))
        self._containers(self.policy.of_kind(OWN_CONTAINERS))
        unlisted, egress = self.policy.action_on(UNLISTED), self.policy.action_on(EGRESS)
        if self.policy.scope == GATEWAY:
            return self._gateway(unlisted, egress)
        # firewalld has no name for the messages of multicast listeners: what a link sends to a multicast address
        # stands for them, but for echo requests.
        ends = [("address", _LINK_LOCAL), ("address", _MULTICAST)]
        if unlisted == DROP:
            self._rule("echo requests to multicast", "ipv6", *(ends + [("icmp-type", "echo-request"), DROP]))
        for rule in self.policy.of_kind(LISTENERS):
            self._rule(rule.kind, "ipv6", ("address", rule.network), ends[1], ("protocol", "ipv6-icmp"))
        if unlisted == LOG:
            self._rule(UNLISTED, None, action=LOG)
        return self._model("DROP" if unlisted == DROP else "CONTINUE")

    def _gateway(self, unlisted, egress):
        if self.destination_sets and DROP in (unlisted, egress):
            for interface in self.policy.interfaces():
                self._segment(interface)
        # A packet between two addresses of the deployment is unlisted, and no egress.
        elsewhere = egress != LEAVE and unlisted != DROP
        if elsewhere and not self.destination_sets:
            raise RulesetError(
                "egress: '%s' cannot be had with unlisted '%s' from firewalld before 1.0. Set unlisted to drop, or "
                "egress to leave." % (egress, unlisted)
            )
        for family in FAMILIES:
            for rule in self.policy.of_kind(UNLISTED, EGRESS):
                if family not in rule.families:
                    continue
                label = rule.destination_set or rule.source_set
                ours = self._set(family, label)
                if rule.action == LEAVE:
                    continue
                if rule.kind == UNLISTED:
                    for destination in self._destinations(family, label):
                        self._rule(UNLISTED, family, None, destination, None, rule.action)
                else:
                    away = ("not ipset", ours[1]) if elsewhere else None
                    self._rule(EGRESS, family, ours, away, None, rule.action)
        return self._model("CONTINUE")

    def _model(self, target):
        names = self.names
        policy = Policy(target, POLICY_PRIORITY, ("ANY",), (names.egress_zone,), tuple(self.rules), ())
        return Model(policy, self.services, self.sets)

    def _rule(self, kind, family, source=None, destination=None, match=None, action=ACCEPT):
        rule = Rule(PRIORITY[kind], family, source, destination, match, action)
        if rule not in self._known:
            self._known.add(rule)
            self.rules.append(rule)

    def _segment(self, interface):
        """Traffic within one segment is unrelated.

        A rule can name an interface only in a set. Which of a rule's two sets means the one that a packet came by and
        which the one that it leaves by has changed between releases: here both are the same.
        """
        label = segment_label(interface)
        for family in FAMILIES:
            found = self._interface_set(family, label, interface)
            self._rule(SEGMENT, family, found, found)

    def _interface_set(self, family, label, interface):
        """A set of every address, as far as a packet has to do with an interface."""
        name = self.names.set(family, label)
        members = ("%s,%s" % (half, interface) for half in as_members([WHOLE[family]]))
        self.sets[name] = Set(label, frozenset(members), ())
        return ("ipset", name)

    def _containers(self, rules):
        """What own containers may reach, by a set that names their interface.

        Releases disagree on which of a rule's two sets means the interface that a packet came by. A packet to the host
        leaves by none, so one of the two rules matches, and the other nothing.
        """
        by_interface = {}
        for rule in rules:
            by_interface.setdefault(rule.came_by, []).append(rule)
        for interface in sorted(by_interface):
            label = containers_label(interface)
            ports = {}
            for rule in by_interface[interface]:
                for port in rule.ports:
                    ports.setdefault(port, set()).add(rule.name)
            service = self.names.service(label, None)
            self.services[service] = Service(dict((port, tuple(sorted(some))) for port, some in ports.items()))
            for family in FAMILIES:
                found = self._interface_set(family, label, interface)
                for ends in ((found, None), (None, found)):
                    if any(port != ICMP for port in ports):
                        self._rule(OWN_CONTAINERS, family, *(ends + (("service", service),)))
                    if ICMP in ports:
                        self._rule(OWN_CONTAINERS, family, *(ends + (("icmp-type", "echo-request"),)))

    def _set(self, family, label):
        name = self.names.set(family, label)
        if name not in self.sets:
            # firewalld refuses entries that overlap.
            networks, _intervals = outermost(self.policy.sets[label][family], family)
            self.sets[name] = Set(label, frozenset(as_members(networks)), ())
        return ("ipset", name)

    def _destinations(self, family, label):
        """How rules say a destination: a set, or each network where they cannot name a set."""
        found = self._set(family, label)
        if self.destination_sets:
            return [found]
        return [("address", network) for network in sorted(self.sets[found[1]].members)]

    def _flows(self, flows):
        """A service for each pair of sets, and what permits it."""
        pairs, order, families = {}, {}, {}
        for flow in flows:
            ends = (flow.source_set, flow.destination_set)
            families.setdefault(ends, set()).update(flow.families)
            ports = pairs.setdefault(ends, {})
            for port in flow.ports:
                ports.setdefault(port, set()).add(flow.name)
            order[ends] = min(flow.order, order.get(ends, flow.order))
        for ends in sorted(pairs, key=lambda pair: (order[pair], pair[0], pair[1] or "")):
            name = self.names.service(*ends)
            self.services[name] = Service(dict((port, tuple(sorted(some))) for port, some in pairs[ends].items()))
            for family in sorted(families[ends]):
                self._permit(family, ends, name)

    def _permit(self, family, ends, service):
        source, destination = ends
        places = [None] if destination is None else self._destinations(family, destination)
        start = self._set(family, source)
        ports = self.services[service].flows
        for place in places:
            if any(port != ICMP for port in ports):
                self._rule(FLOW, family, start, place, ("service", service))
            if ICMP in ports:
                self._rule(FLOW, family, start, place, ("icmp-type", "echo-request"))


def with_interface(members):
    """Whether members of a set name an interface too.

    :type members: collections.Iterable[str]
    :rtype: bool
    """
    return any("," in member for member in members)


def _end(network):
    return network and ("address", network)
