# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from a plan to arguments for ansible.builtin.iptables."""

from __future__ import annotations

DOCUMENTATION = r"""
name: iptables_arguments
short_description: Flows of a plan for ansible.builtin.iptables
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns a list of dictionaries, each the arguments of one call of M(ansible.builtin.iptables), which accept the
    flows of the plan. For firewalls that are made with that module already.
  - Has the flows only. Replies, loopback, ICMP, management and what happens to the rest stay with the rules around
    them.
  - The module takes one source and one destination a call, so there is one call for each pair of networks. Many
    networks make many calls. M(portledger.qradar.ruleset) loads any number at once.
  - The module appends rules. Where a rule before them drops the packets already, combine the arguments with
    C(action=insert).
extends_documentation_fragment:
  - portledger.qradar.plans.input
  - portledger.qradar.filters.pure
positional: chain
options:
  chain:
    description:
      - The chain that the rules go into.
      - Default is C(INPUT) for the plan of a host, and C(FORWARD) for that of a gateway.
    type: str
seealso:
  - module: ansible.builtin.iptables
"""

EXAMPLES = r"""
- name: Accept the flows of the plan
  ansible.builtin.iptables: "{{ item }}"
  loop: "{{ lookup('portledger.qradar.plan', inventory_hostname) | portledger.qradar.iptables_arguments }}"
  loop_control:
    label: "{{ item.comment }}"

- name: Accept them in a chain of its own, in the place of what follows there
  ansible.builtin.iptables: "{{ item | combine({'action': 'insert'}) }}"
  loop: "{{ lookup('portledger.qradar.plan', inventory_hostname) | portledger.qradar.iptables_arguments('QRADAR') }}"
  loop_control:
    label: "{{ item.comment }}"
"""

RETURN = r"""
_value:
  description:
    - Arguments, in the order of the vendor's table for each source. C(chain), C(ip_version), C(protocol),
      C(comment) with the service, C(jump), and where they apply C(source), C(destination), C(in_interface),
      C(destination_port), C(destination_ports) and C(icmp_type).
  type: list
  elements: dict
  sample:
    - chain: INPUT
      ip_version: ipv4
      source: 198.18.50.0/24
      protocol: tcp
      destination_port: "514"
      comment: syslog
      jump: ACCEPT
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.iptables_arguments import (
    iptables_arguments,
)


class FilterModule(Filters):
    """``portledger.qradar.iptables_arguments``."""

    FILTERS = (iptables_arguments,)
