# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host that is gone right after new rules were loaded, and back after 20 s or 45 s: all that is told of it agrees."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tests.systems.site import Site
from tests.systems.state import SITE, loaded, provided, said, timers
from tests.systems.system import build, wait_for

CABLE, POWER = "cable", "power"
LONG = 120
SHORT = 10


@dataclass(frozen=True)
class Fate:
    """How a host is gone, for how many seconds, and the time to confirm."""

    how: str
    away: int
    confirm: int

    @property
    def name(self) -> str:
        return f"{self.how}-{self.away}-{self.confirm}"

    @property
    def stays(self) -> bool:
        """Whether the change does: only new rules that were not lost can be confirmed, and only in time."""
        return self.how == CABLE and self.confirm > self.away


FATES = [Fate(how, away, confirm) for how in (CABLE, POWER) for away in (20, 45) for confirm in (SHORT, LONG)]


def _stalling(site: Site) -> str:
    """An ssh that waits for a file before it drops a connection, which the controller does first after a change."""
    program = site.folder / "ssh-that-waits"
    program.write_text(
        f"""#!/bin/sh
for host; do :; done
case " $* " in *" -O stop "*)
    touch "{site.folder}/waits-$host"
    while [ ! -e "{site.folder}/go-$host" ]; do sleep 0.05; done;;
esac
exec ssh "$@"
""",
        encoding="utf-8",
    )
    program.chmod(0o755)
    return str(program)


def _befall_all(site: Site) -> None:
    """What happens to each host: it is gone once its change is loaded, and comes back."""
    waiting, back = list(FATES), dict[Fate, float]()
    end = time.monotonic() + 300
    while waiting or back:
        assert time.monotonic() < end, f"no change was made: {[fate.name for fate in waiting]}"
        time.sleep(0.05)
        for fate in [fate for fate in waiting if (site.folder / f"waits-{site.address_of(fate.name)}").exists()]:
            waiting.remove(fate)
            back[fate] = time.monotonic() + fate.away
            if fate.how == CABLE:
                site.set_cable(fate.name, "down")
            else:
                site[fate.name].lose_power()
            (site.folder / f"go-{site.address_of(fate.name)}").touch()
        for fate in [fate for fate, moment in back.items() if time.monotonic() > moment]:
            del back[fate]
            if fate.how == CABLE:
                site.set_cable(fate.name, "up")
            else:
                site[fate.name].start()


def test_a_host_that_is_back(provider: str) -> None:
    with Site(build("bookworm")) as site:
        for number, fate in enumerate(FATES):
            group = "qradar_event_collector" if number else "qradar_console"
            site.add(fate.name, group, host_firewall_confirm_seconds=fate.confirm)
        site.start()
        forks = {"ANSIBLE_FORKS": str(len(FATES))}
        calm = ("-e", "host_firewall_confirm_seconds=60")
        first = site.play(SITE, *provided(provider), *calm, **forks)
        assert first.run.ok, first.messages()
        old = {fate: loaded(site[fate.name]) for fate in FATES}
        with ThreadPoolExecutor(1) as background:
            playing = background.submit(
                site.play,
                SITE,
                *provided(provider, "host_firewall_unlisted=log"),
                ANSIBLE_SSH_EXECUTABLE=_stalling(site),
                ANSIBLE_STRATEGY="free",
                **forks,
            )
            # Here, for systems die with the thread that started them.
            _befall_all(site)
            run = playing.result()
        site.wait()
        wrong = []
        for fate in FATES:
            system, found = site[fate.name], said(run, fate.name)
            wait_for(f"{fate.name}: the end", lambda system=system: not timers(system), 30)  # type: ignore[misc]
            is_old = loaded(system) == old[fate]
            told = (bool(run.run.recap[fate.name]["failed"]), found["changed"], found["confirmed"], is_old)
            if told != (not fate.stays, fate.stays, fate.stays, not fate.stays):
                wrong.append(f"{fate.name}: {told} {found.get('msg')}")
            print(f"{fate.name}: {found.get('msg', 'confirmed')}")
        assert wrong == []
        again = site.play(SITE, *provided(provider, "host_firewall_unlisted=log"), *calm, **forks)
        assert again.run.ok
        assert again.run.changed == {fate.name: 1 for fate in FATES if not fate.stays}
        assert site.play(SITE, *provided(provider, "host_firewall_unlisted=log"), *calm, **forks).run.changed == {}
