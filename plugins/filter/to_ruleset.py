# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from a plan to what a provider loads."""

from __future__ import annotations

DOCUMENTATION = r"""
name: to_ruleset
short_description: Ruleset of a provider, without the host
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Renders a plan as the ruleset that a provider loads, byte for byte, without a connection to the host. For review,
    for version control, for change requests, and for hosts that Ansible does not reach.
  - M(portledger.qradar.ruleset) uses the same policy and the same renderers. After the result is loaded, it finds no
    rule to change.
  - One thing is missing that only a running connection can tell. M(portledger.qradar.ruleset) always permits the
    address that its connection comes from. Add the address that you need to O(management).
extends_documentation_fragment:
  - portledger.qradar.plans.input
  - portledger.qradar.plans.management
  - portledger.qradar.filters.pure
positional: provider
options:
  provider:
    description:
      - The program that loads the rules.
      - V(nftables) gives text for C(nft -f). Loaded again, it takes the place of the former table.
      - V(iptables) gives texts for C(iptables-restore --noflush) and C(ip6tables-restore --noflush), to be loaded
        once, where no chain of this collection is. Without C(--noflush), they remove foreign rules.
      - V(firewalld) gives files for C(/etc/firewalld), which C(firewall-cmd --reload) loads.
      - V(qradar) gives blocks for C(/opt/qradar/conf/iptables.pre) and C(ip6tables.pre), ahead of the rules in
        there, which C(/opt/qradar/bin/iptables_update.pl) loads.
    type: str
    choices: [firewalld, iptables, nftables, qradar]
    required: true
  unlisted:
    description:
      - What happens to packets that nothing permits. The values mean the same as in M(portledger.qradar.ruleset).
    type: str
    choices: [drop, log, leave]
    default: drop
  egress:
    description:
      - On a gateway, what happens to packets from an address of the deployment to elsewhere that nothing permits.
    type: str
    choices: [drop, log, leave]
    default: leave
  management:
    description:
      - On a gateway, those that may open SSH connections through it to every host of the deployment.
  ipset:
    description:
      - Whether the host has C(ipset). With V(true), the rules of O(provider=iptables) use sets, and the result has
        a text for C(ipset restore), to be loaded first. Direct rules of O(provider=firewalld) use sets then, too.
      - The provider uses sets wherever C(ipset) is installed, so set it to V(true) there.
    type: bool
    default: false
  containers:
    description:
      - Whether the host runs containers. With V(true), O(provider=firewalld) gives a C(direct.xml) too, about the
        ports that containers publish. Where the host has a C(direct.xml), add these lines to it.
    type: bool
    default: false
  firewalld_version:
    description:
      - The release of firewalld on the host, V(0.9) or newer. Before 1.0, rules of a gateway list addresses in the
        place of destination sets.
      - Default is a release of 1.0 or newer.
    type: str
seealso:
  - module: portledger.qradar.ruleset
"""

EXAMPLES = r"""
- name: Keep the rules of every QRadar host in a repository
  ansible.builtin.copy:
    content: "{{ plan | portledger.qradar.to_ruleset('nftables', management=['198.18.9.0/24']) }}"
    dest: "rulesets/{{ item }}.nft"
    mode: "0644"
  delegate_to: localhost
  run_once: true
  loop: "{{ groups['qradar'] }}"
  vars:
    plan: "{{ lookup('portledger.qradar.plan', item) }}"

- name: Write the files of firewalld for a gateway that Ansible does not reach
  ansible.builtin.copy:
    content: "{{ item.value }}"
    dest: "gw1/etc/firewalld/{{ item.key }}"
    mode: "0644"
  delegate_to: localhost
  run_once: true
  loop: "{{ plan | portledger.qradar.to_ruleset('firewalld', egress='log') | dict2items }}"
  vars:
    plan: "{{ lookup('portledger.qradar.plan', 'gw1', scope='gateway') }}"
"""

RETURN = r"""
_value:
  description:
    - With O(provider=nftables), the text of the ruleset.
    - With O(provider=iptables), a dictionary. C(ipv4) and C(ipv6) are texts for C(iptables-restore) and
      C(ip6tables-restore), C(ipset) with O(ipset=true) is one for C(ipset restore).
    - With O(provider=firewalld), a dictionary of texts by the name of the file under C(/etc/firewalld).
    - With O(provider=qradar), a dictionary. C(ipv4) and C(ipv6) are blocks of C(iptables.pre) and C(ip6tables.pre).
  type: raw
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset


class FilterModule(Filters):
    """``portledger.qradar.to_ruleset``."""

    FILTERS = (to_ruleset,)
