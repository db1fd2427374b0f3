# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The kinds of runs of this collection whose time is taken, and a bare ping."""

from __future__ import annotations

from typing import Final

from tests.bench.over_ssh import PORTS, Bench, extra_flow
from tests.bench.rounds import PING, Seconds
from tests.lab.hosts.providers import Provider

FIRST, NOTHING, CHANGED, CHECK, READ = "first apply", "nothing to do", "one flow changed", "check mode", "audit"
ONCE_MORE = "nothing to do, again"
EVERY: Final = (FIRST, NOTHING, CHECK, CHANGED, READ)
_SITE, _REMOVE, _AUDIT = "playbooks/site.yml", "playbooks/remove.yml", "playbooks/audit.yml"
PING_PLAY: Final = "- hosts: all\n  gather_facts: false\n  tasks:\n    - ansible.builtin.ping:\n"


def every_kind(bench: Bench, provider: Provider) -> dict[str, Seconds]:
    """In an order in which each finds what it needs; after the last, nothing of ours is left."""
    chosen = provider.arguments
    changed = bench.inventory("changed", qradar_extra_flows=[extra_flow([*PORTS, 21000])])

    def change() -> float:
        seconds = bench.seconds(_SITE, *chosen, "-i", str(changed))
        bench.seconds(_SITE, *chosen)
        return seconds

    return {
        **_first_kinds(bench, provider),
        NOTHING: lambda: bench.seconds(_SITE, *chosen),
        CHECK: lambda: bench.seconds(_SITE, *chosen, "--check"),
        CHANGED: change,
        READ: lambda: _then_removed(bench, bench.seconds(_AUDIT, *chosen)),
    }


def few_kinds(bench: Bench, provider: Provider) -> dict[str, Seconds]:
    """A ping, the first apply and two runs with nothing to do; after them, nothing of ours is left.

    The second may find that nothing has changed since the first has compared all of it.
    """
    return {
        **_first_kinds(bench, provider),
        NOTHING: lambda: bench.seconds(_SITE, *provider.arguments),
        ONCE_MORE: lambda: _then_removed(bench, bench.seconds(_SITE, *provider.arguments)),
    }


def _first_kinds(bench: Bench, provider: Provider) -> dict[str, Seconds]:
    ping = bench.playbook(PING, PING_PLAY)
    # The first of all runs pays for what the kernel and Ansible keep.
    bench.seconds(ping)
    return {PING: lambda: bench.seconds(ping), FIRST: lambda: bench.seconds(_SITE, *provider.arguments)}


def _then_removed(bench: Bench, seconds: float) -> float:
    bench.seconds(_REMOVE)
    return seconds
