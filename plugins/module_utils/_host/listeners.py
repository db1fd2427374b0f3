# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which processes listen on which ports, in the network that this process is in."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re
import socket
import struct

from ansible_collections.portledger.qradar.plugins.module_utils._host.processes import numbers, open_files

_TABLES = (("tcp", "ipv4", "tcp"), ("tcp6", "ipv6", "tcp"), ("udp", "ipv4", "udp"), ("udp6", "ipv6", "udp"))
# States in these tables: TCP that listens; UDP without a peer, which takes what comes.
_LISTENS = {"tcp": "0A", "udp": "07"}
_END = re.compile(r"^([0-9A-Fa-f]+):([0-9A-Fa-f]{4})$")
_LENGTHS = {"ipv4": 8, "ipv6": 32}
_LOOPBACK = re.compile(r"^(127\..*|::1|::ffff:127\..*)$")


def listeners(host):
    """Sockets that listen, with their processes.

    :type host: _host.host.Host
    :returns: transport, port, addresses, whether it is the loopback only, and processes; by transport and port
    :rtype: list[dict]
    """
    return without_numbers(numbered_listeners(host))


def without_numbers(found):
    """What :func:`numbered_listeners` has found, as results show it.

    :type found: list[dict]
    :rtype: list[dict]
    """
    return [dict((key, value) for key, value in one.items() if key != "numbers") for one in found]


def numbered_listeners(host):
    """As :func:`listeners`, with the numbers of the processes: two processes may have one name.

    :type host: _host.host.Host
    :returns: the same, with ``numbers``, a set of texts; empty where no process is known
    :rtype: list[dict]
    """
    found = {}
    for table, family, transport in _TABLES:
        for address, port, inode in read_table(host.text("proc/net", table), family, _LISTENS[transport]):
            addresses, inodes = found.setdefault((transport, port), (set(), set()))
            addresses.add(address)
            inodes.add(inode)
    wanted = set(inode for _addresses, inodes in found.values() for inode in inodes)
    owners = _owners(host, wanted)
    return [
        {
            "transport": transport,
            "port": port,
            "addresses": sorted(addresses),
            "loopback": all(_LOOPBACK.match(address) for address in addresses),
            # The kernel itself listens where no process does: NFS, for example.
            "processes": sorted(set(name for inode in inodes for name in _names(host, owners.get(inode, ())))),
            "numbers": set(process for inode in inodes for process in owners.get(inode, ())),
        }
        for (transport, port), (addresses, inodes) in sorted(found.items())
    ]


def read_table(text, family, state):
    """Sockets in a table of /proc/net. What no line of such a table looks like is passed over.

    :type text: str
    :param family: ipv4 or ipv6
    :type family: str
    :param state: as the table writes it
    :type state: str
    :returns: address, port and inode of each
    :rtype: list[tuple[str, int, str]]
    """
    found = []
    for line in text.split("\n")[1:]:
        fields = line.split()
        end = _END.match(fields[1]) if len(fields) > 9 and fields[3] == state else None
        if end and len(end.group(1)) == _LENGTHS[family]:
            found.append((_address(end.group(1), family), int(end.group(2), 16), fields[9]))
    return found


def read_ends(text, family, state):
    """Both ends of sockets in a table of /proc/net.

    :type text: str
    :param family: ipv4 or ipv6
    :type family: str
    :param state: as the table writes it
    :type state: str
    :returns: address and port here, address and port there
    :rtype: list[tuple[tuple[str, int], tuple[str, int]]]
    """
    found = []
    for line in text.split("\n")[1:]:
        fields = line.split()
        ends = [_END.match(one) for one in fields[1:3]] if len(fields) > 9 and fields[3] == state else []
        if len(ends) == 2 and all(end and len(end.group(1)) == _LENGTHS[family] for end in ends):
            found.append(tuple((_address(end.group(1), family), int(end.group(2), 16)) for end in ends))
    return found


def _address(text, family):
    """Words of 32 bits, each in the order of this machine."""
    words = [int(text[at:at + 8], 16) for at in range(0, len(text), 8)]
    packed = b"".join(struct.pack("=I", word) for word in words)
    return socket.inet_ntop(socket.AF_INET6 if family == "ipv6" else socket.AF_INET, packed)


def _owners(host, inodes):
    """Numbers of processes by the inode of a socket that they have open."""
    found = {}
    for process in numbers(host) if inodes else []:
        for inode in _sockets(host, process):
            if inode in inodes:
                found.setdefault(inode, set()).add(process)
    return found


def _names(host, processes):
    names = [host.text("proc", process, "comm").strip() or "process " + process for process in processes]
    return names or ["kernel"]


def _sockets(host, process):
    for link in open_files(host, process):
        try:
            match = re.match(r"socket:\[(\d+)\]$", os.readlink(link))
        except OSError:
            continue
        if match:
            yield match.group(1)
