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

from ansible.template import Templar

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
