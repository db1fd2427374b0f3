# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times until the former rules are in force again after rules that lock everybody out, by a clock that is not fast.

python -m tests.chaos access --runs 96

silent, killed: nobody confirms, or the module was killed behind its load; from the end of the time to confirm.
restarted: the host restarts before anybody confirms; what our units take of its boot.
"""

from __future__ import annotations

import random
import statistics
import time
from collections.abc import Sequence

from tests.chaos.boots import come_up
from tests.chaos.control import MODULE, Control, Fault
from tests.chaos.judge import OLD, judge_rules
from tests.chaos.operations import PROVIDERS, TIMER, Operation, phase_of
from tests.chaos.reference import work_out
from tests.chaos.rounds import options_of
from tests.chaos.rules import observed
from tests.chaos.workers import worker_folder
from tests.chaos.world import World
from tests.results import keep

FAULTS = ("silent", "killed", "restarted")
_LOADS = {
    "iptables": "after ip6tables-restore",
    "nftables": "after nft -f",
    "firewalld": "after firewall-cmd --reload",
    "qradar": "after iptables_update.pl",
}
#: seconds
_LONGEST, _SOON = 30.0, 0.5


class Access:
    """One provider: its change is loaded, and never confirmed."""

    def __init__(self, provider: str, control: Control) -> None:
        self._control = control
        self._reference = work_out(Operation("unconfirmed", "host", provider, provider, TIMER), control)
        points = [str(one) for one in self._reference.points[MODULE]]
        loads = [n for n, what in enumerate(points, 1) if _LOADS[provider] in what and "--test" not in what]
        self._behind = range(loads[-1], len(points) + 1)

    def run(self, fault: str, chosen: random.Random) -> tuple[float, list[str]]:
        """Seconds, and what was wrong."""
        reference, control = self._reference, self._control
        control.arm(Fault("kill", MODULE, chosen.choice(self._behind)) if fault == "killed" else None)
        with reference.begin(control) as world:
            world.call({**reference.operation.wanted, "change": phase_of("apply")})
            control.disarm()
            if fault == "restarted":
                booted, boot = come_up(reference.operation.kind, control, world.tree())
                booted.stop()
                wrong = [] if boot.rules == reference.old_boot and not boot.failed else [f"a boot: {boot.failed}"]
                return boot.seconds, wrong
            return self._wait(world)

    def _wait(self, world: World) -> tuple[float, list[str]]:
        """Have the time to confirm end soon, and wait for the former rules."""
        deadline = world.deadline()
        if deadline is not None:
            self._control.advance(deadline - self._control.uptime() - _SOON)
            time.sleep(_SOON)
        began = time.monotonic()
        while observed(world) != self._reference.old and time.monotonic() - began < _LONGEST:
            time.sleep(0.005)
        seconds = time.monotonic() - began
        # Access comes first: QRadar's program, which flushes foreign rules once more, runs behind it.
        world.wait_for_programs()
        return seconds, judge_rules("after the timer", observed(world), (OLD,), self._reference)


def main(arguments: Sequence[str] | None = None) -> int:
    options = options_of("tests.chaos access", __doc__, 96, arguments)
    chosen, wrong = random.Random(options.seed), 0
    times: dict[str, dict[str, list[float]]] = {}
    providers = options.provider or PROVIDERS
    runs = max(1, options.runs // (len(FAULTS) * len(providers)))
    with worker_folder(speed=1.0) as control:
        for provider in providers:
            one = Access(provider, control)
            for fault in FAULTS:
                found = []
                for _run in range(runs):
                    seconds, why = one.run(fault, chosen)
                    found.append(seconds)
                    wrong += bool(why)
                    if why:
                        print(f"{provider}, {fault}:", *why, sep="\n    ", flush=True)
                median, worst = round(statistics.median(found), 2), round(max(found), 2)
                times.setdefault(provider, {})[fault] = [len(found), median, worst]
                print(f"{provider}, {fault}: {len(found)} times, median {median} s, worst {worst} s", flush=True)
    keep(options.results, "access", {"wrong": wrong, "seed": options.seed, "times": times})
    print(f"{wrong} wrong; seed {options.seed}")
    return 1 if wrong else 0
