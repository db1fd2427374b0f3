# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Applied and removed on a whole system, and put back by its timer."""

from __future__ import annotations

import time

from tests.systems.site import Site, address
from tests.systems.state import REMOVE, SITE, UNIT, files, half_a_change, journal, loaded, provided, said, timers
from tests.systems.system import BootError, build, wait_for


def test_first_apply(suite: str, provider: str) -> None:
    with Site(build(suite)) as site:
        site.add("console")
        site.add("collector", "qradar_event_collector")
        site.start()
        check = site.play(SITE, *provided(provider), "--check")
        first = site.play(SITE, *provided(provider))
        assert first.run.ok, first.run.stdout
        assert check.run.changed == first.run.changed == {"console": 1, "collector": 1}
        for name, system in site.systems.items():
            found = said(first, name)
            facts = {key: found.get(key) for key in ("changed", "confirmed", "timer", "persistent", "warnings")}
            assert facts == {
                "changed": True, "confirmed": True, "timer": "systemd", "persistent": "unit", "warnings": None,
            }  # fmt: skip
            assert found["management"]["connection"] == {"address": address(1), "port": 22}  # type: ignore[index]
            assert timers(system) == ""
            left = {f"/run/portledger/host/{name}.json" for name in ("outcome", "boot")}
            assert set(system.shell("find /run/portledger/host -type f").split()) == left
            assert system.shell(f"systemctl is-enabled {UNIT}; systemctl is-active {UNIT}") == "enabled\nactive\n"
            verify = "env SYSTEMD_COLORS=0 systemd-analyze verify /etc/systemd/system/portledger-*.service"
            # In a session, for older releases look for their own control group.
            verified = site.ssh(name, verify)
            assert (verified.returncode, verified.stdout, verified.stderr) == (0, "", "")
            assert system.shell("systemctl --failed --no-legend") == ""
        assert site.play(SITE, *provided(provider)).run.changed == {}
        for system in site.systems.values():
            assert timers(system) == ""


def test_removal_leaves_no_trace(applied: Site, provider: str) -> None:
    console = applied["console"]
    # A boot has run the unit as well.
    console.reboot()
    applied.wait()
    run = applied.play(REMOVE)
    assert run.run.ok, run.run.stdout
    assert (said(run)["changed"], said(run)["confirmed"]) == (True, True)
    traces = {
        "files": console.shell("find / /run -xdev -iname '*portledger*'"),
        "units": console.shell("systemctl list-units --all --plain --no-legend '*portledger*'"),
        "unit files": console.shell("systemctl list-unit-files --no-legend '*portledger*' || :"),
        "rules": console.shell(
            "(iptables-save; ip6tables-save; nft list ruleset; ipset save) 2>/dev/null | grep -i portl || :"
        ),
        "failed": console.shell("systemctl --failed --no-legend"),
    }
    assert traces == dict.fromkeys(traces, "")
    assert applied.play(REMOVE).run.changed == {}
    console.reboot()
    applied.wait()
    assert console.shell("iptables-save | grep -i portledger || :") == ""


def test_the_timer_puts_back(applied: Site, provider: str) -> None:
    seconds = 4
    console = applied["console"]
    rules, disk = loaded(console), files(console)
    half_a_change(applied, provider, seconds)
    began = time.monotonic()
    wait_for("the end of the change", lambda: loaded(console) == rules, seconds + 5)
    # Else it was not the timer.
    assert time.monotonic() - began > seconds - 2
    try:
        wait_for("the end of the timer", lambda: timers(console) == "", 5)
    except BootError:
        raise AssertionError(timers(console) + journal(console, "'portledger-restore-*'")) from None
    assert files(console) == disk
    assert applied.answers("console")
    assert '"outcome": "restored"' in console.shell("cat /run/portledger/host/outcome.json")
    assert applied.play(SITE, *provided(provider)).run.changed == {}
