# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Damage to live rules of the providers iptables and qradar."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from dataclasses import dataclass

from tests.lab.damage.audited_rules.ground import (
    OF_OTHERS,
    TOOLS,
    Damage,
    Ground,
    opens_by_iptables,
    shown,
)
from tests.lab.hosts.qradar.stand_in import CONF

_MAIN = {
    ("iptables", "host"): "PORTLEDGER-IN",
    ("iptables", "gateway"): "PORTLEDGER-FWD",
    ("qradar", "host"): "PORTLEDGER-QIN",
}


@dataclass(frozen=True)
class Rule:
    """A rule as iptables-save writes it. place: from 1, in its chain."""

    tool: str
    chain: str
    place: int
    text: str

    @property
    def words(self) -> list[str]:
        return shlex.split(self.text)

    def value(self, option: str) -> str:
        words = self.words
        return words[words.index(option) + 1] if option in words else ""

    @property
    def comment(self) -> str:
        return self.value("--comment")

    @property
    def transport(self) -> str:
        return self.value("-p")

    @property
    def ports(self) -> list[str]:
        """As in a plan: tcp/514, tcp/7676-7677."""
        found = self.value("--dport") or self.value("--dports")
        return [f"{self.transport}/{port.replace(':', '-')}" for port in found.split(",") if port]

    def command(self, action: str, text: str | None = None) -> list[str]:
        """Delete, replace or insert at the place of this rule."""
        end = [] if action == "-D" else shlex.split(self.text if text is None else text)
        return [self.tool, action, self.chain, str(self.place), *end]


def main_chain(ground: Ground) -> str:
    return _MAIN[ground.provider, ground.scope]


def rules(ground: Ground, version: int) -> list[Rule]:
    """Rules of our chains, but those for containers."""
    tool, main, found = TOOLS[version], main_chain(ground), []
    places: dict[str, int] = {}
    for line in ground.out([f"{tool}-save", "-t", "filter"]).splitlines():
        match = re.match(r"-A (\S+) (.*)", line)
        if match and match[1].startswith(main) and "published" not in match[1]:
            places[match[1]] = places.get(match[1], 0) + 1
            found.append(Rule(tool, match[1], places[match[1]], match[2]))
    return found


def flow_rules(ground: Ground, version: int) -> list[Rule]:
    """Rules that accept ports of a service."""
    main = main_chain(ground)
    return [rule for rule in rules(ground, version) if rule.ports and rule.chain != main]


def _pick(ground: Ground) -> tuple[int, Rule] | None:
    version = ground.family()
    some = flow_rules(ground, version)
    return (version, ground.chance.choice(some)) if some else None


def port_missing(ground: Ground) -> Damage | None:
    if (found := _pick(ground)) is None:
        return None
    _version, rule = found
    ports = rule.ports
    if len(ports) > 1 and ground.chance.random() < 0.6:
        lost = ground.chance.choice(ports)
        left = ",".join(port.partition("/")[2].replace("-", ":") for port in ports if port != lost)
        command = rule.command("-R", rule.text.replace(rule.value("--dports"), left))
        return Damage(f"{rule.text} without {lost}", [command], [("+ ", f"{lost} {rule.comment}")])
    return Damage(f"-D {rule.text}", [rule.command("-D")], [("+ ", f"{port} {rule.comment}") for port in ports])


def port_extra(ground: Ground) -> Damage | None:
    if (found := _pick(ground)) is None:
        return None
    _version, rule = found
    transport, port = ground.chance.choice(("tcp", "udp")), ground.free_port()
    name = ground.chance.choice((rule.comment, "somebody"))
    text = f"-p {transport} --dport {port} -m comment --comment {name} -j ACCEPT"
    command = rule.command("-I", text)
    return Damage(f"{rule.chain} {text}", [command], [("- ", f"{transport}/{port} {name}")])


def transport_swapped(ground: Ground) -> Damage | None:
    if (found := _pick(ground)) is None:
        return None
    version, rule = found
    other = {"tcp": "udp", "udp": "tcp"}[rule.transport]
    text = rule.text.replace(f"-p {rule.transport}", f"-p {other}").replace(f"-m {rule.transport}", f"-m {other}")
    there = {
        port
        for one in flow_rules(ground, version)
        if one.chain == rule.chain and one.comment == rule.comment
        for port in one.ports
    }
    expected = [("+ ", f"{port} {rule.comment}") for port in rule.ports]
    for port in rule.ports:
        swapped = f"{other}/{port.partition('/')[2]}"
        if swapped not in there:
            expected.append(("- ", f"{swapped} {rule.comment}"))
    return Damage(f"{rule.text} with {other}", [rule.command("-R", text)], expected)


def _dispatch(ground: Ground, version: int) -> list[Rule]:
    """Rules that lead the packets of one source on."""
    return [
        rule
        for rule in rules(ground, version)
        if rule.chain == main_chain(ground) and re.search(r"-j \S+-[0-9a-f]{12}$", rule.text)
    ]


def wider_source(ground: Ground) -> Damage | None:
    version = ground.family()
    some = _dispatch(ground, version)
    if not some:
        return None
    rule, network = ground.chance.choice(some), ground.somebody(version)
    if name := rule.value("--match-set"):
        command = ["ipset", "add", name, network]
        expected = [("~ ", f"-{shown(network)}")]
    else:
        old = rule.value("-s")
        command = rule.command("-I", rule.text.replace(old, network))
        expected = [(f"~ {rule.comment}", f"-{shown(network)}")]
    return Damage(" ".join(command), [command], expected)


def source_lost(ground: Ground) -> Damage | None:
    version = ground.family()
    some = _dispatch(ground, version)
    if not some:
        return None
    rule = ground.chance.choice(some)
    same = [one for one in some if one.comment == rule.comment]
    if name := rule.value("--match-set"):
        members = re.findall(rf"^add {name} (\S+)", ground.out(["ipset", "save", name]), re.MULTILINE)
        member = ground.chance.choice(members)
        command = ["ipset", "del", name, member]
        return Damage(" ".join(command), [command], [("~ ", f"+{shown(member)}")])
    if len(same) > 1:
        return Damage(f"-D {rule.text}", [rule.command("-D")], [(f"~ {rule.comment}", f"+{shown(rule.value('-s'))}")])
    target = rule.value("-j")
    lost = [port for one in flow_rules(ground, version) if one.chain == target for port in one.ports]
    if ground.scope == "gateway" or not lost:
        return None
    # Where the other family has the source still, its networks are what is missing.
    words = [(f"from {rule.comment}",)] if version == 0 else [(rule.comment,)]
    return Damage(f"-D {rule.text}", [rule.command("-D")], words)


def hole_in_ipv6(ground: Ground) -> Damage | None:
    some = [rule for rule in rules(ground, 6) if rule.chain == main_chain(ground)]
    rule, port = ground.chance.choice(some), ground.free_port()
    transport = ground.chance.choice(("tcp", "udp"))
    text = f"-p {transport} -m {transport} --dport {port} -j ACCEPT"
    return Damage(
        f"ip6tables {text}", [rule.command("-I", text)], [("- ", f"-p {transport}", f"--dport {port}", "(IPv6)")]
    )


def chain_flushed(ground: Ground) -> Damage | None:
    if (found := _pick(ground)) is None:
        return None
    version, rule = found
    lost = [one for one in flow_rules(ground, version) if one.chain == rule.chain]
    expected = [("+ ", f"{port} {one.comment}") for one in lost for port in one.ports]
    return Damage(f"{rule.tool} -F {rule.chain}", [[rule.tool, "-F", rule.chain]], expected)


def rest_opened(ground: Ground) -> Damage | None:
    """What nothing allows is no longer dropped."""
    some = [rule for rule in rules(ground, ground.family()) if rule.comment == "unlisted: drop"]
    rule = ground.chance.choice(some)
    text = ground.chance.choice(("-j ACCEPT", '-m comment --comment "unlisted: drop" -j RETURN'))
    command = ground.chance.choice((rule.command("-D"), rule.command("-R", text)))
    return Damage(" ".join(command), [command], [("+ unlisted: drop",)])


def not_led_to(ground: Ground) -> Damage | None:
    version, hook = ground.family(), ground.hook
    command = [TOOLS[version], "-D", hook, "-j", main_chain(ground)]
    return Damage(" ".join(command), [command], [(f"jump in {hook} restored",)])


def drop_among_ours(ground: Ground) -> Damage | None:
    if (found := _pick(ground)) is None:
        return None
    _version, rule = found
    port = rule.ports[0].partition("/")[2].partition("-")[0]
    text = f"-p {rule.transport} --dport {port} -j DROP"
    return Damage(text, [rule.command("-I", text)], [("- ", f"--dport {port}", "DROP")])


def in_the_file_only(ground: Ground) -> Damage | None:
    """Somebody edits our block in QRadar's file: live is all well, until QRadar loads it."""
    if (found := _pick(ground)) is None:
        return None
    version, rule = found
    path = f"{CONF}/{TOOLS[version]}.pre"
    port = rule.ports[0].partition("/")[2].replace("-", ":")
    script = (
        "import sys; p = sys.argv[1]; lines = open(p).readlines(); found = [l for l in lines if sys.argv[2] in l]; "
        "assert found; lines.remove(found[0]); open(p, 'w').writelines(lines)"
    )
    text = f"-A {rule.chain} {rule.text}"
    expected = [("+ ", f"{one} {rule.comment}", "(in the file only)") for one in rule.ports]
    return Damage(f"{path} without {text} {port}", [["python3", "-c", script, path, text]], expected)


_OWN: dict[str, Callable[[Ground], Damage | None]] = {
    "port missing": port_missing,
    "port extra": port_extra,
    "transport swapped": transport_swapped,
    "wider source": wider_source,
    "source lost": source_lost,
    "hole in IPv6": hole_in_ipv6,
    "chain flushed": chain_flushed,
    "rest opened": rest_opened,
    "not led to": not_led_to,
    "drop among ours": drop_among_ours,
    "opened before ours": opens_by_iptables,
    **OF_OTHERS,
}
IPTABLES = _OWN
QRADAR = {**_OWN, "in the file only": in_the_file_only}
