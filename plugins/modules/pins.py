#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation only: the action plugin of the same name does all of it, on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: pins
short_description: The pins of a deployment, out of the dynamic ports that its hosts use
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Combines the results of M(portledger.qradar.dynamic_ports_info) from all QRadar hosts into one
    C(qradar_dynamic_ports) for review, with the hosts and processes that each port comes from, and the time.
  - A pin replaces the whole documented range on every host. So a service is offered only where the ports of all hosts
    that its flows enter are known. Of an HA pair, one node is enough.
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
    details: Changes no host. The file is written in check mode, too.
options:
  hosts:
    description: Names of the QRadar hosts that were asked.
    type: list
    elements: str
    required: true
  result:
    description: The variable that each host's result was registered in.
    type: str
    required: true
  file:
    description: File on the controller for the YAML. Not written where this is empty.
    type: path
seealso:
  - module: portledger.qradar.dynamic_ports_info
"""

EXAMPLES = r"""
- name: Ask the host
  portledger.qradar.dynamic_ports_info:
  become: true
  register: asked

- name: Make the pins
  portledger.qradar.pins:
    hosts: "{{ ansible_play_hosts_all }}"
    result: asked
  register: answer
  run_once: true

- name: Show the pins
  ansible.builtin.debug:
    msg: "{{ answer.lines }}"
  run_once: true
"""

RETURN = r"""
lines:
  description: The YAML for review, line by line. Comments say where each port comes from, and what is missing.
  returned: success
  type: list
  elements: str
  sample:
    - "qradar_dynamic_ports:"
    - "  imq_dynamic:"
    - "    - tcp/43691  # ep1 (admin, java)"
qradar_dynamic_ports:
  description: The same as data. Of a service that is not offered, the pins that the inventory has.
  returned: success
  type: dict
  sample: {imq_dynamic: [tcp/43691]}
incomplete:
  description: Services that are not offered, each with the hosts whose ports are not known, and why.
  returned: success
  type: dict
  sample: {imq_dynamic: {ep2: "nothing listens on tcp/7676: the message queue is not running"}}
unasked:
  description: Names of hosts without an answer.
  returned: success
  type: list
  elements: str
  sample: []
"""
