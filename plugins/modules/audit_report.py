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
  - Combines the results of M(portledger.qradar.ruleset_info) from all hosts and gateways into one report, as lines of
    text and as JSON and JUnit XML files.
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
    description: Names of the QRadar hosts that were examined.
    type: list
    elements: str
    required: true
  gateways:
    description: Names of the gateways that were examined.
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
    description: File on the controller that the report is written to as JUnit XML. Not written where this is empty.
    type: path
seealso:
  - module: portledger.qradar.ruleset_info
"""

EXAMPLES = r"""
- name: Examine the host
  portledger.qradar.ruleset_info:
    scope: host
    surroundings: true
  register: asked
  # The report names hosts that cannot be read.
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
  description: The report as lines of text.
  returned: success
  type: list
  elements: str
  sample:
    - "ec1 (host, nftables): drifted"
    - "  missing: tcp/514 syslog from log_sources (2 networks)"
    - "in force: 0, drifted: 1, unmanaged: 0, unreachable: 0, unreadable: 0"
states:
  description: The states of each name, one as a host and one as a gateway, whichever it is.
  returned: success
  type: dict
  sample: {ec1: [drifted]}
uncovered:
  description:
    - What the plan counts on and nothing enforces, as sentences. Hosts outside the groups of the playbooks, parties
      behind no segment of a gateway, and variables that are none.
  returned: success
  type: list
  elements: str
unused_pins:
  description:
    - Pins of C(qradar_dynamic_ports) that no host uses any more, as RV(findings[].pins) with C(host) none. Empty where
      a host that they are for could not be read.
  returned: success
  type: list
  elements: dict
in_force:
  description: Whether all are in force, and RV(uncovered) is empty. Pins do not count.
  returned: success
  type: bool
findings:
  description: The report as data. RV(findings) in the file at O(json) is the same.
  returned: success
  type: list
  elements: dict
  contains:
    name: {type: str, description: Name of the host.}
    scope: {type: str, description: V(host) or V(gateway).}
    state:
      description:
        - V(in force) where the live rules match the plan, and no foreign rule permits more.
        - V(drifted) where they do not. V(unmanaged) where nothing of this collection is loaded.
        - V(unreachable) where the host could not be reached, V(unreadable) where its rules cannot be read.
      type: str
    provider: {type: str, description: "The provider that loads the rules, or would."}
    why: {type: str, description: Why the host could not be examined.}
    drift:
      description: What is V(missing), V(extra), V(narrower) or V(wider) than planned, or differs in an V(other) way.
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
    dynamic_ports:
      description: As M(portledger.qradar.ruleset_info) returns it. None where it does not.
      type: dict
    pins:
      description: Pins of C(qradar_dynamic_ports) that lack a port in use. None where no pin was compared.
      type: list
      elements: dict
      contains:
        host: {type: str, description: Name of the host.}
        service: {type: str, description: The service.}
        pinned: {type: list, elements: str, description: Its pins.}
        live: {type: list, elements: str, description: Ports in use that no pin has.}
        text: {type: str, description: "The finding in a sentence, and the remedy."}
        remedy: {type: str, description: What to do.}
    notes:
      description: A change that waits for its confirmation, what the next boot would load where that differs, and
        pins that could not be compared with what is in use.
      type: list
      elements: str
"""
