# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which of the ports that a host listens on are documented in the vendor's table.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog

NETWORK: Final = "network"
LOCAL: Final = "local"
ELSEWHERE: Final = "elsewhere"
WIDE: Final = "wide"
NO: Final = "no"

# A range of so many ports contains almost any listener, so it documents nothing by itself.
_WIDE_PORTS: Final = 100
_SSH: Final = "ssh"


def add_documentation(
    listeners: Iterable[dict[str, Any]], plan: Mapping[str, Any], ssh_ports: Iterable[int], catalog: Catalog
) -> None:
    """Add ``documented`` and ``services`` to each listener that ``ruleset_info`` found.

    Args:
        listeners: they are changed.
        plan: of their host; it contains extra flows and pinned ports too.
        ssh_ports: ports of the host's own SSH.
        catalog: the vendor's table.
    """
    known = list(_known(plan, ssh_ports, catalog))
    for listener in listeners:
        found: dict[str, list[str]] = {}
        for kind, port, service in known:
            if port.transport == listener["transport"] and port.first <= listener["port"] <= port.last:
                found.setdefault(kind, []).append(service)
        kind = next((kind for kind in (NETWORK, LOCAL, ELSEWHERE, WIDE) if kind in found), NO)
        listener["documented"] = kind
        listener["services"] = list(dict.fromkeys(found.get(kind, [])))


def _known(plan: Mapping[str, Any], ssh_ports: Iterable[int], catalog: Catalog) -> Iterator[tuple[str, PortRange, str]]:
    """Kind, ports and service of all that is documented, the most specific first."""
    for flow in plan["flows"]:
        name = f"{flow['service']} ({flow['comment']})" if flow["comment"] else flow["service"]
        for text in flow["ports"]:
            port = PortRange.parse(text)
            yield (WIDE if _is_wide(port) else NETWORK), port, name
    for number in ssh_ports:
        yield NETWORK, PortRange("tcp", number, number), _SSH
    for service in catalog.services:
        for spec in service.ports:
            port = spec.range()
            if not _is_wide(port):
                yield (LOCAL if service.klass == "local" else ELSEWHERE), port, service.service


def _is_wide(port: PortRange) -> bool:
    return port.last - port.first + 1 >= _WIDE_PORTS
