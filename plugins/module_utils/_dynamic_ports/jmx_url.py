# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port behind a JMX service URL, which the port mapper's table does not name.

A URL such as ``service:jmx:rmi://ep1/stub/rO0AB...`` holds a Java object in base64. The object holds a reference, a
name with a length before it, and behind that the host and the port that the reference leads to (Java's classes
UnicastRef and UnicastRef2). Where the port is fixed, the URL itself has it: ``service:jmx:rmi://ep1:5656/...``.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import re
import struct

_URL = re.compile(r"service:jmx:rmi://(?:\[[0-9A-Fa-f:.]*\]|[^\[\]/:]*)(?::([0-9]{1,5}))?/(?:stub/([A-Za-z0-9+/=]+))?")
# The second kind has a byte before the host: whether a factory of sockets comes behind the port.
_KINDS = ((b"\x00\x0aUnicastRef", b""), (b"\x00\x0bUnicastRef2", b"[\x00\x01]"))
_ENDS = [re.compile(re.escape(name) + more + br"([\x00-\xff]{2})", re.DOTALL) for name, more in _KINDS]
_LAST_PORT = 65535


def jmx_port(url):
    """The port that a client of this URL connects to.

    :type url: str
    :returns: None where the URL does not tell it
    :rtype: int | None
    """
    found = _URL.match(url)
    if not found:
        return None
    port = _port_in_stub(found.group(2) or "") or int(found.group(1) or 0)
    return port if 0 < port <= _LAST_PORT else None


def _port_in_stub(text):
    try:
        raw = base64.b64decode(text.encode("ascii"))
    except (TypeError, ValueError):
        return 0
    for form in _ENDS:
        found = form.search(raw)
        if found:
            at = found.end() + struct.unpack(">H", found.group(1))[0]
            return struct.unpack(">I", raw[at:at + 4])[0] if len(raw) >= at + 4 else 0
    return 0
