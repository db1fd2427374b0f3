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
  - Works out from the inventory who must reach whom on what, and returns these flows.
  - Reads the variables of every host of the inventory, whatever the play is limited to.
  - Everything is decided by address. A host of the deployment inside a party's network is that party too.
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
      - Only flows that cross this gateway, with the addresses that lie behind its interfaces.
      - The inventory's name of a host that sets C(qradar_gateway_segments).
    type: str
  service:
    description:
      - Only flows of this service. V(extra_flow) means those of C(qradar_extra_flows).
    type: str
notes:
  - C(query) always gives a list, while C(lookup) gives a single flow as it is, without a list around it.
seealso:
  - plugin: portledger.qradar.ports
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show what the event collector opens to the console
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.flows', source='ec1', destination='console') }}"

- name: Show which log sources may send where
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.flows', source='log_sources', service='syslog') }}"
"""

RETURN = r"""
_raw:
  description: Flows in the order of the vendor's table, extra flows last.
  type: list
  elements: dict
  contains:
    service:
      description: The service's name in the catalog, or V(extra_flow).
      type: str
      sample: ariel_query
    row:
      description: Line of the vendor's table, none for an extra flow.
      type: int
      sample: 65
    ports:
      description: Each a transport with its ports as one value. V(icmp) is echo request.
      type: list
      elements: str
      sample: ["tcp/32006"]
    when:
      description: The condition under which the flow is needed, none where it always is.
      type: str
      sample: encrypted
    comment:
      description: The comment of an extra flow.
      type: str
    source:
      description: Who opens the connection.
      type: dict
      contains:
        label:
          description: The role, party, host or network.
          type: str
          sample: component
        hosts:
          description: The hosts of the deployment that are meant.
          type: list
          elements: str
        addresses:
          description: Their addresses as the fewest prefixes, IPv4 before IPv6.
          type: list
          elements: str
          sample: ["198.18.1.4/31", "2001:db8:1::4/128"]
    destination:
      description: To whom, in the same form as RV(_raw[].source).
      type: dict
"""

from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import check_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows

OPTIONS = ("source", "destination", "gateway", "service")


class LookupModule(LookupBase):  # type: ignore[misc]
    """Thin: reads the options and asks the flows."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        if terms:
            raise AnsibleLookupError(f"portledger.qradar.flows: takes options only, not the term {terms[0]!r}.")
        variables = variables or {}
        asked = {name: self.get_option(name) for name in OPTIONS}
        try:
            check_options(kwargs, OPTIONS)
            return query_flows(make_planner(variables["hostvars"], variables["groups"]), **asked)
        except PortledgerError as error:
            raise AnsibleLookupError(f"portledger.qradar.flows: {error}") from error
