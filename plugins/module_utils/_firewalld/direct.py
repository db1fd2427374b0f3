# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Direct rules of ours that are in force, whatever firewalld's file says."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import published
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.put_back import can_read, read_rules
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.restore import restore_text
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX


def direct_in_force(host):
    """Our rules in the kernel, by family.

    :type host: _host.host.Host
    :rtype: dict[str, list[tuple[str, list[str]]]]
    :raises RulesetError: they cannot be read.
    """
    found = {}
    for family, program in PREFIX.items():
        # A program that is gone says nothing: the way back would take away what it did not show.
        if can_read(host, program):
            # The whole of it: asking for a table that the kernel has not fails.
            rules = published.parse_save(read_rules(host, program))
            if rules:
                found[family] = rules
    return found


def put_direct_in_force(host, file_rules, rules):
    """Have the kernel do what it did before a reload that read other rules, for somebody had changed the file.

    :type host: _host.host.Host
    :param file_rules: what firewalld has read from its file, by family
    :type file_rules: dict[str, list[tuple[str, list[str]]]]
    :param rules: what is to be in force, by family
    :type rules: dict[str, list[tuple[str, list[str]]]]
    :raises RulesetError: they cannot be read, or iptables-restore failed.
    """
    if published.key_of(file_rules) == published.key_of(rules):
        return
    there = direct_in_force(host)
    for family in sorted(set(there) | set(rules)):
        has, wants = there.get(family, []), rules.get(family, [])
        if published.key(has) != published.key(wants):
            restore_text(host, PREFIX[family] + "-restore", _as_input(has, wants))


def _as_input(has, wants):
    # Naming our chain makes it, and empties it.
    lines = ["*mangle", ":%s - [0:0]" % published.CHAIN]
    lines.extend("-D %s %s" % (chain, Rule(tokens).text()) for chain, tokens in has if chain != published.CHAIN)
    for chain, tokens in wants:
        place = "-A " + chain if chain == published.CHAIN else "-I %s 1" % chain
        lines.append("%s %s" % (place, Rule(tokens).text()))
    if not wants:
        lines.append("-X " + published.CHAIN)
    return "\n".join(lines + ["COMMIT", ""])
