# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a plan to chains and sets of one family.

Each source set has a chain with its rules, on a gateway one more for each destination set that it talks to. The main
chain leads there by source, through a set where there is ipset, else by a rule for each network. So the number of
rules is that of rows and networks, not their product. Without ipset, a gateway lists a destination set once for each
source set that talks to it.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import as_members
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import family_of, parse_network, within
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import port_bounds

LOG_PREFIX = "portledger: "
# debug: consoles show what is more urgent, so lines of packets never scroll over one. dmesg and the journal have them.
LOG_LEVEL = 7
MANAGEMENT = "management"
CONNECTION = "running connection"
REPLIES = "replies"
PUBLISHED = "published"
_ESTABLISHED = ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"]
_SLOTS = 15  # of a multiport match; a range takes two
_WIDE_OPEN = ("0.0.0.0/0", "::/0")
# Destination unreachable, time exceeded, parameter problem; in IPv6 also packet too big.
_ICMP_ERRORS = {"ipv4": (3, 11, 12), "ipv6": (1, 2, 3, 4)}
_ECHO_REQUEST = {"ipv4": 8, "ipv6": 128}
# RFC 4861: valid only with a hop limit that no router has touched.
_NEIGHBOUR_DISCOVERY = (133, 134, 135, 136, 137)
# RFC 2710 and 3810: from link-local addresses; RFC 3590: reports also from the unspecified one.
_LISTENERS = (("fe80::/10", (130, 131, 132, 143)), ("::/128", (131, 143)))


class Ruleset:
    """What a plan becomes in one family."""

    def __init__(self, chains, sets):
        """
        :type chains: dict[str, list[Rule]]
        :param sets: members of each set
        :type sets: dict[str, set[str]]
        """
        self.chains = chains
        self.sets = sets


class Renderer:
    """Makes the rules of one family and scope."""

    def __init__(self, names, family, with_sets):
        """
        :type names: ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables.Names
        :param family: ipv4 or ipv6
        :type family: str
        :param with_sets: whether there is ipset
        :type with_sets: bool
        """
        self.names = names
        self.family = family
        self.with_sets = with_sets
        self.sets = {}
        self.chains = {}

    def host(self, plan, management, unlisted):
        """What may enter this host.

        :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan
        :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management
        :param unlisted: drop, log or leave
        :type unlisted: str
        :rtype: Ruleset
        """
        main = self._chain(self.names.main, life(self.family))
        main.extend(self._host_management(management))
        passes = [(flow.source, None, flow) for flow in plan.flows]
        main.extend(self._sources(plan.sets, passes))
        main.extend(verdict("unlisted", unlisted))
        self._published(plan, unlisted)
        return Ruleset(self.chains, self.sets)

    def _published(self, plan, unlisted):
        """What containers publish: translated, forwarded, and judged by where it was sent to before that."""
        main = self._chain(self.names.published, [open_already()])
        by_source = {}
        for flow in plan.flows:
            if plan.sets[flow.source][self.family] and any(port != "icmp" for port in flow.ports):
                by_source.setdefault(flow.source, []).append(flow)
        for source in sorted(by_source):
            name = self.names.hashed_chain(PUBLISHED, source)
            main.extend(self._matching("src", source, plan.sets[source][self.family], ["-j", name]))
            self._chain(name, published_rules(by_source[source]))
        main.extend(verdict("unlisted", unlisted))

    def gateway(self, plan, management, unlisted, egress):
        """What may cross this gateway.

        :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan
        :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management
        :param unlisted: drop, log or leave
        :type unlisted: str
        :param egress: drop, log or leave
        :type egress: str
        :rtype: Ruleset
        """
        main = self._chain(self.names.main, [segment(name) for name in plan.interfaces])
        ours = plan.sets[plan.deployment][self.family]
        ours_chain, rest = self.names.chain("ours"), self.names.chain("rest")
        if ours:
            chain = self._chain(ours_chain)
            chain.extend(self._matching("src", plan.deployment, ours, ["-j", "ACCEPT"]))
            chain.extend(self._matching("dst", plan.deployment, ours, ["-j", "ACCEPT"]))
            main.extend(gateway_life(self.names, self.family))
        sets = dict(plan.sets)
        passes = list(self._replies(plan, ours))
        passes.extend(self._gateway_management(plan, management, sets))
        passes.extend((flow.source, flow.destination, flow) for flow in plan.flows)
        main.extend(self._sources(sets, passes))
        if ours:
            main.append(_rest(self.names))
            chain = self._chain(rest)
            for direction, word, policy in (("dst", "unlisted", unlisted), ("src", "egress", egress)):
                # With -g, RETURN in there leaves the rest too: a packet is judged once.
                chain.extend(self._matching(direction, plan.deployment, ours, ["-g", self.names.chain(word)]))
                self._chain(self.names.chain(word), verdict(word, policy))
        return Ruleset(self.chains, self.sets)

    def _chain(self, name, rules=()):
        return self.chains.setdefault(name, list(rules))

    def _matching(self, direction, label, networks, action):
        """Rules for packets from ("src") or to ("dst") some networks."""
        comment = ["-m", "comment", "--comment", label]
        if not networks:
            return []
        if self.with_sets:
            members = as_members(networks)
            name = self.names.set(self.family, members)
            self.sets[name] = members
            return [Rule(["-m", "set", "--match-set", name, direction] + comment + action)]
        option = "-s" if direction == "src" else "-d"
        return [
            Rule(([] if network in _WIDE_OPEN else [option, network]) + comment + action) for network in networks
        ]

    def _sources(self, sets, passes):
        """Rules of the main chain that lead to a chain for each source set, and those chains.

        :param passes: source, destination or None, and what passes
        :type passes: list[tuple[str, str | None, object]]
        """
        by_source = {}
        for source, destination, flow in passes:
            ends = (source,) if destination is None else (source, destination)
            if all(sets[end][self.family] for end in ends):
                by_source.setdefault(source, {}).setdefault(destination, []).append(flow)
        rules = []
        for source in sorted(by_source):
            name = self.names.hashed_chain(source)
            rules.extend(self._matching("src", source, sets[source][self.family], ["-j", name]))
            chain = self._chain(name)
            for destination in sorted(by_source[source], key=lambda label: label or ""):
                flows = by_source[source][destination]
                if destination is None:
                    chain.extend(flow_rules(self.family, flows))
                    continue
                pair = self.names.hashed_chain(source, destination)
                networks = sets[destination][self.family]
                chain.extend(self._matching("dst", destination, networks, ["-j", pair]))
                self._chain(pair, flow_rules(self.family, flows))
        return rules

    def _host_management(self, management):
        if management.connection:
            address, port = management.connection
            if family_of(address) == self.family:
                yield entrance(CONNECTION, parse_network(address)[1], [port])
        for network in management.networks:
            if family_of(network) == self.family:
                for some in range(0, len(management.ports), _SLOTS):
                    yield entrance(MANAGEMENT, network, management.ports[some : some + _SLOTS])

    def _gateway_management(self, plan, management, sets):
        """SSH through the gateway, as sources of their own."""
        connection = [parse_network(management.connection[0])[1]] if management.connection else []
        for label, networks in ((CONNECTION, connection), (MANAGEMENT, management.networks)):
            while label in plan.sets:  # a name in the plan is never the same as one of ours
                label += " of the firewall"
            sets[label] = {self.family: [network for network in networks if family_of(network) == self.family]}
            for destination, ports in plan.ssh:
                yield label, destination, _Pass("ssh", 1, ports)

    def _replies(self, plan, ours):
        """Replies of flows that may have no address of the deployment at either end.

        The others are accepted for each address of the deployment.
        """
        inside = {}
        for flow in plan.flows:
            for name in (flow.source, flow.destination):
                if name not in inside:
                    inside[name] = within(plan.sets[name][self.family], ours)
        pairs = set(
            (flow.destination, flow.source)
            for flow in plan.flows
            if not inside[flow.source] and not inside[flow.destination]
        )
        for source, destination in sorted(pairs):
            yield source, destination, _Pass(REPLIES, 0, ())


class _Pass:
    """As a flow of the plan, where the ends do not matter."""

    def __init__(self, service, order, ports):
        self.service = service
        self.order = order
        self.ports = ports


def life(family):
    """What every host needs to live, plan or no plan.

    :rtype: list[Rule]
    """
    rules = [
        Rule(["-i", "lo"] + _comment("loopback") + ["-j", "ACCEPT"]),
        Rule(_ESTABLISHED + _comment(REPLIES) + ["-j", "ACCEPT"]),
    ]
    rules.extend(Rule(match + _comment("ICMP errors") + ["-j", "ACCEPT"]) for match in _icmp_errors(family))
    if family == "ipv6":
        for kind in _NEIGHBOUR_DISCOVERY:
            match = _icmp(family, kind) + ["-m", "hl", "--hl-eq", "255"]
            rules.append(Rule(match + _comment("neighbour discovery") + ["-j", "ACCEPT"]))
        for source, kinds in _LISTENERS:
            for kind in kinds:
                match = ["-s", source] + _icmp(family, kind)
                rules.append(Rule(match + _comment("multicast listeners") + ["-j", "ACCEPT"]))
    return rules


def gateway_life(names, family):
    """Replies and ICMP errors, from and to addresses of the deployment only.

    :rtype: list[Rule]
    """
    ours = ["-j", names.chain("ours")]
    rules = [Rule(_ESTABLISHED + _comment(REPLIES) + ours)]
    rules.extend(Rule(match + _comment("ICMP errors") + ours) for match in _icmp_errors(family))
    return rules


def verdict(word, policy):
    """What becomes of packets that nothing allows.

    :param word: unlisted or egress
    :type word: str
    :param policy: drop, log or leave
    :type policy: str
    :rtype: list[Rule]
    """
    comment = _comment("%s: %s" % (word, policy))
    if policy == "drop":
        return [Rule(comment + ["-j", "DROP"])]
    rules = [Rule(comment + ["-j", "RETURN"])]
    if policy == "log":
        rate = ["-m", "limit", "--limit", "10/min", "--limit-burst", "20"]
        log = ["-j", "LOG", "--log-prefix", LOG_PREFIX, "--log-level", "%d" % LOG_LEVEL]
        rules.insert(0, Rule(rate + comment + log))
    return rules


def segment(interface):
    """Traffic within one segment is not the gateway's business.

    :rtype: Rule
    """
    return Rule(["-i", interface, "-o", interface] + _comment("segment") + ["-j", "RETURN"])


def entrance(word, network, ports):
    """SSH to this host from one network.

    :rtype: Rule
    """
    source = [] if network in _WIDE_OPEN else ["-s", network]
    return Rule(source + _ports("tcp", [(port, port) for port in ports]) + _comment(word) + ["-j", "ACCEPT"])


def fixed_rules(names, family):
    """Every rule that is the same in all plans.

    :rtype: list[Rule]
    """
    rules = life(family) + gateway_life(names, family) + [_rest(names)]
    for word in ("unlisted", "egress"):
        for policy in ("drop", "log", "leave"):
            rules.extend(verdict(word, policy))
    return rules


def open_already():
    """Of what is translated, established connections are left to those who translate.

    :rtype: Rule
    """
    return Rule(_ESTABLISHED + _comment(REPLIES) + ["-j", "RETURN"])


def flow_rules(family, flows):
    """Rules of one chain: one service a rule, in the order of the vendor's table.

    :rtype: list[Rule]
    """
    rules = []
    for service, ports in _by_service(flows):
        action = _comment(service) + ["-j", "ACCEPT"]
        if not ports:
            rules.append(Rule(_ESTABLISHED + action))
        for match in _port_matches(family, ports):
            rules.append(Rule(match + action))
    return rules


def published_rules(flows):
    """The same for what containers publish, by the port that a packet was sent to before it was translated.

    :rtype: list[Rule]
    """
    rules = []
    for service, ports in _by_service(flows):
        for transport, first, last in sorted(port_bounds(port) for port in ports):
            if transport != "icmp":
                port = "%d" % first if first == last else "%d:%d" % (first, last)
                match = ["-p", transport, "-m", "conntrack", "--ctorigdstport", port]
                rules.append(Rule(match + _comment(service) + ["-j", "ACCEPT"]))
    return rules


def _by_service(flows):
    """Services and all their ports, in the order of the vendor's table."""
    found = {}
    for flow in flows:
        known = found.setdefault(flow.service, (flow.order, set()))
        found[flow.service] = (min(known[0], flow.order), known[1].union(flow.ports))
    return [
        (service, found[service][1])
        for _order, service in sorted((order, service) for service, (order, _ports_) in found.items())
    ]


def _port_matches(family, ports):
    bounds = sorted(port_bounds(port) for port in ports)
    for transport in ("tcp", "udp"):
        some, slots = [], 0
        for _transport, first, last in (entry for entry in bounds if entry[0] == transport):
            takes = 1 if first == last else 2
            if slots + takes > _SLOTS:
                yield _ports(transport, some)
                some, slots = [], 0
            some.append((first, last))
            slots += takes
        if some:
            yield _ports(transport, some)
    if any(entry[0] == "icmp" for entry in bounds):
        yield _icmp(family, _ECHO_REQUEST[family])


def _ports(transport, bounds):
    texts = ["%d" % first if first == last else "%d:%d" % (first, last) for first, last in bounds]
    if len(texts) == 1:
        return ["-p", transport, "-m", transport, "--dport", texts[0]]
    return ["-p", transport, "-m", "multiport", "--dports", ",".join(texts)]


def _icmp(family, kind):
    if family == "ipv4":
        return ["-p", "icmp", "-m", "icmp", "--icmp-type", "%d" % kind]
    return ["-p", "ipv6-icmp", "-m", "icmp6", "--icmpv6-type", "%d" % kind]


def _icmp_errors(family):
    return [_icmp(family, kind) for kind in _ICMP_ERRORS[family]]


def _rest(names):
    return Rule(_comment("what nothing allows") + ["-j", names.chain("rest")])


def _comment(text):
    return ["-m", "comment", "--comment", text]
