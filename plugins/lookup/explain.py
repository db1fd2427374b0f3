# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of the verdict on a packet."""

from __future__ import annotations

DOCUMENTATION = r"""
name: explain
short_description: Whether one system may reach another on a port, and why
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Works out from the inventory whether packets are permitted, by which flow, and on which hosts and gateways the rule
    for it is.
  - Where they are not permitted, shows which variables would permit them.
  - The answer follows from the plans of the hosts and gateways, which the firewall roles load into their kernels.
extends_documentation_fragment:
  - portledger.qradar.lookups.inventory
  - portledger.qradar.lookups.firewalls
  - portledger.qradar.lookups.answers
options:
  source:
    description:
      - Where the connection comes from. A host of the deployment, a party, a role, an address or a network.
    type: str
    required: true
  destination:
    description:
      - Where it goes, in the same form.
    type: str
    required: true
  port:
    description:
      - One port with its transport, such as V(tcp/32006), or V(icmp) for echo request.
    type: str
    required: true
notes:
  - The address that Ansible connects from always remains allowed over SSH. Only the host knows it, so here it counts
    as any other address.
seealso:
  - plugin: portledger.qradar.flows
    plugin_type: lookup
  - plugin: portledger.qradar.compare
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show whether the event processor may query the console
  ansible.builtin.debug:
    msg: "{{ lookup('portledger.qradar.explain', source='ep1', destination='con1', port='tcp/32006').text }}"

- name: Make sure that nobody in the office reaches the database
  ansible.builtin.assert:
    that: answer.verdict == 'denied'
  vars:
    answer: "{{ lookup('portledger.qradar.explain', source='198.18.2.0/24', destination='con1', port='tcp/5432') }}"
"""

RETURN = r"""
_raw:
  description: One answer.
  type: list
  elements: dict
  contains:
    source:
      description: As in the question.
      type: str
    destination:
      description: As in the question.
      type: str
    port:
      description: As in the question.
      type: str
    verdict:
      description:
        - V(allowed); V(denied) where a host or gateway on the way drops it; V(left) where no flow lists it and it is
          left to the rules that follow.
        - V(unjudged) means that no host and no gateway in the inventory filters it. V(nobody) means that the source or
          the destination is empty, or that they have no address family in common.
        - V(in part) means that the answers differ.
      type: str
      sample: allowed
    answers:
      description: One for each part of the question with the same treatment.
      type: list
      elements: dict
      contains:
        verdict:
          description: Of this part.
          type: str
        source:
          description: Where this part comes from.
          type: dict
          contains:
            labels:
              description: Names for people.
              type: list
              elements: str
            hosts:
              description: Hosts of the deployment that have these addresses.
              type: list
              elements: str
            addresses:
              description: All addresses, those of hosts one by one, the rest as the fewest prefixes.
              type: list
              elements: str
            cluster_addresses:
              description: Those of them that the nodes of an HA cluster share.
              type: list
              elements: str
        destination:
          description: Where it goes, in the same form as RV(_raw[].answers[].source).
          type: dict
        judgements:
          description: What each host and gateway on the way does with it.
          type: list
          elements: dict
          contains:
            name:
              description: The inventory's name of the host or gateway.
              type: str
            scope:
              description: V(host) or V(gateway).
              type: str
            verdict:
              description: V(accept), V(drop), V(log) or V(leave).
              type: str
            why:
              description: >-
                What decides where no flow does. V(unlisted) and V(egress) are options of the firewall roles. With
                V(elsewhere), neither end belongs to the deployment. With V(absent), the rules are removed. V(loopback)
                is traffic of a host to itself.
              type: str
        flows:
          description: The flows that list it.
          type: list
          elements: dict
          contains:
            service:
              description: The service's name in the catalog, V(extra_flow) or V(management).
              type: str
              sample: ariel_query
            row:
              description: Line of the vendor's table, none for what the table does not list.
              type: int
              sample: 65
            supplement:
              description: The supplement that it is of, none for what the vendor's table lists and for an extra flow.
              type: str
              sample: tunnels
            title:
              description: What the service is, in English.
              type: str
            source:
              description: The role, party, host or network that the flow comes from.
              type: str
              sample: component
            destination:
              description: The same for where it goes.
              type: str
              sample: component
            when:
              description: The condition that holds, none where the flow is always needed.
              type: str
            comment:
              description: The comment of an extra flow.
              type: str
            variable:
              description: Where it is defined in the inventory, none for rows of the table and supplements.
              type: str
            hosts:
              description: Hosts that have a rule for it.
              type: list
              elements: str
            gateways:
              description: Gateways that have a rule for it.
              type: list
              elements: str
        remedies:
          description:
            - Changes that would permit it. One of them is enough.
            - The one with the least side effects comes first, an extra flow last.
          type: list
          elements: dict
          contains:
            changes:
              description: Variables to change, all of them.
              type: list
              elements: dict
              contains:
                variable:
                  description: The variable's name, followed by the key where it is a dictionary.
                  type: str
                  sample: qradar_parties.log_sources
                action:
                  description: V(add), V(remove) or V(set).
                  type: str
                value:
                  description: What to add, remove or set.
                  type: raw
                hosts:
                  description: Hosts to change it on, none for a variable of the deployment.
                  type: list
                  elements: str
                role:
                  description: Where no host is listed, the role that the host needs.
                  type: str
            flows:
              description: The resulting flows, in the form of RV(_raw[].answers[].flows).
              type: list
              elements: dict
        notes:
          description: Further remarks on this part.
          type: list
          elements: str
    notes:
      description: Further remarks.
      type: list
      elements: str
    text:
      description: The answer as lines of text.
      type: list
      elements: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.lookup import Lookup
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain import explain
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot


class LookupModule(Lookup):
    """``portledger.qradar.explain``."""

    NAME = "explain"
    OPTIONS = ("source", "destination", "port", "fail")

    def answer(self, terms: Sequence[Any], variables: Mapping[str, Any], options: dict[str, Any]) -> list[Any]:
        question = {name: options[name] for name in ("source", "destination", "port")}
        return [explain(*Snapshot.of(variables["hostvars"], variables["groups"]), **question)]
