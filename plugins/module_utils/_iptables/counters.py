# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How many packets our chains let pass, by flow, and how many met the verdict on the rest."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._plan.counters import Counters
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import fixed_rules
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import EGRESS, UNLISTED
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.meaning import Reader
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import verdict
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import read_filter

_VERDICTS = dict(
    # The last rule: before it may stand one that logs some of the same packets.
    (verdict(rule)[-1].key, rule.name)
    for rule in fixed_rules()
    if rule.kind in (UNLISTED, EGRESS)
)


class CountedRule(Rule):
    """A rule with what met it."""

    __slots__ = ("bytes", "packets")

    def __init__(self, tokens, packets, octets):
        """
        :type tokens: list[str]
        :type packets: int
        :param octets: bytes
        :type octets: int
        """
        Rule.__init__(self, tokens)
        self.packets = packets
        self.bytes = octets


def count(saves, sets, names):
    """Packets and bytes by flow, both families together.

    :param saves: by family, what iptables-save -c gives
    :type saves: dict[str, str]
    :param sets: members of each set
    :type sets: dict[str, set[str]]
    :type names: _iptables.tables.Names
    :rtype: list[dict]
    """
    counters = Counters()
    for family, save in saves.items():
        _Counter(_counted_chains(save, names), sets, names, family, counters).read()
    return counters.as_data()


def _counted_chains(save, names):
    return dict(
        (name, [CountedRule(rule.words(), rule.packets, rule.octets) for rule in rules])
        for name, rules in read_filter(save).chains().items()
        if names.owns_chain(name)
    )


class _Counter(Reader):
    """Reads chains as the comparison does, and adds up."""

    def __init__(self, chains, sets, names, family, counters):
        Reader.__init__(self, chains, sets, names, family)
        self.counters = counters

    def _is_fixed(self, rule):
        if rule.key in _VERDICTS:
            self.counters.add(_VERDICTS[rule.key], None, None, [], rule.packets, rule.bytes)

    # What containers publish is the host's as well.
    _is_published_fixed = _is_fixed

    def _is_published(self, rule, service, port, source):
        self.counters.add(service, source, None, [port], rule.packets, rule.bytes)

    def _is_flow(self, rule, service, ports, source, destination):
        if all(ports):  # replies between two parties are not a flow
            self.counters.add(service, source, destination, ports, rule.packets, rule.bytes)
