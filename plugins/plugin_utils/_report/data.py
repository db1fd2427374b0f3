# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as data: everything that the page, the workbook and the tables show. docs/report.schema.json has its form.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import Deployment, ExtraFlow, Host
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import WARNING_DAYS, is_over
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import active_features
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sites import Site, find_sites, link
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.check import check
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.wide import wide_ranges
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.blocked import not_permitted
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.flows import FlowTable
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.sets import SetTable

VERSION: Final = 1

EXPIRED: Final = "expired"
SOON: Final = "soon"
LATER: Final = "later"


def collect(
    planner: Planner,
    firewalls: Firewalls,
    *,
    now: datetime.datetime,
    audit: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Everything that a report shows.

    Args:
        planner: knows the deployment and its flows.
        firewalls: for the check of the inventory.
        now: the time of the report.
        audit: what the last audit wrote as JSON, if there is one.
    """
    deployment = planner.deployment
    sites, links = link(find_sites(deployment), list(deployment.gateways))
    sets = SetTable(deployment, sites)
    flows = FlowTable(planner, sets)
    checked = check(planner, firewalls)
    numbers = {name: number for number, name in enumerate(deployment.hosts)}
    return {
        "version": VERSION,
        "created": now.isoformat(timespec="seconds"),
        "settings": _settings(deployment),
        "hosts": [_host(host) for host in deployment.hosts.values()],
        "parties": [
            {"name": party, "networks": networks.ipv4 + networks.ipv6}
            for party, networks in deployment.settings.parties.items()
        ],
        "gateways": [
            {
                "name": gateway.name,
                "segments": [
                    {"interface": interface, "networks": networks.ipv4 + networks.ipv6}
                    for interface, networks in gateway.segments.items()
                ],
                "flows": flows.crossings[gateway.name],
            }
            for gateway in deployment.gateways.values()
        ],
        "sites": [_site(site, numbers) for site in sites],
        "links": [{"gateway": one.gateway, "interface": one.interface, "site": one.site} for one in links],
        "sets": sets.rows,
        "flows": flows.rows,
        "not_permitted": not_permitted(planner),
        "wide": _wide(planner, flows.rows),
        "expiries": _expiries(deployment, now.date()),
        "check": {key: checked[key] for key in ("findings", "warnings", "notes")},
        "audit": _audit(audit),
        "catalog": catalog_data(planner.catalog),
    }


def _settings(deployment: Deployment) -> dict[str, Any]:
    settings = deployment.settings
    return {
        "version": settings.version,
        "profile": settings.profile,
        "supplements": sorted(settings.supplements),
        "features": sorted(active_features(deployment)),
        "excluded_services": sorted(settings.excluded_services),
        "dynamic_ports": {service: [str(port) for port in ports] for service, ports in sorted(settings.pins.items())},
    }


def _host(host: Host) -> dict[str, Any]:
    return {
        "name": host.name,
        "roles": sorted(host.roles),
        "addresses": [str(address) for address in host.addresses],
        "cluster_addresses": [str(address) for address in host.cluster_addresses],
        "public_addresses": [str(address) for address in host.public_addresses],
        "nat_group": host.nat_group,
        "encrypted": host.encrypted,
        "ha_peer": host.ha_peer,
    }


def _site(site: Site, numbers: Mapping[str, int]) -> dict[str, Any]:
    return {
        "place": [{"gateway": gateway, "interface": interface} for gateway, interface in site.place],
        "hosts": [numbers[name] for name in site.hosts],
        "parties": list(site.parties),
    }


def _wide(planner: Planner, flows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Services with a dynamic port that no pin narrows, as far as a flow permits them."""
    return [
        {
            "service": one.service,
            "row": one.row,
            "ports": [str(port) for port in one.ports],
            "count": one.count,
            "variable": one.variable,
            "flows": [
                number for number, flow in enumerate(flows) if (flow["service"], flow["row"]) == (one.service, one.row)
            ],
        }
        for one in wide_ranges(planner)
    ]


def _expiries(deployment: Deployment, today: datetime.date) -> list[dict[str, Any]]:
    """Extra flows with a last day, the earliest first."""
    settings = deployment.settings
    dated = [flow for flow in (*settings.ended_flows, *settings.extra_flows) if flow.expires is not None]
    found = [_expiry(flow, flow.expires, today) for flow in dated if flow.expires is not None]
    return sorted(found, key=lambda one: (one["expires"], one["place"]))


def _expiry(flow: ExtraFlow, expires: datetime.date, today: datetime.date) -> dict[str, Any]:
    days = (expires - today).days
    return {
        "place": flow.place,
        "from": list(flow.from_),
        "to": list(flow.to),
        "ports": [str(port) for port in flow.ports],
        "comment": flow.comment,
        "expires": str(expires),
        "days": days,
        "state": EXPIRED if is_over(flow, today) else SOON if days <= WARNING_DAYS else LATER,
    }


def _audit(audit: Mapping[str, Any] | None) -> dict[str, Any] | None:
    return None if audit is None else {"states": audit["states"], "findings": audit["findings"]}


def catalog_data(catalog: Catalog) -> dict[str, Any]:
    """The vendor's table."""
    source = catalog.source
    return {
        "source": {"title": source.title, "address": source.address, "edition": source.edition, "rows": source.rows},
        "services": [
            {
                "row": service.row,
                "supplement": service.supplement.as_dict() if service.supplement else None,
                "service": service.service,
                "ports": [str(spec.range()) for spec in service.ports],
                "class": service.klass,
                "title": service.title.as_dict(),
                "readings": [reading.as_dict() for reading in service.readings],
                "note": service.note.as_dict(),
            }
            for service in catalog.services
        ],
    }
