# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restart of a machine does to a node: the kernel's rules and /run are gone, then enabled units of ours run.

The order is that of the units' own Before and After: what undoes files comes before everything else, then come the
firewalls of others (firewalld, and QRadar's files for iptables), then what loads ours.
"""

from __future__ import annotations

import configparser
import subprocess
import uuid

from tests.lab.hosts.firewalld import start_firewalld
from tests.lab.world.lab import RunningNode

_UNITS = "/etc/systemd/system"
_DOWN = """
pkill -9 -f '[r]estore.py'
mkdir -p /run/lab
if [ -e /run/firewalld.lab.pid ] && kill -9 "$(cat /run/firewalld.lab.pid)"; then touch /run/lab/ran-firewalld; fi
nft flush ruleset 2>/dev/null
for tool in iptables ip6tables; do
    for table in filter nat mangle raw; do
        $tool -t $table -F; $tool -t $table -X
    done
done 2>/dev/null
ipset destroy 2>/dev/null
rm -rf /run/portledger
cat > /run/lab/boot_id
mountpoint -q /proc/sys/kernel/random/boot_id && umount /proc/sys/kernel/random/boot_id
mount --bind /run/lab/boot_id /proc/sys/kernel/random/boot_id
"""
# As iptables.service and ip6tables.service of QRadar's systems do.
_SYSCONFIG = """
for tool in iptables ip6tables; do
    [ ! -e /etc/sysconfig/$tool ] || $tool-restore < /etc/sysconfig/$tool
done
"""


def go_down(node: RunningNode) -> None:
    """Lose what a machine loses: rules, sets, timers, /run/portledger; and have another boot's number."""
    node.run(["sh", "-c", _DOWN], stdin=f"{uuid.uuid4()}\n")


def enabled_units(node: RunningNode) -> list[str]:
    """Our units that the boot starts, in order."""
    found = node.run(["sh", "-c", f"cd {_UNITS}/sysinit.target.wants && ls -d portledger-*.service"], check=False)
    return sorted(found.stdout.split(), key=lambda name: (not name.endswith("-undo.service"), name))


def come_up(node: RunningNode) -> dict[str, subprocess.CompletedProcess[str]]:
    """Run what each enabled unit of ours starts, and firewalls of others between; what came of it, by unit."""
    units = enabled_units(node)
    undo = [name for name in units if name.endswith("-undo.service")]
    done = {name: _start(node, name) for name in undo}
    if node.run(["test", "-e", "/opt/qradar"], check=False).returncode == 0:
        node.run(["sh", "-c", _SYSCONFIG])
    if node.run(["rm", "/run/lab/ran-firewalld"], check=False).returncode == 0:
        start_firewalld(node)
    return done | {name: _start(node, name) for name in units if name not in undo}


def _start(node: RunningNode, name: str) -> subprocess.CompletedProcess[str]:
    text = node.run(["cat", f"{_UNITS}/sysinit.target.wants/{name}"]).stdout
    unit = configparser.ConfigParser(strict=True, interpolation=None)
    unit.optionxform = str  # type: ignore[assignment,method-assign]
    unit.read_string(text)
    # systemd gives a unit this path, and none of a session's environment.
    command = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"]
    return node.run([*command, *unit["Service"]["ExecStart"].split()], check=False)


def reboot(node: RunningNode) -> dict[str, subprocess.CompletedProcess[str]]:
    """Both."""
    go_down(node)
    return come_up(node)
