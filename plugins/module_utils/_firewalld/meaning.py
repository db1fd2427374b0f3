# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our policy means: flows, members of sets, and the rest, for the difference."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import Meaning
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import rich_text
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import (
    ICMP, POLICY_PRIORITY, PRIORITY, with_interface,
)
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import Atom, atoms_of, simplest
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import as_networks
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, WHOLE, shown, within
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import is_containers_label
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    CONNECTION, MANAGEMENT, OWN_CONTAINERS,
)

_EVERYTHING = (set(["0.0.0.0/0"]), set(["::/0"]))
_KINDS = dict((priority, kind) for kind, priority in PRIORITY.items())


def file_meaning(names, model):
    """What our files mean, by family.

    :type names: _firewalld.rules.Names
    :type model: _firewalld.rules.Model
    :rtype: dict[str, _plan.difference.Meaning]
    """
    members = dict((name, _networks(found.members)) for name, found in model.sets.items())
    reader = _Reader(names, [model], members)
    for meaning in reader.meanings.values():
        meaning.unrecognised.extend(model.unrecognised)
    if not model.policy:
        return reader.meanings
    for rule in model.policy.rules:
        reader.read(rule, model)
    reader.target(model.policy.target)
    policy = model.policy
    for problem, wrong in (
        ("priority %d" % policy.priority, policy.priority != POLICY_PRIORITY),
        ("ingress zones %s" % ", ".join(policy.ingress), policy.ingress != ("ANY",)),
        ("egress zones %s" % ", ".join(policy.egress), policy.egress != (names.egress_zone,)),
    ):
        if wrong:
            reader.unrecognised("policy with %s" % problem)
    for text in policy.more:
        reader.unrecognised("in the policy: %s" % text)
    return reader.meanings


def runtime_meaning(names, runtime, models):
    """What is in force, by family, in the words of models that may be in force.

    :type names: _firewalld.rules.Names
    :type runtime: _firewalld.runtime.Runtime
    :type models: list[_firewalld.rules.Model]
    :rtype: dict[str, _plan.difference.Meaning]
    """
    members = {}
    for name, there in runtime.sets.items():
        declared = [model.sets[name].members for model in models if name in model.sets]
        members[name] = _networks(_as_declared(there, declared[0] if declared else ()))
    reader = _Reader(names, models, members, runtime.atoms)
    if not runtime.there:
        return reader.meanings
    known = set()
    for model in models:
        for rule in model.policy.rules if model.policy else ():
            known.update(atoms_of(rule, model.services))
            reader.read(rule, model)
    for atom in sorted(runtime.atoms - known, key=repr):
        reader.unrecognised("rule without a service: %s" % atom_text(atom), atom.family)
    reader.target(runtime.target)
    for text in runtime.unrecognised:
        reader.unrecognised(text)
    return reader.meanings


def _networks(members):
    return set(members) if with_interface(members) else as_networks(members)


def _as_declared(there, declared):
    """Networks in the words of those that declared them, as far as they are there."""
    if with_interface(there):
        return there
    if simplest(declared) == there:
        return declared
    kept = [network for network in declared if within([network], _same_family(network, there))]
    rest = [network for network in there if not within([network], _same_family(network, kept))]
    return set(kept + rest)


def _same_family(network, others):
    return [other for other in others if (":" in other) == (":" in network)]


def atom_text(atom):
    """A match in the kernel for people.

    :type atom: _firewalld.runtime.Atom
    :rtype: str
    """
    parts = [atom.match or "all", atom.action]
    for word, end in (("from", atom.source), ("to", atom.destination)):
        if end:
            parts.append("%s %s" % (word, " ".join(end)))
    return " ".join(parts)


def _interface_text(words, members):
    """Which interface a set stands for, whatever the address; all that is in it where that is something else."""
    interfaces = set(member.partition(",")[2] for member in members)
    networks = set(member.partition(",")[0] for member in members)
    if len(interfaces) == 1 and len(members) == len(networks) and as_networks(networks) in _EVERYTHING:
        return words % interfaces.pop()
    return words % ", ".join(sorted(members) or ["nothing"])


class _Reader:
    def __init__(self, names, models, members, atoms=None):
        self.names = names
        self.members = members
        self.atoms = atoms
        self.meanings = dict((family, Meaning()) for family in FAMILIES)
        self.labels = {}
        for model in models:
            for name, found in model.sets.items():
                self.labels.setdefault(name, found.label)

    def unrecognised(self, text, family=None):
        for name in [family] if family else FAMILIES:
            if text not in self.meanings[name].unrecognised:
                self.meanings[name].unrecognised.append(text)

    def target(self, target):
        """What becomes of what no rule matches."""
        if target == "DROP":
            self._fixed("unlisted: drop", "unlisted: drop", None)
        elif target != "CONTINUE":
            self.unrecognised("policy with target %s" % target)

    def read(self, rule, model):
        """A rule of a model, as far as it is in force."""
        kind = _KINDS.get(rule.priority)
        if kind == "flow":
            self._flow(rule, model)
        elif kind == OWN_CONTAINERS:
            self._containers(rule, model)
        elif not self._there(rule._replace(match=None), rule.match and "%s %s" % rule.match, rule):
            return
        elif kind in (CONNECTION, MANAGEMENT) and rule.match and rule.match[0] == "port":
            network = rule.source[1] if rule.source else ("::/0" if rule.family == "ipv6" else "0.0.0.0/0")
            self._fixed(rule, "%s %s from %s" % (kind, rule.match[1], shown(network)), rule.family)
        elif kind == "segment" and rule.source == rule.destination and rule.source:
            text = _interface_text("segment %s", self.members.get(rule.source[1], ()))
            self._fixed(text, text, rule.family)
        elif kind in ("unlisted", "egress"):
            self._member(rule.source, rule.family)
            self._member(rule.destination, rule.family)
            self._fixed((kind, rule.action), "%s: %s" % (kind, rule.action), rule.family)
        elif kind and kind not in (CONNECTION, MANAGEMENT, "segment"):
            self._fixed(rule, kind, rule.family)
        else:
            self.unrecognised("rule without a service: %s" % rich_text(rule), rule.family)

    def _there(self, bare, match, rule=None):
        """Whether a match is in force; in files, all are."""
        if self.atoms is None:
            return True
        if rule is not None and rule.match:
            match = rule.match[1] if rule.match[0] == "port" else "%s %s" % rule.match
        return Atom(bare.family, bare.source, bare.destination, match, bare.action) in self.atoms

    def _fixed(self, key, text, family):
        for name in [family] if family else FAMILIES:
            self.meanings[name].fixed[key] = text

    def _member(self, end, family):
        """The label of an end, whose networks are noted."""
        name = end[1] if end and end[0].endswith("ipset") else None
        if name not in self.labels:
            return None
        found = self.meanings[family].members.setdefault(self.labels[name], set())
        found.update(self.members.get(name, ()))
        return self.labels[name]

    def _flow(self, rule, model):
        source = self._member(rule.source, rule.family)
        pairs = [(source, self._member(rule.destination, rule.family))]
        if rule.destination and rule.destination[0] == "address":
            pairs = self._pairs(rule, model, source)
        service = rule.match[1] if rule.match and rule.match[0] == "service" else None
        known = False
        for source, destination in pairs:
            name = self.names.service(source or "", destination)
            if source is None or rule.action != "accept" or name not in model.services or service not in (None, name):
                continue
            known = True
            for port, services in model.services[name].flows.items():
                if (port == ICMP) != (service is None):
                    continue
                match = "icmp-type echo-request" if port == ICMP else port
                if not self._there(rule, match):
                    continue
                if not services:
                    self.unrecognised("%s without a service from %s" % (port, source), rule.family)
                self.meanings[rule.family].flows.update((one, port, source, destination) for one in services)
        if not known:
            self.unrecognised("rule without a service: %s" % rich_text(rule), rule.family)

    def _containers(self, rule, model):
        """What own containers may reach. Two rules say it, of which a release of firewalld heeds one."""
        (_kind, name), = [end for end in (rule.source, rule.destination) if end] or [(None, None)]
        label = self.labels.get(name, "")
        service = model.services.get(self.names.service(label, None))
        known = rule.match in (("service", self.names.service(label, None)), ("icmp-type", "echo-request"))
        if not is_containers_label(label) or service is None or not known or rule.action != "accept":
            self.unrecognised("rule without a service: %s" % rich_text(rule), rule.family)
            return
        meaning = self.meanings[rule.family]
        meaning.members[label] = set([WHOLE[rule.family]])
        members = _interface_text("containers on %s", self.members.get(name, ()))
        self._fixed(members, members, rule.family)
        for port, services in service.flows.items():
            if (port == ICMP) != (rule.match[0] == "icmp-type"):
                continue
            if not self._there(rule, "icmp-type echo-request" if port == ICMP else port):
                continue
            if rule.source:
                meaning.flows.update((one, port, label, None) for one in services)
            else:
                self._fixed((rule, port), "%s, as releases before 1.0 read it" % label, rule.family)

    def _pairs(self, rule, model, source):
        """Sets that an address stands for, where rules cannot name a set as destination."""
        for name, found in sorted(model.sets.items()):
            if rule.destination[1] in found.members and self.names.service(source or "", found.label) in model.services:
                yield source, self._member(("ipset", name), rule.family)
