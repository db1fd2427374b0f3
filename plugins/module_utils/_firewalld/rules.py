# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What firewalld is told: a policy, services and ipsets of our own, made of a plan.

Rules carry no name in firewalld, so their priority says what they are; sets and services carry their label and the
names of their flows as description.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
from collections import namedtuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import as_members
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, family_of, parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import within

LOG_PREFIX = "portledger: "
MANAGEMENT = "management"
CONNECTION = "running connection"
ICMP = "icmp"
# Policies of priority 0 and above come behind zones; ours has to come before them.
POLICY_PRIORITY = -100
# Of rules, in the order in which firewalld asks them. Those below 0 come before everything without one.
PRIORITY = {
    "segment": -500,
    CONNECTION: -400,
    MANAGEMENT: -300,
    "ICMP errors": -210,
    "neighbour discovery": -200,
    "flow": -100,
    "echo requests to multicast": -60,
    "multicast listeners": -50,
    "unlisted": 32000,
    "egress": 32001,
}
_LETTERS = {"host": "h", "gateway": "g"}
_ICMP_ERRORS = {
    "ipv4": ("destination-unreachable", "time-exceeded", "parameter-problem"),
    "ipv6": ("destination-unreachable", "packet-too-big", "time-exceeded", "parameter-problem"),
}
_NEIGHBOUR_DISCOVERY = (
    "router-solicitation",
    "router-advertisement",
    "neighbour-solicitation",
    "neighbour-advertisement",
    "redirect",
)
_MULTICAST = "ff00::/8"
_LINK_LOCAL = "fe80::/10"
_UNSPECIFIED = "::/128"

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
        self.policy = "portledger-%s" % ("host" if scope == "host" else "gw")
        self.egress_zone = "HOST" if scope == "host" else "ANY"
        # A policy that ends at the host is in the chains of INPUT, others are in those of FORWARD.
        self.chain = "filter_%s_policy_%s" % ("IN" if scope == "host" else "FWD", self.policy)
        # Where firewalld asks policies: with "_pre" behind it before 2.0.
        self.dispatch = "filter_%s_POLICIES" % ("INPUT" if scope == "host" else "FORWARD")
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

    def __init__(self, policy=None, services=None, sets=None, strange=()):
        """
        :type policy: Policy | None
        :type services: dict[str, Service]
        :type sets: dict[str, Set]
        :param strange: what stands in our files and cannot be read
        :type strange: collections.Iterable[str]
        """
        self.policy = policy
        self.services = services or {}
        self.sets = sets or {}
        self.strange = list(strange)

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
            self.strange,
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
        return policy, services, self.sets, self.strange


def _hash(text):
    raw = text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
    return hashlib.sha256(raw).hexdigest()[:16]


def segment_label(interface):
    """Of the set that stands for an interface. No name in a plan has a comma.

    :type interface: str
    :rtype: str
    """
    return "segment, %s" % interface


class Builder:
    """Makes what is to be of a plan."""

    def __init__(self, names, destination_sets):
        """
        :type names: Names
        :param destination_sets: whether rules can name a set as destination, which firewalld can since 1.0
        :type destination_sets: bool
        """
        self.names = names
        self.destination_sets = destination_sets
        self.rules = []
        self.services = {}
        self.sets = {}
        self._known = set()

    def host(self, plan, management, unlisted):
        """What may enter this host.

        :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan
        :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management
        :param unlisted: drop, log or leave
        :type unlisted: str
        :rtype: Model
        """
        if management.connection:
            address, port = management.connection
            self._entrance(CONNECTION, parse_network(address)[1], [port])
        for network in management.networks:
            self._entrance(MANAGEMENT, network, management.ports)
        for family in FAMILIES:
            for kind in _ICMP_ERRORS[family]:
                self._rule("ICMP errors", family, match=("icmp-type", kind))
        for kind in _NEIGHBOUR_DISCOVERY:
            self._rule("neighbour discovery", "ipv6", match=("icmp-type", kind))
        self._flows(plan.sets, [(flow.source, None, flow) for flow in plan.flows])
        # firewalld has no name for the messages of multicast listeners: what a link sends to a multicast address
        # stands for them, but for echo requests.
        ends = [("address", _LINK_LOCAL), ("address", _MULTICAST)]
        if unlisted == "drop":
            self._rule("echo requests to multicast", "ipv6", *(ends + [("icmp-type", "echo-request"), "drop"]))
        for source in (_LINK_LOCAL, _UNSPECIFIED):
            self._rule("multicast listeners", "ipv6", ("address", source), ends[1], ("protocol", "ipv6-icmp"))
        if unlisted == "log":
            self._rule("unlisted", None, action="log")
        return self._model("DROP" if unlisted == "drop" else "CONTINUE")

    def gateway(self, plan, management, unlisted, egress):
        """What may cross this gateway. Replies are firewalld's own business: it accepts all of them.

        :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan
        :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management
        :param unlisted: drop, log or leave
        :type unlisted: str
        :param egress: drop, log or leave
        :type egress: str
        :rtype: Model
        :raises RulesetError: this release of firewalld cannot say it.
        """
        sets = dict(plan.sets)
        passes = list(self._gateway_management(plan, management, sets))
        passes.extend((flow.source, flow.destination, flow) for flow in plan.flows)
        self._flows(sets, passes)
        if self.destination_sets and "drop" in (unlisted, egress):
            for interface in plan.interfaces:
                self._segment(interface)
        # A packet between two addresses of the deployment is unlisted, and no egress.
        elsewhere = egress != "leave" and unlisted != "drop"
        if elsewhere and not self.destination_sets:
            raise RulesetError(
                "egress: '%s' cannot be had with unlisted '%s' from firewalld before 1.0. Set unlisted to drop, or "
                "egress to leave." % (egress, unlisted)
            )
        for family in FAMILIES:
            networks = plan.sets[plan.deployment][family]
            if not networks:
                continue
            ours = self._set(family, plan.deployment, networks)
            if unlisted != "leave":
                for destination in self._destinations(family, plan.deployment, networks):
                    self._rule("unlisted", family, None, destination, None, unlisted)
            if egress != "leave":
                away = ("not ipset", ours[1]) if elsewhere else None
                self._rule("egress", family, ours, away, None, egress)
        return self._model("CONTINUE")

    def _model(self, target):
        names = self.names
        policy = Policy(target, POLICY_PRIORITY, ("ANY",), (names.egress_zone,), tuple(self.rules), ())
        return Model(policy, self.services, self.sets)

    def _rule(self, kind, family, source=None, destination=None, match=None, action="accept"):
        rule = Rule(PRIORITY[kind], family, source, destination, match, action)
        if rule not in self._known:
            self._known.add(rule)
            self.rules.append(rule)

    def _segment(self, interface):
        """Traffic within one segment is not the gateway's business.

        A rule can name an interface only in a set. Which of a rule's two sets means the one that a packet came by and
        which the one that it leaves by has changed between releases: here both are the same.
        """
        label = segment_label(interface)
        for family, network in (("ipv4", "0.0.0.0/0"), ("ipv6", "::/0")):
            name = self.names.set(family, label)
            members = ("%s,%s" % (half, interface) for half in as_members([network]))
            self.sets[name] = Set(label, frozenset(members), ())
            self._rule("segment", family, ("ipset", name), ("ipset", name))

    def _entrance(self, kind, network, ports):
        for port in ports:
            self._rule(kind, family_of(network), _end(network), None, ("port", "tcp/%d" % port))

    def _set(self, family, label, networks):
        name = self.names.set(family, label)
        if name not in self.sets:
            self.sets[name] = Set(label, frozenset(as_members(_disjoint(networks))), ())
        return ("ipset", name)

    def _destinations(self, family, label, networks):
        """How rules say a destination: a set, or each network where they cannot name a set."""
        found = self._set(family, label, networks)
        if self.destination_sets:
            return [found]
        return [("address", network) for network in sorted(self.sets[found[1]].members)]

    def _flows(self, sets, passes):
        pairs, order = {}, {}
        for source, destination, flow in passes:
            ports = pairs.setdefault((source, destination), {})
            for port in flow.ports:
                ports.setdefault(port, set()).add(flow.service)
            key = (source, destination)
            order[key] = min(flow.order, order.get(key, flow.order))
        for key in sorted(pairs, key=lambda pair: (order[pair], pair[0], pair[1] or "")):
            source, destination = key
            ends = [end for end in key if end is not None]
            families = [family for family in FAMILIES if all(sets[end][family] for end in ends)]
            if not families:
                continue
            name = self.names.service(source, destination)
            self.services[name] = Service(dict((port, tuple(sorted(some))) for port, some in pairs[key].items()))
            for family in families:
                self._passes(family, sets, key, name)

    def _passes(self, family, sets, ends, service):
        source, destination = ends
        places = [None]
        if destination is not None:
            places = self._destinations(family, destination, sets[destination][family])
        start = self._set(family, source, sets[source][family])
        ports = self.services[service].flows
        for place in places:
            if any(port != ICMP for port in ports):
                self._rule("flow", family, start, place, ("service", service))
            if ICMP in ports:
                self._rule("flow", family, start, place, ("icmp-type", "echo-request"))

    def _gateway_management(self, plan, management, sets):
        """SSH through the gateway, as sources of their own."""
        connection = [parse_network(management.connection[0])[1]] if management.connection else []
        for label, networks in ((CONNECTION, connection), (MANAGEMENT, management.networks)):
            while label in plan.sets:  # a name in the plan is never the same as one of ours
                label += " of the firewall"
            sets[label] = dict(
                (family, [network for network in networks if family_of(network) == family]) for family in FAMILIES
            )
            for destination, ports in plan.ssh:
                yield label, destination, _Ssh(ports)


class _Ssh:
    """As a flow of the plan, where the ends do not matter."""

    service = "ssh"
    order = 1

    def __init__(self, ports):
        self.ports = ports


def with_interface(members):
    """Whether members of a set name an interface too.

    :type members: collections.Iterable[str]
    :rtype: bool
    """
    return any("," in member for member in members)


def _end(network):
    return None if network in ("0.0.0.0/0", "::/0") else ("address", network)


def _disjoint(networks):
    """Without networks that lie in others: firewalld refuses entries that overlap."""
    kept = []
    for network in sorted(set(networks), key=lambda text: int(text.rpartition("/")[2])):
        if not within([network], kept):
            kept.append(network)
    return kept
