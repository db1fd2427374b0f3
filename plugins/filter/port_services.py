# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from ports to the services that use them."""

from __future__ import annotations

DOCUMENTATION = r"""
name: port_services
short_description: Services that use a port
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns the services of the catalog that use a port. Ranges and dynamic ports count, with the range that the table
    documents.
extends_documentation_fragment:
  - portledger.qradar.filters.pure
options:
  _input:
    description:
      - A port, a range, or a list of them. V(514) matches both transports, V(tcp/514) one of them.
        V(tcp/32000-32010) matches each service with a port in it. V(icmp) is a transport without ports.
      - A valid port that no service uses returns an empty list.
    type: raw
    required: true
seealso:
  - plugin: portledger.qradar.service_ports
    plugin_type: filter
  - plugin: portledger.qradar.ports
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Which services use port 514?
  ansible.builtin.debug:
    msg: "{{ 514 | portledger.qradar.port_services }}"
  # => ["syslog", "app_syslog"]

- name: What may be behind a connection to tcp/32006?
  ansible.builtin.debug:
    msg: "{{ 'tcp/32006' | portledger.qradar.port_services }}"
  # => ["dcom_dynamic", "imq_dynamic", "ariel_query", "data_flow_range"]

- name: Several ports at once
  ansible.builtin.debug:
    msg: "{{ ['udp/514', 'tcp/20-30'] | portledger.qradar.port_services }}"
  # => ["ssh", "smtp", "syslog", "tunnel_ssh", "app_syslog"]
"""

RETURN = r"""
_value:
  description: Names of services, in the order of the vendor's table, those of supplements last.
  type: list
  elements: str
  sample: [syslog]
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.ports import port_services


class FilterModule(Filters):
    """``portledger.qradar.port_services``."""

    FILTERS = (port_services,)
