# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Packets and bytes by flow, in the form that every provider gives them in."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import port_bounds


class Counters:
    """Adds up what several rules, of both families, have counted of one flow."""

    def __init__(self):
        self._found = {}

    def add(self, service, source, destination, ports, packets, octets):
        """Add one rule.

        :param service: the flow's service, or a verdict on the rest, "unlisted: drop"
        :type service: str
        :param source: label of a set, None for a verdict
        :type source: str | None
        :param destination: label of a set, None for a verdict and in the scope host
        :type destination: str | None
        :param ports: port values; none for a verdict
        :type ports: list[str]
        :type packets: int
        :param octets: bytes
        :type octets: int
        """
        entry = self._found.setdefault((service, source, destination), [set(), 0, 0])
        entry[0].update(ports)
        entry[1] += packets
        entry[2] += octets

    def as_data(self):
        """Flows by source, destination and service; verdicts last.

        :rtype: list[dict]
        """
        found = []
        for key in sorted(self._found, key=lambda key: (key[1] is None, key[1] or "", key[2] or "", key[0])):
            (service, source, destination), (ports, packets, octets) = key, self._found[key]
            found.append(
                {
                    "service": service,
                    "source": source,
                    "destination": destination,
                    "ports": sorted(ports, key=port_bounds),
                    "packets": packets,
                    "bytes": octets,
                }
            )
        return found
