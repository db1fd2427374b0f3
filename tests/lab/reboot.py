# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a restart of a machine does to a node: the kernel's rules and /run are gone, then enabled units of ours run.

The order is that of the units' own Before and After: what undoes files comes before everything else.
"""

from __future__ import annotations

import configparser
import subprocess
import uuid

from tests.lab.lab import RunningNode

_UNITS = "/etc/systemd/system"
_DOWN = """
pkill -9 -f '[r]estore.py'
nft flush ruleset 2>/dev/null
for tool in iptables ip6tables; do
    for table in filter nat mangle raw; do
        $tool -t $table -F; $tool -t $table -X
    done
done 2>/dev/null
ipset destroy 2>/dev/null
rm -rf /run/portledger
mkdir -p /run/lab
cat > /run/lab/boot_id
mountpoint -q /proc/sys/kernel/random/boot_id && umount /proc/sys/kernel/random/boot_id
mount --bind /run/lab/boot_id /proc/sys/kernel/random/boot_id
"""


def go_down(node: RunningNode) -> None:
    """Lose what a machine loses: rules, sets, timers, /run/portledger; and have another boot's number."""
    node.run(["sh", "-c", _DOWN], stdin=f"{uuid.uuid4()}\n")


def enabled_units(node: RunningNode) -> list[str]:
    """Our units that the boot starts, in order."""
    found = node.run(["sh", "-c", f"cd {_UNITS}/sysinit.target.wants && ls -d portledger-*.service"], check=False)
    return sorted(found.stdout.split(), key=lambda name: (not name.endswith("-undo.service"), name))


def come_up(node: RunningNode) -> dict[str, subprocess.CompletedProcess[str]]:
    """Run what each enabled unit of ours starts; what came of it, by unit."""
    done = {}
    for name in enabled_units(node):
        text = node.run(["cat", f"{_UNITS}/sysinit.target.wants/{name}"]).stdout
        unit = configparser.ConfigParser(strict=True, interpolation=None)
        unit.optionxform = str  # type: ignore[assignment,method-assign]
        unit.read_string(text)
        # systemd gives a unit this path, and none of a session's environment.
        command = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin"]
        done[name] = node.run([*command, *unit["Service"]["ExecStart"].split()], check=False)
    return done


def reboot(node: RunningNode) -> dict[str, subprocess.CompletedProcess[str]]:
    """Both."""
    go_down(node)
    return come_up(node)
