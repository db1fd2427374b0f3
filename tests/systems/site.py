# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A network of whole systems, with a namespace that is the controller and speaks SSH to them."""

from __future__ import annotations

import ipaddress
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.lab.plays.playbook import playbook_command, playbook_environment
from tests.lab.plays.record import Recorded, record_playbook
from tests.systems.listener import listen_early
from tests.systems.system import BootError, Network, System, dying, wait_for

NETWORKS = {4: ipaddress.ip_network("198.18.40.0/24"), 6: ipaddress.ip_network("2001:db8:40::/64")}
CONTROLLER = 1
USER, PASSWORD = "deputy", "only in the lab"

_NETWORK = """\
[Match]
Name=eth0

[Network]
Address={four}/24
Address={six}/64
LinkLocalAddressing=ipv6
IPv6AcceptRA=no
IPv6DuplicateAddressDetection=0
"""
SSH_OPTIONS = "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR"


def address(number: int, version: int = 4) -> str:
    """Of a system, or of the controller."""
    return str(NETWORKS[version][number])


class Site:
    """Systems and their controller. Use as a context manager."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self.folder = Path(tempfile.mkdtemp(prefix="systems-"))
        self.inventory = self.folder / "inventory.yml"
        self.systems: dict[str, System] = {}
        self._numbers: dict[str, int] = {}
        self._runs = 0
        self._hosts: dict[str, dict[str, Any]] = {}
        # Who becomes another user reads the key, too.
        self.folder.chmod(0o755)
        key = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "controller", "-f", str(self.folder / "key")]
        subprocess.run(key, check=True, stdin=subprocess.DEVNULL)
        self.controller = Network()
        self.controller.ip(
            "link add lan type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
            "link set lan addrgenmode none",
            *(
                f"address add {address(CONTROLLER, version)}/{net.prefixlen} dev lan"
                for version, net in NETWORKS.items()
            ),
            "link set lan up",
        )

    def __enter__(self) -> Site:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def __getitem__(self, name: str) -> System:
        return self.systems[name]

    def stop(self) -> None:
        """End all systems, and remove what they have written."""
        for system in self.systems.values():
            system.lose_power()
        self.controller.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    # ---- systems

    def add(self, name: str, group: str | None = "qradar_console", **variables: Any) -> System:
        """A system that is installed, and not started. group: in the inventory; None leaves it out."""
        number = 11 + len(self.systems)
        system = System(name, self._root, self.folder / name, lambda: self._connect(number))
        self.systems[name], self._numbers[name] = system, number
        if group:
            self._hosts[name] = {"group": group, "ansible_host": address(number), **variables}
        public = (self.folder / "key.pub").read_text(encoding="utf-8")
        system.accept_ssh(public)
        system.put("etc/systemd/network/lan.network", _NETWORK.format(four=address(number), six=address(number, 6)))
        system.enable("systemd-networkd.service")
        listen_early(system)
        self.write_inventory()
        return system

    def _connect(self, number: int) -> Network:
        """A network for one boot, with a cable that nobody has set up yet."""
        network = Network()
        here = self.controller.process
        # A machine keeps its cards over a boot.
        mac = f"02:00:5e:00:53:{number:02x}"
        network.ip(f"link add eth0 address {mac} type veth peer name port{number} netns {here}")
        # Its neighbour need not look for it, so its first packet comes as soon as the cable is up.
        self.controller.ip(
            f"link set port{number} master lan addrgenmode none up",
            *(f"neighbour replace {address(number, one)} lladdr {mac} dev lan nud permanent" for one in NETWORKS),
        )
        return network

    def set_cable(self, name: str, state: str) -> None:
        """Have a system's cable up or down, as long as this boot lasts."""
        self.controller.ip(f"link set port{self._numbers[name]} {state}")

    def address_of(self, name: str, version: int = 4) -> str:
        return address(self._numbers[name], version)

    def write_inventory(self, **variables: Any) -> None:
        """For all systems that are in it. variables: of all hosts."""
        groups: dict[str, Any] = {}
        for name, host in self._hosts.items():
            groups.setdefault(host["group"], {"hosts": {}})["hosts"][name] = {
                "qradar_addresses": [address(self._numbers[name], version) for version in NETWORKS],
                **{key: value for key, value in host.items() if key != "group"},
            }
        common = {
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.folder / "key"),
            "ansible_ssh_common_args": SSH_OPTIONS,
            "ansible_python_interpreter": "/usr/bin/python3",
            "qradar_parties": {"log_sources": ["198.18.50.0/24", "2001:db8:50::/64"]},
            "qradar_dynamic_ports": {"imq_dynamic": ["tcp/40910-40913"]},
            **variables,
        }
        everything = {"children": {"qradar": {"children": groups}}, "vars": common}
        self.inventory.write_text(yaml.safe_dump({"all": everything}, sort_keys=False), encoding="utf-8")

    # ---- from the controller

    def ssh_command(self, name: str, *arguments: str, user: str = "root", version: int = 4) -> list[str]:
        """The command line, from anywhere, for a connection of its own from the controller."""
        options = ["-F", "none", "-i", str(self.folder / "key"), *SSH_OPTIONS.split(), "-o", "ControlPath=none"]
        options += ["-o", "ConnectTimeout=2", "-o", "BatchMode=yes"]
        target = f"{user}@{address(self._numbers[name], version)}"
        return self.controller.command(["ssh", *options, target, *arguments])

    def jump(self, name: str) -> str:
        """The value of ProxyCommand that goes through a system."""
        return f"ssh -F none -i {self.folder / 'key'} {SSH_OPTIONS} -W %h:%p root@{address(self._numbers[name])}"

    def ssh(self, name: str, command: str, **options: Any) -> subprocess.CompletedProcess[str]:
        """Run a command over a connection of its own. Never raises for one that fails."""
        whole = self.ssh_command(name, command, **options)
        return subprocess.run(whole, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=30)

    def answers(self, name: str) -> bool:
        """Whether SSH works."""
        return self.ssh(name, "true").returncode == 0

    def wait(self, *names: str, seconds: float = 60) -> None:
        """Until SSH answers, and the boot is through."""
        for name in names or self.systems:
            try:
                wait_for(f"{name}: SSH", lambda name=name: self.answers(name), seconds)  # type: ignore[misc]
                wait_for(f"{name}: the boot", self[name].booted, seconds)
            except BootError as error:
                raise BootError(f"{error}\n{self[name].console[-2000:]}") from None

    def start(self, *names: str) -> None:
        """Boot these systems, or all; and wait()."""
        for name in names or self.systems:
            self[name].start()
        self.wait(*names)

    def settings(self) -> dict[str, str]:
        """Ansible's, as environment variables."""
        # Connections that another run keeps open are none of this one's.
        self._runs += 1
        return {"ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / f"cp{self._runs}"), "HOME": str(self.folder)}

    def play(self, playbook: str | Path, *arguments: str, **more: str) -> Recorded:
        """Run a playbook on the controller. more: environment."""
        settings: dict[str, Any] = {**self.settings(), **more}
        return record_playbook(self, playbook, *arguments, inside=self.controller, inventory=None, **settings)

    def start_play(self, playbook: str | Path, *arguments: str) -> subprocess.Popen[bytes]:
        """Start a playbook on the controller, and leave it to itself. All that it has started dies with it."""
        command = playbook_command(self.inventory, playbook, *arguments)
        # Ansible's workers have sessions of their own.
        alone = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc", "--"]
        return subprocess.Popen(
            dying(self.controller.command([*alone, *command])),
            env={**os.environ, **playbook_environment(self), **self.settings()},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def python(self, script: str, *arguments: str) -> subprocess.Popen[str]:
        """Start a script of Python on the controller."""
        command = self.controller.command([sys.executable, "-I", "-c", script, *arguments])
        return subprocess.Popen(dying(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)

    def run(self, arguments: Sequence[str], environment: Mapping[str, str] | None = None) -> str:
        """What a program on the controller writes."""
        return subprocess.run(
            self.controller.command(arguments),
            env={**os.environ, **(environment or {})},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=True,
            timeout=60,
        ).stdout
