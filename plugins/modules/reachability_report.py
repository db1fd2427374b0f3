#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation only: the action plugin of the same name does all of it, on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: reachability_report
short_description: One report of what all hosts reach
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Combines the results of M(portledger.qradar.reachability) from all hosts into one report. What fails at one
    destination is one line, whichever hosts asked.
  - Runs on the controller and contacts no host, so one task of a run is enough, with C(run_once).
extends_documentation_fragment:
  - portledger.qradar.attributes
  - portledger.qradar.attributes.controller
  - portledger.qradar.attributes.read_only
attributes:
  action:
    details: All of the module runs on the controller.
  async:
    details: There is nothing to wait for.
  check_mode:
    details: Changes nothing.
options:
  hosts:
    description: Names of the hosts that have asked.
    type: list
    elements: str
    required: true
  result:
    description: The variable that each host's result was registered in.
    type: str
    required: true
seealso:
  - module: portledger.qradar.reachability
"""

EXAMPLES = r"""
- name: Probe what this host must reach according to the inventory
  portledger.qradar.reachability:
  register: asked
  # The report names hosts that cannot ask.
  failed_when: false
  ignore_unreachable: true

- name: Make the report
  portledger.qradar.reachability_report:
    hosts: "{{ ansible_play_hosts_all }}"
    result: asked
  register: report
  run_once: true

- name: Show the report
  ansible.builtin.debug:
    msg: "{{ report.lines }}"
  run_once: true
"""

RETURN = r"""
lines:
  description: The report as lines of text. What must not pass comes first.
  returned: success
  type: list
  elements: str
  sample:
    - "3 hosts asked 762 targets: 757 as expected, 3 contradicted, 2 undecided, 0 not asked"
    - "smtp_gateways (198.18.3.25) must pass tcp/25 smtp: filtered from con1, con2, ep1"
states:
  description:
    - The state of each host. V(as planned) where no answer contradicts the plan, V(contradicted) where one does.
    - V(unreachable) where the host could not be reached, V(no answers) where it could not ask.
  returned: success
  type: dict
  sample: {con1: contradicted, con2: contradicted, ep1: contradicted}
problems:
  description: Why a host has no answers, by host.
  returned: success
  type: dict
  sample: {}
as_planned:
  description: Whether the state of all hosts is V(as planned).
  returned: success
  type: bool
findings:
  description: What contradicts the plan, as data.
  returned: success
  type: list
  elements: dict
  contains:
    name: {type: str, description: The host or party that was asked.}
    addresses: {type: list, elements: str, description: Its addresses that were asked.}
    expected: {type: str, description: V(pass) or V(drop).}
    ports: {type: dict, description: "By port, such as V(tcp/25), its services."}
    outcomes:
      description: >-
        Each V(result) as M(portledger.qradar.reachability) returns it, with the V(hosts) that got it, the addresses
        that refused (V(by)), and the V(reasons).
      type: list
      elements: dict
    whole:
      description: Whether there are several ports, and no answer of these addresses is as the plan says.
      type: bool
"""
