# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flows of the report: what the lookup ``flows`` returns, with numbers of sets in the place of addresses.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.address_book import NatView
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import Flow
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import NOWHERE
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.sets import SetTable


class FlowTable:
    """All flows, and those that cross each gateway.

    ``rows`` are the flows as data. ``crossings`` are, for each gateway, ``flow`` (its number), ``source`` and
    ``destination`` (sets: what lies behind the gateway). A flow is there once for each pair of NAT groups.
    """

    def __init__(self, planner: Planner, sets: SetTable) -> None:
        self._planner = planner
        self._sets = sets
        self.rows: list[dict[str, Any]] = []
        self.crossings: dict[str, list[dict[str, int]]] = {name: [] for name in planner.deployment.gateways}
        for flow in planner.flows:
            self._add(flow)

    def _add(self, flow: Flow) -> None:
        book = self._planner.book
        if flow.source.own_containers:
            # By interface: no address means them, and no gateway sees them.
            destinations = book.on_the_wire(flow.destination, NatView(translated=True))
            ends = {
                "source": self._sets.number(flow.source, NOWHERE),
                "destination": self._sets.number(flow.destination, destinations),
            }
            self.rows.append(_as_data(flow, ends, []))
            return
        for views in book.views(flow):
            number = len(self.rows)
            both = self._ends(
                flow, book.on_the_wire(flow.source, views[0]), book.on_the_wire(flow.destination, views[1])
            )
            crossed = []
            for gateway in self._planner.deployment.gateways.values() if both else ():
                crossing = book.crossing(flow, views, gateway)
                there = self._ends(flow, *crossing) if crossing is not None else None
                if there:
                    crossed.append(gateway.name)
                    self.crossings[gateway.name].append({"flow": number, **there})
            if both:
                self.rows.append(_as_data(flow, both, crossed))

    def _ends(self, flow: Flow, sources: Networks, destinations: Networks) -> dict[str, int] | None:
        """The sets of both ends, unless one is empty or both are nothing but one host's own addresses."""
        if not sources or not destinations:
            return None
        source, destination = self._sets.number(flow.source, sources), self._sets.number(flow.destination, destinations)
        sole = self._sets.sole(source)
        if sole is not None and sole == self._sets.sole(destination):
            return None
        return {"source": source, "destination": destination}


def _as_data(flow: Flow, both: dict[str, int], gateways: list[str]) -> dict[str, Any]:
    extra = flow.extra
    return {
        "service": flow.service,
        "row": flow.row,
        "supplement": flow.supplement,
        "ports": [str(ports) for ports in flow.ports],
        "when": flow.when,
        "comment": flow.comment,
        **both,
        "gateways": gateways,
        "place": extra.place if extra else None,
        "expires": str(extra.expires) if extra and extra.expires else None,
    }
