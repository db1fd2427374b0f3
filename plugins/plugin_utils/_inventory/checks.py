# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks across hosts: the console, HA pairs, addresses used twice, NAT.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Address
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Host


def check_hosts(hosts: Mapping[str, Host]) -> dict[str, Host]:
    """Check hosts against each other.

    Returns:
        The hosts; both nodes of a pair with the pair's cluster addresses, whichever of them lists these.

    Raises:
        InputError: naming the hosts that contradict each other.
    """
    for host in hosts.values():
        _check_pair(host, hosts)
    _check_consoles(hosts)
    checked = {name: _with_cluster(host, hosts) for name, host in hosts.items()}
    _check_addresses(checked)
    _check_nat(checked)
    return checked


def _check_pair(host: Host, hosts: Mapping[str, Host]) -> None:
    variable, name = "qradar_ha_peer", host.ha_peer
    if name is None:
        if host.cluster_addresses:
            raise InputError(
                host.name,
                "qradar_cluster_addresses",
                [str(address) for address in host.cluster_addresses],
                "belong to an HA pair, but qradar_ha_peer is not set",
                "Set qradar_ha_peer on both nodes, or remove the cluster addresses",
            )
        return
    if name == host.name:
        raise InputError(host.name, variable, name, "is the host itself", "Name the other node of the pair")
    if name not in hosts:
        raise InputError(
            host.name, variable, name, "is not a host of the deployment", choices(name, set(hosts) - {host.name})
        )
    peer = hosts[name]
    if peer.ha_peer != host.name:
        raise InputError(
            host.name,
            variable,
            name,
            f"does not name {host.name} in turn (it names {peer.ha_peer or 'nobody'})",
            f"Set qradar_ha_peer of {name} to {host.name}",
        )
    if peer.roles != host.roles:
        raise InputError(
            f"{host.name} and {name}",
            "qradar_roles",
            [sorted(host.roles), sorted(peer.roles)],
            "differ, but the two are an HA pair",
            "Give both nodes the same roles",
        )
    if host.cluster_addresses and peer.cluster_addresses and set(host.cluster_addresses) != set(peer.cluster_addresses):
        raise InputError(
            f"{host.name} and {name}",
            "qradar_cluster_addresses",
            [[str(address) for address in node.cluster_addresses] for node in (host, peer)],
            "differ, but the two are an HA pair",
            "Give both nodes the same cluster addresses, or only one of them",
        )


def _check_consoles(hosts: Mapping[str, Host]) -> None:
    consoles = [host for host in hosts.values() if "console" in host.roles]
    if not consoles:
        raise InputError(
            None,
            "qradar_roles",
            "console",
            "is not the role of any host",
            "Put the console into the group qradar_console",
        )
    names = [host.name for host in consoles]
    if len(consoles) > 2 or (len(consoles) == 2 and consoles[0].ha_peer != names[1]):
        raise InputError(
            " and ".join(names),
            "qradar_roles",
            "console",
            f"is the role of {len(consoles)} hosts that are not an HA pair",
            "Keep one console, or set qradar_ha_peer on both nodes of the pair",
        )


def _with_cluster(host: Host, hosts: Mapping[str, Host]) -> Host:
    if host.ha_peer is None or host.cluster_addresses:
        return host
    return replace(host, cluster_addresses=hosts[host.ha_peer].cluster_addresses)


def _check_addresses(hosts: Mapping[str, Host]) -> None:
    owners: dict[Address, tuple[str, str]] = {}
    for host in hosts.values():
        # The nodes of a pair share the cluster address, and may share the public one in front of it.
        pair = f"the pair of {min(host.name, host.ha_peer)}" if host.ha_peer else host.name
        for variable, owner, addresses in (
            ("qradar_addresses", host.name, host.addresses),
            ("qradar_cluster_addresses", pair, host.cluster_addresses),
            ("qradar_public_addresses", pair, set(host.public_addresses) - set(host.addresses)),
        ):
            for address in addresses:
                other, before = owners.setdefault(address, (owner, host.name))
                if other != owner:
                    names = dict.fromkeys((before, host.name))
                    raise InputError(
                        " and ".join(names),
                        variable,
                        str(address),
                        "is used twice",
                        "Give each host addresses of its own, and a pair's cluster address to no node alone",
                    )


def _check_nat(hosts: Mapping[str, Host]) -> None:
    groups = {host.nat_group for host in hosts.values()}
    for host in hosts.values():
        if len(groups) > 1 and host.nat_group != 0 and not host.public_addresses:
            other = next(name for name, peer in hosts.items() if peer.nat_group != host.nat_group)
            raise InputError(
                host.name,
                "qradar_public_addresses",
                None,
                f"is not set, but {other} is in another NAT group ({hosts[other].nat_group}, not {host.nat_group}) "
                "and must see a public address",
                "Set qradar_public_addresses, or put both into one qradar_nat_group",
            )
