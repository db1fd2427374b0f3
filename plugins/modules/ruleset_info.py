#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tells what is loaded of our rules, what differs from the plan, and what met them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: ruleset_info
short_description: What a host's firewall rules say, count and log, and how they differ from the plan
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Tells which of the rules of M(portledger.qradar.ruleset) are on a host, by which provider, and how they differ from
    the plan that the inventory makes today.
  - Tells which flows were used, and which packets C(unlisted=log) and C(egress=log) have written to the kernel's log,
    flow by flow. So it shows what C(drop) would break before it does.
  - Changes nothing.
attributes:
  action:
    description: The plan is made on the controller, which also knows the services of the vendor's table.
    support: full
  async:
    description: The plan is made in the run's own temporary folder.
    support: none
  check_mode:
    description: Never changes anything.
    support: full
  diff_mode:
    description: Changes nothing, so there is nothing to show. See RV(difference).
    support: none
  idempotent:
    description: Never changes anything.
    support: full
  platform:
    description: Runs on Linux, under Python 2.7 and 3.6 and newer.
    platforms: linux
    support: full
options:
  scope:
    description:
      - V(host) is about what enters this host.
      - V(gateway) is about what this host forwards.
    type: str
    choices: [host, gateway]
    required: true
  provider:
    description:
      - What should carry the rules, as for M(portledger.qradar.ruleset). The difference is to what this one would load.
    type: str
    choices: [auto, firewalld, iptables, nftables, qradar]
    default: auto
  unlisted:
    description:
      - As for M(portledger.qradar.ruleset). The difference depends on it.
    type: str
    choices: [drop, log, leave]
    default: drop
  egress:
    description:
      - As for M(portledger.qradar.ruleset). The difference depends on it.
      - Has no effect with O(scope=host).
    type: str
    choices: [drop, log, leave]
    default: leave
  management:
    description:
      - As for M(portledger.qradar.ruleset). The difference depends on it.
    type: list
    elements: str
    default: []
  since:
    description:
      - From when on the kernel's log is read.
      - V(boot), a number of seconds before now, a text such as V(2 hours ago), or a time such as V(2026-01-31 08:00) in
        the host's zone or V(2026-01-31T08:00:00Z). RV(logged[].last) of an earlier run fits, too.
      - Where the journal is read, anything that C(journalctl --since) takes.
    type: str
    default: boot
  surroundings:
    description:
      - Also tell what rules of others do to the plan, in RV(others), and who listens on which port, in RV(listeners).
    type: bool
    default: false
  plan:
    description:
      - Address sets and flows that concern this host. The action plugin fills it in from the inventory.
      - Set it only to compare with a plan that was made elsewhere. Then nothing is known of the hosts' roles, and
        RV(logged[].services) go by transport and port alone.
    type: dict
requirements:
  - root on the managed host
  - what the provider needs, see M(portledger.qradar.ruleset)
  - C(journalctl) and systemd's journal, or C(dmesg), for RV(logged)
notes:
  - Rules that log have a limited rate, 20 packets at once and 10 a minute. So the numbers of RV(logged) are lower
    bounds. RV(log.met) is exact.
  - C(dmesg) holds what this boot has logged, as much as fits into the kernel's buffer. The journal holds more.
  - In a container, the kernel's log is that of the machine, and lines of all its containers are in it. There the kernel
    logs nothing unless the machine has C(net.netfilter.nf_log_all_netns) set to 1.
seealso:
  - module: portledger.qradar.ruleset
  - plugin: portledger.qradar.ports
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: See what enforcing would drop
  portledger.qradar.ruleset_info:
    scope: host
    unlisted: log
    since: 1 day ago
  register: watched

- name: Show what was logged, flow by flow
  ansible.builtin.debug:
    msg: "{{ item.source }} {{ item.transport }}/{{ item.port }}: {{ item.packets }}, {{ item.services | join(' ') }}"
  loop: "{{ watched.logged }}"

- name: Fail where a gateway's rules are not those of the plan
  portledger.qradar.ruleset_info:
    scope: gateway
  register: gateway
  failed_when: not gateway.in_force
"""

RETURN = r"""
provider:
  description: What would carry the rules.
  returned: success
  type: str
  sample: iptables
loaded:
  description: Each provider that has something of ours on this host, in this scope.
  returned: success
  type: list
  elements: dict
  contains:
    provider:
      description: Its name.
      type: str
    version:
      description: Its program and version.
      type: str
    used:
      description: Whether it is the one that would carry the rules.
      type: bool
  sample:
    - {provider: iptables, version: "iptables v1.8.9 (nf_tables)", used: true}
persistent:
  description: What a boot would load.
  returned: success
  type: dict
  contains:
    loaded_by:
      description:
        - V(unit) is a unit of this collection, V(provider) the provider's own service. V(nothing) is none.
      type: str
    providers:
      description: The providers of what would be loaded.
      type: list
      elements: str
    difference:
      description: What a boot would change of what is loaded now, as RV(difference). A change that waits for its
        confirmation is not written yet.
      type: list
      elements: str
    undo:
      description: Whether a boot puts back files from before a change that waits for its confirmation.
      type: bool
    problem:
      description: Why what is written cannot be used. None where it can.
      type: str
    last_boot:
      description: What the unit has loaded since this machine was started. None where it has not run.
      type: dict
      contains:
        outcome:
          description: V(loaded), V(last good) where only what was confirmed before that could be loaded, or V(failed).
          type: str
        why:
          description: What went wrong. Empty where nothing did.
          type: str
  sample: {loaded_by: unit, providers: [iptables], difference: [], undo: false, problem: null, last_boot: null}
pending:
  description: A change that waits for its confirmation. None without.
  returned: success
  type: dict
  contains:
    seconds:
      description: How long it waits in all.
      type: int
    seconds_left:
      description: How long it waits from now on.
      type: int
    connection:
      description: The SSH connection that the change came over. None where it was none.
      type: dict
      contains:
        address:
          description: Where it came from.
          type: str
        address_port:
          description: The port there.
          type: int
        port:
          description: Port of this host.
          type: int
    timer:
      description: What will put the former rules back, V(systemd) or V(process).
      type: str
outcome:
  description: What became of the last change since this machine was started. None where nothing is known of one.
  returned: success
  type: dict
  contains:
    outcome:
      description: V(confirmed) or V(restored).
      type: str
    why:
      description: Why.
      type: str
  sample: {outcome: confirmed, why: over a new connection}
difference:
  description:
    - What M(portledger.qradar.ruleset) with the same options would change. V(+) opens a flow, V(-) closes one, V(~)
      repairs or replaces.
  returned: success
  type: list
  elements: str
  sample:
    - "+ tcp/32006 ariel_query from component (3 addresses)"
in_force:
  description: Whether the loaded rules say what the plan says. What a boot loads does not count, see RV(persistent).
  returned: success
  type: bool
  sample: true
management:
  description: Who is kept in, and how, as M(portledger.qradar.ruleset) returns it.
  returned: success
  type: dict
counters:
  description:
    - Which flows were used, since their rules were loaded, both families together. Of a connection, packets until the
      first reply count. Of what nobody replies to, such as syslog over UDP, all do.
    - Verdicts on what nothing allows come last. Their service is V(unlisted) or V(egress) with what becomes of it.
    - None where the provider cannot count.
  returned: success
  type: list
  elements: dict
  contains:
    service:
      description: The flow's service, or the verdict.
      type: str
    source:
      description: Label of an address set. None for a verdict.
      type: str
    destination:
      description: Label of an address set. None for a verdict, and with O(scope=host).
      type: str
    ports:
      description: Transports and ports.
      type: list
      elements: str
    packets:
      description: How many.
      type: int
    bytes:
      description: How many.
      type: int
  sample:
    - {service: syslog, source: log_sources, destination: null, ports: [tcp/514, udp/514], packets: 12, bytes: 720}
    - {service: "unlisted: log", source: null, destination: null, ports: [], packets: 3, bytes: 180}
logged:
  description: Flows that were logged since O(since), the most frequent first, 1000 at most.
  returned: success
  type: list
  elements: dict
  contains:
    source:
      description: An address.
      type: str
    source_sets:
      description: The plan's address sets that hold it.
      type: list
      elements: str
    destination:
      description: An address.
      type: str
    transport:
      description: V(tcp), V(udp), V(icmp) of either family, or what the kernel calls another protocol.
      type: str
    port:
      description: Port of the destination. None for what has none, and for fragments.
      type: int
    icmp_type:
      description: None for anything but ICMP.
      type: int
    verdict:
      description: The option that it was logged for, V(unlisted) or V(egress).
      type: str
    published:
      description:
        - Whether it was for a port that a container publishes. Then RV(logged[].destination) and RV(logged[].port) are
          the container's own, for the kernel logs what it has translated already.
      type: bool
    packets:
      description: How many were logged. There may have been more.
      type: int
    first:
      description: When the first one was logged.
      type: str
    last:
      description: When the last one was logged.
      type: str
    services:
      description:
        - Services of the vendor's table that use this transport and port between such roles. An address that the
          inventory does not know may have any role.
      type: list
      elements: str
  sample:
    - source: 198.18.9.7
      source_sets: []
      destination: 198.18.1.11
      transport: udp
      port: 514
      icmp_type: null
      verdict: unlisted
      published: false
      packets: 20
      first: "2026-01-31T08:00:00Z"
      last: "2026-01-31T08:01:00Z"
      services: [syslog]
log:
  description: How far RV(logged) goes.
  returned: success
  type: dict
  contains:
    read_from:
      description: V(journal) or V(dmesg). None where neither can be read.
      type: str
    since:
      description: From when on it was read.
      type: str
    complete:
      description: False where lines are known to be lost.
      type: bool
    packets:
      description: How many lines RV(logged) was made of.
      type: int
    lower_bound:
      description: Whether there may have been more packets than were logged. They may, for the rate is limited.
      type: bool
    unparsed:
      description: Lines of ours that have another form than the kernel gives to packets.
      type: int
    flows_left_out:
      description: How many flows are missing in RV(logged), for there were more than 1000.
      type: int
    met:
      description: How many packets met each rule that logs, since it was loaded, whether they were logged or not.
      type: dict
    notes:
      description: Why the journal was not read, and what else is to know.
      type: list
      elements: str
  sample:
    read_from: journal
    since: "2026-01-30T06:00:00Z"
    complete: true
    packets: 20
    lower_bound: true
    unparsed: 0
    flows_left_out: 0
    met: {"unlisted: log": 57}
    notes: []
others:
  description:
    - Rules of others that let pass what the plan does not, before our rules can judge it, or that close what the plan
      opens, wherever they stand. Both are told of the first packet of a connection from the network, by what the kernel
      holds of iptables, ipset, nft and firewalld.
    - What containers publish is not looked at. Empty where nothing of ours is loaded.
  returned: success, with O(surroundings=true)
  type: list
  elements: dict
  contains:
    family:
      description: V(ipv4) or V(ipv6).
      type: str
    effect:
      description:
        - V(opens) or V(closes), or V(translates) where the packets go on with another address or port.
        - V(may change) where the rule does something that cannot be told from here.
      type: str
    place:
      description: Table and chain that the kernel leads to.
      type: str
      sample: iptables filter INPUT
    rule:
      description: The rule, as its own program writes it.
      type: str
    certain:
      description: Whether it is so. If not, RV(others[].unknown) says what cannot be told from here.
      type: bool
    unknown:
      description: What the rule looks at that depends on more than addresses and ports.
      type: str
    flows:
      description: Flows of the plan that are closed, or ports and sources that are opened. 100 at most.
      type: list
      elements: str
    services:
      description: Where ports are opened, services of the plan that have them.
      type: list
      elements: str
  sample:
    - family: ipv4
      effect: opens
      place: iptables filter INPUT
      rule: -p tcp -m tcp --dport 514 -j ACCEPT
      certain: true
      unknown: null
      flows: [tcp/514 from anywhere]
      services: [syslog]
unread:
  description: Rules of others that cannot be read at all, and why.
  returned: success, with O(surroundings=true)
  type: list
  elements: str
  sample: []
listeners:
  description: Who listens, in the network that the module runs in. Empty with O(scope=gateway).
  returned: success, with O(surroundings=true)
  type: list
  elements: dict
  contains:
    transport:
      description: V(tcp) or V(udp).
      type: str
    port:
      description: A number.
      type: int
    addresses:
      description: Addresses of this host that are listened on. V(0.0.0.0) and V(::) are all.
      type: list
      elements: str
    loopback:
      description: Whether it is the loopback only, which nobody on the network can reach.
      type: bool
    processes:
      description: Names of the processes. V(kernel) where it is none.
      type: list
      elements: str
    services:
      description:
        - Services of the vendor's table, and extra flows, that have this port on such a host. The action plugin adds
          them.
      type: list
      elements: str
    documented:
      description:
        - V(network) where the plan opens the port. V(local) where the table has it for the host itself alone.
        - V(elsewhere) where the table has it, but not for such a host. V(wide) where only a range of 100 ports or more
          holds it. V(no) where nothing does. The action plugin adds it.
      type: str
  sample:
    - transport: tcp
      port: 514
      addresses: ["0.0.0.0", "::"]
      loopback: false
      processes: [syslogd]
      services: [syslog]
      documented: network
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import AUTO, POLICIES, PROVIDERS, SCOPES
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset_info import ruleset_info

def main():
    module = AnsibleModule(
        argument_spec={
            "scope": {"type": "str", "choices": list(SCOPES), "required": True},
            "provider": {"type": "str", "choices": [AUTO] + list(PROVIDERS), "default": AUTO},
            "unlisted": {"type": "str", "choices": list(POLICIES), "default": "drop"},
            "egress": {"type": "str", "choices": list(POLICIES), "default": "leave"},
            "management": {"type": "list", "elements": "str", "default": []},
            "since": {"type": "str", "default": "boot"},
            "surroundings": {"type": "bool", "default": False},
            "plan": {"type": "dict"},
        },
        supports_check_mode=True,
    )

    def run(arguments, data):
        return module.run_command(arguments, data=data, environ_update={"LC_ALL": "C", "LANG": "C"})

    try:
        result = ruleset_info(Host(run), module.params)
    except RulesetError as error:
        module.fail_json(msg=str(error))
    module.exit_json(**result)


if __name__ == "__main__":
    main()
