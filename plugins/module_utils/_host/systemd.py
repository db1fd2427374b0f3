# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""systemd: whether it runs this machine, and whether it sees what this process sees."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os


def runs(host):
    """Whether systemd runs the machine, and the network and the files of this process are those that it sees.

    :type host: _host.host.Host
    :rtype: bool
    """
    try:
        if host.text("proc/1/comm").strip() != "systemd" or not os.path.isdir(host.file("run/systemd/system")):
            return False
        if not host.find("systemctl"):
            return False
        if os.readlink(host.file("proc/1/ns/net")) != os.readlink(host.file("proc/self/ns/net")):
            return False
        return os.path.samefile(host.file("proc/1/root") + host.file("run/systemd"), host.file("run/systemd"))
    except OSError:
        return False


def is_active(host, service):
    """Whether a service is active, as the files of a systemd that runs say.

    :type host: _host.host.Host
    :param service: its name, without .service
    :type service: str
    :rtype: bool
    """
    # A link that leads nowhere, for each unit that is active.
    return os.path.islink(host.file("run/systemd/units", "invocation:%s.service" % service))
