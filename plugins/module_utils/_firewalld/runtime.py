# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What firewalld has made of our policy in the kernel, as single matches ("atoms").

With the backend nftables, firewalld's own table is read in one call, and never written. With the backend iptables,
firewalld is asked.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
from collections import namedtuple

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import DAMAGED
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.firewalld_conf import backend
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import rich_text
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import ICMP
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import read_sets
from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import merged, networks_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import family_of, interval, is_network
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import (
    addresses, element_value, entries_of, network,
)
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import LOG_PREFIX

#: match: "tcp/514", "icmp-type echo-request", "protocol ipv6-icmp", or None
Atom = namedtuple("Atom", "family source destination match action")

# A reload takes about half a second.
_ATTEMPTS, _PAUSE_SECONDS = 10, 0.5
_FAMILIES = {"ip": "ipv4", "ip6": "ipv6", "icmp": "ipv4", "icmpv6": "ipv6"}
_ICMP_NAMES = {
    "nd-router-solicit": "router-solicitation",
    "nd-router-advert": "router-advertisement",
    "nd-neighbor-solicit": "neighbour-solicitation",
    "nd-neighbor-advert": "neighbour-advertisement",
    "nd-redirect": "redirect",
}


class Runtime:
    """What is in force."""

    def __init__(self, there, target, atoms, sets, unrecognised=()):
        """
        :param there: whether our policy is
        :type there: bool
        :param target: DROP or CONTINUE
        :type target: str | None
        :type atoms: frozenset[Atom]
        :param sets: networks of each of our sets, as few as possible
        :type sets: dict[str, frozenset[str]]
        :param unrecognised: rules in our policy that are none of our forms
        :type unrecognised: collections.Iterable[str]
        """
        self.there = there
        self.target = target
        self.atoms = atoms
        self.sets = sets
        self.unrecognised = list(unrecognised)


def atoms_of(rule, services):
    """What the kernel gets of a rule.

    :type rule: _firewalld.rules.Rule
    :type services: dict[str, _firewalld.rules.Service]
    :rtype: list[Atom]
    """
    matches = [None]
    if rule.match:
        kind, value = rule.match
        if kind == "service":
            matches = sorted(port for port in services[value].flows if port != ICMP) if value in services else []
        else:
            matches = [value if kind == "port" else "%s %s" % (kind, value)]
    return [Atom(rule.family, rule.source, rule.destination, match, rule.action) for match in matches]


def simplest(networks):
    """Networks with those merged that lie side by side: what nftables and people write differs.

    :param networks: those with an interface stay as they are, as what is not a network
    :type networks: collections.Iterable[str]
    :rtype: frozenset[str]
    """
    found = set(network for network in networks if not is_network(network, family_of(network)))
    networks = set(networks) - found
    for family in ("ipv4", "ipv6"):
        some = [interval(network) for network in networks if (":" in network) == (family == "ipv6")]
        for first, last in merged(some):
            found.update(networks_of((first, last), family))
    return frozenset(found)


def wanted_runtime(model):
    """What a model becomes in the kernel.

    :type model: _firewalld.rules.Model
    :rtype: Runtime
    """
    sets = dict((name, simplest(found.members)) for name, found in model.sets.items())
    if not model.policy:
        return Runtime(False, None, frozenset(), sets)
    atoms = frozenset(atom for rule in model.policy.rules for atom in atoms_of(rule, model.services))
    return Runtime(True, model.policy.target, atoms, sets)


def read_runtime(host, names, models):
    """What is in force now.

    :type host: _host.host.Host
    :type names: _firewalld.rules.Names
    :param models: whose rules may be there: with the backend iptables, rules are known by their text
    :type models: list[_firewalld.rules.Model]
    :rtype: Runtime
    :raises RulesetError: it cannot be read.
    """
    if backend(host) == "iptables":
        return _ask_firewalld(host, names, models)
    try:
        return parse_table(entries_of(_list_table(host)), names)
    except DAMAGED:
        raise RulesetError("nft -j list table inet firewalld: its answer cannot be read.")


def _list_table(host):
    """firewalld's table. It is away for half a second where somebody has firewalld reload."""
    for _attempt in range(_ATTEMPTS):
        try:
            return host.output("nft", ["-j", "list", "table", "inet", "firewalld"])
        except RulesetError as error:
            words = " ".join(error.words.split())
            if host.run("firewall-cmd", ["--state"])[0] != 0:
                break
        host.sleep(_PAUSE_SECONDS)
    raise RulesetError(
        "%s firewalld has no rules then: it is being reloaded, or they were removed. Wait until nobody reloads it, or "
        "run firewall-cmd --reload, and run this again." % words
    )


def parse_table(listed, names):
    """Our policy in firewalld's table.

    :param listed: objects as nft lists them
    :type listed: list[dict]
    :type names: _firewalld.rules.Names
    :rtype: Runtime
    """
    chains, sets, odd = {}, {}, []
    for entry in listed:
        rule, found = entry.get("rule"), entry.get("set")
        if rule:
            chains.setdefault(rule["chain"], []).append(rule["expr"])
        elif found and names.owns(str(found["name"])):
            try:
                sets[str(found["name"])] = _members(found)
            except DAMAGED:
                # A set of ours that somebody made anew, of another type.
                sets[str(found["name"])] = frozenset()
                odd.append("set %s, whose elements are not networks" % found["name"])
    asked = chains.get(names.dispatch, []) + chains.get(names.dispatch + "_pre", [])
    there = any(_jumps(expr) == names.chain for expr in asked)
    if not there:
        return Runtime(False, None, frozenset(), sets, odd)
    target, atoms, unrecognised = "CONTINUE", set(), odd
    for expr in chains.get(names.chain, []):
        if any("drop" in part for part in expr) and len([part for part in expr if "counter" not in part]) == 1:
            target = "DROP"
        elif not (_jumps(expr) or "").startswith(names.chain + "_"):
            unrecognised.append("rule %s" % to_json(expr, sort_keys=True))
    for part in ("pre", "log", "deny", "allow", "post"):
        for expr in chains.get("%s_%s" % (names.chain, part), []):
            try:
                atom = _atom(expr)
            except DAMAGED:
                # A list of values, for example, which we never write.
                atom = None
            if atom:
                atoms.add(atom)
            else:
                unrecognised.append("rule %s" % to_json(expr, sort_keys=True))
    return Runtime(True, target, frozenset(atoms), sets, unrecognised)


def _jumps(expr):
    for part in expr:
        if "jump" in part:
            return part["jump"]["target"]
    return None


def _members(found):
    family = "ipv6" if found["type"] == "ipv6_addr" else "ipv4"
    intervals, networks = [], set()
    for member in map(element_value, found.get("elem", [])):
        if isinstance(member, dict) and "concat" in member:
            source, interface = member["concat"]
            networks.add("%s,%s" % (network(source), interface))
        else:
            intervals.append(addresses(member, family))
    for block in merged(intervals):
        networks.update(networks_of(block, family))
    return frozenset(networks)


def _atom(expr):
    """A rule in the kernel as an atom, or None where we write no such rule."""
    family = source = destination = match = action = None
    for part in expr:
        if "match" in part:
            found = part["match"]
            left, right = _without_interface(found["left"]), found["right"]
            if left == {"ct": {"key": "state"}}:
                # Everything established was accepted before.
                continue
            if left == {"meta": {"key": "nfproto"}}:
                family = str(right)
            elif left == {"meta": {"key": "l4proto"}}:
                match = "protocol %s" % right
            elif "payload" in left:
                protocol, field = str(left["payload"].get("protocol")), left["payload"].get("field")
                if field in ("saddr", "daddr"):
                    family = _FAMILIES[protocol]
                    end = _end(right, found["op"])
                    source, destination = (end, destination) if field == "saddr" else (source, end)
                elif field == "dport" and found["op"] == "==":
                    numbers = "%d-%d" % tuple(right["range"]) if isinstance(right, dict) else "%d" % right
                    match = "%s/%s" % (protocol, numbers)
                elif field == "type" and protocol in ("icmp", "icmpv6"):
                    family, match = _FAMILIES[protocol], "icmp-type %s" % _ICMP_NAMES.get(right, right)
                else:
                    return None
            else:
                return None
        elif "accept" in part or "drop" in part:
            action = "accept" if "accept" in part else "drop"
        elif "log" in part:
            if (part["log"] or {}).get("prefix") != LOG_PREFIX:
                return None
            action = "log"
        elif "limit" not in part and "counter" not in part:
            return None
    return Atom(family, source, destination, match, action) if action else None


def _without_interface(left):
    """What a rule asks of a packet: the address, where it is the address with the interface. The set says which."""
    parts = left.get("concat", [])
    if len(parts) == 2 and parts[1].get("meta", {}).get("key") in ("iifname", "oifname"):
        return parts[0]
    return left


def _end(right, operator):
    negated = "not " if operator == "!=" else ""
    if not isinstance(right, dict) and right.startswith("@"):
        return (negated + "ipset", str(right[1:]))
    return (negated + "address", network(right))


def _ask_firewalld(host, names, models):
    """The same from firewalld and ipset, where nothing else can be read."""
    sets = dict((name, simplest(members)) for name, members in _kernel_sets(host, names).items())
    # A policy that is not there and a question that fails end alike, so all names are asked for first.
    if names.policy not in host.output("firewall-cmd", ["--get-policies"]).split():
        return Runtime(False, None, frozenset(), sets)
    out = host.output("firewall-cmd", ["--info-policy=" + names.policy])
    known = {}
    for model in models:
        for rule in model.policy.rules if model.policy else ():
            known.setdefault(rich_text(rule), set()).update(atoms_of(rule, model.services))
    atoms, unrecognised = set(), []
    for line in out.split("\n"):
        if line.strip().startswith("rule "):
            if line.strip() in known:
                atoms.update(known[line.strip()])
            else:
                unrecognised.append(line.strip())
    target = re.search(r"^[ \t]*target: (\w+)", out, re.MULTILINE)
    return Runtime(True, target and target.group(1), frozenset(atoms), sets, unrecognised)


def _kernel_sets(host, names):
    found = read_sets(host, names.prefix)
    members = found.members if found else {}
    return dict((name, some) for name, some in members.items() if names.owns(name))
