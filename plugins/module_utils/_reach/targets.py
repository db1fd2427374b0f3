# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to probe: the targets as they were given, checked."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PASS
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, complaint
from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import number_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import family_of, parse_network, shown
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import as_comment, is_text, native

_PORT = re.compile(r"^(tcp|udp)/(\d{1,5})\Z")
_PORT_REMEDY = "Write a transport and one port, such as tcp/514 or udp/514, or icmp"
_ADDRESS_REMEDY = "Write the address of one host, such as 198.18.1.1 or 2001:db8::1"
# First and last of addresses that do not belong to a single host.
_NOBODY = {
    "ipv4": (("0.0.0.0", "0.255.255.255"), ("224.0.0.0", "239.255.255.255"), ("255.255.255.255", "255.255.255.255")),
    "ipv6": (("::", "::"), ("fe80::", "febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
             ("ff00::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), ("::ffff:0.0.0.0", "::ffff:255.255.255.255")),
}


class Target:
    """One address and port to be probed."""

    def __init__(self, address, transport, port, expected, services, name):
        """
        :type address: str
        :param transport: tcp, udp or icmp
        :type transport: str
        :param port: 0 for icmp
        :type port: int
        :param expected: pass or drop
        :type expected: str
        :type services: list[str]
        :param name: of the host or party that has the address, for people; may be empty
        :type name: str
        """
        self.address = address
        self.family = family_of(address)
        self.transport = transport
        self.port = port
        self.expected = expected
        self.services = services
        self.name = name

    @property
    def port_text(self):
        """As it was given: "tcp/514" or "icmp".

        :rtype: str
        """
        return self.transport if self.transport == "icmp" else "%s/%d" % (self.transport, self.port)


def read_targets(entries):
    """The targets, each address and port once, with the services of all its entries.

    :param entries: the option "targets"
    :type entries: list[dict]
    :returns: in such an order that one address follows another
    :rtype: list[Target]
    :raises RulesetError: naming the place, what stands there, and the remedy.
    """
    found, places, order = {}, {}, []
    for number, entry in enumerate(entries):
        place = "targets[%d]" % number
        address = _address(place + ".address", entry["address"])
        transport, port = _port(place + ".port", entry["port"])
        key = (address, transport, port)
        services = [as_comment(service) for service in entry.get("services") or []]
        if key not in found:
            expected, name = entry.get("expected") or PASS, as_comment(entry.get("name") or "")
            found[key] = Target(address, transport, port, expected, [], name)
            places[key] = place
            order.append(found[key])
        elif found[key].expected != (entry.get("expected") or PASS):
            problem = "contradicts %s, where the same address and port are to %s" % (places[key], found[key].expected)
            raise RulesetError(complaint(place + ".expected", entry.get("expected"), problem, "Leave out one of them"))
        found[key].services.extend(service for service in services if service not in found[key].services)
    return _spread(order)


def _spread(targets):
    """No host gets all its packets at once, and where time is short each host has been probed a little."""
    by_address, turns = {}, []
    for target in targets:
        earlier = by_address.setdefault(target.address, [])
        turns.append((len(earlier), len(turns), target))
        earlier.append(target)
    return [target for _turn, _number, target in sorted(turns, key=lambda turn: turn[:2])]


def _address(place, value):
    try:
        if not is_text(value) or "/" in native(value):
            raise ValueError("is not an address")
        family, network = parse_network(value)
    except ValueError:
        raise RulesetError(complaint(place, value, "is not an address", _ADDRESS_REMEDY))
    address = shown(network)
    number = number_of(address, family)
    if any(number_of(first, family) <= number <= number_of(last, family) for first, last in _NOBODY[family]):
        raise RulesetError(complaint(place, value, "is not the address of a single host", _ADDRESS_REMEDY))
    return address


def _port(place, value):
    if value == "icmp":
        return "icmp", 0
    form = _PORT.match(native(value)) if is_text(value) else None
    if form is None:
        raise RulesetError(complaint(place, value, "is not a port", _PORT_REMEDY))
    if not 1 <= int(form.group(2)) <= 65535:
        raise RulesetError(complaint(place, value, "is not within 1 to 65535", _PORT_REMEDY))
    return form.group(1), int(form.group(2))
