# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ruleset_info on a small lab: before and after the rules, with drift, with a change that waits, counted and logged."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.lab.hosts.cases import hide
from tests.lab.hosts.providers import PROVIDERS
from tests.lab.hosts.rules import FAMILIES, HOSTS, rules_of, whole
from tests.lab.over_ssh.safety import result, wait_for
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.safe_apply.test_safe_apply import pending_change
from tests.lab.world.kernel_log import logging_namespaces, refusal
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

# The kernel's log is the machine's: these addresses are in no other lab.
PREFIXES = {"198.19.1.": "198.18.201.", "198.19.2.": "198.18.202.", ":a1:": ":e1:", ":a2:": ":e2:"}
CONSOLE = ("198.18.201.11", "2001:db8:e1::11")
COLLECTOR = ("198.18.202.11", "2001:db8:e2::11")
SOURCE = ("198.18.202.51", "2001:db8:e2::51")
GUEST = ("198.18.201.250", "2001:db8:e1::250")
# Nobody is there; the gateway sends what is for it to the other side.
ELSEWHERE = "198.18.202.99"

SEND = """
import socket, struct, sys
for line in sys.stdin:
    transport, address, port, times = line.split()
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    for _ in range(int(times)):
        if transport == "icmp":
            kind = socket.IPPROTO_ICMPV6 if family == socket.AF_INET6 else socket.IPPROTO_ICMP
            echo = struct.pack("!BBHHH", 128, 0, 0, 7, 1) if family == socket.AF_INET6 else (
                struct.pack("!BBHHH", 8, 0, 0xF7F7, 7, 1))
            socket.socket(family, socket.SOCK_RAW, kind).sendto(echo, (address, 0))
        elif transport == "udp":
            socket.socket(family, socket.SOCK_DGRAM).sendto(b"portledger", (address, int(port)))
        else:
            one = socket.socket(family, socket.SOCK_STREAM)
            one.settimeout(3)
            print(one.connect_ex((address, int(port))))
"""


def send(node: RunningNode, *what: tuple[str, str, int, int]) -> None:
    """Packets, each of a conversation of its own: transport, address, port, how many."""
    lines = "".join(f"{transport} {address} {port} {times}\n" for transport, address, port, times in what)
    node.run([sys.executable, "-c", SEND], stdin=lines)


@pytest.fixture
def lab(tmp_path: Path) -> Iterator[Lab]:
    text = SMALL.read_text(encoding="utf-8")
    for old, new in PREFIXES.items():
        text = text.replace(old, new)
    path = tmp_path / "lab.yml"
    path.write_text(text, encoding="utf-8")
    with Lab.start(path) as running:
        yield running


def play(folder: Path, hosts: str, module: str, **options: Any) -> Path:
    task = {f"portledger.qradar.{module}": options}
    path = folder / f"{module}.yml"
    path.write_text(yaml.safe_dump([{"hosts": hosts, "gather_facts": False, "tasks": [task]}]), encoding="utf-8")
    return path


class Asker:
    """Runs one module on one host of a lab."""

    def __init__(self, lab: Lab, folder: Path, host: str, provider: str = "auto") -> None:
        self.lab = lab
        self.provider = provider
        self._folder = folder
        self._host = host
        self._scope = "gateway" if host == "gateway" else "host"

    def run(self, module: str, *arguments: str, **options: Any) -> dict[str, Any]:
        path = play(self._folder, self._host, module, scope=self._scope, provider=self.provider, **options)
        done = record_playbook(self.lab, path, *arguments)
        assert done.run.ok, done.run.stdout
        (found,) = done.results[self._host]
        return {key: value for key, value in found.items() if key not in ("invocation", "task", "status")}

    def info(self, *arguments: str, **options: Any) -> dict[str, Any]:
        return self.run("ruleset_info", *arguments, **options)

    def apply(self, *arguments: str, **options: Any) -> dict[str, Any]:
        return self.run("ruleset", *arguments, **options)


@pytest.fixture(params=["iptables", "nftables"])
def provider(request: pytest.FixtureRequest) -> str:
    found: str = request.param
    return found


# Most tests here are about what two providers count and firewalld does not; these are about all of them.
every_provider = pytest.mark.parametrize("provider", list(PROVIDERS), indirect=True)


@pytest.fixture
def prepared(lab: Lab, provider: str) -> Iterator[Lab]:
    with PROVIDERS[provider].prepared(lab):
        yield lab


@pytest.fixture
def console(prepared: Lab, tmp_path: Path, provider: str) -> Asker:
    return Asker(prepared, tmp_path, "console", PROVIDERS[provider].host)


@pytest.fixture
def gateway(prepared: Lab, tmp_path: Path, provider: str) -> Asker:
    return Asker(prepared, tmp_path, "gateway", PROVIDERS[provider].gateway)


def version(lab: Lab, provider: str) -> str:
    node = lab["console"]
    if provider == "firewalld":
        return "firewalld " + node.run(["firewall-cmd", "--version"]).stdout.strip()
    if provider == "qradar":
        return "QRadar 7.5.0 UP12, " + node.run(["iptables", "--version"]).stdout.strip()
    return node.run([{"nftables": "nft"}.get(provider, provider), "--version"]).stdout.strip()


def without_log(info: dict[str, Any]) -> dict[str, Any]:
    """What does not depend on what else this machine logs."""
    return {key: value for key, value in info.items() if key not in ("logged", "log", "counters")}


def persistent(by: str, *providers: str, difference: Sequence[str] = ()) -> dict[str, Any]:
    return {
        "loaded_by": by,
        "providers": list(providers),
        "difference": list(difference),
        "undo": False,
        "problem": None,
        "last_boot": None,
    }


def loads_at_boot(provider: str) -> str:
    return "provider" if provider in ("firewalld", "qradar") else "unit"


@every_provider
def test_before_and_after(lab: Lab, console: Asker) -> None:
    before = whole(lab)
    foretold = console.apply("--check")["difference"]
    assert "+ tcp/514 syslog from log_sources (2 networks)" in foretold
    provider = console.provider
    common: dict[str, Any] = {"changed": False, "provider": provider, "pending": None}
    common["management"] = {"connection": None, "networks": [], "ports": [22]}
    first = console.info()
    assert without_log(first) == {
        **common,
        "loaded": [],
        "persistent": persistent("nothing"),
        "outcome": None,
        "difference": foretold,
        "in_force": False,
    }
    assert first["counters"] == []
    assert whole(lab) == before

    assert console.apply()["confirmed"] is True
    loaded = whole(lab)
    for arguments in ((), ("--check",)):
        after = console.info(*arguments)
        assert without_log(after) == {
            **common,
            "loaded": [{"provider": provider, "version": version(lab, provider), "used": True}],
            "persistent": persistent(loads_at_boot(provider), provider),
            "outcome": {"outcome": "confirmed", "why": "over a new connection"},
            "difference": [],
            "in_force": True,
        }
    # Other options, another difference.
    other = console.info(unlisted="log", management=["198.18.9.0/24"])
    assert other["in_force"] is False
    # firewalld has no type for what it must not take for multicast listeners, and no logging in the same chain.
    more = (["- echo requests to multicast"], ["~ rules for what containers publish"])
    first_lines, last_lines = more if provider == "firewalld" else ([], [])
    lines = ["- unlisted: drop", "+ management tcp/22 from 198.18.9.0/24", "+ unlisted: log"]
    assert other["difference"] == first_lines + lines + last_lines
    assert whole(lab) == loaded


def test_every_host_and_scope(lab: Lab, tmp_path: Path) -> None:
    assert record_playbook(lab, SITE).run.ok
    for host in HOSTS:
        found = Asker(lab, tmp_path, host).info()
        assert (found["in_force"], found["difference"]) == (True, []), host
    text = Asker(lab, tmp_path, "gateway").info(egress="drop")["difference"]
    assert text == ["- egress: leave", "+ egress: drop"]


@pytest.mark.parametrize(
    ("match", "also"), [("--dport 8000", ""), ("--ctorigdstport 8000", ", published by containers")]
)
@pytest.mark.parametrize("tool", FAMILIES)
@pytest.mark.parametrize("provider", ["iptables"], indirect=True)
def test_drift(lab: Lab, console: Asker, tool: str, match: str, also: str) -> None:
    console.apply()
    (rule,) = rules_of(lab["console"], tool, match)
    lab["console"].run(["sh", "-c", f"{tool} {rule.replace('-A', '-D', 1)}"])
    drifted = whole(lab)
    info = console.info()
    assert info["difference"] == console.apply("--check")["difference"]
    family = {"iptables": "IPv4", "ip6tables": "IPv6"}[tool]
    assert info["difference"] == [
        f"+ tcp/8000 event_collection_service from event_collector (1 address) ({family}){also}",
    ]
    assert info["in_force"] is False
    # What is written for a boot is as it was.
    assert info["persistent"] == persistent("unit", "iptables", difference=info["difference"])
    assert whole(lab) == drifted


@pytest.mark.skipif(os.geteuid() != 0, reason="SSH daemons in a lab need root")
def test_a_change_that_waits(tmp_path: Path) -> None:
    with Lab.start(SMALL) as lab:
        ssh = SshLab(lab, "guest")
        try:
            playbook = play(tmp_path, "console", "ruleset_info", scope="host")
            with pending_change(ssh, 30):
                token = lab["console"].run(["sh", "-c", "ls -d /run/portledger/host/restore-*"]).stdout.strip()[-32:]
                run = ssh.play(playbook)
                assert run.run.ok, run.run.stdout
                info = result(run)
                waits = info["pending"]
                assert isinstance(waits, dict)
                assert (waits["connection"]["address"], waits["connection"]["port"]) == ("198.19.1.250", 22)
                assert waits["connection"]["address_port"] > 1023
                assert 0 <= waits["seconds_left"] <= 30
                assert set(waits) == {"seconds", "seconds_left", "connection", "timer"}
                assert (waits["seconds"], waits["timer"]) == (30, "process")
                assert (info["outcome"], info["in_force"]) == (None, True)
                # Nothing is written before it is confirmed.
                assert info["persistent"] == persistent("nothing")
                assert info["difference"] == ["~ rules that a boot loads: written again"]
                assert len(token) == 32
                assert token not in str(info)
            waiting = ["ls", "/run/portledger/host/pending.json"]
            wait_for("the way back", lambda: lab["console"].run(waiting, check=False).returncode != 0, 60)
            wait_for("the end", lambda: not ssh.processes("console", ["restore.py"]))
            after = result(ssh.play(playbook))
            assert (after["pending"], after["loaded"], after["in_force"]) == (None, [], False)
            assert after["outcome"] == {"outcome": "restored", "why": "nobody confirmed it within 30 s"}
        finally:
            ssh.stop()


def used(info: dict[str, Any]) -> list[dict[str, Any]]:
    return [entry for entry in info["counters"] if entry["packets"]]


def counter(service: str, source: str | None, destination: str | None, *what: Any) -> dict[str, Any]:
    ports, packets, octets = what
    return {
        "service": service,
        "source": source,
        "destination": destination,
        "ports": ports,
        "packets": packets,
        "bytes": octets,
    }


# An IP and a UDP header, and ten bytes.
IPV4, IPV6 = 38, 58


def test_counters_of_a_host(lab: Lab, console: Asker) -> None:
    console.apply()
    assert used(console.info()) == []
    ipv4, ipv6 = CONSOLE
    send(lab["source"], ("udp", ipv4, 514, 7), ("udp", ipv6, 514, 5))
    send(lab["guest"], ("udp", ipv4, 514, 3), ("udp", ipv6, 9999, 2))
    expected = [
        counter("syslog", "log_sources", None, ["tcp/514", "udp/514"], 12, 7 * IPV4 + 5 * IPV6),
        counter("unlisted: drop", None, None, [], 5, 3 * IPV4 + 2 * IPV6),
    ]
    found = console.info()
    assert used(found) == expected
    # Every flow of the plan is told, used or not; what was asked does not count.
    assert len(found["counters"]) > 20
    assert used(console.info()) == expected


@pytest.mark.parametrize("provider", ["iptables"], indirect=True)
def test_counters_without_ipset(lab: Lab, console: Asker, gateway: Asker) -> None:
    for name in HOSTS:
        hide(lab[name], "ipset")
    console.apply()
    gateway.apply(egress="log")
    send(lab["source"], ("udp", CONSOLE[0], 514, 4), ("udp", CONSOLE[1], 514, 3))
    send(lab["source"], ("udp", CONSOLE[0], 9999, 2))
    assert used(console.info()) == [
        counter("syslog", "log_sources", None, ["tcp/514", "udp/514"], 7, 4 * IPV4 + 3 * IPV6),
    ]
    assert used(gateway.info()) == [
        counter("syslog", "log_sources", "event_listener", ["tcp/514", "udp/514"], 7, 4 * IPV4 + 3 * IPV6),
        counter("unlisted: drop", None, None, [], 2, 2 * IPV4),
    ]


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


@pytest.fixture
def logging() -> Iterator[None]:
    if reason := refusal():
        pytest.skip(f"no rule inside a lab can log here: {reason}")
    with logging_namespaces():
        yield


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
    # The console is nobody's HA peer, so the vendor's table has no echo for it.
    assert services == {
        (GUEST[0], "udp", 514): ["syslog"],
        (GUEST[0], "tcp", 5432): ["postgres"],
        (GUEST[0], "icmp", None): ["ha_icmp"],
        (GUEST[1], "icmp", None): ["ha_icmp"],
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
    # Since now: nothing.
    later = console.info(unlisted="log", since="0")
    assert (later["logged"], later["log"]["packets"], later["log"]["met"]) == ([], 0, {"unlisted: log": 18})
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
    assert console.info(unlisted="log", since="0")["logged"] == []
    assert console.info(unlisted="log", since="tomorrow")["logged"] == []


def test_a_time_that_is_none(lab: Lab, console: Asker, tmp_path: Path) -> None:
    run = record_playbook(lab, play(tmp_path, "console", "ruleset_info", scope="host", since="a while ago"))
    assert run.messages() == {
        "console": "since: 'a while ago' is no time. Write boot, a number of seconds, 2 hours ago, or a time such as "
        "2026-01-31 08:00 or 2026-01-31T08:00:00Z."
    }
    assert console.info()["loaded"] == []
