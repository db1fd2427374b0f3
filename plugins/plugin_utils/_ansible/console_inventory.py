# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The console's hosts in Ansible's inventory.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.data import InventoryData

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.inventory import (
    QRADAR_GROUP,
    RECORD,
    ConsoleInventory,
)


def populate(plugin: Any, found: ConsoleInventory, path: str) -> None:
    """Add hosts, groups and variables, and whatever the options for constructed inventories ask for.

    Args:
        plugin: the inventory plugin.
        found: the console's hosts.
        path: of the configuration file.

    Raises:
        PortledgerError: an expression fails, and the option strict is true. The inventory is as it was.
    """
    for warning in found.warnings:
        plugin.display.warning(f"{path}: {warning}")
    inventory = plugin.inventory
    if plugin.get_option("strict"):
        # Ansible would keep what was added before an expression failed.
        plugin.inventory = _scratch(inventory, found)
        try:
            _add(plugin, found)
        except AnsibleError as error:
            words = " ".join(str(error).split()).rstrip(".")
            raise PortledgerError(f"{path}: {words}. Correct the expression, or set strict to false.") from None
        finally:
            plugin.inventory = inventory
    _add(plugin, found)


def _scratch(inventory: Any, found: ConsoleInventory) -> Any:
    """An inventory in which expressions see what they would see in the real one."""
    scratch = InventoryData()
    for host in found.hosts:
        if host.name in inventory.hosts:
            scratch.add_host(host.name)
            for name, value in inventory.hosts[host.name].vars.items():
                scratch.set_variable(host.name, name, value)
    return scratch


def _add(plugin: Any, found: ConsoleInventory) -> None:
    inventory = plugin.inventory
    inventory.add_group(QRADAR_GROUP)
    for name, value in found.variables.items():
        inventory.set_variable(QRADAR_GROUP, name, value)
    for host in found.hosts:
        inventory.add_host(host.name, group=None if host.roles else QRADAR_GROUP)
        for role in host.roles:
            group = f"{QRADAR_GROUP}_{role}"
            if group not in inventory.groups:
                inventory.add_group(group)
            inventory.add_child(QRADAR_GROUP, group)
            inventory.add_host(host.name, group=group)
        for name, value in host.variables.items():
            inventory.set_variable(host.name, name, value)
    for host in found.hosts:
        _construct(plugin, host.name, {**host.variables, RECORD: dict(host.record), "inventory_hostname": host.name})


def _construct(plugin: Any, host: str, variables: dict[str, Any]) -> None:
    strict = plugin.get_option("strict")
    plugin._set_composite_vars(plugin.get_option("compose"), variables, host, strict=strict)
    known = {**plugin.inventory.get_host(host).get_vars(), **variables}
    plugin._add_host_to_composed_groups(plugin.get_option("groups"), known, host, strict=strict)
    plugin._add_host_to_keyed_groups(plugin.get_option("keyed_groups"), known, host, strict=strict)
