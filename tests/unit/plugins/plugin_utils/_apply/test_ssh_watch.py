# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who answers, without anybody waiting for it."""

from __future__ import annotations

import socket
import time
from pathlib import Path

from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.ssh_watch import (
    Watch,
    protected_targets,
    ssh_targets,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Plan


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
    return port


def test_who_answers() -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.2", 0)) as two:
        targets = [("127.0.0.2", two.getsockname()[1]), ("127.0.0.1", closed_port()), one.getsockname()]
        with Watch(targets) as watch:
            assert watch.answered(1) == [one.getsockname(), two.getsockname()]
            assert watch.answered(1) == [one.getsockname(), two.getsockname()]


def test_who_is_silent_costs_the_time_that_is_given() -> None:
    # With the queue of the listener full, the kernel answers nobody.
    with socket.create_server(("127.0.0.1", 0), backlog=0) as full:
        taken = [socket.socket() for _number in range(3)]
        for one in taken:
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        before = time.monotonic()
        with Watch([full.getsockname()]) as watch:
            assert watch.answered() == []
            assert time.monotonic() - before < 5
            assert watch.answered(0.5) == []
            assert 0.5 <= time.monotonic() - before < 5
        for one in taken:
            one.close()


def test_an_address_that_cannot_be_connected_to_is_no_error() -> None:
    # Link-local without an interface is refused at once.
    with Watch([("fe80::1", 22)]) as watch:
        assert watch.answered(0.1) == []


def test_nothing_stays_open() -> None:
    descriptors = Path("/proc/self/fd")
    before = len(list(descriptors.iterdir()))
    with Watch([("127.0.0.1", closed_port()), ("fe80::1", 22)]) as watch:
        watch.answered()
    assert len(list(descriptors.iterdir())) == before


def test_targets_of_a_plan() -> None:
    sets = {"deployment": {"ipv4": ["198.18.1.0/31", "198.18.1.5/32"], "ipv6": ["2001:db8::1/128"]}}
    plan: Plan = {"sets": sets, "ssh": [{"destination": "deployment", "ports": ["tcp/22"]}]}
    assert ssh_targets(plan) == [
        ("198.18.1.0", 22),
        ("198.18.1.1", 22),
        ("198.18.1.5", 22),
        ("2001:db8::1", 22),
    ]
    sets["deployment"]["ipv6"] = ["2001:db8::/32"]
    assert len(ssh_targets(plan)) == 256
    assert ssh_targets({"sets": sets}) == []


def test_only_the_connections_family_has_to_stay() -> None:
    four, six = ("198.18.1.1", 22), ("2001:db8::1", 22)
    assert protected_targets({"management": {"connection": {"address": "198.18.9.7", "port": 22}}}, [four, six]) == [
        four
    ]
    assert protected_targets({"management": {"connection": {"address": "2001:db8::7", "port": 22}}}, [four, six]) == [
        six
    ]
    assert protected_targets({"management": {"connection": None}}, [four, six]) == []
    assert protected_targets({}, [four, six]) == []
