# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What chains mean: which flows pass, from which addresses, and what else is in there.

Wanted chains and those of the kernel are read alike, so that they can be compared by meaning.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import Meaning
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import as_networks
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import WHOLE, is_network, shown
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import (
    flow_rules, plain_rules, plan_independent_rules,
)
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.trees import flattened
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import containers_label
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import (
    entrance, published_replies, replies_between, segment,
)
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    CONNECTION, ECHO_REQUEST, MANAGEMENT, PUBLISHED, REPLIES, SEGMENT,
)

_PORT = re.compile(r"^[0-9]{1,5}$")
_PORTS = re.compile(r"^[0-9]{1,5}(?::[0-9]{1,5})?$")
_DISPATCH = frozenset(["-s", "-d", "--match-set", "--comment", "-j", "-g"])
_ECHO_REQUEST = {
    "icmp": ("--icmp-type", "%d" % ECHO_REQUEST["ipv4"]), "icmpv6": ("--icmpv6-type", "%d" % ECHO_REQUEST["ipv6"])
}


def read_meaning(chains, sets, names, family):
    """What the chains of one family mean.

    :type chains: dict[str, list[Rule]]
    :param sets: members of each set
    :type sets: dict[str, set[str]]
    :type names: _iptables.tables.Names
    :param family: ipv4 or ipv6
    :type family: str
    :rtype: _plan.difference.Meaning
    """
    reader = Reader(chains, sets, names, family)
    reader.read()
    for name in sorted(set(reader.chains) - set(chain for chain, _source, _destination in reader.walked)):
        reader.meaning.unrecognised.append("chain %s that nothing leads to" % name)
    return reader.meaning


class Reader:
    """Walks our chains from the main one; see :func:`read_meaning`."""

    def __init__(self, chains, sets, names, family):
        self.chains = flattened(chains, names, family)
        self.sets = sets
        self.names = names
        self.family = family
        self.meaning = Meaning()
        self.walked = set()
        self._fixed = dict((rule.key, rule) for rule in plan_independent_rules(names, family))
        self._published_replies = self._key_of(published_replies())
        self._plain = set([names.main, names.chain("ours"), names.chain("rest")])
        self._plain.update([names.chain("unlisted"), names.chain("egress")])

    def _key_of(self, rule):
        """The key of what a rule of the policy becomes, where that is one rule."""
        made = plain_rules(self.names, self.family, rule)
        return made[0].key if len(made) == 1 else None

    def read(self):
        """All that our jumps lead to."""
        self.walk(self.names.main, None, None)
        if self.names.published in self.chains:
            self._read_published()

    def _read_published(self):
        """The chain for what containers publish, and those that it leads to."""
        name = self.names.published
        self.walked.add((name, None, None))
        for rule in self.chains[name]:
            if rule.key in self._fixed or rule.key == self._published_replies:
                self._is_published_fixed(rule)
                continue
            labelled = self._labelled(rule, None)
            if not labelled or rule.target() not in self.chains:
                text = "rule without a service: %s (%s by containers)" % (rule.text(), PUBLISHED)
                self.meaning.unrecognised.append(text)
                continue
            label, _direction, networks = labelled
            self.meaning.published_members.setdefault(label, set()).update(networks)
            if (rule.target(), label, None) in self.walked:
                continue
            self.walked.add((rule.target(), label, None))
            for inner in self.chains[rule.target()]:
                port = self._published_port(inner)
                if port:
                    self._is_published(inner, _first(inner.options(), "--comment"), port, label)
                else:
                    text = "rule without a service: %s (from %s, %s by containers)" % (inner.text(), label, PUBLISHED)
                    self.meaning.unrecognised.append(text)

    def _is_published_fixed(self, rule):
        self.meaning.published_fixed[rule.key] = _first(rule.options(), "--comment")

    def _is_published(self, _rule, service, port, source):
        self.meaning.published.add((service, port, source, None))

    def _published_port(self, rule):
        """Port value of a rule that accepts it, and does nothing else; None where it is another rule."""
        options = rule.options()
        found = _first(options, "--ctorigdstport")
        transport = _first(options, "-p")
        known = set(["-p", "--ctorigdstport", "--comment", "-j"])
        if transport not in ("tcp", "udp") or set(options) != known or len(options) != len(rule.key):
            return None
        if rule.target() != "ACCEPT" or not _PORTS.match(found):
            return None
        return "%s/%s" % (transport, found.replace(":", "-"))

    def walk(self, chain, source, destination):
        """Read a chain, in which packets come from one labelled set and go to another, or to any."""
        # Without recursion: what leads where was written by anybody.
        waiting = [((chain, source, destination), self._unread(chain, source, destination))]
        while waiting:
            (chain, source, destination), rules = waiting[-1]
            for rule in rules:
                further = self._read_rule(rule, chain, source, destination)
                if further:
                    waiting.append((further, self._unread(*further)))
                    break
            else:
                waiting.pop()

    def _unread(self, chain, source, destination):
        """The rules of a chain that has not been read yet; none where it has, or where there is none."""
        if (chain, source, destination) in self.walked or chain not in self.chains:
            return iter(())
        self.walked.add((chain, source, destination))
        return iter(self.chains[chain])

    def _read_rule(self, rule, chain, source, destination):
        """What a rule means. Where it leads to another chain: that one, and between which sets; else None."""
        # From one set to another, a rule about replies is what lets two parties talk, not the one for all.
        if rule.key in self._fixed and source is None:
            self._is_fixed(rule)
            return rule.target(), None, None
        known, further = self._leads(rule, chain, source, destination)
        if not known:
            self._ends(rule, chain, source, destination)
        return further

    def _is_fixed(self, rule):
        self.meaning.fixed[rule.key] = _first(rule.options(), "--comment")

    def _leads(self, rule, chain, source, destination):
        """Whether a rule leads a labelled set to one of our chains, or accepts it for all; and where it leads."""
        target = rule.target()
        accepts = target == "ACCEPT" and chain == self.names.chain("ours")
        labelled = self._labelled(rule, source) if target in self.chains or accepts else None
        if not labelled:
            return False, None
        label, direction, networks = labelled
        self.meaning.members.setdefault(label, set()).update(networks)
        if accepts:
            self.meaning.fixed[("ours", direction, label)] = "%s of %s" % (REPLIES, label)
            return True, None
        if target in self._plain:
            return True, (target, None, None)
        return True, (target, label, destination) if direction == "src" else (target, source, label)

    def _labelled(self, rule, source):
        """Label, direction and networks of a rule that matches nothing else; None where it is another rule."""
        options = rule.options()
        if len(options) != len(rule.key) or not set(options) <= _DISPATCH or not _first(options, "--comment"):
            return None
        label = _first(options, "--comment")
        if "--match-set" in options:
            name, direction = (options["--match-set"] + ("", ""))[:2]
            if name not in self.sets:
                return None
            return label, direction, as_networks(self.sets[name])
        found = options.get("-s") or options.get("-d") or (WHOLE[self.family],)
        # A mask with gaps, for example, is not a network.
        if not all(is_network(network, self.family) for network in found):
            return None
        direction = "dst" if "-d" in options else "src"
        if not ("-s" in options or "-d" in options) and source is not None:
            direction = "dst"
        return label, direction, found

    def _ends(self, rule, chain, source, destination):
        ports = self._flow_ports(rule) if source is not None else []
        if ports:
            self._is_flow(rule, _first(rule.options(), "--comment"), ports, source, destination)
            return
        if chain == self.names.main and self._is_of_containers(rule):
            return
        text = self._fixed_text(rule) if chain == self.names.main else None
        if text:
            self.meaning.fixed[rule.key] = text
        else:
            where = "" if source is None else " (from %s%s)" % (source, " to " + destination if destination else "")
            self.meaning.unrecognised.append("rule without a service: %s%s" % (rule.text(), where))

    def _is_of_containers(self, rule):
        """Whether a rule lets own containers in; if so, what it permits is noted."""
        interface = _first(rule.options(), "-i")
        if not interface or rule.tokens[:2] != ["-i", interface]:
            return False
        bare = Rule(rule.tokens[2:])
        ports = self._flow_ports(bare)
        if not ports or ports == [""]:
            return False
        label = containers_label(interface)
        self.meaning.members.setdefault(label, set()).add(WHOLE[self.family])
        self._is_flow(rule, _first(rule.options(), "--comment"), ports, label, None)
        return True

    def _is_flow(self, _rule, service, ports, source, destination):
        self.meaning.flows.update((service, port, source, destination) for port in ports)

    def _flow_ports(self, rule):
        """Port values of a rule that accepts them, and does nothing else; empty where it is another rule."""
        options = rule.options()
        if not _first(options, "--comment") or rule.target() != "ACCEPT" or len(options) != len(rule.key):
            return []
        transport = _first(options, "-p")
        if transport in ("tcp", "udp"):
            texts = (_first(options, "--dport") or _first(options, "--dports")).split(",")
            if not all(_PORTS.match(text) for text in texts):
                return []
            ports = ["%s/%s" % (transport, text.replace(":", "-")) for text in texts]
            known = "--dports" if "--dports" in options else "--dport"
            return ports if set(options) == set(["-p", known, "--comment", "-j"]) else []
        if transport in _ECHO_REQUEST:
            option, kind = _ECHO_REQUEST[transport]
            fits = set(options) == set(["-p", option, "--comment", "-j"]) and options[option] == (kind,)
            return ["icmp"] if fits else []
        return [""] if rule.key == flow_rules(self.family, replies_between(None, None))[0].key else []

    def _fixed_text(self, rule):
        """What a rule of the main chain means that depends on the host, not on flows."""
        options = rule.options()
        word, interface = _first(options, "--comment"), _first(options, "-i")
        if word == SEGMENT and interface and rule.key == self._key_of(segment(interface)):
            return "segment %s" % interface
        ports = (_first(options, "--dport") or _first(options, "--dports")).split(",")
        if word in (MANAGEMENT, CONNECTION) and all(_PORT.match(port) for port in ports):
            network = _first(options, "-s") or WHOLE[self.family]
            if rule.key == self._key_of(entrance(word, network, [int(port) for port in ports])):
                return "%s %s from %s" % (word, ", ".join("tcp/" + port for port in ports), shown(network))
        return None


def _first(options, name):
    """The value of an option; empty where it is not there, or has none."""
    return (options.get(name) or ("",))[0]
