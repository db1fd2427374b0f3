# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook pins.yml on a small lab: what it finds is enforced, and audited once the services have other ports."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from tests.lab.audit.test_audit import AUDIT, lines
from tests.lab.hosts.rules import whole
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import SITE
from tests.lab.traffic.answers import end
from tests.lab.world.lab import ROOT, Lab
from tests.lab.world.labs import SMALL

PINS = "playbooks/pins.yml"
REMEDY = "Run the playbook portledger.qradar.pins, review what it writes, and put that into the inventory."
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 1).close()"
# As the kernel names the process: 15 letters at most.
PYTHON = Path(sys.executable).name[:15]
COLLECTOR = "198.19.2.11"
# As the lab has it: no host of it is asked about RPC.
FORMER = ["tcp/40901", "udp/40901"]


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.start(SMALL) as running:
        yield running


@contextlib.contextmanager
def service(lab: Lab, name: str, kind: str) -> Iterator[dict[str, int]]:
    """Its random ports while it runs."""
    arguments = [sys.executable, str(ROOT / "tests/lab/hosts/port_mapper.py"), kind]
    started = lab[name].popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert started.stdout is not None
        yield json.loads(started.stdout.readline())
    finally:
        end(started)


def ask(lab: Lab, file: Path) -> tuple[Recorded, str]:
    before = whole(lab)
    run = record_playbook(lab, PINS, "-e", f"pins_file={file}")
    assert whole(lab) == before
    assert run.run.changed == {}
    text = file.read_text(encoding="utf-8")
    (shown,) = [
        result["msg"] for results in run.results.values() for result in results if result["task"] == "Show the pins"
    ]
    assert shown == text.splitlines()
    return run, text


def reaches(lab: Lab, port: int) -> bool:
    return lab["console"].run([sys.executable, "-c", CONNECT, COLLECTOR, str(port)], check=False).returncode == 0


def test_pins_from_what_is_live(lab: Lab, tmp_path: Path) -> None:
    file = tmp_path / "pins.yml"
    with service(lab, "console", "rmi") as rmi:
        with service(lab, "collector", "imq") as first:
            run, text = ask(lab, file)
            assert run.run.status == 0, run.run.stdout
            assert yaml.safe_load(text) == {
                "qradar_dynamic_ports": {
                    "imq_dynamic": [f"tcp/{port}" for port in sorted(first.values())],
                    "rmi_dynamic": [f"tcp/{port}" for port in rmi.values()],
                    "portmapper_dynamic": FORMER,
                }
            }
            assert f"    - tcp/{first['jmxrmi']}  # collector (jmxrmi, {PYTHON})\n" in text
            assert f"    - tcp/{rmi['by its process']}  # console (by its process, {PYTHON})\n" in text
            assert record_playbook(lab, SITE, "-e", f"@{file}").run.ok
            assert all(reaches(lab, port) for port in first.values())
            run = record_playbook(lab, AUDIT, "-e", f"@{file}")
            assert run.run.status == 0, run.run.stdout
            assert lines(run)[-1] == "in force: 3, drifted: 0, unmanaged: 0, unreachable: 0, unreadable: 0"
            assert [line for line in lines(run) if "pin: " in line or "note: " in line] == []
        with service(lab, "collector", "imq") as second:
            assert not any(reaches(lab, port) for port in second.values())
            run = record_playbook(lab, AUDIT, "-e", f"@{file}")
            assert run.run.status == 0, run.run.stdout
            pinned = [f"tcp/{port}" for port in sorted(first.values())]
            outside = ", ".join(f"tcp/{second[name]} ({name})" for name in sorted(second, key=lambda one: second[one]))
            variable = "qradar_dynamic_ports.imq_dynamic"
            assert [line for line in lines(run) if "pin: " in line] == [
                f"  pin: collector: {variable}: {pinned} does not have ports that imq_dynamic uses now, so the rules "
                f"block them: {outside}. {REMEDY}",
                f"pin: {variable}: {pinned} is not used any more on any host that it is for: collector. {REMEDY}",
            ]


def test_where_the_message_queue_is_not_running(lab: Lab, tmp_path: Path) -> None:
    run, text = ask(lab, tmp_path / "pins.yml")
    assert run.run.status == 0, run.run.stdout
    assert yaml.safe_load(text) == {
        "qradar_dynamic_ports": {
            "portmapper_dynamic": FORMER,
            "imq_dynamic": ["tcp/40910-40913"],
            "rmi_dynamic": ["tcp/40920-40922"],
        }
    }
    assert "#   collector: nothing listens on tcp/7676: the message queue is not running\n" in text
    assert "# rmi_dynamic: no port is in use on console, collector.\n" in text


def test_hosts_that_cannot_be_asked(lab: Lab) -> None:
    run = record_playbook(lab, PINS, "-e", '{"ansible_python_interpreter": "/nonexistent"}')
    assert run.run.status == 2, run.run.stdout
    assert set(run.messages().values()) == {
        f"{name}: could not be asked, so no service that it has is pinned. The reason stands above."
        for name in ("console", "collector")
    }
