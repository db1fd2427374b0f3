# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of the plan of a host or gateway."""

from __future__ import annotations

DOCUMENTATION = r"""
name: plan
short_description: What the rules of a host or gateway are made of
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns the plan of a host, which is the flows that enter it, or of a gateway, which is the flows that cross it,
    with named sets of addresses. M(portledger.qradar.ruleset) makes rules of it. It is independent of any firewall.
  - SSH from the management networks and from the address of the running connection is not part of a plan.
extends_documentation_fragment:
  - portledger.qradar.lookups.inventory
  - portledger.qradar.lookups.items
options:
  _terms:
    description:
      - One or more hosts or gateways, by their name in the inventory. A list among them stands for its items.
      - The whole inventory is read once for each call, so ask for many hosts in one call.
    type: list
    elements: str
    required: true
  scope:
    description:
      - V(host) for what enters a QRadar host, V(gateway) for what crosses a gateway.
      - Without it, a host that has a role is a host, and any other one a gateway.
    type: str
seealso:
  - module: portledger.qradar.ruleset
  - plugin: portledger.qradar.flows
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show from where an event processor is reached, and on which ports
  ansible.builtin.debug:
    msg: "{{ item.service }} {{ item.ports | join(' ') }} from {{ plan.sets[item.source].ipv4 | join(' ') }}"
  loop: "{{ plan.flows }}"
  vars:
    plan: "{{ lookup('portledger.qradar.plan', 'ep1') }}"

- name: Show how many flows cross a gateway
  ansible.builtin.debug:
    msg: "{{ lookup('portledger.qradar.plan', 'gw1', scope='gateway').flows | length }}"
"""

RETURN = r"""
_raw:
  description: Plans in the order of the terms.
  type: list
  elements: dict
  contains:
    version:
      description: The version of this form.
      type: int
      sample: 1
    host:
      description: The host or gateway.
      type: str
      sample: ep1
    scope:
      description: V(host) or V(gateway).
      type: str
    sets:
      description: Sets of addresses by name, each with the prefixes V(ipv4) and V(ipv6).
      type: dict
      sample: {component: {ipv4: ["198.18.1.0/30"], ipv6: []}}
    flows:
      description: Flows in the order of the vendor's table, then those of supplements, extra flows last.
      type: list
      elements: dict
      contains:
        service:
          description: The service's name in the catalog, or V(extra_flow).
          type: str
        row:
          description: Line of the vendor's table, none for a supplement and an extra flow.
          type: int
        supplement:
          description: The supplement that it is of, none for what the vendor's table lists and for an extra flow.
          type: str
          sample: tunnels
        source:
          description: The name of a set. None where it is containers on the host itself.
          type: str
        interfaces:
          description: The interfaces that packets of containers on the host itself enter it by.
          type: list
          elements: str
          returned: for a flow from containers on the host itself
          sample: [docker0]
        destination:
          description: The name of a set. None where it is the host itself.
          type: str
        ports:
          description: Each a transport with its ports as one value. V(icmp) is echo request.
          type: list
          elements: str
          sample: ["tcp/32006"]
        comment:
          description: The comment of an extra flow.
          type: str
    interfaces:
      description: Interfaces in C(qradar_gateway_segments).
      type: list
      elements: str
      returned: for a gateway
    deployment:
      description: The name of the set with every address of the deployment.
      type: str
      returned: for a gateway
    ssh:
      description: Where SSH through the gateway may go, each with V(destination) and V(ports).
      type: list
      elements: dict
      returned: for a gateway
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.lookup import Lookup
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.plans import plans_of


class LookupModule(Lookup):
    """``portledger.qradar.plan``."""

    NAME = "plan"
    OPTIONS = ("scope",)
    TERMS = True

    def answer(self, terms: Sequence[Any], variables: Mapping[str, Any], options: dict[str, Any]) -> list[Any]:
        return plans_of(make_planner(variables["hostvars"], variables["groups"]), terms, **options)
