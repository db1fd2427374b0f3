# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The flows of a plan, and management, as packets: what judges of foreign rules compare them with."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import interval_of, merged
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import family_of, shown
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import (
    CAME, DESTINATION, ICMP, ICMPV6, PORT, PROTOCOL, SOURCE, TCP, UDP,
)
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import port_bounds

_TRANSPORTS = {"tcp": TCP, "udp": UDP}
#: protocol and type of an echo request
ECHO = {"ipv4": (ICMP, 8), "ipv6": (ICMPV6, 128)}


class Known:
    """A flow of the plan in one family."""

    def __init__(self, text, service, product):
        """
        :param text: "tcp/514 syslog from log_sources"
        :type text: str
        :type service: str
        :type product: dict[int, list[tuple[int, int]]]
        """
        self.text = text
        self.service = service
        self.product = product

    def has(self, protocol, port):
        """Whether it has some of these protocols and ports.

        :type protocol: tuple[int, int]
        :type port: tuple[int, int]
        :rtype: bool
        """
        (own, _own), = self.product[PROTOCOL]
        (first, last), = self.product[PORT]
        return protocol[0] <= own <= protocol[1] and first <= port[1] and port[0] <= last


def interfaces_of(plan):
    """The interfaces that a plan is about: the segments of a gateway, and what a host's own containers come by.

    :type plan: _plan.plan.Plan
    :rtype: tuple[str]
    """
    return tuple(plan.interfaces) + tuple(sorted(set(name for flow in plan.flows for name in flow.interfaces)))


def known_flows(plan, management, family, whole, interfaces):
    """Each flow of the plan in one family, then management.

    :type plan: _plan.plan.Plan
    :type management: _host.management.Management
    :param family: ipv4 or ipv6
    :type family: str
    :param whole: the bounds of each dimension
    :type whole: tuple[tuple[int, int]]
    :type interfaces: _packets.evaluate.Interfaces
    :rtype: list[Known]
    """
    found = list(_flows(plan, family))
    found.extend(_from_containers(plan, family, whole, interfaces))
    found.extend(_management(plan, management, family))
    return found


def intervals_of(plan, label, family):
    return merged(interval_of(network, family) for network in plan.sets[label][family])


def _flows(plan, family):
    known = {}

    def intervals(label):
        if label not in known:
            known[label] = intervals_of(plan, label, family)
        return known[label]

    for flow in plan.flows:
        if flow.interfaces:
            continue
        product = {SOURCE: intervals(flow.source)}
        text = "from %s" % flow.source
        if flow.destination is not None:
            product[DESTINATION] = intervals(flow.destination)
            text += " to %s" % flow.destination
        if all(product.values()):
            for port in flow.ports:
                asked = dict(list(product.items()) + _ports(port, family))
                yield Known("%s %s %s" % (port, flow.service, text), flow.service, asked)


def _from_containers(plan, family, whole, interfaces):
    """What containers on the host itself may reach: by the interface that they come by, as far as it is there."""
    for flow in plan.flows:
        for name in flow.interfaces:
            numbers = interfaces.intervals(name)
            for port in flow.ports if numbers else ():
                asked = dict([(SOURCE, [whole[SOURCE]]), (CAME, numbers)] + _ports(port, family))
                yield Known("%s %s from containers on %s" % (port, flow.service, name), flow.service, asked)


def _management(plan, management, family):
    """SSH, as far as it is kept in."""
    networks = list(management.networks)
    networks.extend([management.connection[0]] if management.connection else [])
    for network in networks:
        if family_of(network) != family:
            continue
        source = [interval_of(network if "/" in network else network + {"ipv4": "/32", "ipv6": "/128"}[family], family)]
        if plan.scope == contract.HOST:
            ends = [(None, ["tcp/%d" % port for port in management.ports])]
        else:
            ends = [(label, ports) for label, ports in plan.ssh if plan.sets[label][family]]
        for label, ports in ends:
            for port in ports:
                product = dict([(SOURCE, source)] + _ports(port, family))
                to = ""
                if label is not None:
                    product[DESTINATION], to = intervals_of(plan, label, family), " to %s" % label
                yield Known("%s management from %s%s" % (port, shown(network), to), "management", product)


def _ports(port, family):
    transport, first, last = port_bounds(port)
    if transport == "icmp":
        protocol, kind = ECHO[family]
        first = last = kind
    else:
        protocol = _TRANSPORTS[transport]
    return [(PROTOCOL, [(protocol, protocol)]), (PORT, [(first, last)])]
