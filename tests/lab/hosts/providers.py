# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers as a test takes them: what a lab needs for each, and the variables that choose it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from tests.lab.hosts.firewalld import start_firewalld
from tests.lab.hosts.qradar.stand_in import install_stand_in
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.topology import Topology


def _nothing(_nodes: Sequence[RunningNode], _stack: contextlib.ExitStack) -> None:
    """A kernel and its programs are enough."""


def trust_all_zones(node: RunningNode) -> None:
    """Have firewalld's zones, once it starts, let everything through that no policy forbids."""
    node.run(["sed", "-i", "s/^DefaultZone=.*/DefaultZone=trusted/", "/etc/firewalld/firewalld.conf"])


def _firewalld(nodes: Sequence[RunningNode], stack: contextlib.ExitStack) -> None:
    for node in nodes:
        if node.node.forwards:
            # What crosses a gateway and is not ours is up to zones, which let nothing through by default.
            trust_all_zones(node)
        stack.enter_context(start_firewalld(node))


def _qradar(nodes: Sequence[RunningNode], _stack: contextlib.ExitStack) -> None:
    for node in nodes:
        if Topology.is_qradar(node.node):
            install_stand_in(node)


@dataclass(frozen=True)
class Provider:
    """host, gateway: the provider of each role. prepare_nodes: makes them ready, leaves on the stack what ends that."""

    name: str
    host: str
    gateway: str
    prepare_nodes: Callable[[Sequence[RunningNode], contextlib.ExitStack], None] = _nothing

    def __str__(self) -> str:
        return self.name

    @property
    def variables(self) -> dict[str, str]:
        return {"host_firewall_provider": self.host, "gateway_firewall_provider": self.gateway}

    @property
    def arguments(self) -> tuple[str, ...]:
        """For ansible-playbook: that this provider be used, whatever the inventory says."""
        return tuple(word for key, value in self.variables.items() for word in ("-e", f"{key}={value}"))

    def prepare(self, lab: Lab, stack: contextlib.ExitStack) -> None:
        """Make all managed nodes ready for this provider, and leave on the stack what ends that."""
        self.prepare_nodes(managed(lab), stack)

    @contextlib.contextmanager
    def prepared(self, lab: Lab) -> Iterator[Lab]:
        """A lab where this provider can be used; what was started for that ends with it."""
        with contextlib.ExitStack() as stack:
            self.prepare(lab, stack)
            yield lab


def managed(lab: Lab) -> list[RunningNode]:
    """The nodes that Ansible knows."""
    return [node for node in lab.nodes() if node.node.managed]


PROVIDERS: dict[str, Provider] = {
    provider.name: provider
    for provider in (
        Provider("iptables", "iptables", "iptables"),
        Provider("nftables", "nftables", "nftables"),
        Provider("firewalld", "firewalld", "firewalld", _firewalld),
        # A gateway is no QRadar host.
        Provider("qradar", "qradar", "iptables", _qradar),
    )
}
EVERY = list(PROVIDERS.values())
