# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Access that always remains allowed: from the address of the running connection, and from the management networks."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re
import socket

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, complaint
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import (
    family_of, parse_network, shown, sort_key,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.processes import parent_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.sshd import ssh_ports


class Management:
    """Which access to this host always remains allowed, and on which ports."""

    def __init__(self, connection, networks, ports):
        """
        :param connection: address and port of this host that the running connection uses, where it is SSH
        :type connection: tuple[str, int] | None
        :param networks: canonical networks
        :type networks: list[str]
        :param ports: the host's own SSH ports
        :type ports: list[int]
        """
        self.connection = connection
        self.networks = networks
        self.ports = ports

    def as_data(self):
        """For the module's result.

        :rtype: dict
        """
        there = self.connection and {"address": self.connection[0], "port": self.connection[1]}
        return {
            "connection": there or None,
            "networks": [shown(network) for network in self.networks],
            "ports": list(self.ports),
        }


def find_management(host, networks):
    """Which access to this host always remains allowed.

    :type host: _host.host.Host
    :param networks: the option "management"
    :type networks: list[str]
    :rtype: Management
    :raises RulesetError: an entry is not a network.
    """
    canonical = set(_network(entry) for entry in networks)
    connection = running_connection(host)
    ports = set(ssh_ports(host))
    if connection:
        ports.add(connection[1])
    return Management(connection, sorted(canonical, key=sort_key), sorted(ports))


def _network(entry):
    try:
        return parse_network(entry)[1]
    except ValueError as error:
        remedy = "Write networks as 198.18.9.0/24 or 2001:db8:9::/64, addresses without a length"
        raise RulesetError(complaint("management", entry, str(error), remedy))


def ssh_connection(host):
    """SSH_CONNECTION: both ends of the SSH connection that this process runs in. Empty without.

    sudo takes it out of the environment, so the processes above are asked too.

    :type host: _host.host.Host
    :rtype: str
    """
    return host.environ.get("SSH_CONNECTION") or _of_ancestors(host)


def running_connection(host):
    """Where the SSH connection that this process runs in comes from, and the port of this host that it uses.

    :type host: _host.host.Host
    :returns: address, port; None for a connection that is not SSH into this host
    :rtype: tuple[str, int] | None
    """
    parts = ssh_connection(host).split(" ")
    if len(parts) != 4 or not is_port(parts[1]) or not is_port(parts[3]):
        return None
    client, server = _plain(parts[0]), _plain(parts[2])
    # A namespace or a container inherits the variable from a connection that went to another host.
    if not _is_another_host(client) or not _is_one_address(server) or not is_own_address(host, server):
        return None
    return client, int(parts[3])


def _of_ancestors(host):
    """SSH_CONNECTION of the nearest process above that has one, else nothing."""
    process = str(os.getpid()) if host.root == "/" else "self"
    for _step in range(64):
        process = parent_of(host, process)
        if process in ("", "0"):
            return ""
        for entry in host.text("proc", process, "environ").split("\0"):
            if entry.startswith("SSH_CONNECTION="):
                return entry.partition("=")[2]
    return ""


def _plain(address):
    """Without the zone of a link-local address; IPv4 as IPv4."""
    address = address.partition("%")[0]
    return address[7:] if address.lower().startswith("::ffff:") and "." in address else address


def is_port(text):
    """Whether a text is the number of a port.

    :type text: str
    :rtype: bool
    """
    return bool(re.match(r"^[0-9]{1,5}$", text)) and 1 <= int(text) <= 65535


def _is_one_address(text):
    try:
        return "/" not in text and bool(parse_network(text))
    except ValueError:
        return False


def _is_another_host(text):
    """Whether this is one address, and one that a single other host can have."""
    if not _is_one_address(text):
        return False
    network = shown(parse_network(text)[1])
    if family_of(network) == "ipv6":
        return network not in ("::", "::1") and not network.startswith("ff")
    first = int(network.partition(".")[0])
    return 0 < first < 224 and first != 127


def is_own_address(host, address):
    """Whether this network namespace has an address.

    :type host: _host.host.Host
    :type address: str
    :rtype: bool
    """
    if family_of(address) == "ipv6":
        # Binding to a link-local address would need its zone, so the kernel's list is read instead.
        packed = "".join("%02x" % byte for byte in bytearray(socket.inet_pton(socket.AF_INET6, address)))
        return any(line.startswith(packed) for line in host.text("proc/net/if_inet6").split("\n"))
    probe = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    try:
        probe.bind((address, 0))
    except (socket.error, OSError):
        return False
    finally:
        probe.close()
    return True


def holds_any(host, addresses):
    """Whether this host has one of some addresses, as the active node of an HA pair has the cluster's.

    :type host: _host.host.Host
    :type addresses: list[str]
    :rtype: bool
    """
    return any(_is_one_address(address) and _is_bound(host, address) for address in addresses)


def _is_bound(host, address):
    if not is_own_address(host, address):
        return False
    # Where ip_nonlocal_bind is set, which pairs of other products need, any address can be bound.
    known = host.text("proc/net/fib_trie")
    local = r"\|-- %s\n\s+/32 host LOCAL" % re.escape(address)
    return family_of(address) == "ipv6" or not known or bool(re.search(local, known))
