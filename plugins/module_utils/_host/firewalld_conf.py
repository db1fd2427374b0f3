# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the settings of firewalld say, which concern other providers too."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

# Of a setting that stands twice, the first counts.
_BACKEND = re.compile(r"^[ \t]*FirewallBackend[ \t]*=[ \t]*(\w+)", re.MULTILINE)


def backend(host):
    """What firewalld loads its rules with.

    :type host: _host.host.Host
    :returns: nftables or iptables
    :rtype: str
    """
    found = _BACKEND.search(host.text("etc/firewalld/firewalld.conf"))
    return "iptables" if found and found.group(1).lower() == "iptables" else "nftables"
