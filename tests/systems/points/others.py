# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a system has beside the collection before a point is tried: other firewalls, foreign rules, and what stops."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import cast

from tests.lab.hosts.foreign_rules import FOREIGN, FOREIGN_ADDRESSES, FOREIGN_TABLE
from tests.lab.hosts.qradar.stand_in import install_stand_in
from tests.lab.world.lab import ROOT, RunningNode
from tests.systems.system import System

LAB = "opt/lab"
_COLLECTION = "ansible_collections/portledger/qradar/plugins/module_utils"
_STOPPING = ("control", "injection", "patched_commands", "patched_files", "patched_names")
# At each start of Python; only while a fault is armed it costs anything.
_PTH = (
    'import os, sys; os.path.exists("/run/lab/fault") and '
    '(sys.path.append("/opt/lab"), __import__("tests.systems.points.hook"))\n'
)
# Before ours, as in the first run: ours keeps bans ahead of itself. But firewalld flushes all when it starts, and is
# started for systemd before it has done so.
_FOREIGN_UNIT = """\
[Unit]
Description=Loads the rules of somebody else
DefaultDependencies=no
{order}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh /opt/lab/foreign {when}
"""
_EARLY = "After=local-fs.target iptables.service\nBefore=portledger-host.service"
_FOREIGN = """\
set -e
[ "$1" != late ] || until firewall-cmd --state >/dev/null 2>&1; do sleep 0.1; done
for tool in iptables ip6tables; do $tool-restore --noflush </opt/lab/$tool; done
nft -f /opt/lab/nft
"""
# As the distribution of QRadar has one.
_IPTABLES_UNIT = """\
[Unit]
Description=Loads /etc/sysconfig/iptables (stand-in)
DefaultDependencies=no
After=local-fs.target
Wants=network-pre.target
Before=network-pre.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh -c 'iptables-restore </etc/sysconfig/iptables && ip6tables-restore </etc/sysconfig/ip6tables'
"""


def carry(system: System) -> None:
    """Have the collection, and what stops it, in a system that does not run."""
    system.put(f"{LAB}/.keep", "")
    lab = system.upper / LAB
    shutil.copytree(ROOT / "plugins" / "module_utils", lab / _COLLECTION, ignore=shutil.ignore_patterns("__pycache__"))
    for name in _STOPPING:
        system.put(f"{LAB}/tests/chaos/{name}.py", (ROOT / "tests" / "chaos" / f"{name}.py").read_text())
    for name in ("hook", "call"):
        source = Path(__file__).with_name(f"{name}.py")
        system.put(f"{LAB}/tests/systems/points/{name}.py", source.read_text(encoding="utf-8"))
    system.put("usr/lib/python3/dist-packages/lab.pth", _PTH)


def have_others(system: System, manager: str | None) -> None:
    """Have somebody else's rules load at each boot, and firewalld or QRadar's program where that is the manager."""
    for tool, address in FOREIGN_ADDRESSES.items():
        system.put(f"{LAB}/{tool}", FOREIGN.format(address=address))
    system.put(f"{LAB}/nft", FOREIGN_TABLE)
    units = "/etc/systemd/system"
    system.put(f"{LAB}/foreign", _FOREIGN)
    if manager == "firewalld":
        order, when, target = "After=firewalld.service", "late", "multi-user.target"
        system.enable("firewalld.service")
        system.link(f"{units[1:]}/dbus-org.fedoraproject.FirewallD1.service", "/lib/systemd/system/firewalld.service")
    else:
        order, when, target = _EARLY, "early", "sysinit.target"
    system.put(f"{units[1:]}/lab-foreign.service", _FOREIGN_UNIT.format(order=order, when=when))
    system.enable("lab-foreign.service", target, units)


def install_qradar(system: System) -> None:
    """In a system that runs: its program, its files, and the unit that loads them at a boot."""
    install_stand_in(cast(RunningNode, system))
    script = "cat >/etc/systemd/system/iptables.service; systemctl daemon-reload; systemctl enable iptables.service"
    text = _IPTABLES_UNIT + "\n[Install]\nWantedBy=sysinit.target\n"
    system.run(["sh", "-c", script], stdin=text)
