# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

DOCUMENTATION = r"""
name: ports
author: the portledger.qradar contributors (@portledger)
version_added: 1.0.0
short_description: Look up the ports that IBM QRadar documents
description:
  - Gives rows of the collection's catalog, the vendor's table of ports, with how each of them was read.
  - A term is a service or a port. Several terms give every row that one of them means, once, in row order.
  - Runs on the controller, reads one file of the collection and talks to nobody.
options:
  _terms:
    description:
      - Any number of services and ports. Without a term, every row is looked at.
      - "A service is named by its word, for example V(ssh) or V(ariel_query)."
      - "A port is V(514), where either transport counts, or V(tcp/514). A range is V(20000-23000) or
        V(tcp/32000-32010), and means each row with a port in it. V(icmp) is a transport without ports."
      - Ranges and lists of ports count, and so do dynamic ports, with the range that the table documents.
        Where it documents none, this is the range that Linux uses, 32768 to 60999.
      - A list among the terms stands for its items. An empty list finds nothing.
    type: list
    elements: raw
  role:
    description:
      - The role of a host, or all roles of one host, for example V(event_processor).
      - "Only rows with a reading that names this host come, and only these readings. A reading names it by a role,
        or as V(component), V(managed_host), V(event_listener) or V(ha_peer). A host that is also the console is no
        managed host."
      - Local rows belong to every role, except with O(direction) or O(party).
      - "One or more of V(console), V(event_processor), V(event_collector), V(flow_processor), V(flow_collector),
        V(data_node), V(app_host), V(risk_manager), V(vulnerability_processor), V(vulnerability_scanner) and
        V(forensics)."
    type: list
    elements: str
  direction:
    description:
      - V(in) is what is opened towards the host or the party, V(out) is what it opens.
      - Seen from O(role), and from O(party) where no role is given. One of them has to be.
    type: str
  party:
    description:
      - Somebody outside the deployment, or several, any of whom may fit. Only rows with a reading that names one of
        them come, and only these readings.
      - With O(role), the readings between the two.
      - "One or more of V(users), V(api_clients), V(log_sources), V(flow_sources), V(snmp_managers), V(smtp_gateways),
        V(ntp_servers), V(nfs_servers), V(wincollect_agents), V(windows_hosts), V(offsite_sources), V(srx_devices),
        V(external_networks) and V(lan)."
    type: list
    elements: str
  klass:
    description:
      - The class of the rows, or several.
      - "V(network) rows go over the network, V(local) rows stay within a host, V(unspecified) rows have no documented
        direction, V(retired) rows belong to former versions."
    type: list
    elements: str
  lang:
    description:
      - The language, V(en) or V(ja). Titles and notes are then texts, and not dictionaries of both languages.
    type: str
  query:
    description:
      - A JMESPath expression that is applied to the list of rows, see U(https://jmespath.org).
      - A result that is no list becomes the only item of one.
      - Needs the Python library C(jmespath) on the controller.
    type: str
notes:
  - "C(query) always gives a list. C(lookup) gives the row itself where there is just one, and an empty list where
    there is none, as lookups do; with C(wantlist=true) it gives a list as well."
  - A port that is valid but in no row finds nothing and is no error. A service that no row has is an error.
"""

EXAMPLES = r"""
- name: Which services use port 514?
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', 514) | map(attribute='service') }}"
  # => ["syslog"]

- name: What may be behind a connection to tcp/32006? Dynamic ports and ranges count.
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', 'tcp/32006', query='[].service') }}"
  # => ["dcom_dynamic", "imq_dynamic", "ariel_query", "data_flow_range"]

- name: One row, with its title and note in Japanese
  ansible.builtin.debug:
    msg: "{{ lookup('portledger.qradar.ports', 'ariel_query', lang='ja') }}"

- name: What opens connections to an event processor?
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', role='event_processor', direction='in') }}"

- name: What do users reach on the console?
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', role='console', party='users', direction='in', query='[].service') }}"
  # => ["ssh", "portmapper", "portmapper_dynamic", "https", "rdp_ethernet_over_usb", "imm_remote_presence",
  #     "web_administration", "emulex_fibre_channel"]

- name: Rows that the table leaves without a direction
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', klass='unspecified', query='[].service') }}"
  # => ["redirect", "soap"]

- name: Everything with a fixed TCP port below 1024
  ansible.builtin.debug:
    msg: "{{ query('portledger.qradar.ports', query='[?ports[?transport==`tcp` && last<`1024`]].service') }}"
"""

RETURN = r"""
_raw:
  description:
    - Rows in the order of the vendor's table, or what O(query) makes of them.
  type: list
  elements: dict
  contains:
    row:
      description: The line of the vendor's table, 1 to 72.
      type: int
      sample: 26
    service:
      description: The name of the service. Several services of one line are several rows here.
      type: str
      sample: imq
    ports:
      description:
        - The ports, each with its transport.
        - Fixed ports have RV(_raw[].ports[].first) and RV(_raw[].ports[].last), equal for a single port.
        - Dynamic ones have RV(_raw[].ports[].dynamic) and RV(_raw[].ports[].above). ICMP has neither.
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
          description: The port is above this number; V(null) where the table names none.
          type: int
          returned: for dynamic ports
      sample: [{transport: tcp, first: 7676, last: 7677}]
    class:
      description: V(network), V(local), V(unspecified) or V(retired).
      type: str
      sample: network
    title:
      description: A few words in V(en) and V(ja), or a text where O(lang) is given.
      type: raw
      sample: {en: Message queue, ja: メッセージキュー}
    readings:
      description:
        - Who opens a connection to whom, under which condition. With O(role) or O(party), only the readings that fit.
        - The sides are empty where the table names no direction, and V(self) where the traffic stays within a host.
      type: list
      elements: dict
      contains:
        from:
          description: Who opens the connection, as roles, words for several roles, or parties.
          type: list
          elements: str
        to:
          description: Who is reached.
          type: list
          elements: str
        when:
          description: The condition, V(null) for always.
          type: str
      sample: [{from: [console], to: [managed_host], when: unencrypted}]
    note:
      description: What it is for and how the line was read, in V(en) and V(ja), or a text where O(lang) is given.
      type: raw
"""

from collections.abc import Mapping
from typing import Any

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import check_options, select

OPTIONS = ("role", "direction", "party", "klass", "lang", "query")


class LookupModule(LookupBase):  # type: ignore[misc]
    def run(self, terms: list[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            check_options(kwargs, OPTIONS)
            return select(terms, **{name: self.get_option(name) for name in OPTIONS})
        except PortledgerError as error:
            raise AnsibleLookupError(str(error)) from error
