# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that ``ruleset`` and ``ruleset_info`` share."""

from __future__ import annotations


class ModuleDocFragment:
    """``portledger.qradar.ruleset``. The argument specification is in ``module_utils/_base/options.py``."""

    DOCUMENTATION = r"""
options:
  scope:
    description:
      - V(host) is about traffic that enters this host, whatever address of the host it is sent to.
      - V(gateway) is about traffic that this host forwards. Traffic to the gateway itself is left alone.
      - One machine may have both. Each scope is applied and removed independently of the other.
    type: str
    choices: [host, gateway]
    required: true
  provider:
    description:
      - The program that loads the rules into the kernel.
      - V(auto) selects the provider that fits the host.
      - V(firewalld) writes a policy, services and ipsets of its own. Needs firewalld 0.9 or newer, running.
      - V(iptables) uses C(iptables) and C(ip6tables), legacy or nf_tables, and C(ipset) where it is installed.
      - V(nftables) uses C(nft) 0.9.3 or newer, built with JSON, and a table of its own.
      - V(qradar) uses QRadar's own mechanism, a marked block in C(/opt/qradar/conf/iptables.pre) and C(ip6tables.pre)
        that C(/opt/qradar/bin/iptables_update.pl) loads. On a QRadar host, only these rules survive a deploy.
    type: str
    choices: [auto, firewalld, iptables, nftables, qradar]
    default: auto
  unlisted:
    description:
      - What happens to packets that nothing permits. On a gateway, to such packets for an address of the deployment.
      - V(drop) drops them.
      - V(log) writes some of them to the kernel's log, and leaves them to the rules that follow. The prefix is
        C(portledger:). The level is debug, which is not shown on the console. It logs 20 packets at once and 10 a
        minute. M(portledger.qradar.ruleset_info) reads that log.
      - V(leave) leaves them to the rules that follow.
    type: str
    choices: [drop, log, leave]
    default: drop
  egress:
    description:
      - On a gateway, what happens to packets from an address of the deployment to elsewhere that nothing permits.
      - The values mean the same as for O(unlisted).
      - Has no effect with O(scope=host).
    type: str
    choices: [drop, log, leave]
    default: leave
  management:
    description:
      - Addresses and networks that may open SSH connections to this host, on the ports of its own SSH daemon.
      - On a gateway, those that may open SSH connections through it to every host of the deployment.
    type: list
    elements: str
    default: []
  plan:
    description:
      - Address sets and flows that concern this host. The action plugin derives it from the inventory.
      - Set it only to use a plan that was made elsewhere.
    type: dict
  keep:
    description:
      - Internal. What the host is to call the code that it keeps for later calls. The action plugin sets it.
    type: str
requirements:
  - root on the managed host
attributes:
  action_group:
    description: Use C(group/portledger.qradar.firewall) in C(module_defaults) for options that modules share.
    membership: [portledger.qradar.firewall]
    support: full
"""
