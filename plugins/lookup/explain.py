# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of what becomes of a packet."""

from __future__ import annotations

DOCUMENTATION = r"""
name: explain
short_description: Whether somebody may reach somebody on a port, and why
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Works out from the inventory whether packets are allowed, by which flow, and on which hosts and gateways its rule
    sits.
  - Where they are not allowed, tells which variables would open the port.
  - Nothing is asked of any host. What is told is what the plans of the hosts and gateways say, which the firewall roles
    carry into their kernels.
options:
  source:
    description:
      - Who opens the connection. A host of the deployment, a party, a role, an address or a network.
    type: str
    required: true
  destination:
    description:
      - To whom, in the same form.
    type: str
    required: true
  port:
    description:
      - One port with its transport, such as V(tcp/32006), or V(icmp) for echo request.
    type: str
    required: true
notes:
  - Options of the firewall roles, such as C(host_firewall_unlisted), are read from the inventory. What a playbook gives
    to a role is not seen.
  - The address that Ansible connects from keeps its way in over SSH. It is known on the host alone, so it counts as any
    other address here.
seealso:
  - plugin: portledger.qradar.flows
    plugin_type: lookup
  - plugin: portledger.qradar.compare
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Tell whether the event processor may query the console
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
      description: As it was asked for.
      type: str
    destination:
      description: As it was asked for.
      type: str
    port:
      description: As it was asked for.
      type: str
    verdict:
      description:
        - V(allowed), or V(denied) where somebody on the way drops it, or V(left) where no flow lists it and it is left
          to the rules that follow.
        - V(unjudged) means that no host and no gateway of the inventory judges it, V(nobody) that nobody is at one end.
        - V(in part) means that the answers differ.
      type: str
      sample: allowed
    answers:
      description: One for each part of the question that is treated alike.
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
              description: Source addresses as the fewest prefixes.
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
                What decides where no flow does. V(unlisted) and V(egress) are options of the firewall roles,
                V(elsewhere) is a packet between others, V(absent) is where the rules are taken away, V(loopback) is
                a host's way to itself.
              type: str
        flows:
          description: The flows that mean it.
          type: list
          elements: dict
          contains:
            service:
              description: The service's name in the catalog, V(extra_flow) or V(management).
              type: str
              sample: ariel_query
            row:
              description: Line of the vendor's table, none for what it does not list.
              type: int
              sample: 65
            title:
              description: What the service is, in English.
              type: str
            source:
              description: The role, party, host or network that the flow comes from.
              type: str
              sample: component
            destination:
              description: To whom it goes.
              type: str
              sample: component
            when:
              description: The condition that holds, none where the flow is needed always.
              type: str
            comment:
              description: The comment of an extra flow.
              type: str
            variable:
              description: Where it stands in the inventory, none for rows of the table.
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
            - What would open it, each alone.
            - The one with the least consequences comes first, an extra flow last.
          type: list
          elements: dict
          contains:
            changes:
              description: Variables to change, all of them.
              type: list
              elements: dict
              contains:
                variable:
                  description: The variable's name, with the key in it where it is a dictionary.
                  type: str
                  sample: qradar_parties.log_sources
                action:
                  description: V(add), V(remove) or V(set).
                  type: str
                value:
                  description: What to add, remove or set.
                  type: raw
                hosts:
                  description: Whose variable it is, nobody for those of the deployment.
                  type: list
                  elements: str
                role:
                  description: Where nobody is named, what the host has to be.
                  type: str
            flows:
              description: The flows that it would be then, in the form of RV(_raw[].answers[].flows).
              type: list
              elements: dict
        notes:
          description: What else is to be known of this part.
          type: list
          elements: str
    notes:
      description: What else is to be known.
      type: list
      elements: str
    text:
      description: All of it as lines for people.
      type: list
      elements: str
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import check_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain import explain

OPTIONS = ("source", "destination", "port")


class LookupModule(LookupBase):  # type: ignore[misc]
    """Thin: reads the options and asks the plans."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        if terms:
            raise AnsibleLookupError(f"portledger.qradar.explain: takes options only, not the term {terms[0]!r}.")
        variables = variables or {}
        asked = {name: self.get_option(name) for name in OPTIONS}
        try:
            check_options(kwargs, OPTIONS)
            hostvars = variables["hostvars"]
            planner = make_planner(hostvars, variables["groups"])
            return [explain(planner, Firewalls(inventory_view(hostvars)), **asked)]
        except PortledgerError as error:
            raise AnsibleLookupError(f"portledger.qradar.explain: {error}") from error
