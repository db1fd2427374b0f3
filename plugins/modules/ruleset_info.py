#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports what is loaded of our rules, what differs from the plan, and which packets they have met."""

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
  - Reports which rules of M(portledger.qradar.ruleset) are on a host, by which provider, and how they differ from the
    plan that the inventory makes today.
  - Reports which flows were used, and which packets C(unlisted=log) and C(egress=log) have written to the kernel's log,
    flow by flow. So it shows what C(drop) would break before it does.
  - Changes nothing.
extends_documentation_fragment:
  - portledger.qradar.ruleset
  - portledger.qradar.attributes
  - portledger.qradar.attributes.linux
  - portledger.qradar.attributes.read_only
attributes:
  action:
    details: The plan is made on the controller, which also knows the services in the vendor's table.
  async:
    details: The plan is made in the run's own temporary folder.
  diff_mode:
    details: Changes nothing. See RV(difference).
options:
  plan:
    description:
      - Address sets and flows that concern this host. The action plugin derives it from the inventory.
      - Set it only to compare with a plan that was made elsewhere. Then the hosts' roles are not known, and
        RV(logged[].services) are selected by transport and port alone.
  since:
    description:
      - The time from which on the kernel's log is read.
      - V(boot), a number of seconds before now, a text such as V(2 hours ago), or a time such as V(2026-01-31 08:00) in
        the host's time zone or V(2026-01-31T08:00:00Z). RV(logged[].last) of an earlier run is accepted, too.
      - Where the journal is read, also anything that C(journalctl --since) accepts.
    type: str
    default: boot
  surroundings:
    description:
      - Also report what foreign rules do to the plan, in RV(others), which processes listen on which ports, in
        RV(listeners), and which dynamic ports are in use, in RV(dynamic_ports).
    type: bool
    default: false
  permits:
    description:
      - Also report what foreign rules permit, as if the rules of this collection were not there, in
        RV(foreign_permits), and which connections are established, in RV(connections). The playbook C(adopt) makes a
        proposal of that.
    type: bool
    default: false
requirements:
  - what the provider needs, see M(portledger.qradar.ruleset)
  - C(journalctl) and systemd's journal, or C(dmesg), for RV(logged)
notes:
  - Rules that log have a limited rate, 20 packets at once and 10 a minute. So the numbers in RV(logged) are lower
    bounds. RV(log.met) is exact.
  - C(dmesg) holds what this boot has logged, as much as fits into the kernel's buffer. The journal holds more.
  - In a container, the kernel's log is that of the machine, with lines of all its containers. There the kernel logs
    nothing unless the machine has C(net.netfilter.nf_log_all_netns) set to 1.
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

- name: Fail where a gateway's rules differ from the plan
  portledger.qradar.ruleset_info:
    scope: gateway
  register: gateway
  failed_when: not gateway.in_force
"""

RETURN = r"""
provider:
  description: The provider that would load the rules.
  returned: success
  type: str
  sample: iptables
loaded:
  description: Each provider that has rules of this collection on this host, in this scope.
  returned: success
  type: list
  elements: dict
  contains:
    provider: {type: str, description: Its name.}
    version: {type: str, description: Its program and version.}
    used: {type: bool, description: Whether it is the one that would load the rules.}
  sample:
    - {provider: iptables, version: "iptables v1.8.9 (nf_tables)", used: true}
persistent:
  description: What a boot would load.
  returned: success
  type: dict
  contains:
    loaded_by:
      {type: str, description: "V(unit) of this collection, V(provider) for the provider's own service, or V(nothing)."}
    providers: {type: list, elements: str, description: The providers of what would be loaded.}
    difference:
      description: What a boot would change of what is loaded now, as RV(difference). A change that waits for its
        confirmation is not written yet.
      type: list
      elements: str
    undo:
      description: Whether a boot restores files from before a change that waits for its confirmation.
      type: bool
    problem: {type: str, description: Why what is written cannot be used. None where it can.}
    last_boot:
      description: What the unit has loaded since this machine was started. None where it has not run.
      type: dict
      contains:
        outcome:
          description: V(loaded), V(last good) where only what was confirmed before that could be loaded, or V(failed).
          type: str
        why: {type: str, description: What went wrong. Empty where nothing did.}
  sample: {loaded_by: unit, providers: [iptables], difference: [], undo: false, problem: null, last_boot: null}
pending:
  description: A change that waits for its confirmation. None without.
  returned: success
  type: dict
  contains:
    seconds: {type: int, description: How many seconds it waits in all.}
    seconds_left: {type: int, description: How many seconds it still waits.}
    connection:
      description: The SSH connection that the change came over. None where it came over another kind of connection.
      type: dict
      contains:
        address: {type: str, description: Where it came from.}
        address_port: {type: int, description: The port there.}
        port: {type: int, description: Port of this host.}
    timer: {type: str, description: "What will restore the former rules, V(systemd) or V(process)."}
outcome:
  description: What became of the last change since this machine was started. None where none is known.
  returned: success
  type: dict
  contains:
    outcome: {type: str, description: V(confirmed) or V(restored).}
    why: {type: str, description: The reason.}
  sample: {outcome: confirmed, why: over a new connection}
difference:
  description:
    - What M(portledger.qradar.ruleset) with the same options would change. V(+) permits a flow, V(-) blocks one, V(~)
      repairs or replaces.
  returned: success
  type: list
  elements: str
  sample:
    - "+ tcp/32006 ariel_query from component (3 addresses)"
in_force:
  {description: "Whether the loaded rules match the plan. What a boot loads does not count, see RV(persistent).",
   returned: success, type: bool, sample: true}
management:
  {description: "Which access always remains allowed, as M(portledger.qradar.ruleset) returns it.",
   returned: success, type: dict}
counters:
  description:
    - Which flows were used since their rules were loaded, both families together. Of a connection, packets until the
      first reply count. Where nothing replies, as with syslog over UDP, every packet counts.
    - Rules for packets that nothing permits come last. Their service is V(unlisted) or V(egress) with what happens to
      the packets.
    - None where the provider cannot count.
  returned: success
  type: list
  elements: dict
  contains:
    service: {type: str, description: "The flow's service, or V(unlisted) or V(egress)."}
    source: {type: str, description: "Label of an address set. None where RV(counters[].service) is not a service."}
    destination: {type: str, description: "As RV(counters[].source). None with O(scope=host), too."}
    ports: {type: list, elements: str, description: Transports and ports.}
    packets: {type: int, description: Number of packets.}
    bytes: {type: int, description: Number of bytes.}
  sample:
    - {service: syslog, source: log_sources, destination: null, ports: [tcp/514, udp/514], packets: 12, bytes: 720}
    - {service: "unlisted: log", source: null, destination: null, ports: [], packets: 3, bytes: 180}
logged:
  description: Flows that were logged since O(since), the most frequent first, 1000 at most.
  returned: success
  type: list
  elements: dict
  contains:
    source: {type: str, description: An address.}
    source_sets: {type: list, elements: str, description: The plan's address sets that hold it.}
    destination: {type: str, description: An address.}
    transport: {type: str, description: "V(tcp), V(udp), V(icmp) of either family, or the kernel's name of another."}
    port: {type: int, description: "Port of the destination. None for fragments, and transports without ports."}
    icmp_type: {type: int, description: None for anything but ICMP.}
    verdict: {type: str, description: "The option that it was logged for, V(unlisted) or V(egress)."}
    published:
      description:
        - Whether it was for a port that a container publishes. Then RV(logged[].destination) and RV(logged[].port) are
          the container's own, for the kernel logs what it has translated already.
      type: bool
    packets: {type: int, description: How many packets were logged. There may have been more.}
    first: {type: str, description: When the first one was logged.}
    last: {type: str, description: When the last one was logged.}
    services:
      description:
        - Services in the vendor's table that use this transport and port between such roles. An address that is not in
          the inventory may have any role.
      type: list
      elements: str
  sample:
    - {source: 198.18.9.7, source_sets: [], destination: 198.18.1.11, transport: udp, port: 514, icmp_type: null,
       verdict: unlisted, published: false, packets: 20, first: "2026-01-31T08:00:00Z", last: "2026-01-31T08:01:00Z",
       services: [syslog]}
log:
  description: What RV(logged) was made from, and what it lacks.
  returned: success
  type: dict
  contains:
    read_from: {type: str, description: V(journal) or V(dmesg). None where neither can be read.}
    since: {type: str, description: The time from which on it was read.}
    complete: {type: bool, description: False where lines are known to be lost.}
    packets: {type: int, description: How many lines RV(logged) was made from.}
    lower_bound:
      description: Whether there may have been more packets than were logged. Always true, for the rate is limited.
      type: bool
    unparsed: {type: int, description: "Lines with the prefix, but not in the kernel's form of a packet."}
    flows_left_out: {type: int, description: How many flows RV(logged) lacks because there were more than 1000.}
    met:
      description: How many packets met each rule that logs since it was loaded, whether they were logged or not.
      type: dict
    notes: {type: list, elements: str, description: "Why the journal was not read, and anything else worth knowing."}
  sample: {read_from: journal, since: "2026-01-30T06:00:00Z", complete: true, packets: 20, lower_bound: true,
           unparsed: 0, flows_left_out: 0, met: {"unlisted: log": 57}, notes: []}
others:
  description:
    - Foreign rules that permit what the plan does not, before our rules can judge it, or that block what the plan
      permits, wherever they stand. Both are judged by the first packet of a connection from the network, using what
      the kernel holds of iptables, ipset, nft and firewalld.
    - What containers publish is not examined. Empty where nothing of this collection is loaded.
  returned: success, with O(surroundings=true)
  type: list
  elements: dict
  contains:
    family: {type: str, description: V(ipv4) or V(ipv6).}
    effect:
      description:
        - V(opens) where the rule permits, V(closes) where it blocks, V(translates) where the packets go on with another
          address or port.
        - V(may change) where the rule has an effect that cannot be predicted. Packets that the plan does not permit,
          and that such a rule may let pass before ours are reached, are V(opens) with RV(others[].certain) false.
      type: str
    place: {type: str, description: Table and chain that the kernel leads to., sample: iptables filter INPUT}
    rule: {type: str, description: "The rule, as its own program writes it."}
    certain: {type: bool, description: "Whether the effect is certain, or depends on RV(others[].unknown) as well."}
    unknown:
      description: What the effect also depends on, for example a mark, a rate, a chain inside a rule, or the interface
        that packets use; where that is for an earlier or a later rule, also that rule and its place.
      type: str
    flows:
      description: Flows of the plan that are blocked, or ports and sources that are permitted. 100 at most.
      type: list
      elements: str
    services:
      description: Where ports are permitted, services of the plan that have them.
      type: list
      elements: str
  sample:
    - {family: ipv4, effect: opens, place: iptables filter INPUT, rule: "-p tcp -m tcp --dport 514 -j ACCEPT",
       certain: true, unknown: null, flows: [tcp/514 from anywhere], services: [syslog]}
unread:
  {description: "Foreign rules that cannot be read at all, and why.", returned: "success, with O(surroundings=true)",
   type: list, elements: str, sample: []}
appliance:
  description: What C(myver -v) says of a QRadar host, None where it does not say it; and the rules of QRadar's files.
  returned: success, with O(surroundings=true) and the provider V(qradar)
  type: dict
  contains:
    ha_role: {type: str, description: "V(primary), V(secondary) or V(none)."}
    rules:
      description: Foreign rules in the files that QRadar generates, with the file each comes from, or V(QRadar).
      type: list
  sample: {release: 7.5.0, cluster_address: 198.18.1.10, ha_role: primary, console: true, encrypted: false}
differs:
  {description: "Where RV(appliance) and the inventory do not agree, each with the remedy. The action plugin adds it.",
   returned: "success, with RV(appliance)", type: list, elements: str, sample: []}
listeners:
  description: Which processes listen, in the network that the module runs in. Empty with O(scope=gateway).
  returned: success, with O(surroundings=true) or O(permits=true)
  type: list
  elements: dict
  contains:
    transport: {type: str, description: V(tcp) or V(udp).}
    port: {type: int, description: A number.}
    addresses:
      {type: list, elements: str, description: Addresses that are listened on. V(0.0.0.0) and V(::) are all.}
    loopback: {type: bool, description: "Whether it is the loopback only, which the network cannot reach."}
    processes: {type: list, elements: str, description: "Names of the processes, or V(kernel)."}
    services:
      description: Services in the vendor's table, and extra flows, that have this port on such a host. The action
        plugin adds them.
      type: list
      elements: str
    documented:
      description:
        - V(network) where the plan permits the port. V(local) where the table has it only for use within the host.
        - V(elsewhere) where the table has it, but not for such a host. V(wide) where only a range of 100 ports or more
          holds it. V(no) where the table does not have it. The action plugin adds it.
      type: str
  sample:
    - {transport: tcp, port: 514, addresses: ["0.0.0.0", "::"], loopback: false, processes: [syslogd],
       services: [syslog], documented: network}
dynamic_ports:
  description: Which dynamic ports services use now, as M(portledger.qradar.dynamic_ports_info) returns it.
  returned: success, with O(surroundings=true) and O(scope=host)
  type: dict
foreign_permits:
  description:
    - Foreign rules that permit something, judged by the first packet of a connection from the network, as if the rules
      of this collection were not there. 1000 at most.
    - A rule that is bound to an interface permits the sources that a route leads to by that interface.
  returned: success, with O(permits=true)
  type: list
  elements: dict
  contains:
    family: {type: str, description: V(ipv4) or V(ipv6).}
    place: {type: str, description: Table and chain that the kernel leads to.}
    chain: {type: str, description: The chain that has the rule.}
    rule: {type: str, description: "The rule, as its own program writes it. 500 letters at most."}
    made_by: {type: str, description: "What has made it, such as V(firewalld zone public) or V(iptables.pre)."}
    packets: {type: int, description: How many packets it has counted. None where it does not count.}
    policy: {type: bool, description: "Whether it is not a rule, but what comes through because no rule drops it."}
    certain: {type: bool, description: "Whether it can be read exactly. If not, its flows are more than it permits."}
    unknown: {type: str, description: What else it depends on. None where it is certain.}
    interfaces: {type: list, elements: str, description: Interfaces that it is bound to. Empty for any.}
    flows:
      description: What it permits, as C(ports), C(sources) and C(destinations), which are empty for the whole host.
      type: list
      elements: dict
    rest: {type: list, elements: str, description: "What it permits that no plan can express, for people."}
foreign_unread:
  {description: "As RV(unread).", returned: "success, with O(permits=true)", type: list, elements: str}
connections:
  description:
    - Connections that are established now, to ports that this host listens on, or through a gateway, as C(source),
      C(destination), C(transport), C(port) and C(count). 2000 at most, the most frequent first.
  returned: success, with O(permits=true)
  type: list
  elements: dict
connections_left_out:
  {description: "How many are missing in RV(connections).", returned: "success, with O(permits=true)", type: int}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.portledger.qradar.plugins.module_utils._base.options import RULESET_INFO
from ansible_collections.portledger.qradar.plugins.module_utils._kept.keep import Keeper


def main():
    module = AnsibleModule(argument_spec=RULESET_INFO, supports_check_mode=True)
    keeper = Keeper(module.params, module.check_mode)
    # From here on, what is compiled is kept.
    from ansible_collections.portledger.qradar.plugins.module_utils._host.module import finish
    from ansible_collections.portledger.qradar.plugins.module_utils._ruleset_info import ruleset_info

    finish(module, lambda host: ruleset_info(host, module.params), keeper)


if __name__ == "__main__":
    main()
