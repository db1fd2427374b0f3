# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A port that a container publishes is open for whom the plan opens this port of the host, on every provider."""

from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from tests.lab.hosts.containers import ENGINES, TOOLS, WEB, Engine, Port, containers, listener
from tests.lab.hosts.providers import EVERY, Provider, trust_all_zones
from tests.lab.hosts.rules import foreign_part
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

CONSOLE = {4: "198.19.1.11", 6: "2001:db8:a1::11"}
GUEST = {4: "198.19.1.250", 6: "2001:db8:a1::250"}
OUTSIDE = 9999  # a port outside that containers talk to
PARTIES = {"log_sources": ["198.19.2.48/28", "2001:db8:a2::50/124"], "users": [GUEST[4], GUEST[6]]}

# No row lists 8888: not even where the container's own port is one that a row opens to who asks.
PORTS = (
    Port("tcp", 443, 8443),
    Port("tcp", 514, 5514),
    Port("udp", 514, 5514),
    Port("tcp", 8888, 443),
    Port("udp", 8888, 514),
)
LISTED = {("guest", "tcp", 443), ("source", "tcp", 514), ("source", "udp", 514)}

# How their rules are known.
ENGINES_OWN = re.compile(r"DOCKER|NETAVARK|docker0|podman0|198\.18\.88\.|2001:db8:88:|^:FORWARD DROP ")

# Asks all at once, and waits for what should answer, but long enough for what should not as well.
ASK = """
import json, selectors, socket, sys, time
questions = json.loads(sys.argv[1])
selector, answers, began = selectors.DefaultSelector(), {}, time.monotonic()
for number, (transport, target, port, _expected) in enumerate(questions):
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    mouth = socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET, kind | socket.SOCK_NONBLOCK)
    mouth.connect_ex((target, port))
    selector.register(mouth, selectors.EVENT_WRITE, number)
wanted = {number for number, question in enumerate(questions) if question[3]}
patience = 0 if len(wanted) == len(questions) else 1.3
while time.monotonic() - began < 10 and not (wanted <= set(answers) and time.monotonic() - began > patience):
    for key, events in selector.select(0.1):
        try:
            if events & selectors.EVENT_WRITE:
                key.fileobj.send(b"?")
                selector.modify(key.fileobj, selectors.EVENT_READ, key.data)
                continue
            answers[key.data] = key.fileobj.recv(64).decode() or "closed"
        except OSError as error:
            answers[key.data] = type(error).__name__
        selector.unregister(key.fileobj)
print(json.dumps([answers.get(number, "nothing") for number in range(len(questions))]))
"""
# Keeps one connection open and asks through it again and again.
HOLD = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), 10) as stream:
    for line in sys.stdin:
        stream.send(b"?")
        print(stream.recv(64).decode(), flush=True)
"""


@dataclass(frozen=True)
class Question:
    """Whether somebody is answered by whom they mean; who may be a container."""

    who: str
    transport: str
    target: str
    port: int
    answer: str
    expected: bool


def published(everybody: bool) -> Iterator[Question]:
    """From outside, and from the host itself, whose own connections nobody judges."""
    for version in TOOLS:
        for port in PORTS:
            answer = f"web {port.inside}"
            for who in ("guest", "source"):
                expected = everybody or (who, port.transport, port.published) in LISTED
                yield Question(who, port.transport, CONSOLE[version], port.published, answer, expected)
            yield Question("console", port.transport, CONSOLE[version], port.published, answer, True)


def others() -> Iterator[Question]:
    """Between containers, and out of them."""
    for version in TOOLS:
        for port in PORTS:
            yield Question("other", port.transport, WEB[version], port.inside, f"web {port.inside}", True)
        for transport in ("tcp", "udp"):
            for who in ("web", "other"):
                yield Question(who, transport, GUEST[version], OUTSIDE, f"guest {OUTSIDE}", True)


def wrong(lab: Lab, everybody: bool) -> list[str]:
    """Who is answered and should not be, and the reverse."""
    asking = {}
    questions = [*published(everybody), *others()]
    for who in dict.fromkeys(one.who for one in questions):
        own = [one for one in questions if one.who == who]
        enter = ["ip", "netns", "exec", who] if who in ("web", "other") else []
        node = lab["console"] if enter else lab[who]
        words = json.dumps([(one.transport, one.target, one.port, one.expected) for one in own])
        command = [*enter, sys.executable, "-c", ASK, words]
        asking[who] = (own, node.popen(command, stdout=subprocess.PIPE))
    found = []
    for own, process in asking.values():
        answers = json.loads(process.communicate()[0])
        for one, answer in zip(own, answers, strict=True):
            if (answer == one.answer) is not one.expected or answer not in (one.answer, "nothing"):
                found.append(f"{one}: {answer}")
    return found


def foreign(node: RunningNode) -> dict[str, list[str]]:
    """All that docker or podman made, rules in their order; chains have none."""
    kept = {}
    for tool in TOOLS.values():
        lines = [line for line in foreign_part(node, tool).splitlines() if ENGINES_OWN.search(line)]
        kept[tool] = sorted(lines, key=lambda line: line.split()[:2])
    return {**kept, "netavark": node.run(["nft", "list", "table", "inet", "netavark"], check=False).stdout.splitlines()}


@contextlib.contextmanager
def held(lab: Lab) -> Iterator[subprocess.Popen[str]]:
    """A connection that is open already when the first rules come, to a port that these close."""
    process = lab["guest"].popen(
        [sys.executable, "-c", HOLD, CONSOLE[4], "8888"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        yield process
    finally:
        process.stdin.close()
        process.wait(timeout=20)
        process.stdout.close()


def still_open(process: subprocess.Popen[str]) -> bool:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write("again\n")
    process.stdin.flush()
    return process.stdout.readline() == "web 443\n"


# Beside firewalld and on QRadar hosts, engines publish with iptables.
CASES = [
    (provider, engine)
    for provider in EVERY
    for engine in ENGINES
    if provider.name in ("iptables", "nftables") or "nftables" not in str(engine)
]


@pytest.mark.parametrize(("provider", "engine"), CASES, ids=lambda one: str(one).replace(" ", "-"))
def test_published_ports_obey_the_plan(provider: Provider, engine: Engine) -> None:
    def play(playbook: str, *arguments: str) -> dict[str, int]:
        # Only the host: what its gateway closes would not be the host's doing.
        done = record_playbook(lab, playbook, *provider.arguments, *arguments, "--limit", "console").run
        assert done.ok, done.stdout
        return done.changed

    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab.start(SMALL, extra_variables={"qradar_parties": PARTIES}))
        console = lab["console"]
        # As docker and podman ask firewalld for: its zones leave alone what goes to containers.
        trust_all_zones(console)
        stack.enter_context(provider.prepared(lab))
        stack.enter_context(containers(console, engine, PORTS))
        stack.enter_context(listener(lab["guest"], "guest", [("tcp", OUTSIDE), ("udp", OUTSIDE)]))
        assert wrong(lab, everybody=True) == []
        before = foreign(console)
        assert any(len(rules) > 10 for rules in before.values())
        # So far, nobody keeps out who asks from outside and is not listed.
        assert len(wrong(lab, everybody=False)) == 2 * (2 * len(PORTS) - len(LISTED))
        stream = stack.enter_context(held(lab))
        assert still_open(stream)
        for expected in ({"console": 1}, {}):
            assert play(SITE) == expected
            assert wrong(lab, everybody=False) == []
            assert foreign(console) == before
            assert still_open(stream)
        for unlisted in ("log", "leave"):
            assert play(SITE, "-e", f"host_firewall_unlisted={unlisted}") == {"console": 1}
            assert wrong(lab, everybody=True) == []
            assert foreign(console) == before
        assert play(SITE) == {"console": 1}
        assert wrong(lab, everybody=False) == []
        assert play(REMOVE) == {"console": 1}
        assert wrong(lab, everybody=True) == []
        assert foreign(console) == before
        assert still_open(stream)
