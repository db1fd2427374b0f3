# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of others, made by their programs or exactly as these make them: unchanged by every operation, and at work."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.providers import EVERY, Provider
from tests.lab.hosts.state import State, differences, ready_lab, successor, whole
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.traffic.answers import end, listen, reached
from tests.lab.world.lab import Lab, RunningNode, environment

RULES = Path(__file__).parent / "foreign_rules"
CONSOLE = [("198.19.1.11", 514), ("2001:db8:a1::11", 514)]
SOURCE = ["198.19.2.51", "2001:db8:a2::51"]
ALL_HOSTS = {"console": 1, "collector": 1, "gateway": 1}
JAIL = """
[DEFAULT]
backend = polling
bantime = 1h
[lab]
enabled = true
filter = sshd
logpath = /run/lab.log
port = 514,6514
protocol = tcp
banaction = {action}
"""


def theirs(state: State) -> State:
    """Without what is ours by name, and without the table that firewalld makes of zones and of ours together."""
    kept = {}
    for key, lines in state.items():
        if key not in ("files", "nft inet firewalld") and "portledger" not in key.lower():
            kept[key] = [line for line in lines if "portledger" not in line.lower()]
    return kept


@contextlib.contextmanager
def fail2ban(node: RunningNode, action: str) -> Iterator[None]:
    """The real one, with one jail, inside a node."""
    if shutil.which("fail2ban-server", path=environment()["PATH"]) is None:
        pytest.fail("fail2ban-server is not installed; make setup installs it")
    node.run(["sh", "-c", "mkdir -p /run/fail2ban; touch /run/lab.log; rm -f /etc/fail2ban/jail.d/*"])
    node.run(["sh", "-c", "cat > /etc/fail2ban/jail.local"], stdin=JAIL.format(action=action))
    node.run(
        ["sh", "-c", "cat > /etc/fail2ban/fail2ban.local"],
        stdin="[DEFAULT]\nlogtarget = /run/f2b.log\ndbfile = None\nallowipv6 = yes\n",
    )
    server = node.popen(
        ["fail2ban-server", "-f", "start"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        limit = time.monotonic() + 20
        while node.run(["fail2ban-client", "status", "lab"], check=False).returncode:
            assert time.monotonic() < limit, node.run(["cat", "/run/f2b.log"], check=False).stdout
            time.sleep(0.1)
        yield
    finally:
        node.run(["fail2ban-client", "stop"], check=False)
        server.wait(20)


def ban(node: RunningNode, word: str) -> None:
    for address in SOURCE:
        node.run(["fail2ban-client", "set", "lab", word, address])
    # Its actions run in a thread of their own.
    time.sleep(1)


@pytest.mark.parametrize("action", ["iptables-multiport", "nftables-multiport"])
@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_fail2ban_still_bans(provider: Provider, action: str) -> None:
    """Log sources may send to the console; one that is banned may not, whenever it was banned."""

    def passes() -> bool:
        found = reached(lab["source"], CONSOLE)
        assert found in (set(), set(CONSOLE)), found
        return bool(found)

    with ready_lab(provider) as lab, fail2ban(lab["console"], action):
        console, listener = lab["console"], listen(lab["console"], 514)
        try:
            assert passes()
            ban(console, "banip")
            assert not passes(), "before ours"
            before = whole(console)
            for changed in (ALL_HOSTS, {}):
                run = record_playbook(lab, SITE, *provider.arguments)
                assert (run.run.ok, run.run.changed) == (True, changed), run.run.stdout
                assert not passes()
                assert differences(theirs(before), theirs(whole(console))) == []
            ban(console, "unbanip")
            assert passes()
            ban(console, "banip")
            assert not passes(), "banned after ours"
            assert record_playbook(lab, SITE, *provider.arguments).run.changed == {}
            assert not passes()
            if other := successor(provider):
                assert record_playbook(lab, SITE, *other.arguments).run.ok
                assert not passes()
            assert record_playbook(lab, REMOVE).run.ok
            assert differences(theirs(before), theirs(whole(console))) == []
            assert not passes()
        finally:
            end(listener)


@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_libvirt_and_tables_of_others(provider: Provider) -> None:
    """libvirt's chains for its default network on the gateway, and tables of nft that close ports and translate."""
    other = successor(provider)
    with ready_lab(provider) as lab:
        gateway = lab["gateway"]
        for tool in ("iptables", "ip6tables"):
            gateway.run([f"{tool}-restore", "--noflush"], stdin=(RULES / f"libvirt.{tool}").read_text("utf-8"))
        for name in ("gateway", "console"):
            lab[name].run(["nft", "-f", "-"], stdin=(RULES / "others.nft").read_text("utf-8"))
        listeners = [listen(lab["console"], port) for port in (514, 6514)] + [listen(lab["source"], 8081)]
        try:
            works(lab)
            before = {name: whole(lab[name]) for name in ALL_HOSTS}
            for arguments, changed in (
                (provider.arguments, ALL_HOSTS),
                (provider.arguments, {}),
                (other.arguments if other else (), ALL_HOSTS),
            ):
                if arguments:
                    run = record_playbook(lab, SITE, *arguments)
                    assert (run.run.ok, run.run.changed) == (True, changed), run.run.stdout
                    works(lab)
                    for name, state in before.items():
                        assert differences(theirs(state), theirs(whole(lab[name]))) == [], name
            assert record_playbook(lab, REMOVE).run.ok
            for name, state in before.items():
                assert differences(state, whole(lab[name])) == [], name
            works(lab)
        finally:
            for listener in listeners:
                end(listener)


def works(lab: Lab) -> None:
    """What others close stays closed, in IPv4 and IPv6; beside it all is open."""
    console = [(address, port) for address, _port in CONSOLE for port in (514, 6514)]
    # tcp/6514 is allowed by the plan, and closed by a table of others on the console.
    assert reached(lab["source"], console) == set(CONSOLE)
    # Between parties: a table of others on the gateway translates 8089 to 8081.
    others = [(address, port) for address in SOURCE for port in (8081, 8089)]
    assert reached(lab["guest"], others) == set(others)
