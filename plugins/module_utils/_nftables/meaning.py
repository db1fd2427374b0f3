# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our table means: which flows pass, from which addresses, and what else is in there.

Wanted tables and that of the kernel are read alike, so that they can be compared by meaning.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import Meaning, difference
from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import (
    aligned, interval_of, merged, networks_of,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, WHOLE, shown
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.render import (
    DADDR, SADDR, flow_rules, plain_rule, plan_independent_rules,
)
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.rule import Rule, interface_name
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.sets import unmasked
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import Table
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import containers_label, port_bounds
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import entrance, replies_between, segment
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import (
    CONNECTION, ECHO_REQUEST, MANAGEMENT, PUBLISHED, REPLIES, SEGMENT,
)

_MAIN = {HOST: "input", GATEWAY: "forward"}
_TRANSPORTS = {"tcp dport": "tcp", "udp dport": "udp"}
_FIXED = frozenset(rule.key for rule in plan_independent_rules())
_REPLY = flow_rules(replies_between(None, None))[0].key
_ECHO = (
    {"icmp type": ((ECHO_REQUEST["ipv4"],) * 2,)},
    {"icmpv6 type": ((ECHO_REQUEST["ipv6"],) * 2,)},
)


def table_difference(scope, present, wanted, text_of):
    """Lines that lead from one table to another.

    :param scope: host or gateway
    :type scope: str
    :type present: _nftables.table.Table | None
    :type wanted: _nftables.table.Table | None
    :param text_of: a rule of the present table, for people
    :rtype: list[str]
    """
    there, want = [_read(scope, table or Table(), text_of) for table in (present, wanted)]
    for family in FAMILIES:
        _align(there[family].meaning, want[family].meaning, family)
    lines = difference(*[dict((family, by[family].meaning) for family in FAMILIES) for by in (there, want)])
    if present and wanted:
        lines.extend(_repairs(present, wanted))
    if present:
        lines.extend("- " + text for text in _unrecognised(scope, present, wanted or Table()))
    return lines


def table_meaning(scope, table):
    """What a table means, by family.

    :param scope: host or gateway
    :type scope: str
    :type table: _nftables.table.Table
    :rtype: dict[str, _plan.difference.Meaning]
    """
    readers = _read(scope, table, lambda rule: rule.text())
    return dict((family, reader.meaning) for family, reader in readers.items())


def _read(scope, table, text_of):
    """What a table means, by family."""
    readers = dict((family, _Reader(table, family, text_of)) for family in FAMILIES)
    for reader in readers.values():
        reader.read(scope)
    return readers


def _align(present, wanted, family):
    """Tell present networks and ports in the words of those wanted, where they are the same in other words."""
    for name in set(present.members) & set(wanted.members):
        words = dict((interval_of(network, family), network) for network in wanted.members[name])
        found, rest = aligned(merged(interval_of(one, family) for one in present.members[name]), words)
        present.members[name] = set(words[interval] for interval in found)
        present.members[name].update(network for one in rest for network in networks_of(one, family))
    for there, want in ((present.flows, wanted.flows), (present.published, wanted.published)):
        _align_ports(there, want)


def _align_ports(present, wanted):
    before, after = _by_flow(present), _by_flow(wanted)
    for flow in set(before) & set(after):
        service, transport, source, destination = flow
        found, rest = aligned(merged(before[flow]), after[flow])
        present.difference_update((service, _port(transport, one), source, destination) for one in before[flow])
        present.update((service, _port(transport, one), source, destination) for one in found + rest)


def _by_flow(flows):
    """Bounds of the ports of each flow and transport."""
    found = {}
    for service, port, source, destination in flows:
        if "/" in port:
            transport, first, last = port_bounds(port)
            found.setdefault((service, transport, source, destination), []).append((first, last))
    return found


def _port(transport, bounds):
    return "%s/%d" % (transport, bounds[0]) + ("" if bounds[0] == bounds[1] else "-%d" % bounds[1])


def _repairs(present, wanted):
    """What else is put right: base chains, kinds of sets, order and duplicates of rules that are wanted."""
    lines = []
    for name in sorted(set(present.chains) & set(wanted.chains)):
        if present.chains[name].base != wanted.chains[name].base:
            lines.append("~ chain %s restored%s" % (name, _base_text(present.chains[name].base)))
    for name in sorted(set(present.sets) & set(wanted.sets)):
        if not present.sets[name].is_like(wanted.sets[name]):
            lines.append("~ set %s restored" % name)
    found = set()
    for name in wanted.chains:
        there, want = present.keys(name), wanted.keys(name)
        both, once, seen = set(there) & set(want), [], set()
        for key in there:
            if key in both and key not in seen:
                seen.add(key)
                once.append(key)
        if len(once) != sum(1 for key in there if key in both):
            found.add("~ duplicate rules removed")
        if once != [key for key in want if key in both]:
            found.add("~ order of rules repaired")
    return lines + sorted(found)


def _base_text(base):
    return " (was type %s hook %s priority %s policy %s)" % base if base else " (was not hooked in)"


def _unrecognised(scope, present, wanted):
    """What is in the table that no plan makes."""
    reader = _Reader(present, None, lambda rule: "")
    reader.read(scope)
    walked = set(chain for chain, _source, _destination in reader.walked)
    found = []
    for name in sorted(set(present.chains) - walked - set(wanted.chains)):
        base = present.chains[name].base
        found.append("chain %s that %s" % (name, "hooks into %s" % base[1] if base else "nothing leads to"))
    for name in sorted(set(present.sets) - reader.used - set(wanted.sets)):
        found.append("set %s that no rule uses" % name)
    return found + list(present.others)


def counted_flows(scope, table):
    """What passed so far, by flow.

    :param scope: host or gateway
    :type scope: str
    :type table: _nftables.table.Table
    :rtype: list[dict]
    """
    reader = _Reader(table, None, lambda rule: "")
    reader.read(scope)
    found, order = {}, []
    for rule, source, destination, ports in reader.counted:
        key = (rule.comment, source, destination)
        if key not in found:
            order.append(key)
            found[key] = [set(), 0, 0]
        found[key][0].update(ports)
        found[key][1] += rule.count[0]
        found[key][2] += rule.count[1]
    return [
        {
            "service": key[0],
            "source": key[1],
            "destination": key[2],
            "ports": ["%s" % port for port in sorted(found[key][0], key=port_bounds)],
            "packets": found[key][1],
            "bytes": found[key][2],
        }
        for key in order
    ]


class _Reader:
    """Reads one family, or, where family is None, every rule once."""

    def __init__(self, table, family, text_of):
        self.table = table
        self.family = family
        self.text_of = text_of
        self.meaning = Meaning()
        self.walked = set()
        self.used = set()
        #: rules that count, source, destination, ports
        self.counted = []
        self._keep(published=False)

    def _keep(self, published):
        """Where what is found belongs from now on."""
        self.flows = self.meaning.published if published else self.meaning.flows
        self.fixed = self.meaning.published_fixed if published else self.meaning.fixed
        self.published = published

    def read(self, scope):
        """Read all that the kernel leads to."""
        self._keep(published=False)
        self.walk(_MAIN[scope], None, None)
        if scope == HOST:
            self._keep(published=True)
            self.walk("forward", None, None)

    def walk(self, chain, source, destination):
        """Read a chain, in which packets come from one labelled set and go to another, or to any."""
        if (chain, source, destination) in self.walked or chain not in self.table.chains:
            return
        self.walked.add((chain, source, destination))
        for rule in self.table.chains[chain].rules:
            if self.family and rule.family not in (None, self.family):
                continue
            if rule.key in _FIXED and source is None:
                # The way there is no line of its own: without it, all that is published is missing.
                if rule.target() != PUBLISHED:
                    self.fixed[rule.key] = rule.comment
                if rule.counted:
                    self.counted.append((rule, None, None, ()))
                self.walk(rule.target(), None, None)
            elif not self._descends(rule, chain, source, destination):
                self._ends(rule, chain, source, destination)

    def _descends(self, rule, chain, source, destination):
        """Whether a rule leads a labelled set to one of our chains; if so, what is there is read."""
        if len(rule.matches) != 1 or len(rule.statements) != 1 or rule.comment is None:
            return False
        (left, values), = rule.matches
        target = rule.target()
        accepts = rule.statements[0] == "accept" and chain == "ours"
        name = "%s" % (values[:1] or ("",))
        if not (accepts or target in self.table.chains) or not name.startswith("@") or rule.counted:
            return False
        looked_at, mask = unmasked(left)
        if looked_at not in (SADDR.get(rule.family), DADDR.get(rule.family)) or name[1:] not in self.table.sets:
            return False
        networks = self.table.sets[name[1:]].seen_through(mask)
        if networks is None:
            return False
        self.used.add(name[1:])
        self.meaning.members.setdefault(rule.comment, set()).update(networks)
        came = looked_at == SADDR[rule.family]
        if accepts:
            self.fixed[("ours", came, rule.comment)] = "%s of %s" % (REPLIES, rule.comment)
        elif chain == "rest":
            self.walk(target, None, None)
        elif came:
            self.walk(target, rule.comment, destination)
        else:
            self.walk(target, source, rule.comment)
        return True

    def _ends(self, rule, chain, source, destination):
        ports = self._flow_ports(rule) if source is not None else []
        if ports:
            self.flows.update((rule.comment, port, source, destination) for port in ports)
            if ports != [""]:
                self.counted.append((rule, source, destination, ports))
            return
        if source is None and self._is_of_containers(rule):
            return
        text = self._fixed_text(rule) if source is None else None
        if text:
            self.fixed[rule.key] = text
            return
        where = [] if source is None else ["from %s%s" % (source, " to " + destination if destination else "")]
        where.extend(["published by containers"] if self.published else [])
        text = " (%s)" % ", ".join(where) if where else ""
        self.meaning.unrecognised.append("rule without a service: %s%s" % (self.text_of(rule), text))

    def _is_of_containers(self, rule):
        """Whether a rule lets own containers in; if so, what it permits is noted."""
        name = interface_name((rule.values().get("iifname") or ("",))[0])
        matches = [match for match in rule.matches if match[0] != "iifname"]
        bare = Rule(matches, rule.statements, rule.comment, rule.counted)
        ports = self._flow_ports(bare) if name and len(matches) + 1 == len(rule.matches) else []
        if not ports or ports == [""]:
            return False
        label = containers_label(name)
        for family in [self.family] if self.family else []:
            self.meaning.members.setdefault(label, set()).add(WHOLE[family])
        self.flows.update((rule.comment, port, label, None) for port in ports)
        self.counted.append((rule, label, None, ports))
        return True

    def _flow_ports(self, rule):
        """Port values of a rule that accepts them, and does nothing else; empty where it is another rule."""
        if rule.statements != ("accept",) or rule.comment is None or not rule.counted:
            return []
        values = rule.values()
        looked_at = sorted(values)
        if len(looked_at) == 1 and looked_at[0] in _TRANSPORTS:
            return [_port(_TRANSPORTS[looked_at[0]], bounds) for bounds in values[looked_at[0]]]
        if looked_at == ["ct original proto-dst", "meta l4proto"] and values["meta l4proto"] in (("tcp",), ("udp",)):
            return [_port(values["meta l4proto"][0], bounds) for bounds in values["ct original proto-dst"]]
        if rule.key == _REPLY:
            return [""]
        if values in _ECHO:
            return ["icmp"]
        return []

    def _fixed_text(self, rule):
        """What a rule of the base chain means that depends on the host, not on flows."""
        values = rule.values()
        name = interface_name((values.get("iifname") or ("",))[0])
        if rule.comment == SEGMENT and rule.key == plain_rule(segment(name)).key:
            return "segment %s" % name
        bounds = values.get("tcp dport") or ()
        if rule.comment in (MANAGEMENT, CONNECTION) and bounds and rule.family:
            network = values.get(SADDR[rule.family], (WHOLE[rule.family],))[0]
            ports = [port for first, last in bounds for port in range(first, last + 1)]
            if rule.key == plain_rule(entrance(rule.comment, network, ports)).key:
                return "%s %s from %s" % (rule.comment, ", ".join("tcp/%d" % one for one in ports), shown(network))
        return None
