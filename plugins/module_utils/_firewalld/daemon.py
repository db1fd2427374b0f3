# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether firewalld runs, and which release of it.

It is asked over the bus, in each run; where that answers anything else, firewall-cmd is asked.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import words_of
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.bus import property_of

# How firewall-cmd ends where it finds no daemon.
_NOT_RUNNING = 252
_ANSWER = re.compile(r's "(\d+\.\d+[\w.~+-]*)"\s*\Z')


def version_of(host):
    """Of the daemon that runs; None where none does. It is asked once a process.

    :type host: _host.host.Host
    :rtype: str | None
    :raises RulesetError: firewalld cannot be asked, so what it does is not known.
    """
    return host.memo("firewalld version", lambda: _ask(host))


def numbers(text):
    """(1, 3) for 1.3.3; empty where there are none.

    :type text: str
    :rtype: tuple[int, ...]
    """
    found = re.match(r"\s*(\d+)\.(\d+)", text)
    return tuple(int(number) for number in found.groups()) if found else ()


def _ask(host):
    if not host.find("firewall-cmd"):
        return None
    found = _ANSWER.match(property_of(host, "version") or "")
    if found:
        return found.group(1)
    code, out, err = host.run("firewall-cmd", ["--version"])
    if code not in (0, _NOT_RUNNING):
        raise RulesetError("firewall-cmd --version: failed: %s." % words_of(code, out, err))
    return out.strip() if code == 0 and numbers(out) else None
