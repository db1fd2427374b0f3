# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""From lines of the kernel's log to flows: source, destination and port of the packets, how many, and when.

The kernel writes the same form for every provider (LOG of iptables, log of nftables):

    IN=eth0 OUT= MAC=... SRC=198.18.9.7 DST=198.18.1.11 LEN=60 ... PROTO=TCP SPT=40370 DPT=9999 ... SYN URGP=0
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import (
    Search, parse_network, shown, sort_key,
)
from ansible_collections.portledger.qradar.plugins.module_utils._log.since import time_text

_WITH_PORTS = ("tcp", "udp")
_MOST_FLOWS = 1000


class Packet:
    """One line of the log."""

    __slots__ = ("destination", "forwarded", "kind", "port", "source", "transport")

    def __init__(self, forwarded, source, destination, transport, port, kind):
        """
        :param forwarded: whether it was to leave this host again
        :type forwarded: bool
        :type source: str
        :type destination: str
        :param transport: tcp, udp, icmp (of both families), or the kernel's name or number of another protocol
        :type transport: str
        :param port: the destination's; None for what has none, and where the packet is a fragment
        :type port: int | None
        :param kind: the type of ICMP
        :type kind: int | None
        """
        self.forwarded = forwarded
        self.source = source
        self.destination = destination
        self.transport = transport
        self.port = port
        self.kind = kind


def parse_packet(text):
    """A line without its prefix.

    :type text: str
    :rtype: Packet | None
    """
    fields, words = {}, text.split()
    for word in words:
        # From here on it is about a packet inside this one.
        if word.startswith("["):
            break
        name, equals, value = word.partition("=")
        # UDP says its length again.
        if equals and name not in fields:
            fields[name] = value
    try:
        source, destination = (shown(parse_network(fields[name])[1]) for name in ("SRC", "DST"))
        forwarded = bool(fields["IN"] and fields["OUT"])
        transport = fields["PROTO"].lower()
        transport = "icmp" if transport == "icmpv6" else transport
        port = kind = None
        if transport in _WITH_PORTS and not _without_ports(words):
            port = _number(fields["DPT"], 65535)
        if transport == "icmp" and not _without_ports(words):
            kind = _number(fields["TYPE"], 255)
    except (KeyError, ValueError):
        return None
    if not transport.isalnum() or "/" in fields["SRC"] + fields["DST"] or (":" in source) != (":" in destination):
        return None
    return Packet(forwarded, source, destination, transport, port, kind)


def _without_ports(words):
    """Whether the packet is a fragment that does not begin with the ports, or too short to have any."""
    return any(word == "INCOMPLETE" or word.startswith("FRAG:") for word in words) and not any(
        word.startswith(("DPT=", "TYPE=")) for word in words
    )


def _number(text, highest):
    if not text.isdigit() or int(text) > highest:
        raise ValueError(text)
    return int(text)


class LoggedFlows:
    """Groups packets into flows."""

    def __init__(self, plan, other_scope):
        """
        :type plan: _plan.plan.Plan
        :param other_scope: whether rules of the other scope are on this host, too
        :type other_scope: bool
        """
        self._plan = plan
        self._alone = not other_scope
        self._searches = dict(
            (label, Search([network for networks in families.values() for network in networks]))
            for label, families in plan.sets.items()
        )
        self._labels = {}
        self._flows = {}
        self.packets = 0
        self.unparsed = 0

    def add(self, moment, text):
        """Count one line.

        :param moment: seconds since 1970
        :type moment: float
        :param text: the line without its prefix
        :type text: str
        """
        packet = parse_packet(text)
        if packet is None:
            self.unparsed += 1
            return
        verdict = self._verdict(packet)
        if verdict is None:
            return
        self.packets += 1
        published = self._plan.scope == HOST and packet.forwarded
        key = (packet.source, packet.destination, packet.transport, packet.port, packet.kind, verdict, published)
        flow = self._flows.setdefault(key, [0, moment, moment])
        flow[0] += 1
        flow[1], flow[2] = min(flow[1], moment), max(flow[2], moment)

    def _verdict(self, packet):
        """The option that a packet was logged for; None where it was logged for the other scope."""
        if self._plan.scope == GATEWAY:
            deployment = self._plan.deployment
            if not packet.forwarded:
                return None
            if deployment in self._sets_of(packet.destination):
                return "unlisted"
            return "egress" if deployment in self._sets_of(packet.source) else None
        # What a container publishes is forwarded to it.
        return "unlisted" if self._alone or not packet.forwarded else None

    def _sets_of(self, address):
        if address not in self._labels:
            self._labels[address] = sorted(
                label for label, search in self._searches.items() if search.holds(address)
            )
        return self._labels[address]

    def as_data(self):
        """The flows, the most frequent first.

        :rtype: list[dict]
        """
        found = []
        for key in sorted(self._flows, key=self._order)[:_MOST_FLOWS]:
            source, destination, transport, port, kind, verdict, published = key
            packets, first, last = self._flows[key]
            found.append(
                {
                    "source": source,
                    "source_sets": self._sets_of(source),
                    "destination": destination,
                    "transport": transport,
                    "port": port,
                    "icmp_type": kind,
                    "verdict": verdict,
                    "published": published,
                    "packets": packets,
                    "first": time_text(first),
                    "last": time_text(last),
                }
            )
        return found

    def left_out(self):
        """How many flows are left out because there are too many.

        :rtype: int
        """
        return max(0, len(self._flows) - _MOST_FLOWS)

    def _order(self, key):
        source, destination, transport, port, kind, verdict, published = key
        ends = [sort_key(parse_network(address)[1]) for address in (source, destination)]
        return -self._flows[key][0], ends, transport, port or -1, kind or -1, verdict, published
