# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's variables, templated only where they hold a template.

Templating a list of thousands of networks once for every host that shares it would take minutes. Hosts get the very
objects that group variables share, so that a reader can see that they are the same.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError


class HostVars(Protocol):
    """What is used of Ansible's ``hostvars``."""

    def raw_get(self, host_name: str) -> Mapping[str, Any]:
        """A host's variables, templates as they are written."""

    def __getitem__(self, host_name: str) -> Mapping[str, Any]:
        """A host's variables, templates resolved."""

    def __iter__(self) -> Iterator[str]:
        """The names of all hosts."""


def inventory_view(hostvars: HostVars) -> dict[str, Mapping[str, object]]:
    """Every host of the inventory with its variables, each read once.

    Raises:
        InputError: on reading a variable with a broken template.
    """
    known: dict[int, tuple[object, bool]] = {}
    return {name: _HostVariables(name, hostvars, known) for name in hostvars}


class _HostVariables(Mapping[str, object]):
    def __init__(self, name: str, hostvars: HostVars, known: dict[int, tuple[object, bool]]) -> None:
        self._name = name
        self._hostvars = hostvars
        self._raw = hostvars.raw_get(name)
        self._known = known

    def __getitem__(self, variable: str) -> object:
        value = self._raw[variable]
        if not self._has_template(value):
            return value
        try:
            return self._hostvars[self._name][variable]
        except Exception as error:  # whatever the template engine of this ansible-core raises
            raise InputError(
                self._name,
                variable,
                value,
                f"cannot be templated ({error})",
                "Fix the template or the variables that it uses",
            ) from error

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def _has_template(self, value: object) -> bool:
        if isinstance(value, str):
            return "{{" in value or "{%" in value
        if not isinstance(value, (Mapping, list, tuple)):
            return False
        if id(value) not in self._known:
            items = [*value.keys(), *value.values()] if isinstance(value, Mapping) else value
            # The object is kept, so that nothing else can get its id.
            self._known[id(value)] = (value, any(self._has_template(item) for item in items))
        return self._known[id(value)][1]
