# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a console says of its deployment, in the shapes that IBM documents for release 26.0 of the API."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]


@dataclass
class Deployment:
    """The console's records. ``tunnels`` are by the ID of a host, ``interfaces`` by kind and ID of the server,
    ``firewall_rules`` by the ID of the server."""

    hosts: list[Json] = field(default_factory=list)
    servers: list[Json] = field(default_factory=list)
    tunnels: dict[int, list[Json]] = field(default_factory=dict)
    interfaces: dict[str, list[Json]] = field(default_factory=dict)
    firewall_rules: dict[int, list[Json]] = field(default_factory=dict)
    about: Json = field(
        default_factory=lambda: {
            "build_version": "2021.6.10.20241107205131",
            "external_version": "7.5.0",
            "fips_enabled": False,
            "release_name": "7.5.0 UpdatePackage 10",
        }
    )

    def add(
        self,
        hostname: str,
        address: str,
        appliance: str,
        components: list[str],
        *,
        encrypted: bool = False,
        nodes: tuple[str, str] | None = None,
        public: str | None = None,
        status: str = "Active",
    ) -> Json:
        """Add a managed host with its server, or with the two of a pair, whose own addresses are ``nodes``."""
        host_id = 50 + len(self.hosts)
        servers: list[Json] = []
        for index, own in enumerate(nodes or (address,)):
            suffix = ("-primary", "-secondary")[index] if nodes else ""
            servers.append(
                {
                    "hostname": hostname + suffix,
                    "managed_host_id": host_id,
                    "private_ip": own,
                    "server_id": 100 + len(self.servers) + len(servers),
                    "status": "ACTIVE",
                }
            )
        host = {
            "app_memory": 0,
            "appliance": {"id": appliance, "type": f"Appliance {appliance}"},
            "average_eps": 42,
            "average_fpm": 0,
            "components": ["hostcontext", *components],
            "compression_enabled": False,
            "cpus": 16,
            "email_server_id": 1,
            "encryption_enabled": encrypted,
            "eps_allocation": 5000,
            "eps_rate_hardware_limit": 10000,
            "fpm_allocation": 0,
            "fpm_rate_hardware_limit": 0,
            "hostname": hostname,
            "id": host_id,
            "license_serial_number": "LICENCE-SERIAL-4711",
            "peak_eps": 99,
            "peak_fpm": 0,
            "primary_server_id": servers[0]["server_id"],
            "private_ip": address,
            "proxy_server_id": None,
            "public_ip": public or address,
            "remote_tunnel_initiation_enabled": False,
            "secondary_server_id": servers[1]["server_id"] if nodes else None,
            "status": status,
            "total_memory": 131072000,
            "version": "2021.6.10.20241107205131",
        }
        self.hosts.append(host)
        self.servers += servers
        return host

    def host(self, hostname: str) -> Json:
        """A managed host by its name."""
        return next(host for host in self.hosts if host["hostname"] == hostname)


def entry(**fields: Any) -> Json:
    """What somebody entered for a host's firewall: tcp/8443 from one address, unless fields say something else."""
    return {
        "is_any_source_ip": False,
        "port_range": None,
        "port_type": "SINGLE",
        "protocol": "TCP",
        "single_port": 8443,
        "source_ip": "198.18.9.2",
        **fields,
    }


CONSOLE = ["ecs-ec-ingress", "ecs-ec", "ecs-ep", "magistrate", "ariel_proxy_server", "vis", "assetprofiler", "qflow"]
PROCESSOR = ["ecs-ec-ingress", "ecs-ec", "ecs-ep", "ariel_query_server", "eventprocessor", "eventcollector"]
COLLECTOR = ["ecs-ec-ingress", "ecs-ec", "eventcollectoringress", "eventcollector"]


def example() -> Deployment:
    """A console that is a pair, one host of each other kind, NAT, and encryption."""
    found = Deployment()
    found.add("con1", "198.18.1.10", "3199", CONSOLE, nodes=("198.18.1.11", "198.18.1.12"))
    found.add("ep1", "198.18.1.21", "1699", PROCESSOR)
    ec1 = found.add(
        "ec1", "198.18.21.11", "1599", [*COLLECTOR, "setuptunnel", "tunnel"], encrypted=True, public="198.18.100.11"
    )
    found.add("fp1", "198.18.1.31", "1799", [*PROCESSOR, "qflow"])
    found.add("fc1", "198.18.1.32", "1299", [*COLLECTOR, "qflow"])
    found.add("dn1", "198.18.1.41", "1400", ["dataNode", "ariel_query_server"])
    app1 = found.add("app1", "198.18.1.51", "4000", ["setuptunnel", "tunnel"], encrypted=True)
    found.add("rm1", "198.18.1.61", "700", ["qrm", "arc_builder", "tomcat-rm", "ziptie-server"])
    found.add("vs1", "198.18.1.62", "610", ["qvmscanner"])
    for host in (ec1, app1):
        found.tunnels[host["id"]] = [
            {
                "local_port": 20000 + host["id"],
                "name": f"{host['hostname']}_to_console",
                "remote_host_id": found.host("con1")["id"],
                "remote_port": 7676,
                "reverse_source": False,
            }
        ]
    return found


def large(count: int) -> Deployment:
    """A console and event processors, ``count`` hosts in all."""
    found = Deployment()
    found.add("con1", "198.18.0.1", "3199", CONSOLE)
    for number in range(1, count):
        found.add(f"ep{number}", f"198.18.{1 + number // 250}.{1 + number % 250}", "1699", PROCESSOR)
    return found
