# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage to live rules of the providers nftables and firewalld, by nft."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from tests.lab.damage.audited_rules.ground import (
    OF_OTHERS,
    Damage,
    Ground,
    shown,
)

_TABLES = {"nftables": {"host": "portledger_host", "gateway": "portledger_gateway"}}
_POLICIES = {"host": "filter_IN_policy_portledger-host", "gateway": "filter_FWD_policy_portledger-gw"}
_FLOW = re.compile(r"^(?P<ends>.*?)\b(?P<transport>tcp|udp) dport (?P<ports>\{[^}]*\}|\S+) (?P<rest>.*accept.*)$")


@dataclass(frozen=True)
class Rule:
    """A rule as nft lists it."""

    table: str
    chain: str
    handle: str
    text: str

    @property
    def _flow(self) -> re.Match[str] | None:
        return _FLOW.match(self.text)

    @property
    def transport(self) -> str:
        assert self._flow is not None
        return self._flow["transport"]

    @property
    def ports(self) -> list[str]:
        """As in a plan; none where it is no rule of a flow."""
        found = self._flow
        return [f"{found['transport']}/{port}" for port in re.findall(r"[\d-]+", found["ports"])] if found else []

    @property
    def service(self) -> str:
        """With a blank before it, where the rule says which; else empty."""
        found = re.search(r'comment "(.*)"$', self.text)
        return f" {found[1]}" if found else ""

    @property
    def place(self) -> str:
        return f"{self.table} {self.chain}"

    def insert(self, text: str) -> list[str]:
        return ["nft", f"insert rule {self.place} handle {self.handle} {text}"]

    def replace(self, text: str) -> list[str]:
        # nft 1.0.6 fails an assertion of its own where it is to replace a rule that has a set with ranges.
        rule = f"rule {self.place} handle {self.handle}"
        return ["nft", f"insert {rule} {text}; delete {rule}"]

    def delete(self) -> list[str]:
        return ["nft", f"delete rule {self.place} handle {self.handle}"]


def table(ground: Ground) -> str:
    return "inet " + ("firewalld" if ground.provider == "firewalld" else _TABLES["nftables"][ground.scope])


def rules(ground: Ground) -> list[Rule]:
    """Rules of ours, but those for containers."""
    found, chain = [], ""
    for line in ground.out(["nft", "-a", "list", "table", *table(ground).split()]).splitlines():
        head = re.match(r"\s+chain (\S+) \{", line)
        rule = re.match(r"\s+(.*\S) # handle (\d+)$", line)
        if head:
            chain = head[1]
        elif rule and chain and not rule[1].endswith("{") and _is_ours(ground, chain):
            found.append(Rule(table(ground), chain, rule[2], rule[1]))
    return found


def _is_ours(ground: Ground, chain: str) -> bool:
    if ground.provider == "firewalld":
        return chain.startswith(_POLICIES[ground.scope] + "_")
    return not chain.startswith("published") and (ground.scope == "gateway" or chain != "forward")


def flow_rules(ground: Ground) -> list[Rule]:
    """Rules that accept ports of a service."""
    some = [rule for rule in rules(ground) if rule.ports]
    if ground.provider == "nftables":
        return [rule for rule in some if rule.chain.startswith("from_")]
    # Management has rules of its own form.
    return [rule for rule in some if "@" in rule.text]


def _pick(ground: Ground) -> Rule:
    return ground.chance.choice(flow_rules(ground))


def port_missing(ground: Ground) -> Damage | None:
    rule = _pick(ground)
    ports = rule.ports
    if len(ports) > 1 and ground.chance.random() < 0.6:
        lost = ground.chance.choice(ports)
        left = ", ".join(port.partition("/")[2] for port in ports if port != lost)
        text = re.sub(r"dport \{[^}]*\}", f"dport {{ {left} }}", rule.text)
        return Damage(f"{rule.text} without {lost}", [rule.replace(text)], [("+ ", f"{lost}{rule.service}")])
    return Damage(rule.text, [rule.delete()], [("+ ", f"{port}{rule.service}") for port in ports])


def port_extra(ground: Ground) -> Damage | None:
    rule = _pick(ground)
    transport, port = ground.chance.choice(("tcp", "udp")), ground.free_port()
    text = re.sub(r"\b(tcp|udp) dport (\{[^}]*\}|\S+)", f"{transport} dport {port}", rule.text)
    return Damage(text, [rule.insert(text)], [("- ", f"{transport}/{port}{rule.service}")])


def transport_swapped(ground: Ground) -> Damage | None:
    rule = _pick(ground)
    other = {"tcp": "udp", "udp": "tcp"}[rule.transport]
    text = rule.text.replace(f"{rule.transport} dport", f"{other} dport")
    here = [one for one in flow_rules(ground) if one.chain == rule.chain and one.service == rule.service]
    there = {port for one in here for port in one.ports}
    expected = [("+ ", f"{port}{rule.service}") for port in rule.ports]
    for port in rule.ports:
        swapped = f"{other}/{port.partition('/')[2]}"
        if swapped not in there:
            expected.append(("- ", f"{swapped}{rule.service}"))
    return Damage(text, [rule.replace(text)], expected)


def _sets(ground: Ground) -> dict[str, list[str]]:
    """Sets of ours with their elements, where these are of addresses alone."""
    text = ground.out(["nft", "list", "table", *table(ground).split()])
    found = {}
    for name, body in re.findall(r"\tset (\S+) \{\n(.*?)\n\t\}", text, re.DOTALL):
        scope = {"host": "-fh", "gateway": "-fg"}[ground.scope]
        if "elements" in body and " . " not in body and (ground.provider == "nftables" or scope in name):
            elements = re.search(r"elements = \{(.*)\}", body, re.DOTALL)
            assert elements is not None
            found[name] = [one.strip() for one in elements[1].split(",")]
    return found


def wider_source(ground: Ground) -> Damage | None:
    sets = _sets(ground)
    name = ground.chance.choice(sorted(sets))
    network = ground.somebody(6 if ":" in sets[name][0] else 4)
    command = ["nft", f"add element {table(ground)} {name} {{ {shown(network)} }}"]
    return Damage(command[1], [command], [("~ ", f"-{shown(network)}")])


def source_lost(ground: Ground) -> Damage | None:
    sets = _sets(ground)
    name = ground.chance.choice(sorted(sets))
    some = [one for one in sets[name] if "-" not in one]
    if len(sets[name]) < 2 or not some:
        return None
    element = ground.chance.choice(some)
    command = ["nft", f"delete element {table(ground)} {name} {{ {element} }}"]
    return Damage(
        command[1], [command], [("~ ", f"+{shown(element) if '/' not in element else element.split('/')[0]}")]
    )


def hole_in_ipv6(ground: Ground) -> Damage | None:
    main = {"host": "input", "gateway": "forward"}[ground.scope]
    if ground.provider == "firewalld":
        main = f"{_POLICIES[ground.scope]}_pre"
    rule = ground.chance.choice([one for one in rules(ground) if one.chain == main])
    transport, port = ground.chance.choice(("tcp", "udp")), ground.free_port()
    match = "meta nfproto ipv6" if ground.chance.random() < 0.5 else f"ip6 saddr {ground.somebody(6)}"
    text = f"{match} {transport} dport {port} accept"
    return Damage(text, [rule.insert(text)], [("- ", transport, str(port), "(IPv6)")])


def chain_flushed(ground: Ground) -> Damage | None:
    rule = _pick(ground)
    lost = [one for one in flow_rules(ground) if one.chain == rule.chain]
    expected = [("+ ", f"{port}{one.service}") for one in lost for port in one.ports]
    return Damage(rule.chain, [["nft", f"flush chain {rule.place}"]], expected)


def rest_opened(ground: Ground) -> Damage | None:
    some = [rule for rule in rules(ground) if "unlisted: drop" in rule.text]
    if ground.provider == "firewalld":
        some = [rule for rule in rules(ground) if re.match(r"(ip6? daddr \S+ )?drop$", rule.text)]
    if not some:
        return None
    rule = ground.chance.choice(some)
    command = rule.delete()
    if ground.chance.random() < 0.5:
        command = rule.replace(rule.text.replace("drop", "accept", 1))
    return Damage(f"{rule.text}: {command[1]}", [command], [("+ unlisted: drop",)])


def policy_changed(ground: Ground) -> Damage | None:
    main = {"host": "input", "gateway": "forward"}[ground.scope]
    text = f"chain {table(ground)} {main} {{ policy drop; }}"
    return Damage(text, [["nft", text]], [(f"~ chain {main} restored", "policy drop")])


def drop_among_ours(ground: Ground) -> Damage | None:
    rule = _pick(ground)
    port = rule.ports[0].partition("/")[2].partition("-")[0]
    text = f"{rule.transport} dport {port} drop"
    return Damage(text, [rule.insert(text)], [("- ", rule.transport, port, "drop")])


def opened_before_policies(ground: Ground) -> Damage | None:
    """Somebody's rule in firewalld's own chain, before our policy is asked."""
    version = ground.family()
    transport, port = ground.chance.choice(("tcp", "udp")), ground.free_port()
    match, words = f"{transport} dport {port}", ["opens", f"{transport}/{port}"]
    if ground.chance.random() < 0.5:
        network = ground.somebody(version)
        family = "ip" if version == 4 else "ip6"
        match = f"{family} saddr {network} {match}"
        words += [f"from {shown(network)}", f"ipv{version}"]
    command = f"insert rule inet firewalld filter_{ground.hook} {match} accept"
    return Damage(command, [["nft", command]], [tuple(words)], [["firewall-cmd", "--reload"]])


def another_policy(ground: Ground) -> Damage | None:
    """Somebody's rich rule in our policy, at run time."""
    version, port = ground.family(), ground.free_port()
    policy = {"host": "portledger-host", "gateway": "portledger-gw"}[ground.scope]
    source = f'family="ipv{version}" source address="{ground.somebody(version)}"'
    rule = f'rule {source} port port="{port}" protocol="tcp" accept'
    return Damage(rule, [["firewall-cmd", f"--policy={policy}", f"--add-rich-rule={rule}"]], [("- ", str(port))])


def harmless_direct_rule(ground: Ground) -> Damage | None:
    """A direct rule that accepts: firewalld's own table, and so our policy, is asked all the same."""
    version, port = ground.family(), ground.free_port()
    words = [f"ipv{version}", "filter", ground.hook, "0", "-p", "tcp", "--dport", str(port), "-j", "ACCEPT"]
    return Damage(
        " ".join(words),
        [["firewall-cmd", "--direct", "--add-rule", *words]],
        [],
        [["firewall-cmd", "--direct", "--remove-rule", *words]],
    )


_OWN: dict[str, Callable[[Ground], Damage | None]] = {
    "port missing": port_missing,
    "port extra": port_extra,
    "transport swapped": transport_swapped,
    "wider source": wider_source,
    "source lost": source_lost,
    "hole in IPv6": hole_in_ipv6,
    "chain flushed": chain_flushed,
    "rest opened": rest_opened,
    "drop among ours": drop_among_ours,
    **OF_OTHERS,
}
NFTABLES = {**_OWN, "policy changed": policy_changed}
FIREWALLD = {
    **_OWN,
    "opened before ours": opened_before_policies,
    "another rich rule": another_policy,
    "harmless direct rule": harmless_direct_rule,
}
