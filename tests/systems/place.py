# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Networks with whole systems in them, the controller, and outsiders: where a scenario of Molecule happens.

Each network has outsiders at fixed numbers. What is at a number of a network is the same in both families: number 11 of
the network core is 198.18.41.11 and 2001:db8:41::b.
"""

from __future__ import annotations

import ipaddress
import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.systems.listener import listen_early
from tests.systems.system import BootError, Network, System, wait_for

NETWORKS = {"core": 41, "remote": 42}
# A system in several networks forwards between them; its number is this one in each.
GATEWAY = 1
# The controller is in the first network.
HOME, CONTROLLER = "core", 2
# Party of the inventory, or None for a stranger: number. An outsider is called log.core, guest.remote, and so on.
OUTSIDERS: dict[str, tuple[str | None, int]] = {"log": ("log_sources", 50), "guest": (None, 60)}

_INTERFACE = """\
[Match]
Name={name}

[Network]
Address={four}/24
Address={six}/64
LinkLocalAddressing=ipv6
IPv6AcceptRA=no
IPv6DuplicateAddressDetection=0
"""
_SSH = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"
# Who speaks to a system that is gone is told so.
_ALIVE = "-o ServerAliveInterval=5 -o ServerAliveCountMax=3"


@dataclass(frozen=True)
class Described:
    """A system as a scenario describes it. networks: name -> its number there."""

    name: str
    networks: Mapping[str, int]

    @property
    def forwards(self) -> bool:
        return len(self.networks) > 1

    @property
    def addresses(self) -> list[str]:
        return [address(name, number, version) for name, number in self.networks.items() for version in (4, 6)]


def prefix(network: str, version: int = 4) -> str:
    """198.18.41.0/24 of a network."""
    number = NETWORKS[network]
    return f"198.18.{number}.0/24" if version == 4 else f"2001:db8:{number}::/64"


def address(network: str, number: int, version: int = 4) -> str:
    """What is at a number of a network."""
    return str(ipaddress.ip_network(prefix(network, version))[number])


def described(platforms: Sequence[Mapping[str, Any]]) -> list[Described]:
    """What Molecule's platforms say. Raises BootError for what cannot be built."""
    found = []
    for platform in platforms:
        name, networks = platform["name"], platform.get("at") or {}
        for network in networks:
            if network not in NETWORKS:
                raise BootError(f"{name}: at: '{network}' is none. Write one of: {', '.join(NETWORKS)}")
        if not networks:
            raise BootError(f"{name}: at: nothing is there. Write {{{HOME}: 11}} for number 11 of {HOME}")
        if len(networks) > 1 and set(networks.values()) != {GATEWAY}:
            raise BootError(f"{name}: at: a gateway has the number {GATEWAY} in each. Write {GATEWAY}")
        found.append(Described(name, networks))
    return found


class Place:
    """Systems that run, and who is around them.

    Args:
        folder: of its own; what systems write, the key, and the inventory go there.
        image: a root file system, which is never written to.
        systems: what is to be there.
    """

    def __init__(self, folder: Path, image: Path, systems: Sequence[Described]) -> None:
        self.folder = folder
        self._described = {one.name: one for one in systems}
        self._used = [name for name in NETWORKS if any(name in one.networks for one in systems)]
        self._gateways = [one for one in systems if one.forwards]
        self.controller = Network()
        self.outsiders: dict[str, Network] = {}
        self.systems: dict[str, System] = {}
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "controller", "-f", str(folder / "key")]
        subprocess.run(key, check=True, stdin=subprocess.DEVNULL)
        for name in self._used:
            # Switches are in the controller's namespace, without an address but where the controller is at home.
            self.controller.ip(
                f"link add {name} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
                f"link set {name} addrgenmode none up",
            )
        self._set_up_controller()
        for network in self._used:
            for kind, (_party, number) in OUTSIDERS.items():
                self.outsiders[f"{kind}.{network}"] = self._outsider(network, number)
        for one in systems:
            self.systems[one.name] = self._install(one, image)

    def judged_by(self, name: str) -> list[str]:
        """Addresses whose packets meet the rules of a system: its own, or those of the systems behind it."""
        if not self._described[name].forwards:
            return self._described[name].addresses
        behind = [one for one in self._described.values() if not one.forwards and HOME not in one.networks]
        return [address for one in behind for address in one.addresses]

    # ---- networks

    def _mac(self, network: str, number: int) -> str:
        return f"02:00:5e:00:{NETWORKS[network]:02x}:{number:02x}"

    def _neighbours(self, network: str, device: str) -> list[str]:
        """Nobody has to look for a system, so the first packet to it comes as soon as its cable is up."""
        return [
            f"neighbour replace {address(network, one.networks[network], version)} "
            f"lladdr {self._mac(network, one.networks[network])} dev {device} nud permanent"
            for one in self._described.values()
            if network in one.networks
            for version in (4, 6)
        ]

    def _routes(self, network: str, device: str) -> list[str]:
        """To all other networks, where a gateway is."""
        if not any(network in one.networks for one in self._gateways):
            return []
        others = [name for name in self._used if name != network]
        return [
            f"route add {prefix(other, version)} via {address(network, GATEWAY, version)} dev {device}"
            for other in others
            for version in (4, 6)
        ]

    def _set_up_controller(self) -> None:
        self.controller.ip(
            *(f"address add {address(HOME, CONTROLLER, version)}/{length} dev {HOME}" for version, length in _LENGTHS),
            *self._routes(HOME, HOME),
            *self._neighbours(HOME, HOME),
        )

    def _plug(self, network: Network, name: str, number: int) -> None:
        """A cable from the switch of that name; at its other end the interface has the switch's name, and is down."""
        port = f"{name[:8]}{number}"
        mac = self._mac(name, number)
        network.ip(f"link add {name} address {mac} type veth peer name {port} netns {self.controller.process}")
        self.controller.ip(f"link set {port} master {name} addrgenmode none up")

    def _outsider(self, network: str, number: int) -> Network:
        found = Network()
        self._plug(found, network, number)
        found.ip(
            *(
                f"address add {address(network, number, version)}/{length} dev {network} {'nodad' * (version == 6)}"
                for version, length in _LENGTHS
            ),
            f"link set {network} up",
            *self._routes(network, network),
            *self._neighbours(network, network),
        )
        return found

    def _connect(self, one: Described) -> Network:
        network = Network()
        for name, number in one.networks.items():
            self._plug(network, name, number)
        if one.forwards:
            for setting in ("net.ipv4.ip_forward=1", "net.ipv6.conf.all.forwarding=1"):
                subprocess.run(network.command(["sysctl", "-q", "-w", setting]), check=True)
        return network

    # ---- systems

    def _install(self, one: Described, image: Path) -> System:
        system = System(one.name, image, self.folder / "disks" / one.name, lambda: self._connect(one))
        public = (self.folder / "key.pub").read_text(encoding="utf-8")
        system.accept_ssh(public)
        for name, number in one.networks.items():
            text = _INTERFACE.format(name=name, four=address(name, number), six=address(name, number, 6))
            if self._gateways and not one.forwards:
                text += "".join(f"Gateway={address(name, GATEWAY, version)}\n" for version in (4, 6))
            system.put(f"etc/systemd/network/{name}.network", text)
        system.enable("systemd-networkd.service")
        listen_early(system)
        return system

    def start(self, *names: str) -> None:
        """Boot these systems, or all, gateways first; and wait until SSH answers and the boot is through."""
        wanted = names or tuple(sorted(self.systems, key=lambda name: not self._described[name].forwards))
        for name in wanted:
            self.systems[name].start()
        self.wait(*wanted)

    def wait(self, *names: str, seconds: float = 90) -> None:
        """Until SSH answers, and the boot is through."""
        self.write()
        for name in names:
            system = self.systems[name]
            try:
                wait_for(f"{name}: SSH", lambda name=name: self.answers(name), seconds)  # type: ignore[misc]
                wait_for(f"{name}: the boot", system.booted, seconds)
            except BootError as error:
                raise BootError(f"{error}\n{system.console[-2000:]}") from None

    def answers(self, name: str) -> bool:
        """Whether SSH works, from the controller."""
        options = ["-F", "none", "-i", str(self.folder / "key"), *_SSH.split(), "-o", "ControlPath=none"]
        options += ["-o", "ConnectTimeout=2", "-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"]
        command = self.controller.command(["ssh", *options, f"root@{self._described[name].addresses[0]}", "true"])
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=30)
        return done.returncode == 0

    def stop(self) -> None:
        """End all systems and networks. What systems have written stays in the folder."""
        for system in self.systems.values():
            system.lose_power()
        for network in (*self.outsiders.values(), self.controller):
            network.close()

    # ---- what others read

    def write(self) -> None:
        """place.json: the namespaces, for whoever sends packets; inventory.yml: for Ansible."""
        networks = {"controller": self.controller.path}
        networks |= {name: network.path for name, network in self.outsiders.items()}
        networks |= {name: system.network for name, system in self.systems.items() if system.running}
        addresses = {name: one.addresses for name, one in self._described.items()}
        for name in self.outsiders:
            kind, _dot, network = name.partition(".")
            addresses[name] = [address(network, OUTSIDERS[kind][1], version) for version in (4, 6)]
        self._replace("place.json", {"networks": networks, "addresses": addresses})
        # YAML that is JSON.
        self._replace("inventory.yml", self._inventory())

    def _replace(self, name: str, data: object) -> None:
        new = self.folder / f"{name}.new"
        new.write_text(json.dumps(data, indent=1) + "\n", encoding="utf-8")
        new.rename(self.folder / name)

    def _inventory(self) -> dict[str, Any]:
        relay = Path(__file__).with_name("relay.py")
        proxy = f"nsenter --net={self.controller.path} -- {sys.executable} -I -S {relay} %h %p"
        parties: dict[str, list[str]] = {}
        for party, number in OUTSIDERS.values():
            if party:
                parties[party] = [
                    f"{address(network, number, version)}/{32 if version == 4 else 128}"
                    for network in self._used
                    for version in (4, 6)
                ]
        hosts: dict[str, dict[str, Any]] = {}
        for name, one in self._described.items():
            hosts[name] = {"ansible_host": one.addresses[0], "qradar_addresses": one.addresses}
            if one.forwards:
                del hosts[name]["qradar_addresses"]
                hosts[name]["qradar_gateway_segments"] = {
                    network: [prefix(network, version) for version in (4, 6)] for network in one.networks
                }
        variables = {
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.folder / "key"),
            "ansible_ssh_common_args": f'{_SSH} {_ALIVE} -o ProxyUseFdpass=yes -o ProxyCommand="{proxy}"',
            "ansible_python_interpreter": "/usr/bin/python3",
            "qradar_parties": parties,
            "qradar_dynamic_ports": {
                "imq_dynamic": ["tcp/40910-40913"],
                "portmapper_dynamic": ["tcp/40901", "udp/40901"],
            },
        }
        return {"all": {"hosts": hosts, "vars": variables}}


_LENGTHS = ((4, 24), (6, 64))
