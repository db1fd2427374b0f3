# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What listens in a system before it has a network, so that a boot with a gap before its rules shows."""

from __future__ import annotations

from tests.systems.system import System

# No row of the table has it.
UNLISTED = 9999
_LISTENER = f"""\
import socket
listener = socket.create_server(("::", {UNLISTED}), family=socket.AF_INET6, dualstack_ipv6=True, backlog=128)
print("listening", flush=True)
while True:
    listener.accept()[0].close()
"""
_UNIT = """\
[Unit]
Description=Listens before there is a network
DefaultDependencies=no
After=local-fs.target
Before=network-pre.target

[Service]
ExecStart=/usr/bin/python3 -I /opt/listener.py
"""


def listen_early(system: System) -> None:
    """Have a system, which does not run, listen on a port that nothing lists, from early in its boot on."""
    system.put("opt/listener.py", _LISTENER)
    system.put("etc/systemd/system/lab-listener.service", _UNIT)
    system.enable("lab-listener.service", "sysinit.target", "/etc/systemd/system")
