# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which firewalls of a lab are in force.

A gateway and the host behind it judge the same packets, so a hole in one is hidden by the other. Each alone has nowhere
to hide.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from tests.lab.hosts.providers import Provider, managed
from tests.lab.oracle.oracle import Oracle
from tests.lab.plays.playbook import run_playbook
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab
from tests.lab.world.topology import LabError, Topology


@dataclass(frozen=True)
class Guard:
    """hosts, gateways: whether their firewalls are in force."""

    name: str
    hosts: bool
    gateways: bool

    def __str__(self) -> str:
        return self.name

    @property
    def variables(self) -> dict[str, str]:
        sides = {"host": self.hosts, "gateway": self.gateways}
        return {f"{side}_firewall_state": "absent" for side, there in sides.items() if not there}

    def oracle(self, topology: Topology) -> Oracle:
        """What should pass with this guard."""
        return Oracle(dataclasses.replace(topology, variables={**topology.variables, **self.variables}))


BOTH = Guard("hosts and gateways", hosts=True, gateways=True)
HOSTS = Guard("hosts alone", hosts=True, gateways=False)
GATEWAYS = Guard("gateways alone", hosts=False, gateways=True)
GUARDS = (BOTH, HOSTS, GATEWAYS)


def guards_of(provider: Provider) -> tuple[Guard, ...]:
    """Those that a provider can be had with: QRadar's own rules go on closing a host without ours."""
    return GUARDS if provider.host == provider.gateway else (BOTH, HOSTS)


def put_in_force(lab: Lab, provider: Provider, guard: Guard) -> None:
    """Run site.yml until exactly these firewalls are in force. Raises LabError with what it printed where it fails."""
    if provider.host == "firewalld" and not guard.hosts:
        for node in managed(lab):
            # Zones that are there without our policies would close what nobody is to close.
            node.run(["firewall-cmd", "--set-default-zone=trusted"])
    words = [word for key, value in guard.variables.items() for word in ("-e", f"{key}={value}")]
    run = run_playbook(lab, SITE, *words)
    if not run.ok:
        raise LabError(f"{SITE} with {provider} and {guard}: exit {run.status}\n{run.stdout}")
