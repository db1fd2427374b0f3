# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whole systems that boot, over real SSH: systemd's timer, our unit, restarts before and after the confirmation."""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.plays.record import Recorded
from tests.systems.listener import UNLISTED
from tests.systems.probe import asking
from tests.systems.site import PASSWORD, SSH_OPTIONS, USER, Site, address
from tests.systems.system import BootError, System, build, wait_for

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


@pytest.fixture
def site(suite: str) -> Iterator[Site]:
    """One system that nothing was done to yet."""
    with one_system(suite) as found:
        yield found


@pytest.fixture
def applied(site: Site, provider: str) -> Site:
    """With site.yml applied."""
    first = site.play(SITE, *provided(provider))
    assert first.run.ok, first.run.stdout
    return site


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


# ---- what has to go well


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
            assert set(system.shell("find /run/portledger -type f").split()) == left
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


# ---- a restart


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


# ---- nobody confirms


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


# ---- what fails at boot

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
    assert "portledger: the rules of the scope host could not be loaded: " in words
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


# ---- others who flush everything

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


# ---- ways to connect

_SERIAL = """\
- hosts: qradar
  gather_facts: false
  become: true
  serial: 1
  roles: [portledger.qradar.host_firewall]
"""


@pytest.fixture(scope="module")
def pair(suite: str) -> Iterator[Site]:
    """Two systems with a user who is no root."""
    with Site(build(suite)) as found:
        found.add("console")
        found.add("collector", "qradar_event_collector")
        found.start()
        for system in found.systems.values():
            system.shell(f"useradd --create-home --shell /bin/sh {USER} && cp -r /root/.ssh /home/{USER}/")
            system.shell(f"chown -R {USER}: /home/{USER} && echo '{USER}:{PASSWORD}' | chpasswd")
        (found.folder / "serial.yml").write_text(_SERIAL, encoding="utf-8")
        yield found


def connections(system: System) -> int:
    return int(system.shell("journalctl --boot --no-pager --output=cat | grep -c 'Accepted publickey' || :"))


def check_change(
    pair: Site, *arguments: str, playbook: str | Path = SITE, hosts: tuple[str, ...], **more: str
) -> Recorded:
    """Change something, and have it confirmed over a connection more; then nothing is to do."""
    before = {name: connections(pair[name]) for name in hosts}
    # Any difference will do.
    network = f"198.18.{60 + sum(before.values()) % 100}.0/24"
    change = ("-e", f'{{"host_firewall_management": ["{network}"]}}', "-e", "host_firewall_confirm_seconds=15")
    run = pair.play(playbook, *arguments, *change, **more)
    assert run.run.ok, run.run.stdout
    assert run.run.changed == dict.fromkeys(hosts, 1)
    for name in hosts:
        found = said(run, name)
        assert (found["confirmed"], found["timer"]) == (True, "systemd")
        assert connections(pair[name]) - before[name] >= 2
        assert timers(pair[name]) == ""
    again = pair.play(playbook, *arguments, *change, **more)
    assert (again.run.ok, again.run.changed) == (True, {}), again.run.stdout
    return run


WAYS = {
    "pipelining off": ((), {"ANSIBLE_PIPELINING": "0"}),
    "free": ((), {"ANSIBLE_STRATEGY": "free", "ANSIBLE_FORKS": "5"}),
    "one fork": ((), {"ANSIBLE_FORKS": "1"}),
    "no ControlPersist": ((), {"ANSIBLE_SSH_ARGS": "-o ControlMaster=no -o ControlPath=none"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_connect(pair: Site, provider: str, way: str) -> None:
    arguments, settings = WAYS[way]
    run = check_change(pair, *provided(provider), *arguments, hosts=("console", "collector"), **settings)
    for name in ("console", "collector"):
        assert said(run, name)["management"]["connection"] == {"address": address(1), "port": 22}  # type: ignore[index]


def test_serial(pair: Site, provider: str) -> None:
    playbook = pair.folder / "serial.yml"
    check_change(pair, *provided(provider), playbook=playbook, hosts=("console", "collector"))


@pytest.mark.parametrize(
    ("password", "pipelining"), [(False, "1"), (True, "1"), (True, "0")], ids=["sudo", "password", "password, files"]
)
def test_sudo(pair: Site, provider: str, password: bool, pipelining: str) -> None:
    rule = f"{USER} ALL=(ALL) {'' if password else 'NOPASSWD: '}ALL"
    pair["console"].run(["sh", "-c", "cat > /etc/sudoers.d/lab; chmod 440 /etc/sudoers.d/lab"], stdin=rule + "\n")
    become = ["ansible_user=" + USER, *([f"ansible_become_password='{PASSWORD}'"] if password else [])]
    arguments = (*(word for one in become for word in ("-e", one)), "--limit", "console")
    check_change(pair, *provided(provider), *arguments, hosts=("console",), ANSIBLE_PIPELINING=pipelining)


def test_over_ipv6(pair: Site, provider: str) -> None:
    # The controller's other address is not known yet, so it would be kept out.
    assert pair.play(REMOVE, "--limit", "console").run.ok
    six = address(CONSOLE, 6)
    arguments = ("-e", f"ansible_host={six}", "--limit", "console")
    run = check_change(pair, *provided(provider), *arguments, hosts=("console",))
    assert said(run)["management"]["connection"] == {"address": address(1, 6), "port": 22}  # type: ignore[index]
    # Only the way that was taken is kept open.
    assert not pair.answers("console")
    assert pair.ssh("console", "true", version=6).returncode == 0
    assert pair.play(REMOVE, *arguments).run.ok
    assert pair.answers("console")


def test_through_a_jump_host(pair: Site, provider: str) -> None:
    common = f'{SSH_OPTIONS} -o ProxyCommand="{pair.jump("collector")}"'
    arguments = ("-e", f'{{"ansible_ssh_common_args": {json.dumps(common)}}}', "--limit", "console")
    run = check_change(pair, *provided(provider), *arguments, hosts=("console",))
    assert said(run)["management"]["connection"] == {"address": address(12), "port": 22}  # type: ignore[index]
    assert not pair.answers("console")
    assert pair.answers("collector")
    assert pair.play(REMOVE, *arguments).run.ok
    assert pair.answers("console")
