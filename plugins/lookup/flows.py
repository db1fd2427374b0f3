# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of the flows of this deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flows
short_description: Flows that this deployment needs
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Works out from the inventory which system must reach which other system on which port, and returns these flows.
  - Addresses decide. A host of the deployment inside a party's network is also that party.
extends_documentation_fragment:
  - portledger.qradar.lookups.inventory
  - portledger.qradar.lookups.items
options:
  source:
    description:
      - Only flows from here, narrowed to it. A role, a party, a host of the deployment, an address or a network.
    type: str
  destination:
    description:
      - Only flows to here, narrowed to it. A role, a party, a host of the deployment, an address or a network.
    type: str
  gateway:
    description:
      - Only flows that cross this gateway, with the addresses behind its interfaces.
      - The inventory's name of a host that sets C(qradar_gateway_segments).
    type: str
  service:
    description:
      - Only flows of this service. V(extra_flow) selects those of C(qradar_extra_flows).
    type: str
  port:
    description:
      - Only flows with this port, narrowed to it. V(514) is both transports, V(tcp/514) one of them,
        V(tcp/32000-32010) a range, V(icmp) echo request. One of them, or a list.
    type: raw
seealso:
  - plugin: portledger.qradar.ports
    plugin_type: lookup
  - plugin: portledger.qradar.select_flows
    plugin_type: filter
  - plugin: portledger.qradar.flow_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what the event collector may reach on the console
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.flows', source='ec1', destination='console') }}"

- name: Show where log sources may send events
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.flows', source='log_sources', service='syslog') }}"

- name: Show which flows use tcp/32006, dynamic ports and ranges included
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.flows', port='tcp/32006') | map(attribute='service') | unique }}"
"""

RETURN = r"""
_raw:
  description: Flows in the order of the vendor's table, then those of supplements, extra flows last.
  type: list
  elements: dict
  contains:
    service:
      description: The service's name in the catalog, or V(extra_flow).
      type: str
      sample: ariel_query
    row:
      description: Line of the vendor's table, none for a supplement and an extra flow.
      type: int
      sample: 65
    supplement:
      description: The supplement that it is of, none for what the vendor's table lists and for an extra flow.
      type: str
      sample: tunnels
    ports:
      description: Each a transport with its ports as one value. V(icmp) is echo request.
      type: list
      elements: str
      sample: ["tcp/32006"]
    when:
      description: The condition under which the flow is needed, none where it is always needed.
      type: str
      sample: encrypted
    comment:
      description: The comment of an extra flow.
      type: str
    source:
      description: Where the connection comes from.
      type: dict
      contains:
        label:
          description: The role, party, host or network.
          type: str
          sample: component
        hosts:
          description: Hosts of the deployment in it.
          type: list
          elements: str
        roles:
          description: Roles of these hosts, and V(component), V(managed_host), V(event_listener) and V(flow_listener)
            where one is that.
          type: list
          elements: str
          sample: [event_processor, component, managed_host, event_listener]
        parties:
          description: Parties with an address in it.
          type: list
          elements: str
        addresses:
          description: All addresses as the fewest prefixes, IPv4 before IPv6.
          type: list
          elements: str
          sample: ["198.18.1.4/31", "2001:db8:1::4/128"]
    destination:
      description: Where it goes, in the same form as RV(_raw[].source).
      type: dict
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.lookup import Lookup
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows


class LookupModule(Lookup):
    """``portledger.qradar.flows``."""

    NAME = "flows"
    OPTIONS = ("source", "destination", "gateway", "service", "port")

    def answer(self, terms: Sequence[Any], variables: Mapping[str, Any], options: dict[str, Any]) -> list[Any]:
        return query_flows(make_planner(variables["hostvars"], variables["groups"]), **options)
