# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter that selects flows."""

from __future__ import annotations

DOCUMENTATION = r"""
name: select_flows
short_description: Flows that match
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns the flows of a list that match every given option, unchanged and in their order.
  - The options have the words of the lookup P(portledger.qradar.flows#lookup). The lookup narrows flows to what is
    asked, this filter returns them whole.
  - Several questions to one list are faster than several calls of the lookup, which reads the inventory each time.
extends_documentation_fragment:
  - portledger.qradar.filters.pure
requirements:
  - the Python library netaddr on the controller, for an address or a network
positional: source, destination, service, port, transport
options:
  _input:
    description:
      - Flows as the lookup P(portledger.qradar.flows#lookup) returns them, a list or a single one.
    type: raw
    required: true
  source:
    description:
      - Only flows from here. A role, a party, a host of the deployment, an address or a network.
      - A role or party matches what has an address of it, such as V(console) for a flow from V(component).
      - A host that no flow names matches nothing. A word that looks like a misspelt role or party is an error.
    type: str
  destination:
    description:
      - Only flows to here, in the same form as O(source).
    type: str
  service:
    description:
      - Only flows of this service, or of one of a list. V(extra_flow) selects those of C(qradar_extra_flows).
    type: raw
  port:
    description:
      - Only flows with this port, in the form of the filter P(portledger.qradar.port_services#filter).
    type: raw
  transport:
    description:
      - Only flows with a port of this transport, V(tcp), V(udp) or V(icmp).
      - With O(port), one port of the flow must fit both. V(udp) with V(514) does not match a flow of V(tcp/514) and
        V(udp/53).
    type: str
seealso:
  - plugin: portledger.qradar.flows
    plugin_type: lookup
  - plugin: portledger.qradar.flow_table
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Ask for flows once, and select among them
  ansible.builtin.debug:
    msg:
      to_the_console: "{{ flows | portledger.qradar.select_flows(destination='console') | map(attribute='service') }}"
      syslog_over_udp: "{{ flows | portledger.qradar.select_flows(port=514, transport='udp') | length }}"
      from_a_network: "{{ flows | portledger.qradar.select_flows(source='198.18.2.0/24') | map(attribute='service') }}"
  vars:
    flows: "{{ query('portledger.qradar.flows') }}"
"""

RETURN = r"""
_value:
  description: The flows that match, as they were given.
  type: list
  elements: dict
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.select import select_flows


class FilterModule(Filters):
    """``portledger.qradar.select_flows``."""

    FILTERS = (select_flows,)
