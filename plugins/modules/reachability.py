#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Probes from a host, with packets, which ports of other hosts it reaches."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: reachability
short_description: Which ports of other hosts a host reaches, probed with packets
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Probes from this host hundreds of addresses and ports at once over TCP, UDP and ICMP, and reports which are open,
    where nothing listens, where nothing answers, and which firewall or router on the way has rejected the packet.
  - Without O(targets), probes what the host must reach according to the inventory, and a few ports that it must not.
  - Changes nothing. The play decides whether a contradiction is a failure, as the role
    P(portledger.qradar.reachability#role) does.
extends_documentation_fragment:
  - portledger.qradar.attributes
  - portledger.qradar.attributes.linux
  - portledger.qradar.attributes.read_only
attributes:
  action:
    details: The targets are worked out on the controller.
  async:
    details: The plan is made in the run's own temporary folder.
  check_mode:
    details: Changes nothing. Packets are sent in check mode as well.
options:
  targets:
    description:
      - What to probe. Each address and port is probed once, however often it is listed.
      - The action plugin derives it from the inventory where it is not given.
    type: list
    elements: dict
    suboptions:
      address:
        description: An address of IPv4 or IPv6.
        type: str
        required: true
      port:
        description: A transport and one port as one value, such as V(tcp/514), or V(icmp) for an echo request.
        type: str
        required: true
      expected:
        description: Whether packets must arrive there, or must not.
        type: str
        choices: [pass, drop]
        default: pass
      services:
        description: Names of the services that use the port, for the report.
        type: list
        elements: str
        default: []
      name:
        description: The host or party that has the address, for the report.
        type: str
        default: ''
  timeout:
    description:
      - How many seconds to wait for an answer, 0.1 to 60.
      - Within less than about 3.2 seconds, a missing neighbour cannot be distinguished from a firewall that drops.
    type: float
    default: 3.5
  rate:
    description:
      - How many probes are sent a second at most, 1 to 10000. A retransmission counts again. The average is a fifth
        less, for the kernel may retransmit late, and several at once.
    type: int
    default: 400
  time_limit:
    description:
      - After how many seconds the module ends at the latest, O(timeout) to 3600. What could not be probed by then is
        V(not_asked).
    type: float
    default: 60
  parallel:
    description:
      - How many answers are awaited at once at most, 1 to 10000. Fewer where the limit of open files is lower.
    type: int
    default: 500
  samples:
    description:
      - Without O(targets), how many ports of a range are probed, 1 to 100. From 2 on, its ends are among them.
    type: int
    default: 2
  negative:
    description:
      - Without O(targets), how many ports of each address of the deployment are probed that no flow of the plan
        permits, 0 to 100. They are TCP ports of the vendor's table, the same in each run.
      - Where C(unlisted) has another value than C(drop), such packets arrive. Write V(0) there.
    type: int
    default: 1
  most:
    description:
      - Without O(targets), how many targets are probed at most, 1 to 50000. Where there are more, each destination
        keeps some. RV(left_out) says how many are missing.
    type: int
    default: 5000
requirements:
  - root on the managed host, for a raw ICMP socket
notes:
  - An open TCP connection is closed at once, and nothing is sent over it. UDP ports 53, 111, 123 and 161 get a query
    of their protocol that changes nothing. All other UDP ports get a datagram without data.
  - Silence of UDP is V(unknown), for a daemon that accepts a datagram is as silent as a firewall that drops it.
  - A firewall that rejects TCP with a reset, in the name of the target, cannot be distinguished from a target where
    nothing listens.
  - Linux sends about one ICMP error a second to each address. Of many targets that one firewall rejects, the first are
    V(rejected), the others V(filtered).
seealso:
  - module: portledger.qradar.ruleset_info
  - plugin: portledger.qradar.flows
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Probe what this host must reach according to the inventory
  portledger.qradar.reachability:
  register: asked
  failed_when: asked.contradictions | length > 0

- name: Probe two ports, slowly
  portledger.qradar.reachability:
    rate: 5
    targets:
      - {address: 198.18.1.11, port: tcp/443}
      - {address: "2001:db8:1::11", port: tcp/5432, expected: drop}
"""

RETURN = r"""
answers:
  description: Each target with its answer, one address after another.
  returned: success
  type: list
  elements: dict
  contains:
    address: {type: str, description: As given.}
    port: {type: str, description: As given.}
    name: {type: str, description: "As given, or the host or party from the inventory."}
    services: {type: list, elements: str, description: "As given, or from the vendor's table."}
    expected: {type: str, description: V(pass) or V(drop).}
    result:
      description:
        - V(open) has answered.
        - V(closed) has been reached, but nothing listens there. The target itself has said so.
        - V(filtered) has not answered, over TCP or ICMP.
        - V(rejected) was rejected, see RV(answers[].by).
        - V(unreachable) has no route, or no neighbour that answers.
        - V(unknown) has not answered, over UDP.
        - V(not_asked) was not probed, for lack of time.
      type: str
    by:
      description: The address that V(rejected) or V(unreachable) comes from. None where it is this host, or unknown.
      type: str
    reason:
      description: Why, such as V(administratively prohibited). Empty where the result says it all.
      type: str
    seconds: {type: float, description: Until there was an answer. None where there was none.}
    verdict:
      description:
        - V(as_expected), V(contradicted), V(undecided) or V(not_asked).
        - V(undecided) is RV(answers[].result=unknown), and RV(answers[].result=unreachable) where packets must not
          arrive anyway.
      type: str
  sample:
    - address: 198.18.1.21
      port: tcp/32006
      name: ep1
      services: [ariel_query]
      expected: pass
      result: rejected
      by: 198.18.1.1
      reason: administratively prohibited
      seconds: 0.001
      verdict: contradicted
contradictions:
  description: What is not as expected, as lines of text. What must not pass comes first.
  returned: success
  type: list
  elements: str
  sample:
    - "ep1 (198.18.1.21) must pass, is rejected by 198.18.1.1 (administratively prohibited): tcp/32006 ariel_query"
not_asked:
  description: What was not probed for lack of time, in the same form.
  returned: success
  type: list
  elements: str
  sample: []
report:
  description:
    - RV(verdicts) in a line, then RV(contradictions) and RV(not_asked), and what of the inventory was not probed.
  returned: success
  type: list
  elements: str
  sample:
    - "asked 254 in 4.5 s: 241 as expected, 1 contradicted, 12 undecided, 0 not asked"
    - "ep1 (198.18.1.21) must pass, is rejected by 198.18.1.1 (administratively prohibited): tcp/32006 ariel_query"
counts:
  description: How many targets have each result.
  returned: success
  type: dict
  sample: {open: 210, closed: 31, filtered: 0, rejected: 1, unreachable: 0, unknown: 12, not_asked: 0}
verdicts:
  description: How many targets have each verdict.
  returned: success
  type: dict
  sample: {as_expected: 241, contradicted: 1, undecided: 12, not_asked: 0}
packets:
  description: How many probes were sent, retransmissions included.
  returned: success
  type: int
  sample: 266
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 4.55
left_out:
  description: How many targets there would have been beyond O(most).
  returned: success, without O(targets)
  type: int
  sample: 0
wide:
  description:
    - Destinations that have networks of more than two addresses. Which of these addresses exist is not known, so they
      are not probed. Hosts of the deployment in them are.
  returned: success, without O(targets)
  type: list
  elements: str
  sample: [windows_hosts]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.portledger.qradar.plugins.module_utils._host.module import finish
from ansible_collections.portledger.qradar.plugins.module_utils._reachability import reachability

TARGET = {
    "address": {"type": "str", "required": True},
    "port": {"type": "str", "required": True},
    "expected": {"type": "str", "choices": ["pass", "drop"], "default": "pass"},
    "services": {"type": "list", "elements": "str", "default": []},
    "name": {"type": "str", "default": ""},
}


def main():
    module = AnsibleModule(
        argument_spec={
            "targets": {"type": "list", "elements": "dict", "options": TARGET},
            "timeout": {"type": "float", "default": 3.5},
            "rate": {"type": "int", "default": 400},
            "time_limit": {"type": "float", "default": 60},
            "parallel": {"type": "int", "default": 500},
            "samples": {"type": "int", "default": 2},
            "negative": {"type": "int", "default": 1},
            "most": {"type": "int", "default": 5000},
        },
        supports_check_mode=True,
    )
    finish(module, lambda _host: reachability(module.params))


if __name__ == "__main__":
    main()
