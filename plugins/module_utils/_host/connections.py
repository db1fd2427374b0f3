# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Connections from the network that are established now: to ports of this host, or through a gateway."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import HOST
from ansible_collections.portledger.qradar.plugins.module_utils._host.listeners import read_ends

#: more than these are not listed
MOST = 2000
_ESTABLISHED = "01"
_TRACKED = re.compile(
    r"\b(tcp|udp) +\d+ .*?\bsrc=([0-9a-fA-F.:]+) dst=([0-9a-fA-F.:]+) sport=(\d{1,5}) dport=(\d{1,5})\b"
)
_LOOPBACK = re.compile(r"^(127\.|::1$)")
_MAPPED = "::ffff:"


def connections(host, scope, listening):
    """Who has a connection to which port.

    :type host: _host.host.Host
    :param scope: host: to its own ports; gateway: what it forwards
    :type scope: str
    :param listening: as :func:`_host.listeners.listeners` returns it
    :type listening: list[dict]
    :returns: source, destination, transport, port and how many; and how many such lines are left out
    :rtype: tuple[list[dict], int]
    """
    counts = {}
    own = set()
    if scope == HOST:
        ports = set(one["port"] for one in listening if one["transport"] == "tcp")
        for table, family in (("tcp", "ipv4"), ("tcp6", "ipv6")):
            for here, there in read_ends(host.text("proc/net", table), family, _ESTABLISHED):
                own.add(_plain(here[0]))
                if here[1] in ports:
                    _add(counts, _plain(there[0]), _plain(here[0]), "tcp", here[1])
    udp = set(one["port"] for one in listening if one["transport"] == "udp")
    for transport, source, destination, port in _tracked(host):
        # Of a host, TCP is known already, and what it sends itself is not of interest.
        if scope != HOST or (transport == "udp" and port in udp and source not in own):
            _add(counts, source, destination, transport, port)
    found = [
        {"source": source, "destination": destination, "transport": transport, "port": port, "count": count}
        for (source, destination, transport, port), count in sorted(counts.items(), key=lambda one: (-one[1], one[0]))
    ]
    return found[:MOST], max(0, len(found) - MOST)


def _add(counts, source, destination, transport, port):
    if source != destination and not _LOOPBACK.match(source):
        key = (source, destination, transport, port)
        counts[key] = counts.get(key, 0) + 1


def _plain(address):
    """An IPv4 address as such."""
    return address[len(_MAPPED):] if address.startswith(_MAPPED) and "." in address else address


def _tracked(host):
    """What the kernel tracks: of each connection its first packet's ends."""
    text = host.text("proc/net/nf_conntrack")
    if not text and host.find("conntrack"):
        code, out, _err = host.run("conntrack", ["-L"])
        text = out if code == 0 else ""
    for line in text.split("\n"):
        found = _TRACKED.search(line)
        # Nobody answers syslog over UDP.
        if found and (found.group(1) == "udp" or "[UNREPLIED]" not in line):
            transport, source, destination, _from, port = found.groups()
            yield transport, source, destination, int(port)
