# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The ports of the host's own SSH daemon."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import glob
import os
import re

_NUMBER = re.compile(r"^[0-9]{1,5}$")
_OPTION = re.compile(r"^\s*(\w+)(?:\s+|\s*=\s*)(.*?)\s*$")


def ssh_ports(host):
    """Ports that sshd_config and what it includes name; 22 where it names none.

    :type host: _host.host.Host
    :rtype: list[int]
    """
    ports = set()
    listening = set()
    for option, value in _options(host, "etc/ssh/sshd_config", 0):
        if option == "port" and _number(value):
            ports.add(_number(value))
        elif option == "listenaddress":
            listening.add(_port_of(value))
    # ListenAddress without a port means each Port; OpenSSH ignores Port where each has its own.
    if listening and None not in listening:
        ports = listening
    else:
        ports = (ports or set([22])) | (listening - set([None]))
    return sorted(ports)


def _number(text):
    """Of a port; None where it is not one."""
    found = int(text) if _NUMBER.match(text) else 0
    return found if 1 <= found <= 65535 else None


def _options(host, name, depth):
    """Keyword in lower case and value, of a file and of what it includes, down to the first Match.

    OpenSSH gives up at a depth of 16.

    :rtype: list[tuple[str, str]]
    """
    options = []
    for line in host.text(name).split("\n"):
        found = _OPTION.match(line.split("#", 1)[0])
        if not found:
            continue
        option, value = found.group(1).lower(), found.group(2).strip('"')
        if option == "match":
            break
        if option == "include" and depth < 16:
            for pattern in value.split():
                pattern = os.path.join("/etc/ssh", pattern.strip('"')).lstrip("/")
                for file in sorted(glob.glob(host.file(pattern))):
                    options.extend(_options(host, os.path.relpath(file, host.root), depth + 1))
        else:
            options.append((option, value))
    return options


def _port_of(listen):
    """Port of a ListenAddress: host, host:port, IPv6, [IPv6]:port, with "rdomain name" behind."""
    address = listen.split()[0] if listen.split() else ""
    found = re.match(r"^(?:\[[^\]]*\]|[^:\[\]]*):([0-9]{1,5})$", address)
    return _number(found.group(1)) if found else None
