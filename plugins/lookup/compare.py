# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of what differs between two inventories."""

from __future__ import annotations

DOCUMENTATION = r"""
name: compare
short_description: Flows that this inventory allows and another does not, and the reverse
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Compares all that two deployments allow, by addresses and ports. A host that has another name, a network that is cut
    in another way, or a flow that another one has replaced is no difference.
  - Nothing is asked of any host.
options:
  before:
    description:
      - The other inventory, as C(ansible-playbook -i) takes it. Several make one inventory together.
      - What it allows and this one does not is newly denied.
    type: list
    elements: str
    required: true
notes:
  - Extra variables (C(-e)) count for both inventories.
  - A gateway that only one of the two has is named, and not compared.
seealso:
  - plugin: portledger.qradar.explain
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Tell what the change of the inventory opens and closes
  ansible.builtin.debug:
    msg: "{{ lookup('portledger.qradar.compare', before='inventory.old.yml').text }}"

- name: Make sure that it opens nothing
  ansible.builtin.assert:
    that: lookup('portledger.qradar.compare', before='inventory.old.yml').allowed | length == 0
"""

RETURN = r"""
_raw:
  description: One comparison.
  type: list
  elements: dict
  contains:
    allowed:
      description: Flows that only this inventory allows.
      type: list
      elements: dict
      contains:
        service:
          description: The service's name in the catalog, V(extra_flow) or V(management).
          type: str
          sample: syslog
        row:
          description: Line of the vendor's table, none for what it does not list.
          type: int
          sample: 14
        comment:
          description: The comment of an extra flow.
          type: str
        variable:
          description: Where it stands in the inventory, none for rows of the table.
          type: str
        ports:
          description: The ports that are new.
          type: list
          elements: str
          sample: ["tcp/514", "udp/514"]
        source:
          description: From where.
          type: dict
          contains:
            words:
              description: Roles, hosts and parties that lie wholly in it, and prefixes of the rest.
              type: list
              elements: str
            hosts:
              description: Hosts of the deployment in it.
              type: list
              elements: str
            addresses:
              description: All of it as the fewest prefixes.
              type: list
              elements: str
        destination:
          description: To where, in the same form as RV(_raw[].allowed[].source).
          type: dict
    denied:
      description: Flows that only the other inventory allows, in the same form as RV(_raw[].allowed).
      type: list
      elements: dict
    gateways:
      description:
        - By gateway, V(allowed) and V(denied) in the form of RV(_raw[].allowed).
        - Only what comes from the segments or the management of the gateway itself. What differs in the deployment as a
          whole differs on gateways, too.
      type: dict
    only_before:
      description: Gateways of the other inventory only.
      type: list
      elements: str
    only_after:
      description: Gateways of this inventory only.
      type: list
      elements: str
    options:
      description: >-
        Options of the firewall roles that decide what becomes of what no flow lists, where they differ. Each with
        V(variable), V(before), V(after) and V(hosts).
      type: list
      elements: dict
    text:
      description: All of it as lines for people.
      type: list
      elements: str
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError, AnsibleLookupError
from ansible.inventory.manager import InventoryManager
from ansible.plugins.lookup import LookupBase
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import check_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.compare import Snapshot, compare

OPTIONS = ("before",)


class LookupModule(LookupBase):  # type: ignore[misc]
    """Thin: reads the other inventory and compares."""

    _loader: Any

    def run(self, terms: list[Any], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[dict[str, Any]]:
        self.set_options(var_options=variables, direct=kwargs)
        if terms:
            raise AnsibleLookupError(f"portledger.qradar.compare: takes options only, not the term {terms[0]!r}.")
        variables = variables or {}
        try:
            check_options(kwargs, OPTIONS)
            before = self._state_of(self.get_option("before"))
            return [compare(before, _state(variables["hostvars"], variables["groups"]))]
        except PortledgerError as error:
            raise AnsibleLookupError(f"portledger.qradar.compare: {error}") from error

    def _state_of(self, sources: list[str]) -> Snapshot:
        """The other inventory, read as Ansible reads the one of a run."""
        for source in sources:
            if "," not in source and not Path(source).expanduser().exists():
                raise PortledgerError(f"before: {source!r} is not there. Write it as you would after -i.")
        try:
            inventory = InventoryManager(loader=self._loader, sources=sources)
            manager = VariableManager(loader=self._loader, inventory=inventory)
            return _state(HostVars(inventory, manager, self._loader), inventory.get_groups_dict())
        except (AnsibleError, PortledgerError) as error:
            raise PortledgerError(f"before: {', '.join(sources)}: {error}") from error


def _state(hostvars: Any, groups: Any) -> Snapshot:
    return Snapshot(make_planner(hostvars, groups), Firewalls(inventory_view(hostvars)))
