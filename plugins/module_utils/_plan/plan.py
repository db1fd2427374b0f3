# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads and checks the plan that the controller made."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, quoted
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, family_of, parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import (
    as_comment, distinct_comments, is_text, native,
)

VERSION = 1
_REMEDY = "Let the action plugin of portledger.qradar.ruleset make the plan, from the same release as the module"
_SEGMENT = "segment, "
_CONTAINERS = "containers on "
_INTERFACE = re.compile(r"^[A-Za-z0-9_.][A-Za-z0-9_.-]{0,14}$")
# Behind every row.
_SUPPLEMENTS, _EXTRA = 900, 1000
_PORTS = re.compile(r"^(tcp|udp)/(\d{1,5})(?:-(\d{1,5}))?$")


class PlanError(RulesetError):
    """What is wrong with a plan."""

    def __init__(self, problem):
        """
        :param problem: the place in the plan, what stands there, and what is wrong with it, without a remedy
        :type problem: str
        """
        RulesetError.__init__(self, "%s. %s." % (problem, _REMEDY))
        self.problem = problem


class Flow:
    """What may pass from one set to another, or to this host where destination is None.

    Where it comes from the host's own containers, source is None and interfaces says by which they enter the host.
    """

    def __init__(self, service, order, source, destination, ports, interfaces=()):
        """
        :param service: name of the service as people see it, also the comment of its rules
        :type service: str
        :param order: row of the vendor's table; supplements behind it, extra flows last
        :type order: int
        :param source: name of a set
        :type source: str | None
        :param destination: name of a set, or None in the scope host
        :type destination: str | None
        :param ports: "tcp/514", "udp/40000-40010" or "icmp"
        :type ports: tuple[str]
        :param interfaces: of the host's own containers
        :type interfaces: tuple[str]
        """
        self.service = service
        self.order = order
        self.source = source
        self.destination = destination
        self.ports = ports
        self.interfaces = interfaces


class Plan:
    """A plan in the form that providers take."""

    def __init__(self, scope, sets, flows, interfaces, deployment, ssh):
        """
        :param scope: host or gateway
        :type scope: str
        :param sets: for each name, for each family, canonical networks
        :type sets: dict[str, dict[str, list[str]]]
        :type flows: list[Flow]
        :param interfaces: of a gateway, traffic in and out of the same one is not ours
        :type interfaces: list[str]
        :param deployment: name of the set with every address of the deployment, None in the scope host
        :type deployment: str | None
        :param ssh: pairs of a set's name and ports
        :type ssh: list[tuple[str, tuple[str]]]
        """
        self.scope = scope
        self.sets = sets
        self.flows = flows
        self.interfaces = interfaces
        self.deployment = deployment
        self.ssh = ssh


def read_plan(data, scope):
    """The plan, checked.

    :param data: the option "plan"
    :type data: dict | None
    :param scope: host or gateway
    :type scope: str
    :rtype: Plan
    :raises PlanError: naming the place in the plan, what stands there, and the remedy.
    """
    if not data:
        raise PlanError("plan: missing")
    if data.get("version") != VERSION:
        raise _wrong("version", data.get("version"), "is not %d" % VERSION)
    if data.get("scope") != scope:
        raise _wrong("scope", data.get("scope"), "is not the scope of this task, %s" % scope)
    labels = distinct_comments(_dict(data, "sets"), is_interface_label)
    sets = dict((labels[native(name)], _families(name, value)) for name, value in _dict(data, "sets").items())
    gateway = scope == GATEWAY
    flows = [
        _flow("flows[%d]" % number, value, labels, gateway) for number, value in enumerate(_list(data, "flows"))
    ]
    interfaces, deployment, ssh = [], None, []
    if gateway:
        interfaces = [_text("interfaces", name) for name in _list(data, "interfaces")]
        deployment = _set_name("deployment", data.get("deployment"), labels)
        for number, value in enumerate(_list(data, "ssh")):
            place = "ssh[%d]" % number
            if not isinstance(value, dict):
                raise _wrong(place, value, "is not a dictionary")
            destination = _set_name(place + ".destination", value.get("destination"), labels)
            ssh.append((destination, _ports(place + ".ports", value.get("ports"))))
    return Plan(scope, sets, flows, interfaces, deployment, ssh)


def port_bounds(port):
    """Transport, first and last port of a port value; icmp has none.

    :type port: str
    :rtype: tuple[str, int, int]
    """
    if port == "icmp":
        return "icmp", 0, 0
    transport, first, last = _PORTS.match(port).groups()
    return transport, int(first), int(last or first)


def segment_label(interface):
    """Of a set that stands for an interface.

    :type interface: str
    :rtype: str
    """
    return _SEGMENT + interface


def containers_label(interface):
    """Of what enters the host by an interface of its own containers.

    :type interface: str
    :rtype: str
    """
    return _CONTAINERS + interface


def is_containers_label(label):
    """Whether a label is that of own containers: all that comes by one interface.

    :type label: str
    :rtype: bool
    """
    return label.startswith(_CONTAINERS)


def is_interface_label(label):
    """Whether a label is that of an interface. No set of a plan has such a one.

    :type label: str
    :rtype: bool
    """
    return label.startswith((_SEGMENT, _CONTAINERS))


def _wrong(place, value, problem):
    return PlanError("plan: %s: %s %s" % (place, quoted(value), problem))


def _dict(data, key):
    value = data.get(key)
    if not isinstance(value, dict):
        raise _wrong(key, value, "is not a dictionary")
    return value


def _list(data, key):
    value = data.get(key)
    if not isinstance(value, list):
        raise _wrong(key, value, "is not a list")
    return value


def _text(place, value):
    if not is_text(value) or not as_comment(value):
        raise _wrong(place, value, "is not a name")
    return as_comment(value)


def _set_name(place, value, labels):
    """The label of a set, which is its name where that fits."""
    _text(place, value)
    if native(value) not in labels:
        raise _wrong(place, value, "is not one of the plan's sets")
    return labels[native(value)]


def _families(name, value):
    place = "sets.%s" % as_comment(name)
    if not isinstance(value, dict):
        raise _wrong(place, value, "is not a dictionary")
    checked = {}
    for family in FAMILIES:
        checked[family] = []
        networks = value.get(family) or []
        if not isinstance(networks, list):
            raise _wrong("%s.%s" % (place, family), networks, "is not a list of networks")
        for network in networks:
            try:
                found, canonical = parse_network(network)
            except ValueError as error:
                raise _wrong("%s.%s" % (place, family), network, str(error))
            if found != family:
                raise _wrong("%s.%s" % (place, family), network, "is %s" % family_of(canonical))
            checked[family].append(canonical)
    return checked


def _flow(place, value, labels, gateway):
    if not isinstance(value, dict):
        raise _wrong(place, value, "is not a dictionary")
    service = _text(place + ".service", value.get("service"))
    if value.get("comment"):
        service = as_comment("%s (%s)" % (service, _text(place + ".comment", value["comment"])))
    row = value.get("row")
    if row is not None and not isinstance(row, int):
        raise _wrong(place + ".row", row, "is not a number")
    interfaces = _interfaces(place, value.get("interfaces")) if not gateway else ()
    source = None if interfaces else _set_name(place + ".source", value.get("source"), labels)
    destination = value.get("destination")
    if gateway:
        destination = _set_name(place + ".destination", destination, labels)
    elif destination is not None:
        raise _wrong(place + ".destination", destination, "stands in a plan for a host")
    order = row or (_SUPPLEMENTS if value.get("supplement") else _EXTRA)
    return Flow(service, order, source, destination, _ports(place + ".ports", value.get("ports")), interfaces)


def _interfaces(place, value):
    """Of a flow from own containers; none for any other flow."""
    if value is None:
        return ()
    place += ".interfaces"
    if not isinstance(value, list) or not value:
        raise _wrong(place, value, "is not a list of interfaces")
    for name in value:
        # Firewalls read a plus sign or an asterisk at the end as more than one interface.
        if not is_text(name) or not _INTERFACE.match(name) or name == "lo":
            raise _wrong(place, name, "is not the name of an interface")
    return tuple(native(name) for name in value)


def _ports(place, value):
    if not isinstance(value, list) or not value:
        raise _wrong(place, value, "is not a list of ports")
    return tuple(_port(place, port) for port in value)


def _port(place, value):
    if value == "icmp":
        return "icmp"
    found = is_text(value) and _PORTS.match(value)
    if not found:
        raise _wrong(place, value, "is not a port")
    first, last = int(found.group(2)), int(found.group(3) or found.group(2))
    if not 1 <= first <= last <= 65535:
        raise _wrong(place, value, "is not within 1 to 65535")
    return "%s/%d" % (found.group(1), first) + ("-%d" % last if last != first else "")
