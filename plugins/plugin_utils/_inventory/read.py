# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the inventory to the deployment.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
import difflib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import LONGEST_NAME, message, within
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import ROLES
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.checks import check_hosts
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.hosts import (
    Resolver,
    Variables,
    read_gateway,
    read_host,
    resolve,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.settings import SettingsReader
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import is_registered

QRADAR_GROUP: Final = "qradar"
GATEWAY_GROUP: Final = "qradar_gateways"

VARIABLES: Final = (
    "qradar_roles",
    "qradar_addresses",
    "qradar_nat_group",
    "qradar_public_addresses",
    "qradar_encrypted",
    "qradar_ha_peer",
    "qradar_cluster_addresses",
    "qradar_container_interfaces",
    "qradar_parties",
    "qradar_features",
    "qradar_dynamic_ports",
    "qradar_version",
    "qradar_profile",
    "qradar_supplements",
    "qradar_excluded_services",
    "qradar_extra_flows",
    "qradar_gateway_segments",
)
"""Every inventory variable of the deployment."""


def read_deployment(
    inventory: Mapping[str, Variables],
    groups: Mapping[str, Sequence[str]],
    catalog: Catalog,
    *,
    today: datetime.date,
    resolver: Resolver = resolve,
) -> Deployment:
    """Read every host's variables once and check them against each other.

    Args:
        inventory: all hosts with their variables, templates resolved. It may contain other hosts too.
        groups: each group with all its hosts, those of its children included.
        catalog: knows the services.
        today: decides which extra flows have expired.
        resolver: turns a name in an address list into addresses.

    Raises:
        InputError: a value cannot be used.
        PortledgerError: there is no deployment at all.
    """
    try:
        return _read(inventory, groups, catalog, today, resolver)
    except PortledgerError as error:
        # The misspelt name may be the cause.
        misspelt = list(_misspelt(inventory, inventory, groups))
        if misspelt:
            raise PortledgerError(" ".join((str(error), *misspelt))) from None
        raise


def _read(
    inventory: Mapping[str, Variables],
    groups: Mapping[str, Sequence[str]],
    catalog: Catalog,
    today: datetime.date,
    resolver: Resolver,
) -> Deployment:
    groups_of = _groups_of_hosts(groups)
    for name in inventory:
        _refuse_half_characters(name)
    members, gateways = _members(inventory, groups_of)
    if not members:
        raise PortledgerError(
            f"The inventory has no QRadar host. Put hosts into groups named {QRADAR_GROUP}_<role> below a group "
            f"{QRADAR_GROUP}, or set qradar_roles on them. Roles are: {', '.join(ROLES)}."
        )
    hosts = {name: read_host(name, inventory[name], groups_of[name], resolver) for name in members}
    settings_reader = SettingsReader(catalog, hosts, today)
    ours = list(dict.fromkeys((*members, *gateways)))
    settings = settings_reader.read([(name, inventory[name]) for name in ours])
    return Deployment(
        hosts=check_hosts(hosts),
        gateways={name: read_gateway(name, inventory[name]) for name in gateways},
        settings=settings,
        warnings=tuple(map(message, (*settings_reader.warnings, *_misspelt(inventory, ours, groups)))),
    )


def _refuse_half_characters(name: str) -> None:
    try:
        name.encode()
    except UnicodeEncodeError:
        problem = "has half a character, which no host can be told"
        raise InputError(name, "inventory_hostname", name, problem, "Rename the host") from None


def _groups_of_hosts(groups: Mapping[str, Sequence[str]]) -> Mapping[str, list[str]]:
    groups_of: defaultdict[str, list[str]] = defaultdict(list)
    for group, names in groups.items():
        if group.startswith(QRADAR_GROUP):
            for name in names:
                groups_of[name].append(group)
    return groups_of


def _members(inventory: Mapping[str, Variables], groups_of: Mapping[str, Sequence[str]]) -> tuple[list[str], list[str]]:
    role_groups = {QRADAR_GROUP, *(f"{QRADAR_GROUP}_{role}" for role in ROLES)}
    members, gateways = [], []
    for name, variables in inventory.items():
        groups = groups_of.get(name, ())
        if not role_groups.isdisjoint(groups) or variables.get("qradar_roles") is not None:
            members.append(name)
        if GATEWAY_GROUP in groups or variables.get("qradar_gateway_segments") is not None:
            gateways.append(name)
    return members, gateways


def _misspelt(
    inventory: Mapping[str, Variables], names: Iterable[str], groups: Mapping[str, Sequence[str]]
) -> Iterator[str]:
    """Warnings of variables and groups with a name that looks misspelt: they have no effect."""
    misspelt: dict[str, str] = {}
    for name in names:
        for variable in inventory[name]:
            if isinstance(variable, str) and variable.startswith("qradar_") and variable not in VARIABLES:
                misspelt.setdefault(variable, name)
    for variable, name in misspelt.items():
        near = difflib.get_close_matches(variable, VARIABLES, n=1, cutoff=0.85)
        if near and not is_registered(inventory[name], variable):
            host = within(name, LONGEST_NAME)
            yield f"{host}: {variable}: is not a variable of this collection and is ignored. Did you mean {near[0]}?"
    known = [f"{QRADAR_GROUP}_{role}" for role in ROLES] + [GATEWAY_GROUP]
    for group in groups:
        near = difflib.get_close_matches(group, known, n=1, cutoff=0.9)
        if near and group not in known and groups[group]:
            problem = "is not a group of this collection and has no effect on its hosts"
            yield f"group {group}: {problem}. Did you mean {near[0]}?"
