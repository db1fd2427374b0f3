# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lookup of the catalog: the ports that QRadar documents."""

from __future__ import annotations

DOCUMENTATION = r"""
name: ports
short_description: Ports that IBM QRadar needs
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns rows of the catalog, which is the vendor's table of ports with an interpretation of each line.
  - The entries of supplements follow them. These are flows that deployments need and the table does not list, each
    with a source of its own. C(qradar_supplements) chooses which of them count for a deployment.
  - A term is a service or a port. Several terms return each row that matches one of them, once, in row order.
  - Runs on the controller and contacts no host.
extends_documentation_fragment:
  - portledger.qradar.lookups.items
requirements:
  - the Python library jmespath on the controller, for O(query)
options:
  _terms:
    description:
      - Any number of services and ports. Without terms, all rows match.
      - A service is given by its name, for example V(ssh) or V(ariel_query).
      - A port is V(514), which matches both transports, or V(tcp/514). A range is V(20000-23000) or
        V(tcp/32000-32010), and matches each row with a port in it. V(icmp) is a transport without ports.
      - Ranges and lists of ports in a row match too, and so do dynamic ports, with the range that the table
        documents. Where it documents none, this is the range that Linux uses, 32768 to 60999.
      - A list among the terms stands for its items. An empty list matches nothing.
    type: list
    elements: raw
  role:
    description:
      - The role of a host, or all roles of one host, for example V(event_processor).
      - Returns only rows with a reading for this host, and only these readings. A reading names the host by a role,
        or as V(component), V(managed_host), V(event_listener), V(flow_listener) or V(ha_peer). A host that is also the
        console is not a managed host.
      - Local rows belong to every role, except with O(direction) or O(party).
      - One or more of V(console), V(event_processor), V(event_collector), V(flow_processor), V(flow_collector),
        V(data_node), V(app_host), V(risk_manager), V(vulnerability_processor), V(vulnerability_scanner) and
        V(forensics).
    type: list
    elements: str
  direction:
    description:
      - V(in) selects connections to the host or the party, V(out) connections from it.
      - Seen from O(role), or from O(party) where no role is given. One of the two is required.
    type: str
  party:
    description:
      - One or more parties, which are outside the deployment. Returns only rows with a reading for one of them, and
        only these readings.
      - With O(role), returns the readings between the two.
      - One or more of V(users), V(api_clients), V(log_sources), V(flow_sources), V(snmp_managers), V(smtp_gateways),
        V(ntp_servers), V(nfs_servers), V(wincollect_agents), V(windows_hosts), V(offsite_sources), V(srx_devices),
        V(external_networks) and V(lan).
    type: list
    elements: str
  klass:
    description:
      - One or more classes of rows.
      - V(network) rows use the network, V(local) rows stay within a host, V(unspecified) rows have no documented
        direction, V(retired) rows belong to earlier versions.
    type: list
    elements: str
  lang:
    description:
      - The language, V(en) or V(ja). Titles and notes are then strings instead of dictionaries of both languages.
    type: str
  query:
    description:
      - A JMESPath expression to apply to the list of rows, see U(https://jmespath.org).
      - A result that is not a list becomes the only item of a list.
    type: str
notes:
  - A valid port that no row contains returns an empty list. An unknown service is an error.
"""

EXAMPLES = r"""
- name: Which services use port 514?
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', 514) | map(attribute='service') }}"
  # => ["syslog", "app_syslog"]

- name: What may be behind a connection to tcp/32006? Dynamic ports and ranges count.
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', 'tcp/32006', query='[].service') }}"
  # => ["dcom_dynamic", "imq_dynamic", "ariel_query", "data_flow_range"]

- name: One row, with its title and note in Japanese
  ansible.builtin.debug:
    msg: "{{ lookup('portledger.qradar.ports', 'ariel_query', lang='ja') }}"

- name: What connects to an event processor?
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', role='event_processor', direction='in') }}"

- name: What do users reach on the console?
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', role='console', party='users', direction='in', query='[].service') }}"
  # => ["ssh", "portmapper", "portmapper_dynamic", "https", "rdp_ethernet_over_usb", "imm_remote_presence",
  #     "web_administration", "emulex_fibre_channel"]

- name: Rows without a direction in the table
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', klass='unspecified', query='[].service') }}"
  # => ["redirect", "soap"]

- name: What the table lists, without supplements
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', 514, query='[?!supplement].service') }}"
  # => ["syslog"]

- name: How sure is each supplement?
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', query='[?supplement].[service, supplement.trust]') }}"

- name: Everything with a fixed TCP port below 1024
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', query='[?port_ranges[?transport==`tcp` && last<`1024`]].service') }}"
"""

RETURN = r"""
_raw:
  description:
    - Rows in the order of the vendor's table, then supplements, or the result of O(query).
  type: list
  elements: dict
  contains:
    row:
      description: The line of the vendor's table, 1 to 72. V(null) for a supplement.
      type: int
      sample: 26
    service:
      description: The name of the service. A line with several services gives several rows here.
      type: str
      sample: imq
    ports:
      description:
        - The ports, each a transport with its ports as one value. V(icmp) is echo request.
        - Dynamic ports are the range that the table documents, or 32768 to 60999 where it documents none.
      type: list
      elements: str
      sample: ["tcp/7676-7677"]
    port_ranges:
      description:
        - The parts of RV(_raw[].ports), in the same order.
        - Fixed ports have RV(_raw[].port_ranges[].first) and RV(_raw[].port_ranges[].last), equal for a single port.
        - Dynamic ones have RV(_raw[].port_ranges[].dynamic) and RV(_raw[].port_ranges[].above). ICMP has neither.
      type: list
      elements: dict
      contains:
        transport:
          description: V(tcp), V(udp) or V(icmp).
          type: str
        first:
          description: The first port.
          type: int
          returned: for fixed ports
        last:
          description: The last port.
          type: int
          returned: for fixed ports
        dynamic:
          description: Always true.
          type: bool
          returned: for dynamic ports
        above:
          description: The port is above this number, V(null) where the table gives none.
          type: int
          returned: for dynamic ports
      sample: [{transport: tcp, first: 7676, last: 7677}]
    class:
      description: V(network), V(local), V(unspecified) or V(retired).
      type: str
      sample: network
    title:
      description: A short title in V(en) and V(ja), or a string where O(lang) is given.
      type: raw
      sample: {en: Message queue, ja: メッセージキュー}
    readings:
      description:
        - Connections, each with source, destination and condition. With O(role) or O(party), only those that match.
        - Both ends are empty where the table gives no direction, and V(self) where the traffic stays within a host.
      type: list
      elements: dict
      contains:
        from:
          description: Source, as roles, words for several roles, or parties.
          type: list
          elements: str
        to:
          description: Destination, in the same form.
          type: list
          elements: str
        when:
          description: The condition, V(null) for always.
          type: str
        least:
          description:
            - What the profile V(least) leaves of it, V(null) for all.
            - V(closed) is nothing, V(pinned) is nothing without a pin, V(when=X) needs the condition X as well,
              V(ports=FIRST-LAST) stands in the place of the documented range, V(FROM>TO) is only between these two.
          type: str
          sample: closed
        evidence:
          description:
            - Why, in V(en) and V(ja), or a string where O(lang) is given.
            - V(null) without RV(_raw[].readings[].least).
          type: raw
      sample: [{from: [console], to: [managed_host], when: unencrypted, least: null, evidence: null}]
    note:
      description: Its purpose and how the line was interpreted, in V(en) and V(ja), or a string where O(lang) is given.
      type: raw
    supplement:
      description: The supplement that the entry is of, V(null) for a row of the table.
      type: dict
      contains:
        id:
          description: The name of the supplement, as C(qradar_supplements) lists it. Several entries may be of one.
          type: str
          sample: tunnels
        default:
          description: Whether it counts without C(qradar_supplements).
          type: bool
        trust:
          description: V(vendor), V(community) or V(memory), which is without a source.
          type: str
        source:
          description: The page that says so.
          type: str
        date:
          description: When that page was looked at.
          type: str
          sample: "2026-11-23"
"""

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.lookup import Lookup
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import select


class LookupModule(Lookup):
    """``portledger.qradar.ports``."""

    NAME = "ports"
    OPTIONS = ("role", "direction", "party", "klass", "lang", "query")
    TERMS = True

    def answer(self, terms: Sequence[Any], variables: Mapping[str, Any], options: dict[str, Any]) -> list[Any]:
        return select(terms, **options)
