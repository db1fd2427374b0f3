# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a plan to our table: sets and chains for both families.

Each source set has a chain with its rules, on a gateway one more for each destination set that it talks to. The base
chain leads there by source, with a rule for each family. So the number of rules is that of rows and sets, and the
number of networks does not matter.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, family_of, parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import within
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.rule import Rule, interface_value, label
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import Chain, Set, Table, base
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import chain_name, set_name
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import port_bounds

LOG_PREFIX = "portledger: "
MANAGEMENT = "management"
CONNECTION = "running connection"
REPLIES = "replies"
PUBLISHED = "published"
SADDR = {"ipv4": "ip saddr", "ipv6": "ip6 saddr"}
DADDR = {"ipv4": "ip daddr", "ipv6": "ip6 daddr"}
_ICMP = {"ipv4": "icmp type", "ipv6": "icmpv6 type"}
_ESTABLISHED = ("ct state", ("established", "related"))
# Destination unreachable, time exceeded, parameter problem; in IPv6 also packet too big.
_ICMP_ERRORS = {"ipv4": (3, 11, 12), "ipv6": (1, 2, 3, 4)}
_ECHO_REQUEST = {"ipv4": 8, "ipv6": 128}
# RFC 4861: valid only with a hop limit that no router has touched.
_NEIGHBOUR_DISCOVERY = (133, 134, 135, 136, 137)
# RFC 2710 and 3810: from link-local addresses; RFC 3590: reports also from the unspecified one.
_LISTENERS = (("fe80::/10", (130, 131, 132, 143)), ("::/128", (131, 143)))
_WIDE_OPEN = {"0.0.0.0/0": "ipv4", "::/0": "ipv6"}


def host_table(plan, management, unlisted):
    """What may enter this host, and what may reach that which containers publish on it.

    :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan
    :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management
    :param unlisted: drop, log or leave
    :type unlisted: str
    :rtype: ansible_collections.portledger.qradar.plugins.module_utils._nftables.table.Table
    """
    build = _Builder(plan.sets)
    passes = [(family, flow.source, None, flow) for flow in plan.flows for family in FAMILIES]
    enter = life() + list(_entrances(management)) + build.sources("from", passes, flow_rules) + verdict(
        "unlisted", unlisted
    )
    build.chain("input", enter, base("input"))
    build.chain("forward", published(), base("forward"))
    passes = [one for one in passes if any(port != "icmp" for port in one[-1].ports)]
    build.chain(PUBLISHED, build.sources("published_from", passes, published_rules) + verdict("unlisted", unlisted))
    return build.table


def gateway_table(plan, management, unlisted, egress):
    """What may cross this gateway.

    :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan
    :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management
    :param unlisted: drop, log or leave
    :type unlisted: str
    :param egress: drop, log or leave
    :type egress: str
    :rtype: ansible_collections.portledger.qradar.plugins.module_utils._nftables.table.Table
    """
    sets = dict(plan.sets)
    passes = list(_replies(plan))
    passes.extend(_gateway_management(plan, management, sets))
    passes.extend((family, flow.source, flow.destination, flow) for flow in plan.flows for family in FAMILIES)
    build = _Builder(sets)
    main = [segment(name) for name in plan.interfaces]
    ours = [family for family in FAMILIES if sets[plan.deployment][family]]
    if ours:
        both = [build.leads(end, family, plan.deployment, "accept") for end in (SADDR, DADDR) for family in ours]
        build.chain("ours", both)
        main.extend(gateway_life())
    main.extend(build.sources("from", passes, flow_rules))
    if ours:
        main.append(rest())
        judged = []
        for end, word, policy in ((DADDR, "unlisted", unlisted), (SADDR, "egress", egress)):
            # What is led away with goto does not come back: a packet is judged once.
            judged.extend(build.leads(end, family, plan.deployment, "goto " + word) for family in ours)
            build.chain(word, verdict(word, policy))
        build.chain("rest", judged)
    build.chain("forward", main, base("forward"))
    return build.table


class _Builder:
    """Fills a table."""

    def __init__(self, sets):
        """
        :param sets: networks by name and family
        :type sets: dict[str, dict[str, list[str]]]
        """
        self.sets = sets
        self.table = Table()

    def chain(self, name, rules, hooked=None):
        """Add a chain."""
        self.table.chains[name] = Chain(list(rules), hooked)

    def leads(self, end, family, name, action):
        """A rule for packets from or to a set of the plan; the set comes to be in the table."""
        found = set_name(name, family)
        if found not in self.table.sets:
            self.table.sets[found] = Set(family, self.sets[name][family])
        return Rule([(end[family], ("@" + found,))], [action], label(name))

    def sources(self, word, passes, rules_of):
        """Rules that lead to a chain for each source set, and those chains.

        :param word: what the names of these chains begin with
        :type word: str
        :param passes: family, source, destination or None, and what passes
        :type passes: collections.Iterable[tuple[str, str, str | None, object]]
        :param rules_of: makes rules of what passes
        """
        by_source, families = {}, {}
        for family, source, destination, flow in passes:
            ends = (source,) if destination is None else (source, destination)
            if all(self.sets[end].get(family) for end in ends):
                flows = by_source.setdefault(source, {}).setdefault(destination, [])
                if flow not in flows:
                    flows.append(flow)
                families.setdefault(source, set()).add(family)
                families.setdefault((source, destination), set()).add(family)
        rules = []
        for source in sorted(by_source):
            name = chain_name(word, source)
            rules.extend(self.leads(SADDR, family, source, "jump " + name) for family in sorted(families[source]))
            chain = []
            for destination in sorted(by_source[source], key=lambda one: one or ""):
                flows = by_source[source][destination]
                if destination is None:
                    chain.extend(rules_of(flows))
                    continue
                pair = chain_name(word, source, destination)
                for family in sorted(families[source, destination]):
                    chain.append(self.leads(DADDR, family, destination, "jump " + pair))
                self.chain(pair, rules_of(flows))
            self.chain(name, chain)
        return rules


class _Pass:
    """As a flow of the plan, where the ends do not matter."""

    def __init__(self, service, order, ports):
        self.service = service
        self.order = order
        self.ports = ports


def _entrances(management):
    """SSH to this host."""
    if management.connection:
        address, port = management.connection
        yield entrance(CONNECTION, parse_network(address)[1], [port])
    for network in management.networks:
        yield entrance(MANAGEMENT, network, management.ports)


def _gateway_management(plan, management, sets):
    """SSH through the gateway, as sources of their own."""
    connection = [parse_network(management.connection[0])[1]] if management.connection else []
    for word, networks in ((CONNECTION, connection), (MANAGEMENT, management.networks)):
        while word in plan.sets:  # a name in the plan is never the same as one of ours
            word += " of the firewall"
        sets[word] = dict((family, [one for one in networks if family_of(one) == family]) for family in FAMILIES)
        for destination, ports in plan.ssh:
            ssh = _Pass("ssh", 1, ports)
            for family in FAMILIES:
                yield family, word, destination, ssh


def _replies(plan):
    """Replies of flows that may have no address of the deployment at either end.

    The others are accepted for each address of the deployment.
    """
    replies = _Pass(REPLIES, 0, ())
    for family in FAMILIES:
        ours = plan.sets[plan.deployment][family]
        inside = dict((name, within(networks[family], ours)) for name, networks in plan.sets.items())
        pairs = set(
            (flow.destination, flow.source)
            for flow in plan.flows
            if not inside[flow.source] and not inside[flow.destination]
        )
        for source, destination in sorted(pairs):
            yield family, source, destination, replies


def life():
    """What every host needs to live, plan or no plan.

    :rtype: list[Rule]
    """
    rules = [
        Rule([("iif", ("lo",))], ["accept"], "loopback"),
        Rule([_ESTABLISHED], ["accept"], REPLIES),
    ]
    rules.extend(Rule([_icmp_errors(family)], ["accept"], "ICMP errors") for family in FAMILIES)
    found = [_icmp("ipv6", _NEIGHBOUR_DISCOVERY), ("ip6 hoplimit", ((255, 255),))]
    rules.append(Rule(found, ["accept"], "neighbour discovery"))
    for source, kinds in _LISTENERS:
        rules.append(Rule([(SADDR["ipv6"], (source,)), _icmp("ipv6", kinds)], ["accept"], "multicast listeners"))
    return rules


def published():
    """Of what is forwarded, connections that were translated to another destination are judged, once.

    :rtype: list[Rule]
    """
    translated = [("ct status", ("dnat",)), ("ct direction", ("original",))]
    return [Rule([_ESTABLISHED], ["accept"], REPLIES), Rule(translated, ["jump " + PUBLISHED], PUBLISHED)]


def gateway_life():
    """Replies and ICMP errors, from and to addresses of the deployment only.

    :rtype: list[Rule]
    """
    rules = [Rule([_ESTABLISHED], ["jump ours"], REPLIES)]
    rules.extend(Rule([_icmp_errors(family)], ["jump ours"], "ICMP errors") for family in FAMILIES)
    return rules


def rest():
    """What nothing allows is judged by its addresses.

    :rtype: Rule
    """
    return Rule([], ["jump rest"], "what nothing allows")


def verdict(word, policy):
    """What becomes of packets that nothing allows.

    :param word: unlisted or egress
    :type word: str
    :param policy: drop, log or leave
    :type policy: str
    :rtype: list[Rule]
    """
    comment = "%s: %s" % (word, policy)
    if policy == "drop":
        return [Rule([], ["drop"], comment, True)]
    rules = [Rule([], ["return"], comment, True)]
    if policy == "log":
        rate = "limit rate 10/minute burst 20 packets"
        rules.insert(0, Rule([], [rate, 'log prefix "%s" level debug' % LOG_PREFIX], comment))
    return rules


def segment(interface):
    """Traffic within one segment is not the gateway's business.

    :rtype: Rule
    """
    name = interface_value(interface)
    return Rule([("iifname", (name,)), ("oifname", (name,))], ["return"], "segment")


def entrance(word, network, ports):
    """SSH to this host from one network.

    :rtype: Rule
    """
    if network in _WIDE_OPEN:
        source = ("meta nfproto", (_WIDE_OPEN[network],))
    else:
        source = (SADDR[family_of(network)], (network,))
    return Rule([source, ("tcp dport", tuple((port, port) for port in ports))], ["accept"], word, True)


def fixed_rules():
    """Every rule that is the same in all plans.

    :rtype: list[Rule]
    """
    rules = life() + published() + gateway_life() + [rest()]
    for word in ("unlisted", "egress"):
        for policy in ("drop", "log", "leave"):
            rules.extend(verdict(word, policy))
    return rules


def flow_rules(flows):
    """Rules of one chain: one for each service and transport, in the order of the vendor's table.

    :rtype: list[Rule]
    """
    rules = []
    for service, ports in _services(flows):
        if not ports:
            rules.append(Rule([_ESTABLISHED], ["accept"], service, True))
        for transport in ("tcp", "udp"):
            found = tuple((first, last) for kind, first, last in ports if kind == transport)
            if found:
                rules.append(Rule([(transport + " dport", found)], ["accept"], service, True))
        if any(transport == "icmp" for transport, _first, _last in ports):
            echo = [Rule([_icmp(family, (_ECHO_REQUEST[family],))], ["accept"], service, True) for family in FAMILIES]
            rules.extend(echo)
    return rules


def published_rules(flows):
    """The same for what was translated: ports are those that it was sent to first.

    One rule a port or range: some versions of nft cannot read back a set of such ports.

    :rtype: list[Rule]
    """
    rules = []
    for service, ports in _services(flows):
        for transport, first, last in ports:
            if transport != "icmp":
                match = [("meta l4proto", (transport,)), ("ct original proto-dst", ((first, last),))]
                rules.append(Rule(match, ["accept"], service, True))
    return rules


def _services(flows):
    """Comment of the rules and ports of each service, in order."""
    by_service = {}
    for flow in flows:
        order, ports = by_service.get(flow.service, (flow.order, set()))
        by_service[flow.service] = (min(order, flow.order), ports.union(flow.ports))
    for service in sorted(by_service, key=lambda name: (by_service[name][0], name)):
        yield label(service), sorted(port_bounds(port) for port in by_service[service][1])


def _icmp(family, kinds):
    return _ICMP[family], tuple((kind, kind) for kind in kinds)


def _icmp_errors(family):
    return _icmp(family, _ICMP_ERRORS[family])
