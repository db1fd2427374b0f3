# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A lab's Ansible inventory: the variables of its file, and how to enter each node."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import yaml

from tests.lab.world.topology import Node, Topology


def write_inventory(
    topology: Topology, path: Path, processes: dict[str, int], rootless: bool, extra: dict[str, Any]
) -> None:
    """Write the inventory (YAML). Nodes without groups are no hosts: Ansible knows them as networks of parties."""
    hosts = [node for node in topology.nodes.values() if node.managed]
    groups = sorted({group for node in hosts for group in node.groups})
    qradar = [group for group in groups if any(topology.is_qradar(node) and group in node.groups for node in hosts)]
    children: dict[str, Any] = {
        group: {
            "hosts": {node.name: None for node in hosts if group in node.groups},
            "vars": topology.group_variables.get(group, {}),
        }
        for group in groups
    }
    children["qradar"] = {
        "children": dict.fromkeys(qradar),
        "vars": topology.group_variables.get("qradar", {}),
    }
    connection = {
        "ansible_connection": "namespace",
        "ansible_python_interpreter": sys.executable,
        "ansible_become": False,
        "ansible_remote_tmp": "/run/ansible",
        "namespace_user": rootless,
    }
    inventory = {
        "all": {
            "vars": {**connection, **topology.variables, **extra},
            "hosts": {node.name: _host(node, processes[node.name]) for node in hosts},
            "children": children,
        }
    }
    path.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")


def _host(node: Node, process: int) -> dict[str, Any]:
    variables: dict[str, Any] = {"namespace_process": process}
    if Topology.is_qradar(node):
        variables["qradar_addresses"] = [str(address) for address in node.own_addresses]
    return {**variables, **node.variables}
