# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Plans are made once a run, by whichever worker comes first, and are the same for all."""

from __future__ import annotations

import datetime
import multiprocessing
import os
import stat
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.folder import PlanFolder
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner

# Ansible forks its workers too.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded, use of fork:DeprecationWarning")

NAMES = ("con1", "ep1", "a/b", "../../etc/passwd", ".", "ほすと", "two words", "ep1%2F", "set-0", "error")
SEGMENTS = {"eth0": ["198.18.1.0/28"], "eth1": ["198.18.2.0/24"]}


def planner() -> Planner:
    inventory: dict[str, Mapping[str, Any]] = {
        name: {"qradar_addresses": [f"198.18.1.{number}"], "qradar_roles": ["data_node"]}
        for number, name in enumerate(NAMES, 1)
    }
    inventory["con1"] = {**inventory["con1"], "qradar_roles": ["console"]}
    inventory["gw 1/2"] = {"qradar_gateway_segments": SEGMENTS}
    catalog = load_catalog()
    return Planner(read_deployment(inventory, {}, catalog, today=datetime.date(2026, 11, 23)), catalog)


def counted(calls: Path, refuse: bool = False) -> Planner:
    """Leaves one byte a call, and takes long enough for the others to come."""
    with calls.open("ab", buffering=0) as stream:
        stream.write(b"x")
    time.sleep(0.2)
    if refuse:
        raise PortledgerError("con1: qradar_roles: 'x' is not a role. Write another.")
    return planner()


def never() -> Planner:
    raise AssertionError("the plans are there already")


def ask(folder: PlanFolder, name: str, make_planner: Callable[[], Planner]) -> object:
    try:
        return folder.plan(name, make_planner)
    except PortledgerError as error:
        return str(error)


def ask_at_once(parent: Path, names: tuple[str, ...], make_planner: Callable[[], Planner]) -> list[object]:
    """Each name in a process of its own, with a folder object of its own."""
    with multiprocessing.get_context("fork").Pool(4) as pool:
        asked = [(PlanFolder(parent, "task", "host"), name, make_planner) for name in names]
        return pool.starmap(ask, asked, chunksize=1)


def test_made_once_by_several_processes_at_once(tmp_path: Path) -> None:
    plans = ask_at_once(tmp_path, NAMES, partial(counted, tmp_path / "calls"))
    assert (tmp_path / "calls").read_bytes() == b"x"
    expected = planner()
    assert plans == [expected.plan(name, "host") for name in NAMES]


def test_an_error_is_told_once_and_stops_everybody(tmp_path: Path) -> None:
    answers = ask_at_once(tmp_path, ("con1", "ep1", "unknown", "con1"), partial(counted, tmp_path / "calls", True))
    assert (tmp_path / "calls").read_bytes() == b"x"
    whole = "con1: qradar_roles: 'x' is not a role. Write another."
    asked = {"con1": 2, "ep1": 1, "unknown": 1}
    # Whoever came first.
    (first,) = {
        name for name, answer in zip(("con1", "ep1", "unknown", "con1"), answers, strict=True) if answer == whole
    }
    see = f"There is no plan, for the inventory has an error: see the message of {first}. Fix it, then run this again."
    assert sorted(map(str, answers)) == sorted([whole] * asked[first] + [see] * (4 - asked[first]))


@pytest.mark.parametrize("name", NAMES)
def test_every_name_is_told_apart(tmp_path: Path, name: str) -> None:
    folder = PlanFolder(tmp_path, "task", "host")
    folder.plan("con1", planner)
    assert folder.plan(name, never) == planner().plan(name, "host")


def test_nothing_is_left_beside_the_folder(tmp_path: Path) -> None:
    PlanFolder(tmp_path, "task/../x", "host").plan("con1", planner)
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "portledger-task%2F..%2Fx-host",
        "portledger-task%2F..%2Fx-host.lock",
    ]


def test_scopes_and_tasks_are_told_apart(tmp_path: Path) -> None:
    calls = tmp_path / "calls"
    for key, scope, name in (
        ("one", "host", "con1"),
        ("one", "gateway", "gw 1/2"),
        ("two", "host", "con1"),
        ("one", "host", "ep1"),
    ):
        plan = PlanFolder(tmp_path, key, scope).plan(name, partial(counted, calls))
        assert (plan["host"], plan["scope"]) == (name, scope)
    assert calls.read_bytes() == b"xxx"


def test_hosts_share_sets(tmp_path: Path) -> None:
    PlanFolder(tmp_path, "task", "host").plan("con1", planner)
    made = sorted(path.name for path in (tmp_path / "portledger-task-host").iterdir())
    assert len([name for name in made if name.startswith("plan-")]) == len(NAMES)
    sets = [name for name in made if name.startswith("set-")]
    assert 0 < len(sets) < len(NAMES)


def test_plans_are_for_nobody_else(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        PlanFolder(tmp_path, "task", "host").plan("con1", planner)
    finally:
        os.umask(before)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "portledger-task-host").iterdir()}
    assert modes == {0o600}


@pytest.mark.parametrize(
    ("scope", "message"),
    [
        (
            "host",
            "web: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
            "qradar_<role>, or set qradar_roles.",
        ),
        (
            "gateway",
            "web: is not a gateway of the deployment. Put it into the group qradar_gateways and set "
            "qradar_gateway_segments.",
        ),
    ],
)
def test_a_host_without_plan(tmp_path: Path, scope: str, message: str) -> None:
    folder = PlanFolder(tmp_path, "task", scope)
    for _number in range(2):
        with pytest.raises(PortledgerError) as refusal:
            folder.plan("web", planner)
        assert str(refusal.value) == message


def test_a_fault_of_our_own_is_not_kept(tmp_path: Path) -> None:
    folder = PlanFolder(tmp_path, "task", "host")
    with pytest.raises(AssertionError, match="the plans are there already"):
        folder.plan("con1", never)
    assert folder.plan("con1", planner)["host"] == "con1"
