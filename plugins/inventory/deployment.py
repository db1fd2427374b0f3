# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Inventory of a deployment, from the REST API of its console."""

from __future__ import annotations

DOCUMENTATION = r"""
name: deployment
short_description: Hosts of a QRadar deployment, from the REST API of its console
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Asks the console for its managed hosts, and gives each of them the groups and variables that this collection works
    with.
  - An HA pair becomes two hosts that share its cluster address.
  - Networks of systems that are not QRadar hosts (C(qradar_parties)) are not known to the console. They belong in
    variables beside the configuration file, such as C(group_vars/all.yml).
  - Only asks, with GET requests. Changes nothing on the console.
extends_documentation_fragment:
  - ansible.builtin.constructed
  - ansible.builtin.inventory_cache
requirements:
  - the Python library netaddr on the controller
options:
  plugin:
    description:
      - V(portledger.qradar.deployment), so that this plugin reads the configuration file.
      - The name of that file ends in C(qradar.yml) or C(qradar.yaml).
    type: str
    required: true
    choices: [portledger.qradar.deployment]
  url:
    description:
      - The console's address, such as V(https://console.example.com). Only HTTPS.
      - Required, here or in the environment.
    type: str
    env:
      - name: QRADAR_URL
  token:
    description:
      - Token of an authorized service on the console. May be encrypted with C(!vault).
      - It is sent to O(url) alone, and is in no message and in no cache.
      - Required, here, in the environment, or in O(token_file).
    type: str
    env:
      - name: QRADAR_TOKEN
  token_file:
    description:
      - File with the token and nothing else. It may be encrypted with C(ansible-vault).
      - Relative to the configuration file. Not read where O(token) is set.
    type: str
  ca_path:
    description:
      - File with the certificates of the authorities to trust, in PEM form, in the place of the system's.
      - Relative to the configuration file.
    type: str
  validate_certs:
    description:
      - Whether the console's certificate has to be valid. With V(false), anybody on the way can read the token, and
        a warning says so.
    type: bool
    default: true
  api_version:
    description:
      - Release of the API, such as V("26.0"), sent as the header C(Version). A release of QRadar has several.
      - Without it, the console answers with its newest.
    type: str
  timeout:
    description:
      - Seconds for one answer of the console, V(1) to V(600).
    type: int
    default: 30
  retries:
    description:
      - How often a request is sent again that the console did not answer, or answered with 429, 500, 502, 503 or 504.
        V(0) to V(10).
      - The pause doubles each time, from one second on. What the console asks for in C(Retry-After) is respected, up to
        30 seconds.
    type: int
    default: 3
  nat_groups:
    description:
      - Each NAT group with the private addresses of the hosts in it, as a list of addresses and networks. The longest
        prefix counts.
      - The API gives the public address of a host, and not its group. Where a host has a public address, list it here.
        Group V(0) is the default one.
    type: dict
    default: {}
  interfaces:
    description:
      - Whether to ask for the network interfaces of each server, two requests each, for further addresses in
        C(qradar_addresses). A second network, IPv6 and the crossover link of an HA pair are only known from there.
    type: bool
    default: false
  tunnels:
    description:
      - Whether to ask for the tunnels of each encrypted host, one request each, and to name those from one managed host
        to another. The supplement V(tunnels) permits them, unless C(qradar_supplements) leaves it out.
    type: bool
    default: false
  user_entries:
    description:
      - Whether to ask for what somebody entered on the console for the firewall of each server, one request each. It is
        in C(qradar_record.user_entries) for O(compose), in the form of C(qradar_extra_flows), and in no variable by
        itself.
      - An entry that permits every port from everywhere is left out, and named.
    type: bool
    default: false
notes:
  - Without further settings, Ansible warns where an inventory cannot be read, and goes on without it. Set
    C(any_unparsed_is_failed) in the section C([inventory]) of C(ansible.cfg).
  - Runs on the controller.
seealso:
  - plugin: portledger.qradar.compare
    plugin_type: lookup
  - plugin: portledger.qradar.check
    plugin_type: lookup
"""

EXAMPLES = r"""
# console.qradar.yml
plugin: portledger.qradar.deployment
url: https://console.example.com
token_file: ~/.qradar-token
ca_path: files/company-ca.pem

# Everything from here on is optional.
api_version: "26.0"
timeout: 60
retries: 5
nat_groups:
  0: [198.18.0.0/20]
  1: [198.18.21.0/24]
interfaces: true
cache: true
cache_plugin: ansible.builtin.jsonfile
cache_connection: ~/.cache/qradar
cache_timeout: 600

# qradar_record has what the console says of the host: appliance, appliance_type, components, hostname, id, server_id,
# status, user_entries, version.
compose:
  ansible_user: "'root'"
groups:
  standby: qradar_ha_peer is defined and inventory_hostname.endswith('-secondary')
keyed_groups:
  - key: qradar_record.appliance
    prefix: appliance
strict: true
"""

from typing import Any

from ansible.errors import AnsibleParserError
from ansible.plugins.inventory import BaseInventoryPlugin, Cacheable, Constructable

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.console import find_inventory
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.console_inventory import populate
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.progress import progress
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError


class InventoryModule(BaseInventoryPlugin, Constructable, Cacheable):  # type: ignore[misc] # ansible-core has no types
    """``portledger.qradar.deployment``."""

    NAME = "portledger.qradar.deployment"
    # What the console says is refused where it could be a template. Without this, JSON marks each value as unsafe.
    trusted_by_default = True

    def verify_file(self, path: str) -> bool:
        """By its name, as the documentation says."""
        return bool(super().verify_file(path)) and path.endswith(("qradar.yml", "qradar.yaml"))

    def parse(self, inventory: Any, loader: Any, path: str, cache: bool = True) -> None:
        """Everything is asked for and checked before the first host is added."""
        super().parse(inventory, loader, path, cache)
        config = self._read_config_data(path)
        try:
            with progress("", "asking the console"):
                populate(self, find_inventory(self, config, path, cache), path)
        except PortledgerError as error:
            # Not chained: what led to it may hold the token.
            raise AnsibleParserError(f"{self.NAME}: {error}") from None
