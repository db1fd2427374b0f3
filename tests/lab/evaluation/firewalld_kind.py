# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and policies of firewalld on a gateway at random: what it makes of them is foreign rules of nft."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tests.lab.evaluation.random_rules import NETWORKS, Ruleset, RulesMaker
from tests.lab.hosts.firewalld import START_BUS

_ZONES: Final = ("one", "two", "three")
_SERVICES: Final = ("ssh", "syslog", "http", "snmptrap")
_TARGETS: Final = ("", "", "", ' target="ACCEPT"', ' target="DROP"', ' target="%%REJECT%%"')
_POLICY_TARGETS: Final = ("CONTINUE", "CONTINUE", "ACCEPT", "DROP", "REJECT")
_LOAD: Final = f"""
{START_BUS}firewall-cmd --state >/dev/null 2>&1 && firewall-cmd --reload >/dev/null 2>&1 && exit 0
test ! -e /run/firewalld.pid || kill "$(cat /run/firewalld.pid)" || true
nft flush ruleset
setsid sh -c 'echo $$ >/run/firewalld.pid; exec firewalld --nofork --nopid >/var/log/firewalld.lab 2>&1' </dev/null &
for _attempt in $(seq 150); do
    sleep 0.2
    firewall-cmd --state >/dev/null 2>&1 && exit 0
done
cat /var/log/firewalld.lab >&2
exit 1
"""
"""Release 0.9 cannot load again what it has loaded with some zones, so it is started again."""


class Firewalld(RulesMaker):
    """Three zones, to which interfaces and sources belong or not, and policies between them."""

    def ruleset(self) -> Ruleset:
        return Ruleset(((("sh", "-s"), "\n".join(self._script()) + _LOAD),))

    def _script(self) -> Iterator[str]:
        yield "for folder in zones policies; do rm -rf /etc/firewalld/$folder; mkdir -p /etc/firewalld/$folder; done"
        default = self.one((*_ZONES, "public", "trusted", "drop"))
        settings = f"DefaultZone={default}\\nFirewallBackend=nftables\\nLogDenied=off\\n"
        yield f"printf '{settings}' >/etc/firewalld/firewalld.conf"
        where = {interface: self.one((*_ZONES, "trusted", "")) for interface in ("near", "far")}
        if self.maybe(0.2):
            where = dict.fromkeys(where, "trusted")
        sources = {zone: [source for source in self._sources() if self.maybe(0.25)] for zone in _ZONES}
        for number, zone in enumerate(_ZONES):
            # A source belongs to one zone.
            others = {source for other in _ZONES[:number] for source in sources[other]}
            sources[zone] = [source for source in sources[zone] if source not in others]
            yield from self._file(f"zones/{zone}", self._zone(zone, where, sources[zone]))
        yield from self._file("zones/trusted", self._trusted(where))
        for number in range(self.chance.randrange(4)):
            yield from self._file(f"policies/p{number}", self._policy(number))

    def _sources(self) -> Iterator[str]:
        for version in (4, 6):
            yield from NETWORKS[version][1:-1]

    def _file(self, name: str, lines: Iterator[str]) -> Iterator[str]:
        yield f"cat >/etc/firewalld/{name}.xml <<'END'"
        yield from lines
        yield "END"

    def _zone(self, zone: str, where: dict[str, str], sources: list[str]) -> Iterator[str]:
        yield f"<zone{self.one(_TARGETS)}>"
        yield from (f'<interface name="{interface}"/>' for interface, its in where.items() if its == zone)
        yield from (f'<source address="{source}"/>' for source in sources)
        yield from self._permitted()
        if self.maybe(0.5):
            yield "<forward/>"
        yield "</zone>"

    def _trusted(self, where: dict[str, str]) -> Iterator[str]:
        yield '<zone target="ACCEPT">'
        yield from (f'<interface name="{interface}"/>' for interface, its in where.items() if its == "trusted")
        yield "<forward/>\n</zone>"

    def _policy(self, number: int) -> Iterator[str]:
        priority = self.chance.choice((-10, -1, 1, 20)) - number or -4
        yield f'<policy target="{self.one(_POLICY_TARGETS)}" priority="{priority}">'
        ends = (self.one((*_ZONES, "trusted", "ANY")), self.one((*_ZONES, "trusted", "HOST", "ANY")))
        yield f'<ingress-zone name="{ends[0]}"/><egress-zone name="{ends[1]}"/>'
        yield from self._permitted()
        yield "</policy>"

    def _permitted(self) -> Iterator[str]:
        for service in _SERVICES:
            if self.maybe(0.2):
                yield f'<service name="{service}"/>'
        for _number in range(self.chance.randrange(3)):
            yield f'<port port="{self.ports("-")}" protocol="{self.one(("tcp", "udp"))}"/>'
        if self.maybe(0.15):
            yield f'<protocol value="{self.one(("icmp", "ipv6-icmp", "udp"))}"/>'
        for _number in range(self.chance.randrange(3)):
            yield from self._rich()

    def _rich(self) -> Iterator[str]:
        version = self.chance.choice((4, 6))
        inverted = ' invert="True"' if self.maybe(0.2) else ""
        priority = f' priority="{self.chance.choice((-5, 5))}"' if self.maybe(0.3) else ""
        yield f'<rule family="ipv{version}"{priority}>'
        yield f'<source address="{self.one(NETWORKS[version][:-1])}"{inverted}/>'
        if self.maybe(0.7):
            yield f'<port port="{self.ports("-")}" protocol="{self.one(("tcp", "udp"))}"/>'
        yield f"<{self.one(('accept', 'drop', 'reject'))}/></rule>"
