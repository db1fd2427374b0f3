# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of what to look at in this deployment."""

from __future__ import annotations

DOCUMENTATION = r"""
name: check
short_description: What is too much, of no use, or about to end in this inventory
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Looks for extra flows that others allow already, one or several together, for parties that open nothing or have
    hosts of the deployment in them, for wide dynamic ports, and tells what a run of the playbooks would warn of.
  - Nothing is asked of any host, and nothing is changed.
seealso:
  - plugin: portledger.qradar.explain
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Tell what to look at
  ansible.builtin.debug:
    msg: "{{ lookup('portledger.qradar.check').text }}"
"""

RETURN = r"""
_raw:
  description: One check.
  type: list
  elements: dict
  contains:
    findings:
      description: What was found, warnings first.
      type: list
      elements: dict
      contains:
        kind:
          description:
            - V(inventory) is what the planner warns of in every run, such as an extra flow that ends within 30 days.
            - V(redundant) is an extra flow that rows of the table allow already, V(shadowed) one that other extra flows
              allow, alone or together with rows, V(idle) one with nobody at one end.
            - V(unused_party) opens nothing, V(empty_party) names no network, V(inside_party) has hosts of the
              deployment in it.
            - V(wide) is a dynamic port without a pin, V(unspecified) a row without a direction.
          type: str
        level:
          description: V(warning) where something should be done, V(note) where it should be known.
          type: str
        variable:
          description: The inventory variable that it is about, where there is one.
          type: str
        text:
          description: For people.
          type: str
    warnings:
      description: How many of them are warnings.
      type: int
    notes:
      description: How many of them are notes.
      type: int
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
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.check import check


class LookupModule(LookupBase):  # type: ignore[misc]
    """Thin: reads the inventory and looks at it."""

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        if terms:
            raise AnsibleLookupError(f"portledger.qradar.check: takes no term, such as {terms[0]!r}.")
        variables = variables or {}
        try:
            check_options(kwargs, ())
            hostvars = variables["hostvars"]
            return [check(make_planner(hostvars, variables["groups"]), Firewalls(inventory_view(hostvars)))]
        except PortledgerError as error:
            raise AnsibleLookupError(f"portledger.qradar.check: {error}") from error
