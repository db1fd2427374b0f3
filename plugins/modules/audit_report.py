#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation only: the action plugin of the same name does all of it, on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: audit_report
short_description: One report of what ruleset_info has found on all hosts
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Makes of the results of M(portledger.qradar.ruleset_info) on all hosts and gateways one report for people, and
    writes it for machines, as JSON and as JUnit's XML.
  - Runs on the controller and asks no host, so one task of a run does, with C(run_once).
attributes:
  action:
    description: All of it is done on the controller.
    support: full
  async:
    description: There is nothing to wait for.
    support: none
  check_mode:
    description: Changes no host. The files are written in check mode, too.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show.
    support: none
  idempotent:
    description: Writes the same of the same results.
    support: full
  platform:
    description: Runs on the controller.
    platforms: posix
    support: full
options:
  hosts:
    description: Names of QRadar hosts that were asked.
    type: list
    elements: str
    required: true
  gateways:
    description: Names of gateways that were asked.
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
  json:
    description: File on the controller that the report is written to as JSON. Not written where this is empty.
    type: path
  junit:
    description: File on the controller that the report is written to as JUnit's XML. Not written where this is empty.
    type: path
seealso:
  - module: portledger.qradar.ruleset_info
"""

EXAMPLES = r"""
- name: Ask the host
  portledger.qradar.ruleset_info:
    scope: host
    surroundings: true
  register: asked
  # A host that cannot be read is told by the report.
  failed_when: false
  ignore_unreachable: true

- name: Make the report
  portledger.qradar.audit_report:
    hosts: "{{ ansible_play_hosts_all }}"
    host_result: asked
    gateway_result: asked_as_gateway
    json: audit.json
  register: report
  run_once: true

- name: Show the report
  ansible.builtin.debug:
    msg: "{{ report.lines }}"
  run_once: true
"""

RETURN = r"""
lines:
  description: The report for people.
  returned: success
  type: list
  elements: str
  sample:
    - "ec1 (host, nftables): drifted"
    - "  missing: tcp/514 syslog from log_sources (2 networks)"
    - "in force: 0, drifted: 1, unmanaged: 0, unreachable: 0, unreadable: 0"
states:
  description: For each name, its states, one as a host and one as a gateway, whichever it is.
  returned: success
  type: dict
  sample: {ec1: [drifted]}
in_force:
  description: Whether all are in force.
  returned: success
  type: bool
findings:
  description: The report for programs. RV(findings) of the file at O(json) is the same.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Of the host.
      type: str
    scope:
      description: V(host) or V(gateway).
      type: str
    state:
      description:
        - V(in force) where live rules say what the plan says, and nobody else's open more.
        - V(drifted) where they do not. V(unmanaged) where nothing of this collection is loaded.
        - V(unreachable) where the host could not be reached, V(unreadable) where its rules cannot be read.
      type: str
    provider:
      description: What carries the rules, or would.
      type: str
    why:
      description: What kept from asking.
      type: str
    drift:
      description: What is V(missing), V(extra), V(narrower), V(wider), or V(other) than it is to be.
      type: dict
    others:
      description: As M(portledger.qradar.ruleset_info) returns it.
      type: list
      elements: dict
    unread:
      description: As M(portledger.qradar.ruleset_info) returns it.
      type: list
      elements: str
    listeners:
      description: As M(portledger.qradar.ruleset_info) returns it.
      type: list
      elements: dict
    notes:
      description: A change that waits for its confirmation, and what the next boot would load, where that differs.
      type: list
      elements: str
"""
