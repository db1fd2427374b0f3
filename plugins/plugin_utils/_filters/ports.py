# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From a service to its ports, and back.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import merge_ports
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import flat, services_with
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Settings
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.pins import known_service, read_pins
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.profiles import service_ports as ports_here
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flow_terms import asked_ports


def service_ports(services: object, pins: object = None) -> list[str]:
    """The ports of one or more services, as the fewest ranges that hold them.

    Args:
        services: a name, or a list.
        pins: ports that stand for the documented range of dynamic ones, as in ``qradar_dynamic_ports``.

    Raises:
        InputError: an unknown service, or a pin that cannot be used.
    """
    catalog = load_catalog()
    settings = Settings(pins=read_pins(None, "pins", pins, catalog)[0])
    names = [known_service(None, "service", name, catalog) for name in flat([services])]
    ports = (port for name in names for entry in catalog.service(name) for port in ports_here(entry, settings))
    return [str(port) for port in merge_ports(ports)]


def port_services(ports: object) -> list[str]:
    """The services that use a port, in the order of the vendor's table: the reverse look-up.

    Args:
        ports: ``514``, ``"tcp/514"``, ``"tcp/20000-23000"``, ``"icmp"``, or a list.

    Raises:
        InputError: it is not a port.
    """
    return services_with(asked_ports(ports), load_catalog())
