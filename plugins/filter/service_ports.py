# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from services to their ports."""

from __future__ import annotations

DOCUMENTATION = r"""
name: service_ports
short_description: Ports of a service
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns the ports that the catalog lists for one or more services, as the fewest ranges that contain them.
  - A dynamic port is the range that the table documents, or 32768 to 60999 where it documents none, unless O(pins)
    names the ports in use.
extends_documentation_fragment:
  - portledger.qradar.filters.pure
positional: pins
options:
  _input:
    description:
      - A service, for example V(ssh) or V(ariel_query), or a list of services.
      - An unknown service is an error.
    type: raw
    required: true
  pins:
    description:
      - Services with dynamic ports, each with a list of the ports that it really uses, as in C(qradar_dynamic_ports).
      - Pins replace the whole documented range. Pins of other services are checked and not used.
    type: dict
    default: {}
seealso:
  - plugin: portledger.qradar.port_services
    plugin_type: filter
  - plugin: portledger.qradar.ports
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Which ports does syslog use?
  ansible.builtin.debug:
    msg: "{{ 'syslog' | portledger.qradar.service_ports }}"
  # => ["tcp/514", "udp/514"]

- name: The range of a dynamic port, as documented
  ansible.builtin.debug:
    msg: "{{ 'imq_dynamic' | portledger.qradar.service_ports }}"
  # => ["tcp/32001-65535"]

- name: Ports of several services, with the dynamic one pinned
  ansible.builtin.debug:
    msg: "{{ ['imq', 'imq_dynamic'] | portledger.qradar.service_ports(pins={'imq_dynamic': ['tcp/40913']}) }}"
  # => ["tcp/7676-7677", "tcp/40913"]
"""

RETURN = r"""
_value:
  description: The ports, sorted, each a transport with its ports as one value. V(icmp) is echo request.
  type: list
  elements: str
  sample: ["tcp/7676-7677", "tcp/40913"]
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.ports import service_ports


class FilterModule(Filters):
    """``portledger.qradar.service_ports``."""

    FILTERS = (service_ports,)
