# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What damage to rules of every provider shares: where they happen, and what others may do to any of them."""

from __future__ import annotations

import ipaddress
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.lab.plays.direct import Inside
from tests.lab.world.lab import RunningNode

Command = list[str]
TOOLS = {4: "iptables", 6: "ip6tables"}


@dataclass
class Damage:
    """what: for people. expected: for each thing that has to be told, words that are in one line of it; none: nothing.

    undo: what ruleset does not, for it is nothing of its own.
    """

    what: str
    commands: list[Command]
    expected: Sequence[tuple[str, ...]]
    undo: list[Command] = field(default_factory=list)


@dataclass(frozen=True)
class Flow:
    """A flow of the plan with one port value, in one family."""

    port: str
    service: str
    source: str
    destination: str | None
    networks: tuple[str, ...]

    @property
    def words(self) -> str:
        """As a difference tells it, without the sign."""
        return f"{self.port} {self.service} from {self.source}"

    @property
    def transport(self) -> str:
        return self.port.partition("/")[0]

    @property
    def first(self) -> int:
        return int(self.port.partition("/")[2].partition("-")[0])


@dataclass
class Ground:
    """A node with rules, and who asks there."""

    node: RunningNode
    inside: Inside
    provider: str
    scope: str
    options: dict[str, Any]
    chance: random.Random

    def info(self) -> dict[str, Any]:
        return self.inside.call("ruleset_info", **self.options, since="boot", surroundings=True)

    def apply(self) -> None:
        self.inside.call("ruleset", **self.options)

    def start_again(self) -> None:
        """After something went wrong: take all away and load it anew."""
        self.inside.call("ruleset", **{**self.options, "state": "absent"})
        for tool in TOOLS.values():
            for table in ("raw", "mangle", "filter"):
                self.node.run([tool, "-t", table, "-F"], check=False)
            for chain in ("INPUT", "FORWARD"):
                self.node.run([tool, "-P", chain, "ACCEPT"], check=False)
        self.node.run(["nft", "delete table inet somebody"], check=False)
        self.apply()

    def run(self, command: Command) -> None:
        self.node.run(command)

    def out(self, command: Command) -> str:
        return self.node.run(command).stdout

    def family(self) -> int:
        return self.chance.choice((4, 6))

    def flows(self, version: int) -> list[Flow]:
        plan = self.options["plan"]
        return [
            Flow(port, flow["service"], flow["source"], flow["destination"], tuple(networks))
            for flow in plan["flows"]
            for port in flow["ports"]
            if (networks := plan["sets"][flow["source"]][f"ipv{version}"])
        ]

    def free_port(self) -> int:
        """A port that no flow has, in neither transport."""
        while True:
            port = self.chance.randrange(60950, 65000)
            if port != 22:
                return port

    def somebody(self, version: int) -> str:
        """A network that is in no set."""
        number = self.chance.randrange(1, 250)
        return f"198.18.200.{number}/32" if version == 4 else f"2001:db8:200::{number:x}/128"

    def of_deployment(self, version: int) -> str:
        """The end of a match that a packet through a gateway has to have to be its business; empty for a host."""
        if self.scope == "host":
            return ""
        return str(self.chance.choice(self.options["plan"]["sets"]["deployment"][f"ipv{version}"]))

    @property
    def hook(self) -> str:
        return "INPUT" if self.scope == "host" else "FORWARD"


def shown(network: str) -> str:
    """A network for people."""
    parsed = ipaddress.ip_network(network)
    return str(parsed.network_address if parsed.num_addresses == 1 else parsed)


def closes_by_iptables(ground: Ground, tables: Sequence[str] = ("raw", "mangle", "filter")) -> Damage | None:
    """Somebody's rule drops what a flow needs, before ours or beside them."""
    version = ground.family()
    flow = ground.chance.choice(ground.flows(version))
    table = ground.chance.choice(tables)
    hook = "PREROUTING" if table == "raw" else ground.hook
    match = ["-p", flow.transport, "--dport", str(flow.first)]
    words = ["closes", flow.words, f"ipv{version}", f"{table} {hook}"]
    if ground.chance.random() < 0.5:
        network = ground.chance.choice(flow.networks)
        match += ["-s", network]
        if len(flow.networks) > 1:
            words.append(shown(network))
    verdict = ground.chance.choice(("DROP", "REJECT") if table == "filter" else ("DROP",))
    rule = [hook, *match, "-j", verdict]
    tool = [TOOLS[version], "-t", table]
    return Damage(
        f"{TOOLS[version]} -t {table} -I {' '.join(rule)}",
        [[*tool, "-I", *rule]],
        [tuple(words)],
        [[*tool, "-D", *rule]],
    )


def closes_by_nft(ground: Ground) -> Damage | None:
    """Somebody's table drops a port, or all that it does not list."""
    version = ground.family()
    flow = ground.chance.choice(ground.flows(version))
    hook = {"host": "input", "gateway": "forward"}[ground.scope]
    priority = ground.chance.choice((-300, -50, 0, 5, 100))
    family = ground.chance.choice(("inet", {4: "ip", 6: "ip6"}[version]))
    policy, rules = "accept", f"{flow.transport} dport {flow.first} drop"
    kind = ground.chance.randrange(3)
    if kind == 1:
        policy, rules = "drop", f"ct state established accept; tcp dport {ground.free_port()} accept"
    if kind == 2:
        rules = f"{flow.transport} dport vmap {{ {flow.first} : drop, {ground.free_port()} : accept }}"
    chain = f"chain c {{ type filter hook {hook} priority {priority}; policy {policy}; {rules}; }}"
    text = f"table {family} somebody {{ {chain}; }}"
    return Damage(
        text,
        [["nft", text]],
        [("closes", flow.words, f"ipv{version}", f"nft {family} somebody c")],
        [["nft", f"delete table {family} somebody"]],
    )


def harmless_nft(ground: Ground) -> Damage | None:
    """Somebody's table accepts: nothing that ours would not judge, or has judged."""
    hook = {"host": "input", "gateway": "forward"}[ground.scope]
    priority = ground.chance.choice((-300, -50, 0, 5, 100))
    rules = f"tcp dport {ground.free_port()} accept; udp dport 1-65535 accept; tcp dport 99 counter"
    text = f"table inet somebody {{ chain c {{ type filter hook {hook} priority {priority}; {rules}; }}; }}"
    return Damage(text, [["nft", text]], [], [["nft", "delete table inet somebody"]])


def harmless_iptables(ground: Ground) -> Damage | None:
    """Rules of others that close nothing of ours, or open nothing: of the loopback, of others' ports, of replies."""
    version = ground.family()
    port = str(ground.free_port())
    rule = ground.chance.choice(
        (
            [ground.hook, "-i", "lo", "-j", "ACCEPT"],
            [ground.hook, "-p", "tcp", "--dport", port, "-j", "DROP"],
            [ground.hook, "-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "ACCEPT"],
            [ground.hook, "-m", "conntrack", "--ctstate", "INVALID", "-j", "DROP"],
            [ground.hook, "-s", ground.somebody(version), "-j", "DROP"],
        )
    )
    tool = TOOLS[version]
    # At the end: what may accept ahead of ours is out of place, whatever it accepts.
    return Damage(f"{tool} -A {' '.join(rule)}", [[tool, "-A", *rule]], [], [[tool, "-D", *rule]])


def opens_by_iptables(ground: Ground) -> Damage | None:
    """Somebody's rule accepts before ours, in one step or by way of a chain."""
    version, port = ground.family(), ground.free_port()
    transport = ground.chance.choice(("tcp", "udp"))
    match = ["-p", transport]
    words = ["opens"]
    kind = ground.chance.randrange(4)
    if kind == 0:
        match += ["--dport", str(port)]
        words.append(f"{transport}/{port}")
    elif kind == 1:
        match += ["--dport", f"{port}:{port + 9}"]
        words.append(f"{transport}/{port}-{port + 9}")
    elif kind == 2:
        match += ["-m", "multiport", "--dports", f"{port},{port + 5}"]
        words += [f"{transport}/{port}", f"{transport}/{port + 5}"]
    else:
        words.append(f"{transport}/0-65535")
    if ground.chance.random() < 0.5:
        network = ground.somebody(version)
        match += ["-s", network]
        words.append(f"from {shown(network)}")
    else:
        words.append("from anywhere")
    if ground.scope == "gateway" and ground.chance.random() < 0.7:
        match += ["-d", ground.of_deployment(version)]
    tool, hook = TOOLS[version], ground.hook
    words.append(f"ipv{version}")
    if ground.chance.random() < 0.5:
        commands = [[tool, "-I", hook, *match, "-j", "ACCEPT"]]
        undo = [[tool, "-D", hook, *match, "-j", "ACCEPT"]]
    else:
        commands = [[tool, "-N", "somebody"], [tool, "-A", "somebody", *match, "-j", "ACCEPT"]]
        commands += [[tool, "-I", hook, "-j", "somebody"]]
        undo = [[tool, "-D", hook, "-j", "somebody"], [tool, "-F", "somebody"], [tool, "-X", "somebody"]]
    return Damage(f"{commands[-1]} {match}", commands, [tuple(words)], undo)


# What somebody else does beside the rules of any provider.
OF_OTHERS: dict[str, Callable[[Ground], Damage | None]] = {
    "closed by others": closes_by_iptables,
    "closed by a table": closes_by_nft,
    "harmless table": harmless_nft,
    "harmless rule": harmless_iptables,
}
