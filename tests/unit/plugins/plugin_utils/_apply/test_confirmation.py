# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's side of a confirmation, against a host that answers from a script."""

from __future__ import annotations

import socket
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.confirmation import (
    Confirmation,
    Probe,
    UnreachedError,
    read_probes,
    read_seconds,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError

CONFIRMED = {"outcome": "confirmed", "why": "over a new connection"}
RESTORED = {"outcome": "restored", "why": "nobody confirmed it within 30 s"}
DOWN = UnreachedError("Failed to connect to the host via ssh: timed out.\n")
KEEPS_OUT = (
    "Find out what blocks the controller: foreign rules on the host or on the way, or a connection that takes "
    "longer than this."
)


class Host:
    """Answers in turn, each after a time; the last one again and again. Time passes for whoever asks or waits."""

    def __init__(self, *answers: Mapping[str, Any] | Exception, each: float = 1.0) -> None:
        self.answers = list(answers)
        self.each = each
        self.now = 500.0
        self.asked: list[str] = []

    def call(self, phase: str) -> Mapping[str, Any]:
        self.asked.append(phase)
        self.now += self.each
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    def sleep(self, seconds: float) -> None:
        self.now += seconds

    def confirmation(self) -> Confirmation:
        return Confirmation("con1", 30, self.call, self.reach, lambda: self.now, self.sleep)

    def reach(self, source: str, address: str, port: int, seconds: float) -> str:
        self.asked.append(f"{source} to {address} tcp/{port} for {seconds:.0f} s")
        return "" if port == 443 else "timed out"

    def refused(self, *probes: int) -> str:
        with pytest.raises(InputError) as caught:
            self.confirmation().confirm("127.0.0.1", [Probe(port) for port in probes])
        return str(caught.value)


@pytest.fixture
def listening() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


@pytest.fixture
def closed() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_confirmed() -> None:
    host = Host(CONFIRMED)
    assert host.confirmation().confirm("127.0.0.1", ()) == ""
    assert host.asked == ["confirm"]


def test_confirmed_but_not_written_for_a_boot() -> None:
    host = Host({**CONFIRMED, "problem": "/etc/portledger/host: cannot be written: No space left on device."})
    said = host.confirmation().confirm("127.0.0.1", ())
    assert said == "/etc/portledger/host: cannot be written: No space left on device."


def test_tried_until_it_works() -> None:
    host = Host(DOWN, {"failed": True, "msg": "disk full"}, DOWN, CONFIRMED)
    host.confirmation().confirm("127.0.0.1", ())
    assert host.asked == ["confirm"] * 4


def test_put_back_meanwhile() -> None:
    host = Host(*[DOWN] * 3, RESTORED, each=10)
    assert host.refused() == (
        "con1: confirm_seconds: 30 expired without a new connection, and the host has restored its former rules "
        "(the last attempt: Failed to connect to the host via ssh: timed out). " + KEEPS_OUT
    )


def test_put_back_without_a_failure_to_connect() -> None:
    assert Host(RESTORED, each=31).refused() == (
        "con1: confirm_seconds: 30 expired without a new connection, and the host has restored its former rules. "
        + KEEPS_OUT
    )


def test_never_reached_again() -> None:
    host = Host(DOWN, each=10)
    assert host.refused() == (
        "con1: confirm_seconds: 30 expired without a new connection (the last attempt: Failed to connect to the host "
        "via ssh: timed out). The host restores its former rules by itself, but did not answer. Check the host."
    )
    assert host.now - 500 < 30 + 20 + 2 * 10 + 1


def test_a_host_that_was_started_anew() -> None:
    assert Host({"outcome": "unknown", "why": "the host does not know this change"}).refused() == (
        "con1: confirm_seconds: 30 ended without proof: the host does not know this change. If the host was "
        "restarted, it came up with its former rules. Run the playbook again."
    )


def test_a_host_that_cannot_put_back() -> None:
    assert Host({"failed": True, "msg": "iptables-restore: failed: busy"}, each=16).refused() == (
        "con1: confirm_seconds: 30 expired without a confirmation that the host accepted: iptables-restore: failed: "
        "busy. The host restores its former rules by itself, and retries for ten minutes. Check the host."
    )


def test_the_old_connection_is_no_new_one() -> None:
    host = Host({"outcome": "same connection", "why": "198.18.9.7 50000 198.18.1.1 22"}, RESTORED)
    assert host.refused() == (
        "con1: confirm_seconds: 30 ended without proof: the new connection was the old one (198.18.9.7 50000 "
        "198.18.1.1 22), and the host has restored its former rules. Find out what reuses connections besides "
        "Ansible's own ControlPersist."
    )
    assert host.asked == ["confirm", "restore"]


def test_probes_before_the_confirmation(listening: int) -> None:
    host = Host(CONFIRMED)
    host.confirmation().confirm("127.0.0.1", (Probe(listening), Probe(listening)))
    assert host.asked == ["confirm"]


def test_a_probe_that_nobody_answers(listening: int, closed: int) -> None:
    host = Host(RESTORED)
    assert host.refused(listening, closed) == (
        f"con1: probes: 'tcp/{closed}' did not answer at 127.0.0.1 after the change ([Errno 111] Connection refused), "
        "and the host has restored its former rules. Permit the port for the controller, start the service that "
        "listens there, or remove it from probes."
    )
    assert host.asked == ["restore"]
    assert 514 < host.now < 517, "half of the time, then the host is told"


def test_a_probe_fails_and_the_host_cannot_be_told(closed: int) -> None:
    assert Host(DOWN, each=10).refused(closed) == (
        f"con1: probes: 'tcp/{closed}' did not answer at 127.0.0.1 after the change ([Errno 111] Connection refused); "
        "the host restores its former rules by itself, but did not answer (the last attempt: Failed to connect to "
        "the host via ssh: timed out). Permit the port for the controller, start the service that listens there, or "
        "remove it from probes."
    )


def test_probes_from_another_host() -> None:
    host = Host(RESTORED)
    with pytest.raises(InputError) as caught:
        host.confirmation().confirm("198.18.1.1", (Probe(443, "ep1"), Probe(9, "ep1")))
    assert str(caught.value) == (
        "con1: probes: 'tcp/9 from ep1' did not answer at 198.18.1.1 after the change (timed out), and the host has "
        "restored its former rules. Permit the port for ep1, start the service that listens there, or remove it from "
        "probes."
    )
    assert host.asked == ["ep1 to 198.18.1.1 tcp/443 for 15 s", "ep1 to 198.18.1.1 tcp/9 for 15 s", "restore"]


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (RESTORED, "the host has restored the former rules"),
        ({"outcome": "unknown", "why": ""}, None),
        ({"failed": True, "msg": "busy"}, "restoring the former rules failed, and the host retries: busy"),
    ],
)
def test_taken_back(answer: Mapping[str, Any], ending: str | None) -> None:
    host = Host(answer)
    assert host.confirmation().take_back() == ending
    assert host.asked == ["restore"]


@pytest.mark.parametrize(("value", "seconds"), [(30, 30), ("45", 45), (0, 0), ("0", 0)])
def test_seconds(value: object, seconds: int) -> None:
    assert read_seconds("con1", "confirm_seconds", value) == seconds


@pytest.mark.parametrize("value", [-1, "-1", "soon", None, [], 1.5])
def test_bad_seconds(value: object) -> None:
    with pytest.raises(InputError) as caught:
        read_seconds("con1", "confirm_seconds", value)
    assert str(caught.value) == (
        f"con1: confirm_seconds: {value!r} is not a number of seconds. Write 30, or 0 for no confirmation."
    )


def test_reading_probes() -> None:
    assert read_probes("con1", ["tcp/443", "tcp/8413 from ep1"], {"ep1"}) == (Probe(443), Probe(8413, "ep1"))
    assert read_probes("con1", "tcp/443", ()) == (Probe(443),)
    assert read_probes("con1", [], ()) == ()


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ("udp/514", "cannot be probed"),
        ("icmp", "cannot be probed"),
        ("tcp/1-2", "cannot be probed"),
        ("tcp/0", "names port 0, which is outside 1 to 65535"),
        (443, "is not a transport with a port"),
        ("udp/514 from ep1", "cannot be probed"),
        ("tcp/443 from ep2", "names a host that is not in the inventory"),
    ],
)
def test_bad_probes(value: object, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        read_probes("con1", [value], {"ep1"})
    remedy = "Write single TCP ports, such as tcp/443, or tcp/443 from ep1."
    assert str(caught.value) == f"con1: probes: {value!r} {problem}. {remedy}"
