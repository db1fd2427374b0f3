# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot of a whole system loads."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.systems.listener import UNLISTED
from tests.systems.probe import asking
from tests.systems.site import Site, address
from tests.systems.state import CONSOLE, SITE, UNIT, files, half_a_change, journal, loaded, ours, provided, said, timers
from tests.systems.system import wait_for


def test_a_boot_has_the_rules_before_the_network(applied: Site, provider: str) -> None:
    console = applied["console"]
    before = loaded(console)
    wants = f"/etc/systemd/system/sysinit.target.wants/{UNIT}"
    for enabled in (True, False):
        if not enabled:
            # Without the unit the same asking has to find the port open, or it would not have found out anything.
            console.run(["mv", wants, "/root/"])
        with asking(applied, address(CONSOLE), UNLISTED) as four, asking(applied, address(CONSOLE, 6), UNLISTED) as six:
            for orderly in (True, False):
                console.reboot(orderly=orderly)
                applied.wait()
                # IPv6 begins with looking whether somebody else has the address.
                time.sleep(2.5)
        asked = {version: (len(one.attempts) > 100, bool(one.heard)) for version, one in ((4, four), (6, six))}
        if enabled:
            assert asked == {4: (True, False), 6: (True, False)}
            assert loaded(console) == before
            entered = {
                unit: int(console.properties(unit, "ActiveEnterTimestampMonotonic")["ActiveEnterTimestampMonotonic"])
                for unit in (UNIT, "network-pre.target", "systemd-networkd.service", "ssh.service")
            }
            assert 0 < entered[UNIT] <= entered["network-pre.target"] < entered["systemd-networkd.service"]
            assert entered[UNIT] < entered["ssh.service"]
            assert console.shell("journalctl --boot --no-pager | grep -i 'cycle' || :") == ""
            assert console.shell("systemctl --failed --no-legend") == ""
            assert applied.play(SITE, *provided(provider)).run.changed == {}
        else:
            assert asked == {4: (True, True), 6: (True, True)}


@pytest.mark.parametrize("orderly", [True, False], ids=["orderly", "power lost"])
def test_a_restart_before_the_confirmation(applied: Site, provider: str, orderly: bool) -> None:
    console = applied["console"]
    rules, disk = loaded(console), files(console)
    half_a_change(applied, provider, 600)
    assert loaded(console) != rules
    console.reboot(orderly=orderly)
    applied.wait()
    assert loaded(console) == rules
    assert files(console) == disk
    assert timers(console) == ""
    again = applied.play(SITE, *provided(provider))
    assert (again.run.ok, again.run.changed) == (True, {})
    change = applied.play(SITE, *provided(provider, "host_firewall_unlisted=log"))
    assert (change.run.ok, said(change)["confirmed"]) == (True, True)


def test_a_restart_before_the_first_confirmation(site: Site, provider: str) -> None:
    console = site["console"]
    rules = loaded(console)
    half_a_change(site, provider, 600)
    console.reboot()
    site.wait()
    assert loaded(console) == rules
    assert files(console) == ""
    assert console.shell("systemctl --failed --no-legend") == ""
    run = site.play(SITE, *provided(provider))
    assert (run.run.ok, said(run)["confirmed"]) == (True, True)


# A kernel or a tool that does not know the new rules: those of "unlisted: log".
_REFUSES = """\
#!/bin/sh
cat > /run/refused
grep -q -E -e '-j LOG|log prefix' /run/refused || exec /usr/sbin/{tool} "$@" < /run/refused
echo "{tool}: line 7 failed: No chain/target/match by that name." >&2
exit 1
"""

TOOLS = {"iptables": ("iptables-restore", "ip6tables-restore"), "nftables": ("nft",)}


@pytest.mark.parametrize("damage", ["file", "kernel"])
def test_a_load_that_fails_at_boot(applied: Site, provider: str, damage: str) -> None:
    console = applied["console"]
    good = loaded(console)
    change = applied.play(SITE, *provided(provider, "host_firewall_unlisted=log"))
    assert change.run.ok, change.run.stdout
    assert loaded(console) != good
    if damage == "file":
        console.shell(
            "head -c 100 /etc/portledger/host/rules.json > /root/half; cp /root/half /etc/portledger/host/rules.json"
        )
    else:
        for tool in TOOLS[provider]:
            path = f"/usr/local/sbin/{tool}"
            console.run(["sh", "-c", f"cat > {path}; chmod 755 {path}"], stdin=_REFUSES.format(tool=tool))
    # The newer rules do not drop.
    console.shut_down()
    with asking(applied, address(CONSOLE), UNLISTED) as asked:
        console.start()
        applied.wait()
    assert (len(asked.attempts) > 30, asked.heard) == (True, [])
    assert loaded(console) == good
    assert console.properties(UNIT, "ActiveState", "Result") == {"ActiveState": "failed", "Result": "exit-code"}
    words = journal(console)
    cause = {
        "file": "portledger: /etc/portledger/host/rules.json: cannot be used: ",
        "kernel": "portledger: the rules of the scope host could not be loaded: ",
    }
    assert cause[damage] in words
    assert "portledger: the rules that were confirmed before these are loaded in their place\n" in words
    if damage == "kernel":
        assert "No chain/target/match by that name." in words
        console.shell("rm /usr/local/sbin/*")
    # Still what comes back when somebody flushes everything.
    console.shell("systemctl restart nftables.service", check=False)
    wait_for("the rules that were loaded", lambda: "PORTLEDGER" in loaded(console).upper(), 5)
    repair = applied.play(SITE, *provided(provider, "host_firewall_unlisted=log"))
    # What the kernel refused is loaded as soon as it does not.
    assert (repair.run.ok, said(repair)["changed"]) == (True, damage == "file"), repair.run.stdout
    console.reboot()
    applied.wait()
    assert console.properties(UNIT, "ActiveState") == {"ActiveState": "active"}


_FLUSHES = (
    ("nftables.service", "start"),
    ("nftables.service", "restart"),
    ("nftables.service", "reload"),
    ("netfilter-persistent.service", "start"),
    ("netfilter-persistent.service", "restart"),
)

_TABLE = "*filter\n:INPUT ACCEPT [0:0]\n:FORWARD ACCEPT [0:0]\n:OUTPUT ACCEPT [0:0]\nCOMMIT\n"


def test_rules_come_back_when_others_flush(
    applied: Site, provider: str, record_property: Callable[[str, object], None]
) -> None:
    console = applied["console"]
    for name in ("v4", "v6"):
        console.run(["sh", "-c", f"cat > /etc/iptables/rules.{name}"], stdin=_TABLE)
    # As the file of the distribution, without a table of its own that would make a difference.
    console.run(["sh", "-c", "cat > /etc/nftables.conf"], stdin="#!/usr/sbin/nft -f\nflush ruleset\n")
    before = ours(console, provider)
    gone = {}
    for unit, verb in _FLUSHES:
        with asking(applied, address(CONSOLE), UNLISTED, 0.002) as asked:
            console.run(["systemctl", verb, unit])
            wait_for(f"our rules after {unit} {verb}", lambda: ours(console, provider) == before, 5)
            time.sleep(0.2)
        gone[f"{unit} {verb}"] = round(asked.seconds, 3)
    record_property("gone", gone)
    print(gone)
    # By packets. A busy machine takes longer to start a program.
    assert max(gone.values()) < 2
    assert applied.play(SITE, *provided(provider)).run.changed == {}
