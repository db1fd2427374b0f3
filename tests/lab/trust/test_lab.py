# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Labs: do they start, stay apart and leave nothing behind?"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.lab.traffic.probe import probe
from tests.lab.trust.processes import alive, wait_for_end
from tests.lab.trust.small import COLLECTOR, COLLECTOR6, PORTS, SOURCE, SOURCE6, missing
from tests.lab.world.lab import ROOT, Lab
from tests.lab.world.labs import SMALL
from tests.lab.world.topology import LabError, load_topology


def test_two_labs_side_by_side(lab: Lab) -> None:
    with Lab.start(SMALL) as other:
        other.node("collector").run(["iptables", "-A", "INPUT", "-j", "DROP"])

        assert missing(probe(lab, PORTS, destinations=["collector"])) == {}
        closed = probe(other, PORTS, destinations=["collector"])
        assert all(destination.version == 6 for _source, destination, _transport in closed.ports)


def test_nodes_have_names_processes_and_folders_of_their_own(lab: Lab) -> None:
    lab.node("console").run(["touch", "/run/here"])

    assert lab.node("console").run(["cat", "/proc/sys/kernel/hostname"]).stdout == "console\n"
    assert lab.node("console").run(["ls", "/run"]).stdout.split() == ["here", "lab", "lock"]
    assert lab.node("guest").run(["ls", "/run"]).stdout.split() == ["lab", "lock"]
    assert lab.node("guest").run(["sh", "-c", "ls /sys/class/net"]).stdout.split() == ["core", "lo"]


def test_nothing_is_left_of_a_lab_whose_process_is_killed() -> None:
    program = f"""
import json, sys, time
from tests.lab.world.lab import Lab
lab = Lab.start({str(SMALL)!r})
sleeper = lab.node("console").popen(["sleep", "600"])
print(json.dumps([lab.keeper, sleeper.pid, *lab.processes.values()]), flush=True)
time.sleep(600)
"""
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    processes: list[int] = json.loads(starter.stdout.readline())
    assert all(map(alive, processes))

    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()

    assert wait_for_end(processes) == []


def test_nothing_is_left_of_a_lab_whose_keeper_is_killed() -> None:
    lab = Lab.start(SMALL)
    try:
        os.kill(lab.keeper, signal.SIGKILL)
        assert wait_for_end(list(lab.processes.values())) == []
    finally:
        lab.stop()


def test_a_lab_that_was_stopped_is_gone() -> None:
    lab = Lab.start(SMALL)
    lab.stop()

    assert not any(alive(process) for process in lab.processes.values())
    assert not lab.folder.exists()


def test_a_user_may_have_a_lab() -> None:
    program = f"""
from tests.lab.world.lab import Lab
from tests.lab.plays.playbook import run_playbook
from tests.lab.traffic.probe import probe
with Lab.start({str(SMALL)!r}) as lab:
    lab.node("collector").run(["iptables", "-A", "INPUT", "-p", "tcp", "--dport", "514", "-j", "DROP"])
    reached = probe(lab, range(1, 1001), sources=["source"], destinations=["collector"])
    for key, ports in reached.ports.items():
        print(*key, ports.bit_count(), ports >> 514 & 1)
"""
    user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
    environment = {**os.environ, "PYTHONPATH": str(Path(yaml.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(python: str, text: str) -> subprocess.CompletedProcess[str]:
        command = [*user, python, "-c", text]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    # root's own Python may be where users cannot read it
    fitting = "import sys, yaml; sys.exit(sys.version_info < (3, 11))"
    python = next((one for one in (sys.executable, "/usr/bin/python3") if run(one, fitting).returncode == 0), None)
    if python is None:
        pytest.skip("no Python 3.11 or newer that a user can run")
    done = run(python, program)
    if "a user namespace is refused" in done.stderr:
        pytest.skip(done.stderr.strip().splitlines()[-1])

    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == sorted(
        [
            f"{SOURCE} {COLLECTOR} tcp 999 0",
            f"{SOURCE} {COLLECTOR} udp 1000 1",
            f"{SOURCE} {COLLECTOR} icmp 1 0",
            f"{SOURCE6} {COLLECTOR6} tcp 1000 1",
            f"{SOURCE6} {COLLECTOR6} udp 1000 1",
            f"{SOURCE6} {COLLECTOR6} icmp 1 0",
        ]
    )


def test_by_hand() -> None:
    name = f"test{os.getpid()}"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.lab", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    try:
        assert run("up", str(SMALL), "--name", name).stdout.startswith("up: 5 nodes, inventory ")
        assert "is up; take it down first" in run("up", str(SMALL), "--name", name).stderr
        assert run("exec", "--name", name, "guest", "cat", "/proc/sys/kernel/hostname").stdout == "guest\n"
        assert "no node nobody" in run("exec", "--name", name, "nobody", "true").stderr
        assert run("list", "--name", name).stdout.splitlines()[0].split(maxsplit=1) == ["console", "console"]
    finally:
        assert run("down", "--name", name).returncode == 0
    assert f"no lab {name} is up" in run("down", "--name", name).stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("198.19.2.51", "192.0.2.51", "node source: 192.0.2.51 is outside 198.18.0.0/15 and 2001:db8::/32"),
        ("198.19.1.250", "198.19.1.11", "node guest: 198.19.1.11 is the address of console already"),
        ("198.19.1.250", "198.19.9.250", "node guest: 198.19.9.250 is on none of the node's networks"),
        ("{core: [198.19.1.250", "{kore: [198.19.1.250", "node guest: unknown network 'kore'"),
    ],
)
def test_a_lab_that_cannot_be(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "wrong.yml"
    file.write_text(SMALL.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(LabError) as caught:
        load_topology(file)

    assert str(caught.value).startswith(f"wrong.yml: {message}")
