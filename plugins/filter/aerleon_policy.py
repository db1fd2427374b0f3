# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from flows to a policy of aerleon."""

from __future__ import annotations

DOCUMENTATION = r"""
name: aerleon_policy
short_description: Policy of aerleon for flows
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns flows as policy, networks and services in the form of aerleon, an open-source generator of firewall
    configurations for some thirty kinds of firewalls, such as Cisco ASA, Juniper SRX, Palo Alto and FortiGate.
  - There is a term for each flow, transport and family, so no term permits the ports of one transport on another.
  - The policy permits the flows and says nothing of anything else. Most targets drop the rest by default.
extends_documentation_fragment:
  - portledger.qradar.filters.pure
positional: targets
options:
  _input:
    description:
      - Flows as P(portledger.qradar.flows#lookup) returns them, usually with O(portledger.qradar.flows#lookup:gateway),
        so that each side has the addresses that lie behind the interfaces of that gateway.
    type: list
    elements: dict
    required: true
  targets:
    description:
      - Targets of aerleon, each with its options as one text, as in the header of a filter of aerleon.
      - Where C({family}) stands in the options, it becomes C(inet) or C(inet6), and the policy has a filter for each
        family. Targets without it get one filter with all terms.
      - Aerleon writes one file a target. Where that cannot hold both families, such as with V(speedway), set O(family).
    type: dict
    default: {nftables: "{family} forward"}
  family:
    description:
      - Only flows of this family.
      - Default is both.
    type: str
    choices: [ipv4, ipv6]
notes:
  - Names and comments are reduced to letters that mean nothing to any firewall.
  - Tested with aerleon 1.18. Its targets V(ciscoasa) and V(aruba) write rules of IPv4 only. Terms for echo requests are
    left out where a target cannot take them, which are V(aruba) and V(fortigate), and for IPv6 V(ciscoasa). Permit them
    by hand where the ping sweep of HA nodes (the supplement V(ha_ping)) crosses such a firewall.
  - Aerleon itself is not needed by this filter, only to make configurations of the result.
seealso:
  - plugin: portledger.qradar.flows
    plugin_type: lookup
  - name: aerleon
    description: Documentation of aerleon, with the options of each target.
    link: https://aerleon.readthedocs.io/
"""

EXAMPLES = r"""
- name: Write what aerleon reads, for a Palo Alto in the place of the gateway
  ansible.builtin.copy:
    content: "{{ item.content | to_nice_yaml }}"
    dest: "{{ item.dest }}"
    mode: "0644"
  delegate_to: localhost
  run_once: true
  loop:
    - {dest: policies/pol/siem.yaml, content: "{{ made.policy }}"}
    - {dest: def/networks.yaml, content: "{{ made.networks }}"}
    - {dest: def/services.yaml, content: "{{ made.services }}"}
  vars:
    flows: "{{ query('portledger.qradar.flows', gateway='gw1') }}"
    made: "{{ flows | portledger.qradar.aerleon_policy({'paloalto': 'from-zone siem to-zone branch {family}'}) }}"
  # then: aclgen --base_directory policies --definitions_directory def --output_directory configurations
"""

RETURN = r"""
_value:
  description: Three files of aerleon, each as a dictionary.
  type: dict
  contains:
    policy:
      description: A policy with C(filters), each with a header and C(terms).
      type: dict
    networks:
      description: Definitions of networks that the terms name.
      type: dict
    services:
      description: Definitions of services that the terms name.
      type: dict
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.aerleon import aerleon_policy


class FilterModule(Filters):
    """``portledger.qradar.aerleon_policy``."""

    FILTERS = (aerleon_policy,)
