# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a program shows something: a program that fails may show anything, and is never taken for an empty answer."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.netlink import IPSET, NF_TABLES

#: of nft, all tables too. To list tables alone, releases up to 1.0 read every element of every set.
LIST_TABLES = ["list", "flowtables"]
# What a part of the kernel that is not there leaves unanswered, by the beginning of a program's name.
_PARTS = (("ipset", IPSET), ("nft", NF_TABLES), ("iptables", NF_TABLES), ("ip6tables", NF_TABLES))
# Tables of the older iptables, which needs no nf_tables.
_OLDER = {"iptables": "proc/net/ip_tables_names", "ip6tables": "proc/net/ip6_tables_names"}


def may_print(host, program, arguments, mark):
    """Whether the answer of a program has a mark in it, or is not known.

    :type host: _host.host.Host
    :type program: str
    :type arguments: list[str]
    :type mark: str
    :returns: False where it is not installed, or the kernel has nothing that it could show, too
    :rtype: bool
    """
    if not host.find(program):
        return False
    code, out, _err = host.run(program, arguments)
    return mark in out if code == 0 else not knows_nothing(host, program)


def printed(host, program, arguments):
    """What a program prints; nothing where the kernel has nothing that it could show.

    :type host: _host.host.Host
    :type program: str
    :type arguments: list[str]
    :rtype: str
    :raises RulesetError: it failed.
    """
    try:
        return host.output(program, arguments)
    except RulesetError:
        if knows_nothing(host, program):
            return ""
        raise


def knows_nothing(host, program):
    """Whether the kernel has nothing that a program could show.

    :type host: _host.host.Host
    :type program: str
    :rtype: bool
    """
    for name, part in _PARTS:
        if program.startswith(name):
            if name == "ip6tables" and not os.path.exists(host.file("proc/net/if_inet6")):
                return True
            return not host.text(_OLDER.get(name, "none")).strip() and host.kernel_has(part) is False
    return False
