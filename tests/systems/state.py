# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a system has: rules, files, timers, what it wrote to its journal."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.lab.plays.record import Recorded
from tests.systems.site import Site
from tests.systems.system import System, build, wait_for

SITE = "playbooks/site.yml"
REMOVE = "playbooks/remove.yml"
CONSOLE = 11
UNIT = "portledger-host.service"

# What the kernel holds, of anybody. Chains and members of sets have no order; rules in a chain do.
_LOADED = r"""
for tool in iptables ip6tables; do
    echo "== $tool"
    $tool-save | sed 's/ *\[[0-9]*:[0-9]*\]$//; /^#/d' | sort -s -k 1,2
done
echo "== sets"
ipset save | sed 's/ initval 0x[0-9a-f]*//' | sort
# The tables that iptables keeps there are shown above.
nft list tables 2>/dev/null | grep -v -E ' ip6? (filter|nat|mangle|raw|security)$' | while read -r table; do
    echo "== $table"
    nft -s list $table
done
"""

# Ours on the disk, with what is in it.
_FILES = (
    "find /etc/portledger /etc/systemd/system -path '*portledger*' ! -type d 2>/dev/null | sort | "
    'while read -r file; do echo "$file $(readlink "$file") $(sha256sum < "$file")"; done'
)


def loaded(system: System) -> str:
    return system.shell(_LOADED)


def ours(system: System, provider: str) -> str:
    """What of that is ours: with nftables, not what a service leaves in the tables of iptables."""
    found = loaded(system)
    return found[found.find("== table inet") :] if provider == "nftables" else found


def files(system: System) -> str:
    return system.shell(_FILES)


def said(run: Recorded, host: str = "console") -> dict[str, object]:
    """What the task said that changes anything."""
    assert host in run.results, run.run.stdout
    return next(one for one in reversed(run.results[host]) if "difference" in one or one.get("failed"))


def provided(provider: str, *more: str) -> tuple[str, ...]:
    settings = (f"host_firewall_provider={provider}", *more)
    return tuple(word for one in settings for word in ("-e", one))


def journal(system: System, unit: str = UNIT) -> str:
    return system.shell(f"journalctl --boot --no-pager --output=cat --unit={unit}")


def timers(system: System) -> str:
    """Transient units of ours, and what systemd keeps of them."""
    return system.shell(
        "systemctl list-units --all --plain --no-legend 'portledger-restore-*';"
        "find /run/systemd/transient -name 'portledger-*' 2>/dev/null"
    )


@contextlib.contextmanager
def one_system(suite: str) -> Iterator[Site]:
    with Site(build(suite)) as site:
        site.add("console")
        site.start()
        yield site


def half_a_change(site: Site, provider: str, seconds: int) -> None:
    """Make a change; its controller is killed before it confirms, and nobody hears of it again."""
    play = site.folder / "half.yml"
    # Nothing answers the probe, so the controller is still trying when it dies.
    play.write_text(
        "- hosts: console\n  gather_facts: false\n  tasks:\n    - portledger.qradar.ruleset:\n        scope: host\n"
        f"        provider: {provider}\n        confirm_seconds: {seconds}\n        unlisted: log\n"
        "        probes: [tcp/9]\n",
        encoding="utf-8",
    )
    console = site["console"]
    before = loaded(console)
    playing = site.start_play(play)
    try:
        wait_for(
            "the timer",
            lambda: '"timer": "systemd"' in console.shell("cat /run/portledger/host/pending.json 2>&1", check=False),
        )
        wait_for("the load", lambda: loaded(console) != before)
    finally:
        playing.kill()
        playing.wait()
