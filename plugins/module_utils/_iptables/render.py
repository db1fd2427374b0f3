# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The policy in the syntax of iptables: chains and sets of one family.

Each source set has a chain with its rules, on a gateway one more for each destination set that it talks to. The main
chain leads there by source, through a set where there is ipset, else by a rule for each network, and through a tree of
chains where these are many. So the number of rules is that of rows and networks, not their product. Without ipset, a
gateway lists a destination set once for each source set that talks to it.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP, LEAVE, LOG
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import HashedNames
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import as_members
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.trees import MANY, branches
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import fixed_rules
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    ACCEPT, ECHO_REQUEST, EGRESS, LOG_BURST, LOG_PREFIX, LOG_RATE, OWN_CONTAINERS, PUBLISHED, UNLISTED, by_ends,
)

# debug: consoles show what is more urgent, so lines of packets never scroll over one. dmesg and the journal have them.
_LOG_LEVEL = 7
_ESTABLISHED = ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED"]
_SLOTS = 15  # of a multiport match; a range takes two
_WIDE_OPEN = ("0.0.0.0/0", "::/0")
_VERDICTS = {ACCEPT: ["-j", "ACCEPT"], DROP: ["-j", "DROP"], LEAVE: ["-j", "RETURN"], LOG: ["-j", "RETURN"]}


class Ruleset:
    """What a policy becomes in one family."""

    def __init__(self, chains, sets):
        """
        :type chains: dict[str, list[Rule]]
        :param sets: members of each set
        :type sets: dict[str, set[str]]
        """
        self.chains = chains
        self.sets = sets


def render(policy, names, family, with_sets):
    """The rules of one family.

    :type policy: _plan.policy.Policy
    :type names: _iptables.tables.Names
    :param family: ipv4 or ipv6
    :type family: str
    :param with_sets: whether there is ipset
    :type with_sets: bool
    :rtype: Ruleset
    """
    renderer = _Renderer(policy, names, family, with_sets)
    renderer.main()
    if policy.published:
        renderer.published()
    return Ruleset(renderer.chains, renderer.sets)


class _Renderer:
    def __init__(self, policy, names, family, with_sets):
        self.policy = policy
        self.names = names
        self.family = family
        self.with_sets = with_sets
        self.sets = {}
        self.chains = {}
        self._hashed = HashedNames()

    def main(self):
        """What enters the host, or crosses the gateway."""
        rules = [rule for rule in self.policy.rules if self._concerns(rule)]
        main, led = self._chain(self.names.main), False
        rest = [rule for rule in rules if rule.kind in (UNLISTED, EGRESS)]
        for rule in rules:
            if rule.either_set:
                self._ours(rule.either_set)
            if rule.kind == OWN_CONTAINERS:
                main.extend(container_rules(self.family, rule))
            elif not rule.is_between_sets():
                main.extend(plain_rules(self.names, self.family, rule) if rule not in rest else [])
            elif not led:
                main.extend(self._between_sets(rules))
                led = True
        for rule in rest:
            label = rule.destination_set or rule.source_set
            if not label:
                main.extend(verdict(rule))
                continue
            chain = self._chain(self.names.chain("rest"))
            if not chain:
                main.append(rest_rule(self.names))
            # With -g, RETURN in there leaves the rest too: a packet is judged once.
            direction = "dst" if rule.destination_set else "src"
            chain.extend(self._matching(direction, label, ["-g", self.names.chain(rule.kind)]))
            self._chain(self.names.chain(rule.kind), verdict(rule))

    def published(self):
        """What containers publish: translated, forwarded, and judged by where it was sent to before that."""
        main = self._chain(self.names.published)
        for rule in self.policy.published:
            if rule.established:
                main.extend(plain_rules(self.names, self.family, rule))
        for source, _families, ends in by_ends(self.policy.published, [self.family]):
            name = self._hashed.name(self.names.hashed_chain, PUBLISHED, source)
            main.extend(self._matching("src", source, ["-j", name]))
            for _destination, _families, rules in ends:
                self._chain(name, [made for rule in rules for made in published_rules(rule)])
        main.extend(verdict(self.policy.published[-1]))

    def _concerns(self, rule):
        """Whether a rule can match a packet of this family."""
        return self.family in rule.families and not (rule.either_set and not self._networks(rule.either_set))

    def _networks(self, label):
        return self.policy.sets[label][self.family]

    def _chain(self, name, rules=()):
        return self.chains.setdefault(name, list(rules))

    def _ours(self, label):
        chain = self._chain(self.names.chain("ours"))
        if not chain:
            for direction in ("src", "dst"):
                chain.extend(self._matching(direction, label, _VERDICTS[ACCEPT]))

    def _matching(self, direction, label, action):
        """Rules for packets from ("src") or to ("dst") the networks of a set."""
        comment, networks = _comment(label), self._networks(label)
        if self.with_sets:
            members = as_members(networks)
            name = self.names.set(self.family, members)
            self.sets[name] = members
            return [Rule(["-m", "set", "--match-set", name, direction] + comment + action)]
        option = "-s" if direction == "src" else "-d"
        # What goes to a chain with -g would come back to the wrong one.
        if len(networks) > MANY and action[0] == "-j":
            return self._tree(branches(networks, self.family), option, label, action)
        return [_of_network(option, network, comment + action) for network in networks]

    def _tree(self, some, option, label, action):
        """Rules of one chain of a tree; those below come to be."""
        comment, rules = _comment(label), []
        for branch in some:
            end = action
            if branch.branches is not None:
                name = self._hashed.name(self.names.tree, option, label, action[1], branch.network)
                self.chains[name] = self._tree(branch.branches, option, label, action)
                end = ["-j", name]
            rules.append(_of_network(option, branch.network, comment + end))
        return rules

    def _between_sets(self, rules):
        """Rules of the main chain that lead to a chain for each source set, and those chains."""
        leading = []
        for source, _families, ends in by_ends(rules, [self.family]):
            name = self._hashed.name(self.names.hashed_chain, source)
            leading.extend(self._matching("src", source, ["-j", name]))
            chain = self._chain(name)
            for destination, _families, flows in ends:
                made = [one for flow in flows for one in flow_rules(self.family, flow)]
                if destination is None:
                    chain.extend(made)
                    continue
                pair = self._hashed.name(self.names.hashed_chain, source, destination)
                chain.extend(self._matching("dst", destination, ["-j", pair]))
                self._chain(pair, made)
        return leading


def plain_rules(names, family, rule):
    """The same for a rule of the policy that is about no set of the plan.

    :type rule: _plan.rules.Rule
    :rtype: list[Rule]
    """
    start = []
    for option, value in (("-i", rule.came_by), ("-o", rule.leaves_by), ("-s", rule.network)):
        start.extend([option, value] if value else [])
    if rule.established:
        start = start + _ESTABLISHED
    end = ["-m", "hl", "--hl-eq", "%d" % rule.hop_limit] if rule.hop_limit else []
    action = ["-j", names.chain("ours")] if rule.either_set else _VERDICTS[rule.action]
    matches = [_icmp(family, kind) for kind in rule.icmp] or list(_port_matches(rule)) or [[]]
    return [Rule(start + match + end + _comment(rule.name) + action) for match in matches]


def verdict(rule):
    """What becomes of packets that nothing permits.

    :type rule: _plan.rules.Rule
    :rtype: list[Rule]
    """
    comment = _comment(rule.name)
    rules = [Rule(comment + _VERDICTS[rule.action])]
    if rule.action == LOG:
        rate = ["-m", "limit", "--limit", "%d/min" % LOG_RATE, "--limit-burst", "%d" % LOG_BURST]
        log = ["-j", "LOG", "--log-prefix", LOG_PREFIX, "--log-level", "%d" % _LOG_LEVEL]
        rules.insert(0, Rule(rate + comment + log))
    return rules


def rest_rule(names):
    """On a gateway, what nothing permits is judged by its addresses.

    :rtype: Rule
    """
    return Rule(_comment("what nothing allows") + ["-j", names.chain("rest")])


def plan_independent_rules(names, family):
    """Every rule that is the same in all plans.

    :rtype: list[Rule]
    """
    rules = [rest_rule(names)]
    for rule in fixed_rules():
        if rule.kind in (UNLISTED, EGRESS):
            rules.extend(verdict(rule))
        elif family in rule.families:
            rules.extend(plain_rules(names, family, rule))
    return rules


def flow_rules(family, flow):
    """What permits one service between two sets.

    :type flow: _plan.rules.Rule
    :rtype: list[Rule]
    """
    matches = [_ESTABLISHED] if flow.established else list(_port_matches(flow))
    if flow.bounds("icmp"):
        matches.append(_icmp(family, ECHO_REQUEST[family]))
    return [Rule(match + _comment(flow.name) + _VERDICTS[flow.action]) for match in matches]


def container_rules(family, rule):
    """The same for what comes by an interface of the host's own containers.

    :type rule: _plan.rules.Rule
    :rtype: list[Rule]
    """
    return [Rule(["-i", rule.came_by] + made.tokens) for made in flow_rules(family, rule)]


def published_rules(flow):
    """The same for what containers publish, by the port that a packet was sent to before it was translated.

    :type flow: _plan.rules.Rule
    :rtype: list[Rule]
    """
    return [Rule(match + _comment(flow.name) + _VERDICTS[flow.action]) for match in original_ports(flow)]


def original_ports(flow):
    """Matches of the ports that a packet was sent to before it was translated, one a port or range.

    :type flow: _plan.rules.Rule
    :rtype: list[list[str]]
    """
    return [
        ["-p", transport, "-m", "conntrack", "--ctorigdstport", _text(first, last)]
        for transport, first, last in flow.bounds("tcp", "udp")
    ]


def _port_matches(rule):
    for transport in ("tcp", "udp"):
        some, slots = [], 0
        for _transport, first, last in rule.bounds(transport):
            takes = 1 if first == last else 2
            if slots + takes > _SLOTS:
                yield _ports(transport, some)
                some, slots = [], 0
            some.append(_text(first, last))
            slots += takes
        if some:
            yield _ports(transport, some)


def _ports(transport, texts):
    if len(texts) == 1:
        return ["-p", transport, "-m", transport, "--dport", texts[0]]
    return ["-p", transport, "-m", "multiport", "--dports", ",".join(texts)]


def _text(first, last):
    return "%d" % first if first == last else "%d:%d" % (first, last)


def _icmp(family, kind):
    if family == "ipv4":
        return ["-p", "icmp", "-m", "icmp", "--icmp-type", "%d" % kind]
    return ["-p", "ipv6-icmp", "-m", "icmp6", "--icmpv6-type", "%d" % kind]


def _of_network(option, network, rest):
    return Rule(([] if network in _WIDE_OPEN else [option, network]) + rest)


def _comment(text):
    return ["-m", "comment", "--comment", text]
