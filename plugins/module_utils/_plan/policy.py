# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy between plan and provider: one ordered list of rules in the terms of no firewall.

What is permitted, dropped, logged or left is decided here and nowhere else. A provider puts these rules into its own
syntax, and recognises them when it reads them back. A packet is judged by the first rule that matches it; all rules
that permit come before the one that judges the rest, so their order among themselves changes nothing.

In order: loopback; what passes within a segment; replies; the flows of the plan; then what few packets are, so that the
others do not pay for it: management, what own containers may reach, ICMP errors and what IPv6 needs; then the rest.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, LEAVE, POLICIES
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import (
    FAMILIES, family_of, parse_network, within,
)
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    ACCEPT, CONNECTION, EGRESS, FLOW, ICMP_ERRORS, LISTENERS, LOOPBACK, MANAGEMENT, NEIGHBOUR_DISCOVERY, OWN_CONTAINERS,
    REPLIES, SEGMENT, UNLISTED, Rule,
)

# Destination unreachable, time exceeded, parameter problem; in IPv6 also packet too big.
_ICMP_ERRORS = {"ipv4": (3, 11, 12), "ipv6": (1, 2, 3, 4)}
# RFC 4861: valid only with a hop limit that no router has touched.
_NEIGHBOUR_DISCOVERY = (133, 134, 135, 136, 137)
_UNTOUCHED = 255
# RFC 2710 and 3810: from link-local addresses; RFC 3590: reports also from the unspecified one.
_LISTENERS = (("fe80::/10", (130, 131, 132, 143)), ("::/128", (131, 143)))


class Policy:
    """What is to be in force in one scope."""

    def __init__(self, scope, sets, rules, published=()):
        """
        :param scope: host or gateway
        :type scope: str
        :param sets: for each label, for each family, canonical networks
        :type sets: dict[str, dict[str, list[str]]]
        :param rules: about what enters the host, or what crosses the gateway
        :type rules: list[Rule]
        :param published: about what is sent to an address of the host and translated, to what containers publish
        :type published: list[Rule]
        """
        self.scope = scope
        self.sets = sets
        self.rules = rules
        self.published = list(published)

    def of_kind(self, *kinds):
        """The rules of some kinds, in order.

        :rtype: list[Rule]
        """
        return [rule for rule in self.rules if rule.kind in kinds]

    def interfaces(self):
        """Names of a gateway's interfaces to its segments.

        :rtype: list[str]
        """
        return [rule.came_by for rule in self.of_kind(SEGMENT)]

    def action_on(self, kind):
        """What becomes of the rest: drop, log or leave; leave where no rule judges it.

        :param kind: UNLISTED or EGRESS
        :rtype: str
        """
        return ([rule.action for rule in self.of_kind(kind)] or [LEAVE])[0]


def make_policy(plan, management, unlisted, egress):
    """What a plan means.

    :type plan: _plan.plan.Plan
    :type management: _host.management.Management
    :param unlisted: drop, log or leave
    :type unlisted: str
    :param egress: drop, log or leave
    :type egress: str
    :rtype: Policy
    """
    if plan.scope == GATEWAY:
        return _gateway_policy(plan, management, unlisted, egress)
    return _host_policy(plan, management, unlisted)


def fixed_rules():
    """Every rule that is the same in all plans: by these, providers recognise what they read back.

    :rtype: list[Rule]
    """
    verdicts = [_rest(kind, action) for kind in (UNLISTED, EGRESS) for action in POLICIES]
    ours = "deployment"
    return _first_of_all() + _icmp() + [_replies_of(ours)] + _icmp_errors(ours) + verdicts


def published_replies():
    """What is established with a container is left to whoever translates it.

    :rtype: Rule
    """
    return Rule(REPLIES, LEAVE, established=True)


def replies_between(source, destination, families=FAMILIES):
    """Replies from one set to another.

    :rtype: Rule
    """
    return Rule(
        REPLIES, ACCEPT, families=families, established=True, source_set=source, destination_set=destination, order=0
    )


def entrance(kind, network, ports):
    """SSH to this host from one network.

    :param kind: CONNECTION or MANAGEMENT
    :param network: canonical
    :type network: str
    :type ports: collections.Iterable[int]
    :rtype: Rule
    """
    values = tuple("tcp/%d" % port for port in ports)
    return Rule(kind, ACCEPT, families=(family_of(network),), network=network, ports=values)


def segment(interface):
    """Traffic within one segment is unrelated.

    :type interface: str
    :rtype: Rule
    """
    return Rule(SEGMENT, LEAVE, came_by=interface, leaves_by=interface)


def _host_policy(plan, management, unlisted):
    flows = _flows(plan)
    rest = _rest(UNLISTED, unlisted)
    rules = _first_of_all() + flows + _entrances(management) + list(_from_containers(plan)) + _icmp() + [rest]
    published = [flow for flow in flows if any(port != "icmp" for port in flow.ports)]
    return Policy(plan.scope, plan.sets, rules, [published_replies()] + published + [rest])


def _gateway_policy(plan, management, unlisted, egress):
    sets = dict(plan.sets)
    families = tuple(family for family in FAMILIES if sets[plan.deployment][family])
    rules = [segment(name) for name in plan.interfaces]
    if families:
        rules.append(_replies_of(plan.deployment))
    rules.extend(_replies_between_parties(plan))
    rules.extend(_through_gateway(plan, management, sets))
    rules.extend(_flows(plan))
    if families:
        rules.extend(_icmp_errors(plan.deployment))
        # A packet between two addresses of the deployment is unlisted, not egress: this rule comes first.
        rules.append(_rest(UNLISTED, unlisted, families=families, destination_set=plan.deployment))
        rules.append(_rest(EGRESS, egress, families=families, source_set=plan.deployment))
    return Policy(plan.scope, sets, rules)


def _first_of_all():
    """What enters a host whatever the plan says, and most packets are."""
    return [Rule(LOOPBACK, ACCEPT, came_by="lo"), Rule(REPLIES, ACCEPT, established=True)]


def _icmp():
    """ICMP errors, and what IPv6 needs to live."""
    ipv6 = ("ipv6",)
    rules = _icmp_errors(None)
    rules.append(Rule(NEIGHBOUR_DISCOVERY, ACCEPT, families=ipv6, icmp=_NEIGHBOUR_DISCOVERY, hop_limit=_UNTOUCHED))
    rules.extend(Rule(LISTENERS, ACCEPT, families=ipv6, network=network, icmp=kinds) for network, kinds in _LISTENERS)
    return rules


def _replies_of(deployment):
    """Replies, from and to addresses of the deployment only: the rest is unrelated traffic."""
    return Rule(REPLIES, ACCEPT, established=True, either_set=deployment)


def _icmp_errors(deployment):
    """ICMP errors, on a gateway from and to addresses of the deployment only."""
    return [
        Rule(ICMP_ERRORS, ACCEPT, families=(family,), icmp=_ICMP_ERRORS[family], either_set=deployment)
        for family in FAMILIES
    ]


def _entrances(management):
    """SSH to this host: the running connection, whatever else is asked for, and the management networks."""
    rules = []
    if management.connection:
        address, port = management.connection
        rules.append(entrance(CONNECTION, parse_network(address)[1], [port]))
    rules.extend(entrance(MANAGEMENT, network, management.ports) for network in management.networks)
    return rules


def _through_gateway(plan, management, sets):
    """SSH through the gateway to every host of the deployment, from sets of their own, which are added to the sets."""
    connection = [parse_network(management.connection[0])[1]] if management.connection else []
    for label, networks in ((CONNECTION, connection), (MANAGEMENT, management.networks)):
        while label in plan.sets:  # a name in the plan is never the same as one of ours
            label += " of the firewall"
        sets[label] = dict((family, [one for one in networks if family_of(one) == family]) for family in FAMILIES)
        for destination, ports in plan.ssh:
            families = _families(sets, label, destination)
            if families:
                yield Rule(
                    FLOW, ACCEPT, "ssh", families, source_set=label, destination_set=destination, ports=ports, order=1
                )


def _replies_between_parties(plan):
    """Replies of flows that may have no address of the deployment at either end.

    The others are accepted for each address of the deployment.
    """
    found = {}
    for family in FAMILIES:
        ours = plan.sets[plan.deployment][family]
        inside = dict((name, within(networks[family], ours)) for name, networks in plan.sets.items())
        for flow in plan.flows:
            ends = (flow.destination, flow.source)
            if not inside[flow.source] and not inside[flow.destination] and family in _families(plan.sets, *ends):
                found.setdefault(ends, set()).add(family)
    for source, destination in sorted(found):
        yield replies_between(source, destination, tuple(sorted(found[source, destination])))


def from_containers(service, interface, ports, order=0):
    """What one interface of the host's own containers may reach on the host.

    :param service: as people know it
    :type service: str
    :type interface: str
    :type ports: tuple[str]
    :param order: of the flow
    :type order: int
    :rtype: Rule
    """
    return Rule(OWN_CONTAINERS, ACCEPT, service, came_by=interface, ports=ports, order=order)


def _from_containers(plan):
    for flow in plan.flows:
        for interface in flow.interfaces:
            yield from_containers(flow.service, interface, flow.ports, flow.order)


def _flows(plan):
    """The flows of the plan between sets, as far as both ends have an address of the same family."""
    rules = []
    for flow in plan.flows:
        if flow.interfaces:
            continue
        ends = [flow.source] if flow.destination is None else [flow.source, flow.destination]
        families = _families(plan.sets, *ends)
        if families:
            rules.append(
                Rule(
                    FLOW, ACCEPT, flow.service, families, source_set=flow.source, destination_set=flow.destination,
                    ports=flow.ports, order=flow.order,
                )
            )
    return rules


def _families(sets, *labels):
    return tuple(family for family in FAMILIES if all(sets[label][family] for label in labels))


def _rest(kind, action, **match):
    """What becomes of packets that nothing permits."""
    return Rule(kind, action, "%s: %s" % (kind, action), **match)
