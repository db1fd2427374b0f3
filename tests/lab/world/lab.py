# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Start, use and end a lab: hosts as namespaces of this machine.

Lab.start() from Python, `python -m tests.lab` by hand.

Nothing outside the lab's own namespaces is touched, and no name is registered anywhere: several labs run side by side.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from tests.lab.world.inventory import write_inventory
from tests.lab.world.probing_ports import REPLY_PORTS
from tests.lab.world.topology import LabError, Node, Topology, load_topology

ROOT = Path(__file__).resolve().parents[3]
SWITCH = "switch"

_QUIET_IPV6 = {"accept_dad": "0", "dad_transmits": "0", "accept_ra": "0", "autoconf": "0", "router_solicitations": "0"}
# Entries of the prober's packets are not kept: hundreds of thousands a second would fill the tables.
_SHORT_MEMORY = {
    "tcp_timeout_syn_sent": "1",
    "tcp_timeout_syn_recv": "2",
    "tcp_timeout_close": "1",
    "udp_timeout": "1",
    "udp_timeout_stream": "2",
    "icmp_timeout": "1",
    "icmpv6_timeout": "1",
}

# A closed port answers each probe with a reset, which costs as much again on its way back. A node sends none to the
# ports that probes come from; all other replies go their way.
_NO_REPLIES = f"rule add iif lo ipproto tcp dport {REPLY_PORTS[0]}-{REPLY_PORTS[1]} blackhole priority 1"

# Where the user of this machine came from says nothing about a node.
_NOT_THE_NODES = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "SSH_AUTH_SOCK")


def environment() -> dict[str, str]:
    """For programs of a lab: as here, without traces of SSH, and with the programs that only root has in its path."""
    kept = {key: value for key, value in os.environ.items() if key not in _NOT_THE_NODES}
    return {**kept, "PATH": f"{kept.get('PATH', os.defpath)}:/usr/sbin:/sbin"}


@dataclass(frozen=True)
class RunningNode:
    """A node of a running lab."""

    lab: Lab
    node: Node
    process: int

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The command line that runs arguments inside the node, from outside."""
        return [*self.lab.enter_command(self.process), "--", *arguments]

    def run(
        self, arguments: Sequence[str], *, check: bool = True, stdin: str | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside the node and wait for it. Where check is, failure raises LabError with its words."""
        done = subprocess.run(
            self.command(arguments),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout,
            check=False,
            env=environment(),
        )
        if check and done.returncode != 0:
            raise LabError(f"{self.node.name}: {' '.join(arguments)}: exit {done.returncode}: {done.stderr.strip()}")
        return done

    def popen(self, arguments: Sequence[str], **options: Any) -> subprocess.Popen[str]:
        """Start a program inside the node; it dies with the node at the latest."""
        return subprocess.Popen(self.command(arguments), text=True, **{"env": environment(), **options})


class Lab:
    """A running lab. Use as a context manager, or call stop()."""

    def __init__(self, topology: Topology, folder: Path, keeper: subprocess.Popen[str], pids: dict[str, int]) -> None:
        self.topology = topology
        self.folder = folder
        self.inventory = folder / "inventory.yml"
        self.rootless = os.geteuid() != 0
        self.processes = pids
        self._keeper = keeper

    @classmethod
    def start(cls, path: str | Path, *, extra_variables: Mapping[str, Any] | None = None) -> Lab:
        """Start the lab that a file describes. extra_variables: inventory variables of all hosts, over the file's.

        Raises LabError with the reason; nothing is left behind then.
        """
        topology = load_topology(path)
        for tool, package in (("ip", "iproute2"), ("bridge", "iproute2"), ("nsenter", "util-linux")):
            if shutil.which(tool, path=environment()["PATH"]) is None:
                raise LabError(f"{tool} is not installed; it is in the package {package}")
        keeper = subprocess.Popen(
            [sys.executable, "-m", "tests.lab.world.keeper"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            start_new_session=True,
            env=environment(),
        )
        assert keeper.stdin is not None
        assert keeper.stdout is not None
        keeper.stdin.write(json.dumps(_layout(topology)) + "\n")
        keeper.stdin.flush()
        answer = keeper.stdout.readline()
        said: dict[str, Any] = json.loads(answer) if answer else {"error": "the keeper of the lab died"}
        if "error" in said:
            keeper.stdin.close()
            keeper.wait()
            raise LabError(f"{path}: {said['error']}")
        folder = Path(tempfile.mkdtemp(prefix=f"lab-{topology.name}-"))
        lab = cls(topology, folder, keeper, said["processes"])
        write_inventory(topology, lab.inventory, lab.processes, lab.rootless, dict(extra_variables or {}))
        return lab

    def __enter__(self) -> Lab:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def __getitem__(self, name: str) -> RunningNode:
        return self.node(name)

    def node(self, name: str) -> RunningNode:
        if name not in self.topology.nodes:
            raise LabError(f"no node {name!r}; there are {', '.join(self.topology.nodes)}")
        return RunningNode(self, self.topology.nodes[name], self.processes[name])

    def nodes(self) -> Iterator[RunningNode]:
        return (self.node(name) for name in self.topology.nodes)

    def enter_command(self, process: int) -> list[str]:
        user = ["--user", "--preserve-credentials"] if self.rootless else []
        return ["nsenter", "--target", str(process), *user, "--mount", "--uts", "--net", "--pid"]

    @property
    def keeper(self) -> int:
        """The process that holds the lab. Its end is the end of the lab."""
        return self._keeper.pid

    def stop(self) -> None:
        """Kill all nodes and what runs in them; returns when they are gone."""
        stdin: IO[str] | None = self._keeper.stdin
        if stdin is not None and not stdin.closed:
            with contextlib.suppress(OSError):
                stdin.close()
        self._keeper.wait()
        if self._keeper.stdout is not None:
            self._keeper.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def _layout(topology: Topology) -> dict[str, Any]:
    """What the keeper has to build, as lines for ip and bridge."""
    default = {
        f"net.ipv6.conf.{scope}.{key}": value for scope in ("all", "default") for key, value in _QUIET_IPV6.items()
    }
    default |= {f"net.ipv4.conf.{scope}.rp_filter": "0" for scope in ("all", "default")}
    default |= {f"net.netfilter.nf_conntrack_{key}": value for key, value in _SHORT_MEMORY.items()}
    forwarding = {
        "net.ipv4.ip_forward": "1",
        "net.ipv6.conf.all.forwarding": "1",
        "net.ipv6.conf.default.forwarding": "1",
    }
    bridged = {f"net.bridge.bridge-nf-call-{tool}": "0" for tool in ("iptables", "ip6tables", "arptables")}

    nodes: dict[str, dict[str, Any]] = {
        SWITCH: {"sysctls": default | bridged, "network": ["link set lo up"], "network6": []}
    }
    bridges = {name: f"br{number}" for number, name in enumerate(topology.networks)}
    links = [
        line
        for bridge in bridges.values()
        for line in (
            f"link add {bridge} type bridge stp_state 0 forward_delay 0 mcast_snooping 0",
            f"link set {bridge} addrgenmode none",
            f"link set {bridge} up",
        )
    ]
    forwarding_database = []
    for node in topology.nodes.values():
        lines = ["link set lo up"]
        for interface in node.interfaces:
            port = f"p{interface.mac[-5:].replace(':', '')}"
            links += [
                f"link add {port} type veth peer name {interface.network.name} "
                f"address {interface.mac} netns {{pid_{node.name}}}",
                f"link set {port} master {bridges[interface.network.name]} addrgenmode none up",
            ]
            # A node that drops everything never speaks, and its frames would be flooded to all.
            forwarding_database.append(f"fdb replace {interface.mac} dev {port} master static")
            lines.append(f"link set {interface.network.name} up")
            for address in interface.addresses:
                lines.append(_add(topology, address, interface.network.name))
        lines += [_add(topology, address, topology.hop(node, address)[0].network.name) for address in node.holds]
        lines += [f"route add {prefix} via {via} dev {device}" for prefix, via, device in topology.routes(node)]
        quiet = [] if node.forwards else [_NO_REPLIES]
        nodes[node.name] = {
            "sysctls": default | (forwarding if node.forwards else {}),
            "network": [*lines, *quiet],
            "network6": quiet,
        }
    return {"switch": SWITCH, "nodes": nodes, "links": links, "bridge": forwarding_database}


def _add(topology: Topology, address: Any, device: str) -> str:
    length = next(prefix.prefixlen for prefix in topology.network_of(address).prefixes if address in prefix)
    return f"address add {address}/{length} dev {device}" + (" nodad" if address.version == 6 else "")
