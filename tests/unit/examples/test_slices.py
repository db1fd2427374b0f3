# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Slices with ansible-runner, at once: each host gets what it gets from one job, and a slice that fails costs no other.

Everything is check mode on hosts that are the local one, without any rule: the difference is the whole ruleset, with
the addresses behind each word.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.unit.docs.test_examples import ROOT, outputs

# The environments of make units have less than that of make test.
pytest.importorskip("ansible_runner")

EXAMPLES = ROOT / "examples"
SLICES = (["con1", "ep1", "ec2"], ["ep2", "dn1", "gw1"], ["ec1", "fc1"])
Rulesets = Mapping[str, Sequence[str]]


@pytest.fixture
def private(tmp_path: Path) -> Path:
    """What ansible-runner calls a private data directory, with the examples as its project."""
    (tmp_path / "project").symlink_to(EXAMPLES)
    return tmp_path


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Rulesets:
    """What one job on the whole inventory gives."""
    private = tmp_path_factory.mktemp("one")
    (private / "project").symlink_to(EXAMPLES)
    assert run(private, [job(private, "one", f"-i {EXAMPLES}/inventory")]) == [0]
    found = rulesets(private, "one")
    assert set(found) == {name for one in SLICES for name in one}
    assert all(len(lines) > 5 for lines in found.values())
    return found


def job(private: Path, name: str, *arguments: str) -> str:
    """A job of ansible-runner on site.yml in check mode; it takes a minute at most."""
    given = " ".join(["--check", "-vvv", *arguments])
    return f"ansible-runner run {private} -p site.yml -i {name} -q --omit-env-files --cmdline '{given}'"


def at_once(commands: Sequence[str]) -> str:
    """Start them all, wait for each, and print their exit codes in order."""
    started = "".join(f"{command} >/dev/null 2>&1 & p{number}=$!; " for number, command in enumerate(commands))
    return started + "".join(f"wait $p{number}; echo $?; " for number in range(len(commands)))


def run(private: Path, jobs: Sequence[str]) -> list[int]:
    [(output, _code)] = outputs([at_once(jobs)], private)
    # A command line kept there is that of one job. Another that starts in the same moment would run it as its own.
    assert not (private / "env").exists()
    return [int(line) for line in output.split()]


def events(private: Path, name: str) -> list[dict[str, Any]]:
    folder = private / "artifacts" / name / "job_events"
    return [json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*.json")]


def rulesets(private: Path, *names: str) -> Rulesets:
    """The difference of each host and gateway in these jobs."""
    found: dict[str, Sequence[str]] = {}
    for name in names:
        for event in events(private, name):
            data = event.get("event_data", {})
            if (
                event["event"] == "runner_on_ok"
                and "difference" in data.get("res", {})
                and not data["res"].get("skipped")
            ):
                assert data["host"] not in found, "a host is in one slice only"
                found[data["host"]] = data["res"]["difference"]
    return found


def sliced(private: Path, number: int, hosts: Sequence[str]) -> Path:
    """The inventory that AWX gives to a slice: all groups and variables, and of the hosts only those of the slice."""
    inventory = yaml.safe_load((EXAMPLES / "inventory/hosts.yml").read_text(encoding="utf-8"))
    groups = [inventory["all"]]
    while groups:
        group = groups.pop()
        group["hosts"] = {name: given for name, given in group.get("hosts", {}).items() if name in hosts}
        groups += group.get("children", {}).values()
    folder = private / f"inventory{number}"
    (folder / "group_vars").mkdir(parents=True)
    (folder / "hosts.yml").write_text(yaml.safe_dump(inventory), encoding="utf-8")
    (folder / "group_vars/all.yml").write_bytes((EXAMPLES / "inventory/group_vars/all.yml").read_bytes())
    return folder


@pytest.mark.parametrize("way", ["limit", "awx"])
def test_three_slices_at_once_are_one_job(way: str, private: Path, expected: Rulesets) -> None:
    whole = EXAMPLES / "inventory"
    if way == "limit":
        given = [[f"-i {whole}", "--limit", ",".join(one)] for one in SLICES]
    else:
        parts = [sliced(private, number, one) for number, one in enumerate(SLICES)]
        given = [[f"-i {part}", f"-e firewall_inventory={whole}"] for part in parts]
        # What the variable is for.
        given.append([f"-i {parts[0]}"])
    jobs = [job(private, f"slice{number}", *one) for number, one in enumerate(given)]
    assert run(private, jobs) == [0] * len(jobs)
    assert rulesets(private, "slice0", "slice1", "slice2") == expected
    if way == "awx":
        assert rulesets(private, "slice3")["ep1"] != expected["ep1"], "a plan of the slice knows nothing of the others"


def test_a_slice_that_fails_half_way_costs_no_other(private: Path, expected: Rulesets) -> None:
    whole = f"-i {EXAMPLES}/inventory"
    broken = private / "broken.yml"
    # Its Python is gone: the module cannot start there.
    broken.write_text("all: {hosts: {dn1: {ansible_python_interpreter: /nowhere/python}}}\n", encoding="utf-8")
    jobs = [
        job(private, f"slice{number}", whole, f"-i {broken}", "--limit", ",".join(one))
        for number, one in enumerate(SLICES)
    ]
    assert run(private, jobs) == [0, 2, 0]
    failed = {one["event_data"]["host"] for one in events(private, "slice1") if one["event"] == "runner_on_failed"}
    assert failed == {"dn1"}
    others = {name: lines for name, lines in expected.items() if name != "dn1"}
    assert rulesets(private, "slice0", "slice1", "slice2") == others
    assert run(private, [job(private, "again", whole, "--limit", "dn1")]) == [0]
    assert rulesets(private, "again") == {"dn1": expected["dn1"]}
