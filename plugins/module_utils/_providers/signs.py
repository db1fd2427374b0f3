# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a look at a provider is worth while: signs of anything of ours, of either scope, at the least cost.

A sign may mislead; the provider itself looks closer. Where there is none, there is nothing.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import glob
import os

from ansible_collections.portledger.qradar.plugins.module_utils._providers.answers import LIST_TABLES, may_print

_LOOKS = {
    "iptables": (
        ("iptables-save", [], "PORTLEDGER-"),
        ("ip6tables-save", [], "PORTLEDGER-"),
        ("ipset", ["list", "-n"], "portledger-"),
    ),
    "nftables": (("nft", LIST_TABLES, "portledger_"),),
    "qradar": (("iptables-save", [], "PORTLEDGER-Q"), ("ip6tables-save", [], "PORTLEDGER-Q")),
    "firewalld": (),
}
_FILES = {
    "iptables": (),
    "nftables": (),
    "qradar": (
        "opt/qradar/conf/iptables.pre", "opt/qradar/conf/ip6tables.pre", "opt/qradar/conf/.*.portledger-*",
        "etc/sysconfig/.*.portledger-*",
    ),
    "firewalld": ("etc/firewalld/direct.xml", "etc/firewalld/*/portledger*"),
}
_IN_FILES = ("portledger", "PORTLEDGER")


def has_sign(host, provider):
    """Whether there is a sign of a provider's rules, or may be one.

    :type host: _host.host.Host
    :param provider: its name
    :type provider: str
    :rtype: bool
    """
    for pattern in _FILES[provider]:
        for path in glob.glob(host.file(pattern)):
            if any(word in os.path.basename(path) or word in host.text(path) for word in _IN_FILES):
                return True
    if provider == "qradar" and not glob.glob(host.file("opt/qradar/bin/iptables_update.pl")):
        return False
    return any(may_print(host, program, arguments, mark) for program, arguments, mark in _LOOKS[provider])
