# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An inventory as Ansible hands it to plugins: hosts with variables, and groups."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Inventory:
    """hosts: each with its variables, those of its groups included; one object where a group sets them."""

    hosts: dict[str, dict[Any, Any]]
    groups: dict[str, list[str]]
    damage: list[str] = field(default_factory=list)


class HostVars:
    """Ansible's ``hostvars``, in which no variable exists that a template could use."""

    def __init__(self, inventory: Inventory) -> None:
        self._hosts = inventory.hosts

    def raw_get(self, host_name: str) -> Mapping[str, Any]:
        return self._hosts[host_name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._hosts)

    def __getitem__(self, host_name: str) -> Mapping[str, Any]:
        return _Templated(self._hosts[host_name])


class _Templated(dict[str, Any]):
    def __getitem__(self, variable: str) -> Any:
        raise LookupError(f"'{variable}' uses what is undefined.\n\nSee the log.")
