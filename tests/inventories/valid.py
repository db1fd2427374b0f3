# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventories that can be used, at random: everything that docs/inventory.md has."""

from __future__ import annotations

import datetime
import random
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests.inventories.inventory import Inventory

ROLES: Final = (
    *("event_processor", "event_collector", "flow_processor", "flow_collector", "data_node", "app_host"),
    *("risk_manager", "vulnerability_processor", "vulnerability_scanner", "forensics"),
)
PARTIES: Final = (
    *("users", "api_clients", "log_sources", "flow_sources", "snmp_managers", "smtp_gateways", "ntp_servers"),
    *(
        "nfs_servers",
        "wincollect_agents",
        "windows_hosts",
        "offsite_sources",
        "srx_devices",
        "external_networks",
        "lan",
    ),
)
SHARED: Final = ("component", "managed_host", "event_listener", "console")
SERVICES: Final = ("ssh", "rmi", "rmi_dynamic", "ha_icmp", "dcom", "portmapper", "portmapper_dynamic", "imq")
PINS: Final[Mapping[str, tuple[str, ...]]] = {
    "imq_dynamic": ("tcp/40913", "tcp/40920-40922"),
    "rmi_dynamic": ("udp/5", "tcp/33000-33010"),
    "portmapper_dynamic": ("tcp/40000",),
}
PORTS: Final = ("tcp/8443", "udp/8443", "tcp/32000-32010", "tcp/22", "icmp", "udp/1-65535", "tcp/1", "tcp/65535")
NAMES: Final = (
    *(
        "web 1",
        "web\t1",
        "東京-コンソール",
        "users",
        "forensics",
        "risk_manager",
        "h.example",
        "{x}",
        "Ä",
        "a" * 250,
        "b" * 250,
    ),
    *("a/b", "../x", "-h", "#1", "名" * 30, "deployment", "management", "SSH on port 22", "h,0", "x'y\"z"),
)
COMMENTS: Final = (
    "ticket 4711",
    "取引先",
    "a; drop",
    "-j ACCEPT",
    "\"quoted\" 'text'",
    "x" * 300,
    "",
    "\\",
    "%s{0}",
    4711,
)
SITES: Final = 4


class Maker:
    """Makes one inventory."""

    def __init__(self, chance: random.Random, today: datetime.date) -> None:
        self._chance = chance
        self._today = today
        self._nat = self.maybe(0.3)
        self._paired: dict[int, int] = {}
        self._roles: dict[str, list[str]] = {}
        self._hosts: dict[str, dict[Any, Any]] = {}
        self._groups: dict[str, list[str]] = {"all": [], "qradar": [], "qradar_gateways": []}

    def maybe(self, probability: float) -> bool:
        return self._chance.random() < probability

    def some(self, items: Sequence[Any], most: int, least: int = 0) -> list[Any]:
        return self._chance.sample(items, min(len(items), self._chance.randint(least, most)))

    def inventory(self) -> Inventory:
        count = self._chance.choice((1, 2, 2, 3, 3, 4, 5, 6, 8))
        names = self._names(count)
        self._paired = {start: start + 1 for start in (0, 3) if start + 1 < count and self.maybe(0.4)}
        firsts = {other: one for one, other in self._paired.items()}
        for number, name in enumerate(names):
            self._add(number, name, names, firsts.get(number))
        for number in range(self._chance.choice((0, 1, 1, 1, 2))):
            self._add_gateway(f"gw{number}", names)
        for number in range(self._chance.choice((0, 0, 1))):
            self._hosts[f"other{number}"] = {"ansible_host": f"198.18.{number + 1}.1", "role": "web"}
        self._set_for_all()
        self._groups["all"] = list(self._hosts)
        return Inventory(self._hosts, self._groups)

    def _names(self, count: int) -> list[str]:
        names = [f"h{number}" for number in range(count)]
        for number, name in enumerate(self.some(NAMES, 2)):
            if self.maybe(0.4) and number < count:
                names[-1 - number] = name
        return names

    def _add(self, number: int, name: str, names: Sequence[str], first: int | None) -> None:
        variables: dict[Any, Any] = {}
        self._hosts[name] = variables
        self._groups["qradar"].append(name)
        site = self._chance.randint(1, SITES)
        self._set_addresses(number, name, site, variables)
        nat = self._chance.randint(0, 2) if self._nat else 0
        if nat:
            variables["qradar_nat_group"] = self._chance.choice((nat, str(nat)))
        if self._nat and (nat or self.maybe(0.5)):
            variables["qradar_public_addresses"] = [f"198.18.9.{number + 1}"]
        if self.maybe(0.3):
            variables["qradar_encrypted"] = self._chance.choice((True, True, "yes", False))
        if self.maybe(0.15):
            variables["ansible_port"] = self._chance.choice((2222, "2200", 22))
        roles = self.some(ROLES, 2, 1)
        if number == 0:
            roles = ["console", *(roles if self.maybe(0.25) else [])]
        if first is not None:
            # The nodes of a pair have the same roles.
            other = names[first]
            roles = self._roles[other]
            variables["qradar_ha_peer"] = other
            if self.maybe(0.5) and "qradar_cluster_addresses" in self._hosts[other]:
                variables["qradar_cluster_addresses"] = self._hosts[other]["qradar_cluster_addresses"]
            if self.maybe(0.3) and {"qradar_public_addresses"} <= {*variables} & {*self._hosts[other]}:
                variables["qradar_public_addresses"] = self._hosts[other]["qradar_public_addresses"]
        if number in self._paired:
            variables["qradar_ha_peer"] = names[self._paired[number]]
            if self.maybe(0.7):
                cluster = [f"198.18.{site}.{number + 101}", f"2001:db8:{site}::{number + 101}"]
                variables["qradar_cluster_addresses"] = self.some(cluster, 2, 1)
        self._roles[name] = roles
        if self.maybe(0.4):
            variables["qradar_roles"] = roles
        else:
            for role in roles:
                self._groups.setdefault(f"qradar_{role}", []).append(name)

    def _set_addresses(self, number: int, name: str, site: int, variables: dict[Any, Any]) -> None:
        four, six = f"198.18.{site}.{number + 1}", f"2001:db8:{site}::{number + 1:x}"
        kind = self._chance.randrange(5)
        if kind == 0:
            variables["ansible_host"] = four
        elif kind == 1:
            variables.update({"ansible_host": "console.example.org", "qradar_addresses": [four, six]})
        elif kind == 2:
            variables["qradar_addresses"] = [six.upper(), f"198.18.{site % SITES + 1}.{number + 1}", six]
        elif kind == 3:
            variables["qradar_addresses"] = [six]
        else:
            variables["qradar_addresses"] = [f"h{number}.example.org", four]

    def _add_gateway(self, name: str, names: Sequence[str]) -> None:
        sites = self._chance.sample(range(1, SITES + 1), self._chance.randint(2, SITES))
        segments: dict[str, list[str]] = {}
        for number, site in enumerate(sites):
            networks = [f"198.18.{site}.0/24", f"2001:db8:{site}::/64", f"198.18.{50 + site}.0/24"]
            interface = self._chance.choice((f"eth{number}", f"core.{number}", f"vlan-{number}_x"))
            segments[interface] = self.some(networks, 3, 1)
        if self.maybe(0.5):
            segments[next(iter(segments))] += ["198.18.9.0/24"]
        if self.maybe(0.05):
            # A gateway that is a host of the deployment, too.
            name = self._chance.choice(names)
        self._hosts.setdefault(name, {"ansible_host": "198.18.1.254"})["qradar_gateway_segments"] = segments
        if name not in self._groups["qradar_gateways"]:
            self._groups["qradar_gateways"].append(name)

    def _set_for_all(self) -> None:
        """Variables of the deployment: on a group that has all, on one host, or on each alike."""
        for variable, value in self._deployment().items():
            where = self._chance.choice((list(self._hosts), self._groups["qradar"][:1], self._groups["qradar"]))
            for name in where:
                self._hosts[name][variable] = value
        for scope, group in (("host", "qradar"), ("gateway", "qradar_gateways")):
            for option, values in (
                ("unlisted", ("drop", "log", "leave")),
                (
                    "management",
                    (["198.18.77.0/24", "2001:db8:77::/64"], ["198.18.1.99"], [], "198.18.77.0/24, 198.18.1.99"),
                ),
                ("state", ("present", "absent")),
                *((("egress", ("drop", "log", "leave")),) if scope == "gateway" else ()),
            ):
                if self.maybe(0.3):
                    value = self._chance.choice(values)
                    for name in self._groups[group]:
                        self._hosts[name][f"{scope}_firewall_{option}"] = value

    def _deployment(self) -> dict[str, Any]:
        found: dict[str, Any] = {}
        if self.maybe(0.8):
            found["qradar_parties"] = {party: self._networks(3) for party in self.some(PARTIES, 6)}
        if self.maybe(0.4):
            found["qradar_extra_flows"] = [self._extra_flow() for _number in range(self._chance.randint(0, 3))]
        if self.maybe(0.3):
            found["qradar_features"] = self.some(("snmp_agent", "imm", "emulex_hba"), 3)
        if self.maybe(0.4):
            found["qradar_version"] = self._chance.choice(("7.5.0", "7.2.5", "7.2.6", "7.5.0 UP10", "7.3", 7.4))
        if self.maybe(0.3):
            found["qradar_dynamic_ports"] = {name: list(PINS[name]) for name in self.some(sorted(PINS), 2)}
        if self.maybe(0.3):
            found["qradar_excluded_services"] = self.some(SERVICES, 3)
        return found

    def _networks(self, most: int) -> list[str]:
        return [self._network() for _number in range(self._chance.randint(0, most))]

    def _network(self) -> str:
        site = self._chance.randint(1, SITES)
        return self._chance.choice(
            (
                *(f"198.18.{site}.0/29", f"198.18.{site}.4/30", f"198.18.{50 + site}.0/30", f"198.18.{50 + site}.0/24"),
                *(
                    f"198.18.{site}.{self._chance.randint(1, 8)}",
                    f"198.18.{site}.101/32",
                    "198.18.9.2/31",
                    "198.18.90.0/30",
                ),
                *(
                    f"2001:db8:{site}::/125",
                    f"2001:DB8:{50 + site}::/126",
                    f"2001:db8:{site}::9",
                    "0.0.0.0/0",
                    "198.18.0.0/16",
                ),
            )
        )

    def _extra_flow(self) -> dict[str, Any]:
        flow: dict[str, Any] = {"from": self._side(), "to": self._side(), "ports": self.some(PORTS, 2, 1)}
        if self.maybe(0.5):
            flow["comment"] = self._chance.choice(COMMENTS)
        if self.maybe(0.4):
            date = self._today + datetime.timedelta(days=self._chance.choice((-1, 0, 1, 30, 400)))
            flow["expires"] = self._chance.choice((date, date.isoformat()))
        return flow

    def _side(self) -> Any:
        words = (*PARTIES, *SHARED, *ROLES, *self._groups["qradar"], self._network(), self._network())
        return self._chance.choice((self._chance.choice(words), self.some(words, 2, 1)))
