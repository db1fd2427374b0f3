# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Services that the operator names, and the ports that pin what is dynamic.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog, PortSpec
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import as_mapping, as_ports

_PINS_FORM: Final = "a service and its ports, such as {imq_dynamic: [tcp/40913]}"


def known_service(host: str | None, variable: str, name: object, catalog: Catalog) -> str:
    """A name that is a service's.

    Raises:
        InputError: no row has it.
    """
    if isinstance(name, str) and name in catalog.names():
        return name
    near = choices(name, catalog.names()).partition(" Valid values:")[0]
    # All 80 names are too many for one line.
    remedy = near if near.startswith("Did you mean") else "List them with the lookup portledger.qradar.ports"
    raise InputError(host, variable, name, "is not a service in the catalog", remedy)


def read_pins(
    host: str | None, variable: str, value: object, catalog: Catalog
) -> tuple[Mapping[str, tuple[PortRange, ...]], list[str]]:
    """Read ``{service: [tcp/40913]}``.

    Args:
        host: for errors, as the variable.
        variable: for errors.
        value: as it was written.
        catalog: knows the services.

    Returns:
        The ports of each service, and warnings of those outside what the table documents.

    Raises:
        InputError: a value cannot be used.
    """
    pins: dict[str, tuple[PortRange, ...]] = {}
    warnings: list[str] = []
    for name, ports in as_mapping(host, variable, value, _PINS_FORM).items():
        known_service(host, variable, name, catalog)
        documented = [spec for service in catalog.service(name) for spec in service.ports]
        if not any(spec.dynamic for spec in documented):
            dynamic = sorted({s.service for s in catalog.services if any(p.dynamic for p in s.ports)})
            remedy = f"Services with one are: {', '.join(dynamic)}"
            raise InputError(host, variable, name, "has no dynamic port to pin", remedy)
        place = f"{variable}.{name}"
        pins[name] = as_ports(host, place, ports)
        if not pins[name]:
            problem = "pins no port, which would block the service"
            raise InputError(host, place, ports, problem, "List its ports, or leave it out")
        warnings.extend(_outside(host, place, pins[name], documented))
    return pins, warnings


def _outside(host: str | None, place: str, pins: tuple[PortRange, ...], documented: list[PortSpec]) -> list[str]:
    allowed = [spec.range() for spec in documented]
    problem = f"is outside what the table documents ({', '.join(map(str, allowed))})"
    return [
        complaint(host, place, str(pin), problem, "Check the port. It is permitted as written")
        for pin in pins
        if not any(pin in range_ for range_ in allowed)
    ]
