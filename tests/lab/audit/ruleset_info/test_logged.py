# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ruleset_info on a small lab: what hosts and gateways have logged."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.lab.audit.ruleset_info.asking import COLLECTOR, CONSOLE, GUEST, IPV4, SOURCE, Asker, send
from tests.lab.audit.ruleset_info.test_counters import counter, used
from tests.lab.over_ssh.safety import wait_for
from tests.lab.world.lab import Lab, RunningNode


def logged(info: dict[str, Any], ports: Sequence[int | None]) -> list[dict[str, Any]]:
    """What was logged of this test, without its times."""
    ours = {*CONSOLE, *COLLECTOR, *SOURCE, *GUEST}
    found = [one for one in info["logged"] if one["source"] in ours and one["port"] in ports]
    for one in found:
        assert one["first"] <= one["last"]
    return [{key: value for key, value in one.items() if key not in ("first", "last")} for one in found]


def flow(source: str, sets: list[str], destination: str, port: str, packets: int, *services: str) -> dict[str, Any]:
    transport, _slash, number = port.partition("/")
    kind = None if transport != "icmp" else 128 if ":" in source else 8
    return {
        "source": source,
        "source_sets": sets,
        "destination": destination,
        "transport": transport,
        "port": int(number) if number else None,
        "icmp_type": kind,
        "verdict": "unlisted",
        "published": False,
        "packets": packets,
        "services": list(services),
    }


@pytest.mark.usefixtures("logging")
def test_what_a_host_logs(lab: Lab, console: Asker) -> None:
    # Earlier runs are in the kernel's log, too; a number that they hardly had tells these. Twenty lines are at least
    # what every provider logs at once.
    odd = random.randrange(24000, 31000)
    console.apply(unlisted="log")
    ipv4, ipv6 = CONSOLE
    send(
        lab["guest"],
        *(("udp", ipv4, odd, 5), ("udp", ipv6, odd, 4), ("tcp", ipv4, odd, 1)),
        *(("udp", ipv4, 514, 1), ("tcp", ipv4, 5432, 2), ("icmp", ipv4, 0, 1), ("icmp", ipv6, 0, 1)),
    )
    send(lab["source"], ("udp", ipv4, 514, 4), ("udp", ipv4, odd, 3))
    info = console.info(unlisted="log")
    assert info["in_force"] is True
    ours = logged(info, [odd, 514, 5432, None])
    # Whoever asked before us asked for other ports, so these are all of this run.
    assert [one for one in ours if one["port"] == odd] == [
        flow(GUEST[0], [], ipv4, f"udp/{odd}", 5),
        flow(GUEST[1], [], ipv6, f"udp/{odd}", 4),
        flow(SOURCE[0], ["log_sources"], ipv4, f"udp/{odd}", 3),
        flow(GUEST[0], [], ipv4, f"tcp/{odd}", 1),
    ]
    services = {(one["source"], one["transport"], one["port"]): one["services"] for one in ours if one["port"] != odd}
    # Whoever sends an echo may be an HA node that the inventory lacks.
    assert services == {
        (GUEST[0], "udp", 514): ["syslog"],
        (GUEST[0], "tcp", 5432): ["postgres"],
        (GUEST[0], "icmp", None): ["ha_icmp", "ha_ping"],
        (GUEST[1], "icmp", None): ["ha_icmp", "ha_ping"],
    }
    assert used(info) == [
        counter("syslog", "log_sources", None, ["tcp/514", "udp/514"], 4, 4 * IPV4),
        next(entry for entry in info["counters"] if entry["service"] == "unlisted: log"),
    ]
    log = info["log"]
    assert log["met"] == {"unlisted: log": 18}
    assert (log["read_from"], log["lower_bound"], log["flows_left_out"]) == ("dmesg", True, 0)
    assert log["notes"] == ["systemd-journald does not run here."]
    assert log["packets"] >= 18
    # Since now: nothing of this run. The kernel has one log, and others may write to it at this moment.
    later = console.info(unlisted="log", since="0")
    assert (logged(later, [odd]), later["log"]["met"]) == ([], {"unlisted: log": 18})
    assert logged(console.info(unlisted="log", since="10 minutes ago"), [odd]) == logged(info, [odd])
    last = max(one["last"] for one in info["logged"] if one["port"] == odd)
    assert logged(console.info(unlisted="log", since=last), [odd])


@pytest.mark.usefixtures("logging")
def test_the_rate_is_limited_and_the_numbers_say_so(lab: Lab, console: Asker) -> None:
    odd = random.randrange(24000, 31000)
    console.apply(unlisted="log")
    send(lab["guest"], ("udp", CONSOLE[0], odd, 500), ("udp", CONSOLE[1], odd, 300))
    info = console.info(unlisted="log")
    found = {one["source"]: one["packets"] for one in logged(info, [odd])}
    # Twenty at once, and one each six seconds, of some providers in each family.
    assert set(found) <= set(GUEST)
    assert 20 <= sum(found.values()) < 50, found
    assert info["log"]["met"] == {"unlisted: log": 800}
    assert info["log"]["lower_bound"] is True
    # Consoles do not show what is as little urgent as this.
    levels = lab["console"].run(["sh", "-c", f"dmesg --raw | grep DPT={odd} | cut -c 1-3 | sort -u"]).stdout.split()
    assert levels == ["<7>"]


@pytest.mark.usefixtures("logging")
def test_what_a_gateway_logs(lab: Lab, gateway: Asker) -> None:
    odd = random.randrange(24000, 31000)
    gateway.apply(unlisted="log", egress="log")
    send(lab["guest"], ("udp", COLLECTOR[0], odd, 3), ("udp", SOURCE[0], odd, 5))
    send(lab["console"], ("udp", SOURCE[0], odd, 4), ("udp", COLLECTOR[1], odd, 2))
    # To the gateway itself: its own input is not ours.
    send(lab["guest"], ("udp", "198.18.201.1", odd, 6))
    info = gateway.info(unlisted="log", egress="log")
    assert info["in_force"] is True
    outward = {**flow(CONSOLE[0], [], SOURCE[0], f"udp/{odd}", 4), "verdict": "egress"}
    found = logged(info, [odd])
    for one in found:
        if one["source"] in CONSOLE:
            assert {"console", "deployment"} <= set(one["source_sets"])
            one["source_sets"] = []
    assert found == [
        outward,
        flow(GUEST[0], [], COLLECTOR[0], f"udp/{odd}", 3),
        flow(CONSOLE[1], [], COLLECTOR[1], f"udp/{odd}", 2),
    ]
    assert info["log"]["met"] == {"egress: log": 4, "unlisted: log": 5}


# A container's network, which has neighbours on paper only: who answers does not matter to what is counted.
PUBLISH = """
set -e
ip link add c0 type veth peer name c1
ip address add 198.18.240.1/24 dev c0
ip link set c0 up
ip link set c1 up
ip neighbour add 198.18.240.2 lladdr 02:00:00:00:00:01 dev c0
sysctl -qw net.ipv4.ip_forward=1
iptables -t nat -A PREROUTING -i core -p udp --dport 514 -j DNAT --to-destination 198.18.240.2:{odd}
"""


@pytest.mark.usefixtures("logging")
def test_what_containers_publish(lab: Lab, console: Asker) -> None:
    odd = random.randrange(24000, 31000)
    lab["console"].run(["sh", "-c", PUBLISH.format(odd=odd)])
    started = console.apply(unlisted="log")
    assert started["changed"] is True
    send(lab["source"], ("udp", CONSOLE[0], 514, 3))
    send(lab["guest"], ("udp", CONSOLE[0], 514, 2))
    info = console.info(unlisted="log")
    assert used(info) == [
        counter("syslog", "log_sources", None, ["tcp/514", "udp/514"], 3, 3 * IPV4),
        counter("unlisted: log", None, None, [], 2, 2 * IPV4),
    ]
    assert logged(info, [odd]) == [
        {**flow(GUEST[0], [], "198.18.240.2", f"udp/{odd}", 2), "published": True},
    ]


JOURNALD = Path("/lib/systemd/systemd-journald")

# It wants control groups; and where it finds itself in a container, it leaves the kernel's log alone unless it is told.
PREPARE = """
mount -t cgroup2 none /sys/fs/cgroup
mkdir -p /run/systemd/journald.conf.d
printf '[Journal]\\nReadKMsg=yes\\nStorage=volatile\\n' > /run/systemd/journald.conf.d/lab.conf
"""


@pytest.fixture
def journal(lab: Lab, console: Asker) -> Iterator[RunningNode]:
    """The console with a journal of its own, made by the real daemon."""
    if not JOURNALD.exists():
        pytest.skip(f"{JOURNALD} is not installed: the journal is read from recorded lines only")
    node = lab["console"]
    node.run(["sh", "-c", PREPARE])
    daemon = node.popen([str(JOURNALD)], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for("the journal", lambda: node.run(["journalctl", "-q", "-k", "-n", "1"], check=False).stdout)
        yield node
    finally:
        daemon.terminate()
        daemon.wait()


@pytest.mark.usefixtures("logging")
def test_a_real_journal(lab: Lab, console: Asker, journal: RunningNode) -> None:
    odd = random.randrange(24000, 31000)
    console.apply(unlisted="log")
    send(lab["guest"], ("udp", CONSOLE[0], odd, 3), ("udp", CONSOLE[1], odd, 2))
    expected = [flow(GUEST[0], [], CONSOLE[0], f"udp/{odd}", 3), flow(GUEST[1], [], CONSOLE[1], f"udp/{odd}", 2)]
    wait_for("the lines", lambda: journal.run(["journalctl", "-q", "-k"]).stdout.count(f"DPT={odd}") == 5)
    info = console.info(unlisted="log")
    assert (info["log"]["read_from"], info["log"]["notes"]) == ("journal", [])
    assert logged(info, [odd]) == expected
    for since in ("1 hour ago", "600", "today", "-1h"):
        assert logged(console.info(unlisted="log", since=since), [odd]) == expected, since
    assert logged(console.info(unlisted="log", since="0"), [odd]) == []
    assert logged(console.info(unlisted="log", since="tomorrow"), [odd]) == []
