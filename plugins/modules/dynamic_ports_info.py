#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Reports which dynamic ports the services of a QRadar host use now."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: dynamic_ports_info
short_description: Which dynamic ports the services of a QRadar host use now
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Asks the port mapper of the message queue on the host itself, compares its answer with the ports that processes
    listen on, and returns what C(qradar_dynamic_ports) can pin.
  - Reads two services. C(imq_dynamic) is what the port mapper names, and the port of its JMX connector.
    C(rmi_dynamic) is one of the ports that the process on port 9913 listens on.
  - A port is offered only where a process listens on it for the network, which is the port mapper's own where the
    kernel shows that, and only in the range that the vendor's table documents.
  - Sends nothing to the port mapper, and changes nothing.
extends_documentation_fragment:
  - portledger.qradar.attributes
  - portledger.qradar.attributes.linux
  - portledger.qradar.attributes.read_only
attributes:
  action:
    details: There is no action plugin. The module needs neither a plan nor an inventory.
    support: none
  async:
    support: full
options:
  mapper_port:
    description: Port of the message queue's port mapper.
    type: int
    default: 7676
  rmi_port:
    description: Fixed port of the Java remote method invocation, which tells the process that has the dynamic one.
    type: int
    default: 9913
  seconds:
    description: How many seconds the port mapper may take for its answer. From 1 to 60.
    type: int
    default: 5
notes:
  - The ports change each time that a service is started again, says the vendor. What is returned holds until then.
  - Without root, the kernel shows no processes of other users. Then C(rmi_dynamic) cannot be read.
  - The pins belong to the deployment, so those of all hosts have to be combined. The playbook C(pins) does that.
seealso:
  - module: portledger.qradar.pins
  - module: portledger.qradar.ruleset_info
"""

EXAMPLES = r"""
- name: See which dynamic ports are in use
  portledger.qradar.dynamic_ports_info:
  become: true
  register: live

- name: Show what would pin them
  ansible.builtin.debug:
    msg: "{{ live.qradar_dynamic_ports }}"
"""

RETURN = r"""
port_mapper:
  description: What the port mapper has answered. None where nothing listens on its port, or the answer is not a table.
  returned: success
  type: dict
  contains:
    address: {type: str, description: The address of this host that was asked.}
    port: {type: int, description: "As O(mapper_port)."}
    broker: {type: str, description: Name and version of the message broker.}
    entries:
      description: The table, as C(name), C(protocol), C(type) and C(port), which is 0 where the table does not tell it.
      type: list
      elements: dict
    odd: {type: list, elements: str, description: Lines that are not entries of a table. 5 at most.}
  sample:
    address: 127.0.0.1
    port: 7676
    broker: imqbroker 4.4 Update 1
    entries: [{name: admin, protocol: tcp, type: ADMIN, port: 43691}]
    odd: []
services:
  description: Each service that can be read on a host.
  returned: success
  type: list
  elements: dict
  contains:
    service: {type: str, description: "V(imq_dynamic) or V(rmi_dynamic)."}
    running: {type: bool, description: "Whether a process listens on its fixed port."}
    read: {type: bool, description: "Whether its ports could be read."}
    why: {type: str, description: Why they could not. None where they could.}
    lacks: {type: list, elements: str, description: "What may be missing in RV(services[].ports), and why."}
    ports:
      description: The ports.
      type: list
      elements: dict
      contains:
        port: {type: str, description: Transport and port.}
        name: {type: str, description: "The port mapper's name for it, or how it was found."}
        listens: {type: bool, description: Whether a process listens on it.}
        addresses: {type: list, elements: str, description: Addresses that are listened on.}
        processes: {type: list, elements: str, description: "Names of the processes, or V(kernel)."}
        certain:
          description: Whether it is a port of the service for certain. If not, it is one of those that may be.
          type: bool
        offered: {type: bool, description: "Whether it is in RV(qradar_dynamic_ports)."}
        why: {type: str, description: Why it is not offered. None where it is.}
  sample:
    - service: imq_dynamic
      running: true
      read: true
      why: null
      lacks: []
      ports:
        - {port: tcp/43691, name: admin, listens: true, addresses: ["::"], processes: [java], certain: true,
           offered: true, why: null}
    - {service: rmi_dynamic, running: false, read: false, lacks: [], ports: [],
       why: "nothing listens on tcp/9913: no web application container is running"}
qradar_dynamic_ports:
  description: What the inventory variable of this name can take, for this host alone.
  returned: success
  type: dict
  sample: {imq_dynamic: [tcp/36615, tcp/43691, tcp/44913]}
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.find import (
    MAPPER_PORT, RMI_PORT, dynamic_ports_info,
)
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.port_mapper import SECONDS
from ansible_collections.portledger.qradar.plugins.module_utils._host.module import finish


def main():
    module = AnsibleModule(
        argument_spec={
            "mapper_port": {"type": "int", "default": MAPPER_PORT},
            "rmi_port": {"type": "int", "default": RMI_PORT},
            "seconds": {"type": "int", "default": SECONDS},
        },
        supports_check_mode=True,
    )
    finish(module, lambda host: dynamic_ports_info(host, module.params))


if __name__ == "__main__":
    main()
