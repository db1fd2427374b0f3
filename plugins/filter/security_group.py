# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from a plan to rules of a cloud's security group."""

from __future__ import annotations

DOCUMENTATION = r"""
name: security_group
short_description: Rules of a security group for a plan
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns what the modules of three clouds take to permit what enters a host, and nothing else.
  - Clouds track connections, so replies need no rule.
  - The plan of a gateway is an error. A security group is about what enters a host.
extends_documentation_fragment:
  - portledger.qradar.plans.input
  - portledger.qradar.plans.management
  - portledger.qradar.filters.pure
positional: cloud
options:
  cloud:
    description:
      - V(aws) gives the option C(rules) of C(amazon.aws.ec2_security_group). Each port from each network is in one
        rule only, as EC2 refuses a permission that it has already. Characters that EC2 refuses in a description
        become C(_).
      - V(azure) gives the option C(rules) of C(azure.azcollection.azure_rm_securitygroup), with priorities from
        100. The last, with priority 4096, denies the rest, as a security group of Azure permits its virtual network
        by default.
      - V(gcp) gives a list of arguments for calls of C(google.cloud.gcp_compute_firewall). Add the network and
        C(target_tags); without tags a rule is about every instance of the network.
    type: str
    choices: [aws, azure, gcp]
    required: true
notes:
  - Azure and Google cannot tell types of ICMP apart, so echo requests stand for all of ICMP there. A security group
    of Azure knows no ICMP of IPv6, so it has no rule for echo requests of IPv6.
  - The documentation of C(google.cloud.gcp_compute_firewall) says that source ranges are IPv4 only, Compute Engine
    takes both. No rule has ranges of both families, so those of IPv6 can be left out.
  - Limits of an account, such as 60 rules in a security group of EC2 or 1000 in one of Azure, are not checked.
"""

EXAMPLES = r"""
- name: Permit what the plan says and nothing else, on EC2
  amazon.aws.ec2_security_group:
    name: "qradar-{{ inventory_hostname }}"
    description: QRadar
    vpc_id: vpc-0123456789abcdef0
    rules: "{{ plan | portledger.qradar.security_group('aws', management=['198.18.9.0/24']) }}"
  vars:
    plan: "{{ lookup('portledger.qradar.plan', inventory_hostname) }}"

- name: The same on Azure
  azure.azcollection.azure_rm_securitygroup:
    name: "qradar-{{ inventory_hostname }}"
    resource_group: siem
    purge_rules: true
    rules: "{{ plan | portledger.qradar.security_group('azure', management=['198.18.9.0/24']) }}"
  vars:
    plan: "{{ lookup('portledger.qradar.plan', inventory_hostname) }}"

- name: The same on Google Cloud
  google.cloud.gcp_compute_firewall: "{{ item | combine(place) }}"
  loop: "{{ plan | portledger.qradar.security_group('gcp', management=['198.18.9.0/24']) }}"
  vars:
    plan: "{{ lookup('portledger.qradar.plan', inventory_hostname) }}"
    place: {project: siem, auth_kind: application, target_tags: ["qradar-{{ inventory_hostname }}"]}
"""

RETURN = r"""
_value:
  description: Rules, in the order of the vendor's table for each source, those for O(management) first.
  type: list
  elements: dict
  sample:
    - proto: tcp
      ports: ["514"]
      cidr_ip: ["198.18.50.0/24"]
      rule_desc: syslog from log_sources
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.security_group import security_group


class FilterModule(Filters):
    """``portledger.qradar.security_group``."""

    FILTERS = (security_group,)
