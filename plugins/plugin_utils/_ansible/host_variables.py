# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ansible's ``hostvars`` with the full context of each host.

What ``hostvars`` gives by itself cannot refer to ``hostvars``, and in ansible-core 2.16 leaves a template that
fails as it is. In a task, the same template works.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Any

from ansible.errors import AnsibleError
from ansible.template import Templar
from ansible.vars.plugins import get_vars_from_inventory_sources

from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import HostVars


class FullHostVars:
    """Each host's variables as its own tasks would see them.

    Args:
        hostvars: Ansible's.
        loader: Ansible's, as every action and lookup has it.
    """

    def __init__(self, hostvars: HostVars, loader: Any) -> None:
        self._hostvars = hostvars
        self._loader = loader

    def raw_get(self, host_name: str) -> Mapping[str, Any]:
        """A host's variables, templates as they are written."""
        return self._hostvars.raw_get(host_name)

    def __getitem__(self, host_name: str) -> Mapping[str, Any]:
        return _Templated(self._hostvars, host_name, self._loader)

    def __iter__(self) -> Iterator[str]:
        return iter(self._hostvars)

    def group_of(self, host_name: str, variable: str) -> str | None:
        """The group that a host has a variable from, as far as Ansible tells; None where it is the host's own."""
        inventory = getattr(self._hostvars, "_inventory", None)
        host = inventory.get_host(host_name) if inventory is not None else None
        if host is None or variable in self._set_for(inventory, host):
            return None
        value = self._hostvars.raw_get(host_name).get(variable)
        for group in sorted(host.get_groups(), key=lambda one: (one.depth, one.priority, one.name), reverse=True):
            variables = self._set_for(inventory, group)
            if variable in variables:
                # An extra variable, or a fact, wins over it.
                return str(group.name) if variables[variable] == value else None
        return None

    def _set_for(self, inventory: Any, entity: Any) -> Mapping[str, Any]:
        """The variables of a group or host in the inventory itself, and in group_vars and host_vars beside it."""
        try:
            beside = get_vars_from_inventory_sources(self._loader, inventory._sources, [entity], "task")
        except AnsibleError:
            beside = {}
        return {**beside, **entity.vars}


class _Templated(Mapping[str, Any]):
    def __init__(self, hostvars: HostVars, host_name: str, loader: Any) -> None:
        self._hostvars = hostvars
        self._raw = hostvars.raw_get(host_name)
        self._loader = loader

    @cached_property
    def _templar(self) -> Any:
        return Templar(loader=self._loader, variables={**self._raw, "hostvars": self._hostvars})

    def __getitem__(self, variable: str) -> Any:
        return self._templar.template(self._raw[variable])

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)
