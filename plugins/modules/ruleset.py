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
  - Works out from the inventory which flows concern the host, and makes its firewall let exactly these pass.
  - What is loaded is read back and compared by meaning. What drifted is repaired, and nothing else is changed.
  - Rules of others are left as they are, in their order. Within the chains and sets of this module, anything that it
    did not write is removed.
  - The address that the running SSH connection comes from always keeps its way in, on the port that it uses now.
  - A change has to prove itself. Before it is loaded, a timer is started on the host, outside of the session, that
    puts back the former rules. Only a new connection from the controller stops it. Without one the host is as it was,
    and the task fails.
attributes:
  action:
    description: The plan is made on the controller, which also opens the new connection that confirms a change.
    support: full
  async:
    description: The confirmation needs the controller to be there.
    support: none
  check_mode:
    description: Returns the same C(changed) and RV(difference) as a real run. Starts no timer.
    support: full
  diff_mode:
    description: Shows the difference as flows, not as rules.
    support: full
  idempotent:
    description: A second run with the same inventory over the same connection changes nothing.
    support: full
  platform:
    description: Runs on Linux, under Python 2.7 and 3.6 and newer.
    platforms: linux
    support: full
options:
  scope:
    description:
      - V(host) is about what enters this host, whatever address of the host it is sent to.
      - V(gateway) is about what this host forwards. Its own input is left alone.
      - Both may be on one machine, and are removed independently.
    type: str
    choices: [host, gateway]
    required: true
  provider:
    description:
      - What carries the rules into the kernel.
      - V(auto) takes the one that fits the host.
      - V(firewalld) writes a policy, services and ipsets of its own. Needs firewalld 0.9 or newer, running.
      - V(iptables) takes C(iptables) and C(ip6tables), legacy or nf_tables, and C(ipset) where it is installed.
      - V(nftables) takes C(nft) 0.9.3 or newer, built with JSON, and keeps to a table of its own.
      - V(qradar) takes QRadar's own means, a marked block in C(/opt/qradar/conf/iptables.pre) and C(ip6tables.pre) that
        C(/opt/qradar/bin/iptables_update.pl) loads. Only there do rules survive a deploy.
    type: str
    choices: [auto, firewalld, iptables, nftables, qradar]
    default: auto
  state:
    description:
      - V(absent) removes everything that this module has put there. It needs no plan.
    type: str
    choices: [present, absent]
    default: present
  unlisted:
    description:
      - What becomes of packets that nothing allows. On a gateway, of those to an address of the deployment.
      - V(drop) drops them.
      - V(log) writes some of them to the kernel's log, and leaves them to the rules that follow. The prefix is
        C(portledger:), the level debug, which no console shows. It logs 20 packets at once and 10 a minute.
        M(portledger.qradar.ruleset_info) tells what was logged.
      - V(leave) leaves them to the rules that follow.
    type: str
    choices: [drop, log, leave]
    default: drop
  egress:
    description:
      - On a gateway, what becomes of packets from an address of the deployment to elsewhere that nothing allows.
      - The words mean what they mean for O(unlisted).
      - Has no effect with O(scope=host).
    type: str
    choices: [drop, log, leave]
    default: leave
  management:
    description:
      - Addresses and networks that may open SSH to this host, on the ports of its own SSH daemon.
      - On a gateway, those that may open SSH through it to every host of the deployment.
    type: list
    elements: str
    default: []
  confirm_seconds:
    description:
      - How long a change waits for its confirmation, counted from when it is loaded. Then the host puts the former
        rules back.
      - V(0) loads without a timer and without a confirmation. Nothing brings back a host that shuts you out.
      - Has no effect where nothing changes.
    type: int
    default: 30
  probes:
    description:
      - Ports of this host that the controller must reach after a change, beside the new connection, such as V(tcp/443).
        Where one of them does not take a TCP connection within half of O(confirm_seconds), the former rules are put
        back.
      - The controller connects to C(ansible_host) directly, through no jump host.
      - V(tcp/443 from ep1) has that host of the inventory connect, over an SSH connection of its own.
    type: list
    elements: str
    default: []
  plan:
    description:
      - Address sets and flows that concern this host. The action plugin fills it in from the inventory.
      - Set it only to apply a plan that was made elsewhere.
    type: dict
  change:
    description:
      - Internal. The action plugin sets it, and runs the module a second time to confirm a change.
    type: dict
    suboptions:
      phase:
        description:
          - V(apply) makes a change, V(confirm) lets the change of this O(change.token) stay, V(restore) puts back what
            was there before it.
        type: str
        choices: [apply, confirm, restore]
        default: apply
      token:
        description: Tells this run's change to this host from any other.
        type: str
        required: true
      over_new_connection:
        description: Whether a confirmation has to come over another SSH connection than the change did.
        type: bool
        default: false
requirements:
  - root on the managed host
  - with O(provider=iptables), iptables-save and iptables-restore on the managed host; ip6tables-save and
    ip6tables-restore where its kernel has IPv6; C(ipset) is optional, and makes large sets of networks fast
  - with O(provider=nftables), nftables 0.9.3 or newer on the managed host, built with JSON, and Linux 4.18 or newer
notes:
  - What is confirmed is kept under C(/etc/portledger), and a unit of systemd loads it before the network is up. Nothing
    of others is kept. Providers that have files of their own, such as V(qradar), use these.
seealso:
  - module: portledger.qradar.ruleset_info
  - plugin: portledger.qradar.flows
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Let into the host what the deployment needs
  portledger.qradar.ruleset:
    scope: host
    management: [198.18.9.0/24]

- name: See what enforcing would drop
  portledger.qradar.ruleset:
    scope: host
    unlisted: log

- name: Let through the gateway what the deployment needs
  portledger.qradar.ruleset:
    scope: gateway
    egress: log

- name: Change rules only if users still reach the console then
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
confirmed:
  description:
    - Whether a new connection has confirmed the change. It is false without O(confirm_seconds), and where the change
      did not stay, for which the task fails.
  returned: when something was changed
  type: bool
  sample: true
timer:
  description:
    - What would have put the former rules back. V(systemd) where it runs the host, else V(process), which is a process
      with no tie to the session.
  returned: when something was changed, and O(confirm_seconds) is not 0
  type: str
  sample: systemd
persistent:
  description:
    - What loads the rules when the host is started. V(unit) is C(portledger-host.service) or
      C(portledger-gateway.service), V(provider) is what the provider has of its own, and V(nothing) is returned where
      there is no systemd, or where nothing has been applied yet.
  returned: when O(state=present)
  type: str
  sample: unit
provider:
  description: What carries the rules.
  returned: success
  type: str
  sample: iptables
difference:
  description:
    - What was changed, or would be in check mode. V(+) opens a flow, V(-) closes one, V(~) repairs or replaces.
    - Where another provider takes over, flows that both let pass are not listed.
  returned: success
  type: list
  elements: str
  sample:
    - "+ tcp/32006 ariel_query from component (3 addresses)"
    - "~ log_sources: +198.18.7.0/24, -198.18.8.0/24"
management:
  description: Who is kept in, and how.
  returned: when O(state=present)
  type: dict
  contains:
    connection:
      description: Where the running SSH connection comes from, and the port of this host that it uses. None without.
      type: dict
      contains:
        address:
          description: Address as this host sees it.
          type: str
        port:
          description: Port of this host.
          type: int
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

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import APPLY, AUTO, PHASES, POLICIES
from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PROVIDERS, SCOPES
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset

def main():
    module = AnsibleModule(
        argument_spec={
            "scope": {"type": "str", "choices": list(SCOPES), "required": True},
            "provider": {"type": "str", "choices": [AUTO] + list(PROVIDERS), "default": AUTO},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "unlisted": {"type": "str", "choices": list(POLICIES), "default": "drop"},
            "egress": {"type": "str", "choices": list(POLICIES), "default": "leave"},
            "management": {"type": "list", "elements": "str", "default": []},
            "confirm_seconds": {"type": "int", "default": 30},
            "probes": {"type": "list", "elements": "str", "default": []},
            "plan": {"type": "dict"},
            "change": {
                "type": "dict",
                "options": {
                    "phase": {"type": "str", "choices": list(PHASES), "default": APPLY},
                    # Not a secret: whoever may run this module may read it on the host.
                    "token": {"type": "str", "required": True, "no_log": False},
                    "over_new_connection": {"type": "bool", "default": False},
                },
            },
        },
        supports_check_mode=True,
    )

    def run(arguments, data):
        return module.run_command(arguments, data=data, environ_update={"LC_ALL": "C", "LANG": "C"})

    try:
        result = apply_ruleset(Host(run), module.params, module.check_mode)
    except RulesetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
