#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Makes the firewall of a host or gateway say what the plan says."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: ruleset
short_description: Firewall rules of a QRadar host or of a gateway between QRadar hosts
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Derives from the inventory which flows concern the host, and makes its firewall permit exactly these.
  - Reads back what is loaded and compares it by meaning. Drift is repaired, and nothing else is changed.
  - Foreign rules stay as they are, in their order. Within the chains and sets of this module, anything that it did not
    write is removed.
  - The address that the running SSH connection comes from always remains allowed, on the port that it uses now.
  - Each change has to be confirmed. Before it is loaded, a timer is started on the host, outside the session, that
    restores the former rules. Only a new connection from the controller stops the timer. Without one, the host is
    restored to its former state and the task fails.
extends_documentation_fragment:
  - portledger.qradar.ruleset
  - portledger.qradar.attributes
  - portledger.qradar.attributes.linux
attributes:
  action:
    details: The plan is made on the controller, which also opens the new connection that confirms a change.
  async:
    details: The controller has to confirm the change.
  check_mode:
    details: Returns the same C(changed) and RV(difference) as a real run. Starts no timer.
    support: full
  diff_mode:
    details: Shows the difference as flows, not as rules.
    support: full
  idempotent:
    details: The inventory and the connection are part of the input.
    support: full
options:
  state:
    description:
      - V(present) loads the rules.
      - V(absent) removes everything that this module has put there. It needs no plan.
    type: str
    choices: [present, absent]
    default: present
  confirm_seconds:
    description:
      - How many seconds a change waits for its confirmation, counted from when it is loaded. After that, the host
        restores the former rules.
      - V(0) loads without a timer and without a confirmation. If such a change blocks your access, nothing restores it.
      - Has no effect where nothing changes.
    type: int
    default: 30
  probes:
    description:
      - Ports of this host that the controller must reach after a change, beside the new connection, such as V(tcp/443).
        Where one of them does not accept a TCP connection within half of O(confirm_seconds), the former rules are
        restored.
      - The controller connects to C(ansible_host) directly, through no jump host.
      - V(tcp/443 from ep1) makes that host of the inventory connect, over an SSH connection of its own.
    type: list
    elements: str
    default: []
  count_lost:
    description:
      - Whether to count the foreign rules that lose their effect by the first rules of this collection, before these
        are loaded, see RV(lost_rules). Where such rules are loaded already, nothing is counted.
    type: bool
    default: false
  gives_way:
    description:
      - Only for the second node of an HA pair, whose change has to follow that of the first, see C(docs/ha_pairs.md).
      - V(true) returns at once with RV(deferred) true where the first node has not been changed yet. The task has to
        run again later in the play, as it does in the role P(portledger.qradar.host_firewall#role).
      - V(false) waits for the first node.
    type: bool
    default: false
  change:
    description:
      - Internal. The action plugin sets it, and runs the module a second time to confirm a change.
    type: dict
    suboptions:
      phase:
        description:
          - V(apply) makes a change, V(confirm) lets the change of this O(change.token) stay, V(restore) restores the
            state from before it. V(holds) makes no change, and tells whether the host has one of O(change.addresses).
        type: str
        choices: [apply, confirm, restore, holds]
        default: apply
      token:
        description: Distinguishes this run's change to this host from any other.
        type: str
        required: true
      over_new_connection:
        description: Whether a confirmation has to come over another SSH connection than the change did.
        type: bool
        default: false
      addresses:
        description: The cluster addresses of an HA pair.
        type: list
        elements: str
        default: []
requirements:
  - with O(provider=iptables), iptables-save and iptables-restore on the managed host; ip6tables-save and
    ip6tables-restore where its kernel has IPv6; C(ipset) is optional, and makes large sets of networks fast
  - with O(provider=nftables), nftables 0.9.3 or newer on the managed host, built with JSON, and Linux 4.18 or newer
notes:
  - Confirmed rules are saved under C(/etc/portledger), and a systemd unit loads them before the network is up. Foreign
    rules are never saved. Providers that have files of their own, such as V(qradar), use these instead.
seealso:
  - module: portledger.qradar.ruleset_info
  - plugin: portledger.qradar.flows
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Permit on the host what the deployment needs
  portledger.qradar.ruleset:
    scope: host
    management: [198.18.9.0/24]

- name: See what enforcing would drop
  portledger.qradar.ruleset:
    scope: host
    unlisted: log

- name: Permit through the gateway what the deployment needs
  portledger.qradar.ruleset:
    scope: gateway
    egress: log

- name: Change rules only if users can still reach the console afterwards
  portledger.qradar.ruleset:
    scope: host
    confirm_seconds: 60
    probes: [tcp/443]

- name: Remove every trace from the gateway
  portledger.qradar.ruleset:
    scope: gateway
    state: absent
"""

RETURN = r"""
lost_rules:
  description:
    - How many foreign rules permit what the plan does not, and lose their effect by the first rules of this collection.
      A warning says the same, before anything is loaded.
  returned: with O(count_lost=true) and O(unlisted=drop), when there are some, and nothing of this collection was loaded
  type: int
  sample: 3
pair:
  description:
    - The HA pair of the host. Its nodes are never changed at the same time, the active one after the other, and the
      second only when the first is confirmed.
  returned: with O(scope=host), for a node of an HA pair, except in check mode
  type: dict
  contains:
    peer: {type: str, description: The other node.}
    active:
      description: Whether the host has a cluster address now. None where the inventory names none.
      type: bool
    second: {type: bool, description: Whether the other node was changed before it in this run.}
  sample: {peer: con2, active: true, second: true}
deferred:
  description: Whether nothing was done yet, since the other node of the HA pair has to be changed first.
  returned: with O(gives_way=true), if so
  type: bool
  sample: true
confirmed:
  description:
    - Whether a new connection has confirmed the change. It is false without O(confirm_seconds), and where the change
      did not stay, which fails the task.
  returned: when something was changed
  type: bool
  sample: true
timer:
  description:
    - What would have restored the former rules. V(systemd) where it runs the host, else V(process), which is a process
      that is independent of the session.
  returned: when something was changed, and O(confirm_seconds) is not 0
  type: str
  sample: systemd
persistent:
  description:
    - What loads the rules when the host is started. V(unit) is C(portledger-host.service) or
      C(portledger-gateway.service), V(provider) is the provider's own service or files, and V(nothing) is returned
      where there is no systemd, or where nothing has been applied yet.
  returned: when O(state=present)
  type: str
  sample: unit
provider:
  description: The provider of the rules.
  returned: success
  type: str
  sample: iptables
difference:
  description:
    - What was changed, or would be in check mode. V(+) permits a flow, V(-) blocks one, V(~) repairs or replaces.
    - Where another provider takes over, flows that both permit are not listed.
    - With C(--diff) and C(-v), each line is followed by the addresses behind what it counts, 20 of a set at most. With
      C(-vv) they are 200, and so on.
  returned: success
  type: list
  elements: str
  sample:
    - "+ tcp/32006 ariel_query from component (3 addresses)"
    - "~ log_sources: +198.18.7.0/24, -198.18.8.0/24"
management:
  description: Which access always remains allowed.
  returned: when O(state=present)
  type: dict
  contains:
    connection:
      description: Where the running SSH connection comes from, and the port of this host that it uses. None without.
      type: dict
      contains:
        address: {type: str, description: Its address as this host sees it.}
        port: {type: int, description: Port of this host.}
    networks:
      description: The networks of O(management), in canonical form.
      type: list
      elements: str
    ports:
      description: The ports of this host's own SSH daemon.
      type: list
      elements: int
  sample:
    connection: {address: 198.18.9.7, port: 22}
    networks: [198.18.9.0/24]
    ports: [22]
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.portledger.qradar.plugins.module_utils._base.options import RULESET
from ansible_collections.portledger.qradar.plugins.module_utils._kept.keep import Keeper


def main():
    module = AnsibleModule(argument_spec=RULESET, supports_check_mode=True)
    keeper = Keeper(module.params, module.check_mode)
    # From here on, what is compiled is kept.
    from ansible_collections.portledger.qradar.plugins.module_utils._host.module import finish
    from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset

    finish(module, lambda host: apply_ruleset(host, module.params, module.check_mode, module._verbosity), keeper)


if __name__ == "__main__":
    main()
