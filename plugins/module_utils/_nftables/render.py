# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy in the syntax of nftables: a table with sets and chains for both families.

Each source set has a chain with its rules, on a gateway one more for each destination set that it talks to. The base
chain leads there by source, with a rule for each family, and for each length of which a set has many networks. So the
number of rules is that of rows and sets, and the number of networks does not matter.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP, GATEWAY, LEAVE, LOG
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import HashedNames
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.rule import Rule, interface_value, label
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.sets import masked, sets_of
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import (
    Chain, Table, base, chain_name, set_name,
)
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import fixed_rules
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    ACCEPT, CONNECTION, ECHO_REQUEST, EGRESS, FLOW, LOG_BURST, LOG_PREFIX, LOG_RATE, LOOPBACK, MANAGEMENT,
    OWN_CONTAINERS, PUBLISHED, REPLIES, UNLISTED, by_ends,
)

SADDR = {"ipv4": "ip saddr", "ipv6": "ip6 saddr"}
DADDR = {"ipv4": "ip daddr", "ipv6": "ip6 daddr"}
_ICMP = {"ipv4": "icmp type", "ipv6": "icmpv6 type"}
_ESTABLISHED = ("ct state", ("established", "related"))
_VERDICTS = {ACCEPT: "accept", DROP: "drop", LEAVE: "return", LOG: "return"}
# The others are what every packet meets: counting there would cost, and tell nothing.
_COUNTED = (CONNECTION, MANAGEMENT, FLOW, UNLISTED, EGRESS)


def render(policy):
    """What a policy becomes.

    :type policy: _plan.policy.Policy
    :rtype: _nftables.table.Table
    :raises RulesetError: nft cannot write the name of an interface.
    """
    for name in policy.interfaces():
        if '"' in name:
            raise RulesetError(
                "qradar_gateway_segments: '%s' is a name that nft cannot write. Rename the interface, or choose "
                "another provider." % name,
                changed=False,
            )
    renderer = _Renderer(policy)
    if policy.scope == GATEWAY:
        renderer.main("forward")
    else:
        renderer.main("input")
        renderer.published()
    return renderer.table


class _Renderer:
    """Fills a table."""

    def __init__(self, policy):
        self.policy = policy
        self.table = Table()
        self._names = HashedNames()
        #: by family and name in the plan: length, name in the table, and the set
        self._sets = {}

    def main(self, hook):
        """What enters the host, or crosses the gateway."""
        main, led = [], False
        rest = self.policy.of_kind(UNLISTED, EGRESS)
        for rule in self.policy.rules:
            if rule.either_set:
                self._ours(rule.either_set)
            if rule.kind == OWN_CONTAINERS:
                main.extend(container_rules(rule))
            elif not rule.is_between_sets():
                main.extend([plain_rule(rule)] if rule not in rest else [])
            elif not led:
                main.extend(self._between_sets("from", self.policy.rules, flow_rules))
                led = True
        judged = []
        for rule in rest:
            if not (rule.destination_set or rule.source_set):
                main.extend(verdict(rule))
                continue
            end, name = (DADDR, rule.destination_set) if rule.destination_set else (SADDR, rule.source_set)
            # What is led away with goto does not come back: a packet is judged once.
            for family in rule.families:
                judged.extend(self._dispatch(end, family, name, "goto " + rule.kind))
            self._chain(rule.kind, verdict(rule))
        if judged:
            main.append(rest_rule())
            self._chain("rest", judged)
        self._chain(hook, main, base(hook))

    def published(self):
        """Of what is forwarded, connections that were translated to another destination are judged, once."""
        rules = [rule for rule in self.policy.published if rule.is_between_sets()]
        self._chain("forward", translated(), base("forward"))
        judged = self._between_sets("published_from", rules, published_rules)
        self._chain(PUBLISHED, judged + verdict(self.policy.published[-1]))

    def _chain(self, name, rules, hooked=None):
        self.table.chains[name] = Chain(list(rules), hooked)

    def _ours(self, name):
        families = [family for family in FAMILIES if self.policy.sets[name][family]]
        ends = [(end, family) for end in (SADDR, DADDR) for family in families]
        self._chain("ours", [rule for end, one in ends for rule in self._dispatch(end, one, name, "accept")])

    def _dispatch(self, end, family, name, action):
        """Rules for packets from or to a set of the plan; it comes to be in the table, in one set or in several."""
        if (family, name) not in self._sets:
            self._sets[family, name] = [
                (length, self._names.name(set_name, family, length, name), found)
                for length, found in sets_of(family, self.policy.sets[name][family])
            ]
        rules = []
        for length, called, found in self._sets[family, name]:
            self.table.sets[called] = found
            rules.append(Rule([(masked(end[family], family, length), ("@" + called,))], [action], label(name)))
        return rules

    def _between_sets(self, word, rules, rules_of):
        """Rules that lead to a chain for each source set, and those chains.

        :param word: what the names of these chains begin with
        :type word: str
        :param rules: of the policy
        :param rules_of: makes rules of one of them
        """
        leading = []
        for source, families, ends in by_ends(rules):
            name = self._names.name(chain_name, word, source)
            for family in families:
                leading.extend(self._dispatch(SADDR, family, source, "jump " + name))
            chain = []
            for destination, families, flows in ends:
                made = [one for flow in flows for one in rules_of(flow)]
                if destination is None:
                    chain.extend(made)
                    continue
                pair = self._names.name(chain_name, word, source, destination)
                for family in families:
                    chain.extend(self._dispatch(DADDR, family, destination, "jump " + pair))
                self._chain(pair, made)
            self._chain(name, chain)
        return leading


def plain_rule(rule):
    """A rule of the policy that is about no set of the plan.

    :type rule: _plan.rules.Rule
    :rtype: Rule
    """
    matches = []
    if rule.kind == LOOPBACK:
        matches.append(("iif", (rule.came_by,)))
    elif rule.came_by:
        matches.extend([("iifname", (interface_value(rule.came_by),)), ("oifname", (interface_value(rule.leaves_by),))])
    if rule.established:
        matches.append(_ESTABLISHED)
    if rule.network:
        matches.append((SADDR[rule.families[0]], (rule.network,)))
    elif rule.ports:
        matches.append(("meta nfproto", rule.families))
    if rule.icmp:
        matches.append(_icmp(rule.families[0], rule.icmp))
    if rule.hop_limit:
        matches.append(("ip6 hoplimit", ((rule.hop_limit, rule.hop_limit),)))
    if rule.ports:
        matches.append(("tcp dport", tuple((first, last) for _transport, first, last in rule.bounds("tcp"))))
    action = "jump ours" if rule.either_set else _VERDICTS[rule.action]
    return Rule(matches, [action], rule.name, rule.kind in _COUNTED)


def translated():
    """Of what is forwarded, what the host translated is judged by the port that it was sent to.

    :rtype: list[Rule]
    """
    match = [("ct status", ("dnat",)), ("ct direction", ("original",))]
    # What is left at the end of a base chain is accepted by it, and judged by the tables that follow.
    return [Rule([_ESTABLISHED], ["accept"], REPLIES), Rule(match, ["jump " + PUBLISHED], PUBLISHED)]


def rest_rule():
    """What nothing permits is judged by its addresses.

    :rtype: Rule
    """
    return Rule([], ["jump rest"], "what nothing allows")


def verdict(rule):
    """What becomes of packets that nothing permits.

    :type rule: _plan.rules.Rule
    :rtype: list[Rule]
    """
    rules = [Rule([], [_VERDICTS[rule.action]], rule.name, True)]
    if rule.action == LOG:
        rate = "limit rate %d/minute burst %d packets" % (LOG_RATE, LOG_BURST)
        rules.insert(0, Rule([], [rate, 'log prefix "%s" level debug' % LOG_PREFIX], rule.name))
    return rules


def plan_independent_rules():
    """Every rule that is the same in all plans.

    :rtype: list[Rule]
    """
    rules = translated() + [rest_rule()]
    for rule in fixed_rules():
        rules.extend(verdict(rule) if rule.kind in (UNLISTED, EGRESS) else [plain_rule(rule)])
    return rules


def flow_rules(flow):
    """What permits one service between two sets, a rule for each transport.

    :type flow: _plan.rules.Rule
    :rtype: list[Rule]
    """
    matches = [[_ESTABLISHED]] if flow.established else []
    for transport in ("tcp", "udp"):
        found = tuple((first, last) for _transport, first, last in flow.bounds(transport))
        if found:
            matches.append([(transport + " dport", found)])
    if flow.bounds("icmp"):
        matches.extend([_icmp(family, (ECHO_REQUEST[family],))] for family in FAMILIES)
    return [Rule(match, [_VERDICTS[flow.action]], label(flow.name), True) for match in matches]


def container_rules(rule):
    """The same for what comes by an interface of the host's own containers.

    :type rule: _plan.rules.Rule
    :rtype: list[Rule]
    """
    came = ("iifname", (interface_value(rule.came_by),))
    return [Rule([came] + made.matches, made.statements, made.comment, True) for made in flow_rules(rule)]


def published_rules(flow):
    """The same for what was translated: ports are those that it was sent to first.

    One rule a port or range: some versions of nft cannot read back a set of such ports.

    :type flow: _plan.rules.Rule
    :rtype: list[Rule]
    """
    rules = []
    for transport, first, last in flow.bounds("tcp", "udp"):
        match = [("meta l4proto", (transport,)), ("ct original proto-dst", ((first, last),))]
        rules.append(Rule(match, [_VERDICTS[flow.action]], label(flow.name), True))
    return rules


def _icmp(family, kinds):
    return _ICMP[family], tuple((kind, kind) for kind in kinds)
