# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which dynamic ports the services of this host use now, and how that is known.

Two services in the vendor's table have dynamic ports on QRadar hosts that can be read there:

imq_dynamic (row 26: "7676, 7677, and 4 random ports above 32000"). The port mapper on 7676 names three of them, the URL
of its entry ``jmxrmi`` holds the fourth. So say the vendor's twin (Juniper JSA 7.5.0, *Viewing IMQ Port Associations*)
and Open MQ's own tables. A port counts where the process that is the port mapper listens on it.

rmi_dynamic (row 47: "9913, and one dynamically assigned port", web application container). Nothing is documented that
names the port. It is one of those that the process on 9913 listens on, in the range that the kernel gives ports from.

portmapper_dynamic and dcom_dynamic are ports of RPC and of Windows hosts: they are not read here.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import IMQ_DYNAMIC, RMI_DYNAMIC
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, complaint
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.jmx_url import jmx_port
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.port_mapper import (
    SECONDS, ask, read_table,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.listeners import numbered_listeners

#: fixed ports of the same rows
MAPPER_PORT = 7676
JMS_PORT = 7677
RMI_PORT = 9913
#: what the table documents for the dynamic ones; tests compare it with the catalog
RANGES = {IMQ_DYNAMIC: (32001, 65535), RMI_DYNAMIC: (32768, 60999)}
#: more ports than this are not those of one service
MOST_PORTS = 32

_ANY = {"0.0.0.0": ("127.0.0.1",), "::": ("127.0.0.1", "::1")}
_MOST_SECONDS = 60
_JMX = "JMX"


def dynamic_ports_info(host, options):
    """The result of the module dynamic_ports_info.

    :type host: _host.host.Host
    :param options: the module's options
    :type options: dict
    :rtype: dict
    :raises RulesetError: an option is wrong.
    """
    for name in ("mapper_port", "rmi_port"):
        if not 1 <= options[name] <= 65535:
            raise RulesetError(complaint(name, options[name], "is not a port", "Write a number from 1 to 65535"))
    if not 1 <= options["seconds"] <= _MOST_SECONDS:
        remedy = "Write a number from 1 to %d" % _MOST_SECONDS
        raise RulesetError(complaint("seconds", options["seconds"], "is out of range", remedy))
    found = find_dynamic_ports(
        numbered_listeners(host), options["mapper_port"], options["rmi_port"], options["seconds"]
    )
    return dict(found, changed=False)


def find_dynamic_ports(listening, mapper_port=MAPPER_PORT, rmi_port=RMI_PORT, seconds=SECONDS):
    """Ask what there is to ask, and compare it with what listens.

    :param listening: see ``_host.listeners.numbered_listeners``
    :type listening: list[dict]
    :returns: ``port_mapper``, what it has answered, None where it was not asked or gave no table; ``services``, one
        entry each, see :class:`_Service`; ``qradar_dynamic_ports``, what an inventory can take of it
    :rtype: dict
    """
    sockets = dict((one["port"], one) for one in listening if one["transport"] == "tcp")
    table, imq = _message_queue(sockets, mapper_port, seconds)
    services = [imq, _rmi(sockets, rmi_port)]
    return {
        "port_mapper": table,
        "services": [one.as_data() for one in services],
        "qradar_dynamic_ports": dict((one.name, one.offered()) for one in services if one.offered()),
    }


class _Service:
    """A service, and what is known of its ports.

    running: whether something listens on its fixed port. why: why nothing could be read, None where it was.
    lacks: what may be missing among its ports.
    """

    def __init__(self, name, why=None, running=True):
        self.name = name
        self.running = running
        self.why = why
        self.lacks = []
        self.ports = []

    def add(self, port, label, socket=None, why=None, certain=True):
        """
        :param label: the entry of the table, or how the port was found
        :type label: str
        :param socket: what listens there, None where nothing does
        :param why: why the port is not offered, where that is known already
        :param certain: whether it is a port of the service for certain, or one of those that may be
        :type certain: bool
        """
        first, last = RANGES[self.name]
        if socket and not why:
            if socket["loopback"]:
                why = "listens on the loopback interface only"
            elif not first <= port <= last:
                why = "is outside what the table documents, tcp/%d-%d" % (first, last)
        self.ports.append({
            "port": "tcp/%d" % port,
            "name": label,
            "listens": bool(socket),
            "addresses": socket["addresses"] if socket else [],
            "processes": socket["processes"] if socket else [],
            "certain": certain,
            "offered": why is None,
            "why": why,
        })

    def offered(self):
        return [one["port"] for one in self.ports if one["offered"]]

    def as_data(self):
        return {"service": self.name, "running": self.running, "read": self.why is None, "why": self.why,
                "lacks": self.lacks, "ports": self.ports}


def _message_queue(sockets, mapper_port, seconds):
    """What the port mapper says, as data, and the message queue's ports."""
    own = sockets.get(mapper_port)
    if not own:
        why = "nothing listens on tcp/%d: the message queue is not running" % mapper_port
        return None, _Service(IMQ_DYNAMIC, why, running=False)
    try:
        table, address = _first_table(own["addresses"], mapper_port, seconds)
    except RulesetError as error:
        return None, _Service(IMQ_DYNAMIC, str(error))
    found = {
        "address": address,
        "port": mapper_port,
        "broker": table.broker,
        "entries": [entry.as_data() for entry in table.entries],
        "odd": table.odd,
    }
    service = _Service(IMQ_DYNAMIC)
    fixed = set((mapper_port, MAPPER_PORT, JMS_PORT))
    names = _named(table, fixed)
    if len(names) > MOST_PORTS:
        return found, _Service(IMQ_DYNAMIC, "the port mapper names %d ports, which are not those of one service"
                               % len(names))
    for port in sorted(names):
        socket = sockets.get(port)
        if not socket:
            service.add(port, names[port], None, "nothing listens there")
        elif not _may_be_one(own, socket):
            service.add(port, names[port], socket, "another process listens there")
        else:
            service.add(port, names[port], socket)
    if table.odd:
        service.lacks.append("lines of the port mapper that are not understood: %s" % "; ".join(table.odd))
    _add_jmx(service, table, own, sockets, set(names) | fixed)
    service.ports.sort(key=lambda one: int(one["port"].partition("/")[2]))
    return found, service


def _first_table(addresses, port, seconds):
    """The table of the first address that gives one, and the address."""
    wanted = []
    for address in addresses:
        wanted.extend(one for one in _ANY.get(address, (address,)) if one not in wanted)
    problems = []
    for address in sorted(wanted, key=lambda one: (one != "127.0.0.1", one != "::1"))[:2]:
        try:
            return read_table(ask(address, port, seconds)), address
        except RulesetError as error:
            words = str(error)
            place = "tcp/%d on %s" % (port, address)
            problems.append(words if words.startswith(place) else "%s: %s" % (place, words))
    raise RulesetError("; ".join(problems))


def _port_of(entry):
    """The port of an entry: its own, or the one that its URL leads to; 0 where neither is told."""
    return entry.port or (jmx_port(entry.url) if entry.url else None) or 0


def _named(table, fixed):
    """Names of entries by their port, without the fixed ports."""
    names = {}
    for entry in table.entries:
        port = _port_of(entry)
        if port and port not in fixed:
            names.setdefault(port, entry.name)
    return names


def _add_jmx(service, table, own, sockets, known):
    """Where the table has JMX and does not tell its port, it is one of those that the same process has open."""
    untold = [entry for entry in table.entries if not _may_be_one(own, sockets.get(_port_of(entry)))]
    hidden = [entry.name for entry in untold if entry.kind == _JMX]
    if not hidden:
        return
    others = [port for port in _open_ports(own, sockets, service.name) if port not in known]
    if not others or len(others) > MOST_PORTS:
        service.lacks.append("the port of %s, which its URL does not tell" % hidden[0])
        return
    for port in others:
        service.add(port, "%s, by its process" % hidden[0], sockets[port], certain=False)


def _may_be_one(own, socket):
    """Whether the process of a socket may listen on another one as well. Where none is known, any may."""
    return bool(socket) and (not own["numbers"] or bool(own["numbers"] & socket["numbers"]))


def _open_ports(own, sockets, name):
    """Ports in a service's range that the process of a socket listens on too, for the network."""
    first, last = RANGES[name]
    return sorted(port for port, one in sockets.items()
                  if first <= port <= last and one["numbers"] & own["numbers"] and not one["loopback"])


def _rmi(sockets, rmi_port):
    own = sockets.get(rmi_port)
    if not own:
        why = "nothing listens on tcp/%d: no web application container is running" % rmi_port
        return _Service(RMI_DYNAMIC, why, running=False)
    if not own["numbers"]:
        return _Service(RMI_DYNAMIC, "the kernel does not show which process listens on tcp/%d" % rmi_port)
    found = [port for port in _open_ports(own, sockets, RMI_DYNAMIC) if port != rmi_port]
    if len(found) > MOST_PORTS:
        return _Service(RMI_DYNAMIC, "the process on tcp/%d listens on %d ports, and the service has one"
                        % (rmi_port, len(found)))
    service = _Service(RMI_DYNAMIC)
    for port in found:
        service.add(port, "by its process", sockets[port], certain=False)
    return service
