#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation only: the action plugin of the same name does all of it, on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: adopt
short_description: A proposal of what to adopt from firewalls that exist
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Combines the results of M(portledger.qradar.ruleset_info) with O(portledger.qradar.ruleset_info#module:permits=true)
    from all hosts and gateways into a proposal, networks of parties and extra flows that make the plan permit what
    foreign rules permit, and into a page that says what enforcing would block.
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
    details: Changes no host. The files are written in check mode, too.
options:
  hosts:
    description: Names of the QRadar hosts that were asked.
    type: list
    elements: str
    required: true
  gateways:
    description: Names of the gateways that were asked.
    type: list
    elements: str
    default: []
  host_result:
    description: The variable that each host's result was registered in.
    type: str
    required: true
  gateway_result:
    description: The variable that each gateway's result was registered in.
    type: str
    required: true
  folder:
    description: Folder on the controller for C(proposal.yml) and C(adopt.md).
    type: path
    default: adopt
  review_days:
    description: In how many days extra flows expire, and networks of parties should be reviewed. From 1 to 3650.
    type: int
    default: 90
  parties:
    description:
      - When sources of rules become networks of a party.
      - With V(exact), only where the party permits nothing beyond the rules. Else they become an extra flow, and a
        comment says which party it could be.
      - With V(fitting), also where every host that the party may reach permits one port of a service to them, and the
        party permits ten ports more than the rules at most. A comment names these ports.
    type: str
    choices: [exact, fitting]
    default: exact
seealso:
  - module: portledger.qradar.ruleset_info
"""

EXAMPLES = r"""
- name: Ask the host
  portledger.qradar.ruleset_info:
    scope: host
    permits: true
  register: asked

- name: Write the proposal
  portledger.qradar.adopt:
    hosts: "{{ ansible_play_hosts_all }}"
    host_result: asked
    gateway_result: asked_as_gateway
  run_once: true
"""

RETURN = r"""
lines:
  description: A line for each host and gateway, and one for the proposal.
  returned: success
  type: list
  elements: str
  sample:
    - "console (host): 3 foreign rules would lose their effect, 1 of them not proposed"
    - "proposal: networks for log_sources and 1 extra flow"
files:
  description: Path of each file, by its name.
  returned: success
  type: dict
  sample: {proposal.yml: adopt/proposal.yml, adopt.md: adopt/adopt.md}
written:
  description: Whether a file is another one than before.
  returned: success
  type: bool
  sample: true
blocked:
  description: How many foreign rules would lose their effect.
  returned: success
  type: int
  sample: 3
not_proposed:
  description: How many of them the proposal does not stand for.
  returned: success
  type: int
  sample: 1
parties:
  description: New networks by party.
  returned: success
  type: dict
  sample: {log_sources: [198.18.7.0/24]}
extra_flows:
  description: Number of new extra flows.
  returned: success
  type: int
  sample: 1
unasked:
  description: Names of hosts and gateways without an answer.
  returned: success
  type: list
  elements: str
  sample: []
"""
