# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from a plan to arguments for ansible.posix.firewalld."""

from __future__ import annotations

DOCUMENTATION = r"""
name: firewalld_arguments
short_description: Flows of a plan for ansible.posix.firewalld
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns a list of dictionaries, each the arguments of one call of C(ansible.posix.firewalld), which accept the
    flows of the plan with rich rules in a zone. For firewalls that are made with that module already.
  - Has the flows only. What happens to the rest is up to the zone.
  - A rich rule takes one network and one port or range. Many networks make many calls. M(portledger.qradar.ruleset)
    loads any number at once, with ipsets and services.
  - Rich rules have no place for the name of a service. A rule that several services need is there once.
  - The module knows no policies of firewalld, so the plan of a gateway is an error.
  - What the plan permits to containers on the host itself goes by their interface, which a rich rule cannot name. It is
    left out. Permit it in the zone of that interface.
extends_documentation_fragment:
  - portledger.qradar.plans.input
  - portledger.qradar.filters.pure
positional: zone
options:
  zone:
    description:
      - The zone that the rules go into. Default is the default zone of the host.
    type: str
"""

EXAMPLES = r"""
- name: Accept the flows of the plan
  ansible.posix.firewalld: "{{ item }}"
  loop: "{{ plan | portledger.qradar.firewalld_arguments(zone='internal') }}"
  loop_control:
    label: "{{ item.rich_rule }}"
  vars:
    plan: "{{ lookup('portledger.qradar.plan', inventory_hostname) }}"
"""

RETURN = r"""
_value:
  description:
    - Arguments. C(rich_rule), C(permanent), C(immediate), C(state), and C(zone) where O(zone) is set.
  type: list
  elements: dict
  sample:
    - zone: internal
      rich_rule: rule family="ipv4" source address="198.18.50.0/24" port port="514" protocol="tcp" accept
      permanent: true
      immediate: true
      state: enabled
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.firewalld_arguments import (
    firewalld_arguments,
)


class FilterModule(Filters):
    """``portledger.qradar.firewalld_arguments``."""

    FILTERS = (firewalld_arguments,)
