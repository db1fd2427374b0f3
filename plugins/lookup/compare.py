# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of the differences between two inventories."""

from __future__ import annotations

DOCUMENTATION = r"""
name: compare
short_description: Flows that this inventory permits and another one does not, and the reverse
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Compares everything that two deployments permit, by address and port. Another name of a host, another split of a
    network, or a flow replaced by an equal one makes no difference.
extends_documentation_fragment:
  - portledger.qradar.lookups.inventory
  - portledger.qradar.lookups.firewalls
  - portledger.qradar.lookups.answers
options:
  before:
    description:
      - The other inventory, in the form of C(ansible-playbook -i). Several sources make one inventory together.
      - What it permits and this inventory does not is newly denied.
    type: list
    elements: str
    required: true
notes:
  - Extra variables (C(-e)) apply to both inventories.
  - A gateway that exists in only one of the two is listed, but not compared.
seealso:
  - plugin: portledger.qradar.explain
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show what the change of the inventory permits and blocks
  ansible.builtin.debug:
    msg: "{{ lookup('portledger.qradar.compare', before='inventory.old.yml').text }}"

- name: Make sure that the change permits nothing new
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
      description:
        - Flows that only this inventory permits.
        - Besides the fields below, C(service), C(row), C(supplement), C(comment) and
          C(variable), with the meaning that they have in
          RV(portledger.qradar.explain#lookup:_raw[].answers[].flows) of P(portledger.qradar.explain#lookup).
      type: list
      elements: dict
      contains:
        ports:
          description: The ports that are new.
          type: list
          elements: str
          sample: ["tcp/514", "udp/514"]
        source:
          description: >-
            Where the flow comes from. Besides the field below, C(hosts) and C(addresses) in the form of
            RV(portledger.qradar.explain#lookup:_raw[].answers[].source) of P(portledger.qradar.explain#lookup).
          type: dict
          contains:
            words:
              description: Roles, hosts and parties that it contains as a whole, and prefixes of the rest.
              type: list
              elements: str
        destination:
          description: Where the flow goes, in the same form as RV(_raw[].allowed[].source).
          type: dict
    denied:
      description: Flows that only the other inventory permits, in the same form as RV(_raw[].allowed).
      type: list
      elements: dict
    gateways:
      description:
        - By gateway, V(allowed) and V(denied) in the form of RV(_raw[].allowed).
        - Contains only what results from the segments or the management networks of the gateway itself. A difference
          in the deployment as a whole applies to gateways too, and is not repeated here.
      type: dict
    only_before:
      description: Gateways that exist only in the other inventory.
      type: list
      elements: str
    only_after:
      description: Gateways that exist only in this inventory.
      type: list
      elements: str
    options:
      description: >-
        Options of the firewall roles for packets that no flow lists, and the profile, where they differ. Each item has
        V(variable), V(before), V(after) and V(hosts), which is empty for the profile: it is the deployment's.
      type: list
      elements: dict
    text:
      description: The comparison as lines of text.
      type: list
      elements: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleError

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.lookup import Lookup
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.other_inventory import read_inventory
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.compare import compare
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot


class LookupModule(Lookup):
    """``portledger.qradar.compare``."""

    NAME = "compare"
    OPTIONS = ("before", "fail")

    def answer(self, terms: Sequence[Any], variables: Mapping[str, Any], options: dict[str, Any]) -> list[Any]:
        before = self._snapshot_of(options["before"])
        return [compare(before, Snapshot.of(variables["hostvars"], variables["groups"]))]

    def _snapshot_of(self, sources: list[str]) -> Snapshot:
        """The other inventory, read as Ansible reads the inventory of a run."""
        hostvars, groups = read_inventory("before", sources, self._loader)
        try:
            return Snapshot.of(hostvars, groups)
        except (AnsibleError, PortledgerError) as error:
            # Ansible's own messages may have several lines.
            words = " ".join(str(error).split())
            raise PortledgerError(f"before: {', '.join(sources)}: {words}") from error
