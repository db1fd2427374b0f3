# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of mistakes and leftovers in the inventory."""

from __future__ import annotations

DOCUMENTATION = r"""
name: check
short_description: What is redundant, has no effect or is about to expire in this inventory
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Finds extra flows that other flows already permit, alone or together, parties that permit nothing or contain hosts
    of the deployment, and wide dynamic ports. Also returns the warnings of a playbook run.
extends_documentation_fragment:
  - portledger.qradar.lookups.inventory
  - portledger.qradar.lookups.firewalls
  - portledger.qradar.lookups.answers
seealso:
  - plugin: portledger.qradar.explain
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Show what to look at
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
            - V(inventory) is a warning of every playbook run, such as an extra flow that expires within 30 days.
            - V(redundant) is an extra flow that rows of the table already permit. V(shadowed) is one that other extra
              flows permit, alone or together with rows. V(idle) is one with an empty source or destination.
            - V(unused_party) permits nothing, V(empty_party) lists no network, V(inside_party) contains hosts of the
              deployment.
            - V(absent_role) is a role that no host has, where a deployment like this one usually has it.
            - V(wide) is a dynamic port without a pin, V(unspecified) a row without a direction.
          type: str
        level:
          description: V(warning) where something should be done, V(note) for information.
          type: str
        variable:
          description: The inventory variable concerned, if any.
          type: str
        text:
          description: For people.
          type: str
    warnings:
      description: Number of warnings.
      type: int
    notes:
      description: Number of notes.
      type: int
    text:
      description: All findings as lines of text.
      type: list
      elements: str
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.lookup import Lookup
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.check import check
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.snapshot import Snapshot


class LookupModule(Lookup):
    """``portledger.qradar.check``."""

    NAME = "check"
    OPTIONS = ("fail",)

    def answer(self, terms: Sequence[Any], variables: Mapping[str, Any], options: dict[str, Any]) -> list[Any]:
        return [check(*Snapshot.of(variables["hostvars"], variables["groups"]))]
