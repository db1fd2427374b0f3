# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The interfaces of a gateway: a rule about one that is not there would never match."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, complaint
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

_FILE = "proc/net/dev"
_MOST = 20


def check_interfaces(host, wanted):
    """Refuse names that this host does not have.

    :type host: _host.host.Host
    :param wanted: names of a plan
    :type wanted: list[str]
    :raises RulesetError: naming the first that is missing, and those that are there.
    """
    there = _interfaces(host) if wanted else None
    for name in wanted if there else ():
        if name not in there:
            known = ", ".join(there[:_MOST]) + (" and %d more" % (len(there) - _MOST) if len(there) > _MOST else "")
            remedy = "Write one of its interfaces: %s" % known
            words = complaint("qradar_gateway_segments", name, "is not an interface of this host", remedy)
            raise RulesetError(words, changed=False)


def _interfaces(host):
    """Names of this network namespace's interfaces but for loopback; None where the kernel does not tell them."""
    try:
        with open(host.file(_FILE), "rb") as stream:
            lines = stream.read().split(b"\n")
    except (IOError, OSError):
        return None
    # A name has no colon and no white space.
    names = [native(line.partition(b":")[0].strip()) for line in lines if b":" in line]
    return sorted(name for name in names if name != "lo")
