# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whose turn it is in an HA pair: each node in a thread, as each has a worker in a run."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.pair import BEGUN, FAILED, Pair
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.turn import Play, Turn
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError

BOTH = ("con1", "con2")
FIX = "Nothing was changed on con1. Fix con2, then run the playbook again."


class Run:
    """One run of Ansible. Log: what began and ended, in order."""

    def __init__(self, folder: Path, holds: dict[str, bool | None], workers: int = 5) -> None:
        self.folder, self.holds, self.workers = folder, holds, workers
        self.log: list[str] = []
        self.now = 0.0

    def turn(self, name: str, everybody: Sequence[str] = BOTH, left: Sequence[str] = BOTH, **batch: Any) -> Turn:
        peer = next(one for one in BOTH if one != name)
        play = Play(everybody, left, batch.get("batch", BOTH), self.workers)
        return Turn(self.folder, name, peer, play)

    def hasty(self, name: str, **more: Any) -> Turn:
        """One whose clock runs as it waits."""
        turn = self.turn(name, **more)
        turn._clock, turn._sleep = lambda: self.now, self.pass_time
        return turn

    def pass_time(self, seconds: float) -> None:
        self.now += seconds

    def take(self, name: str, turn: Turn, gives_way: bool = False, **result: Any) -> dict[str, Any]:
        def change() -> dict[str, Any]:
            self.log.append(f"{name} begins")
            time.sleep(0.3)
            self.log.append(f"{name} ends")
            return {"changed": True, **result}

        return turn.take(lambda: self.holds[name], change, gives_way)

    def together(self, order: Sequence[str], head_start: float = 0.1) -> None:
        """Both at once, in one order."""
        threads = [threading.Thread(target=self.take, args=(name, self.turn(name))) for name in order]
        for thread in threads:
            thread.start()
            time.sleep(head_start)
        for thread in threads:
            thread.join(20)


def refused(work: Callable[[], object]) -> str:
    with pytest.raises(InputError) as caught:
        work()
    return str(caught.value)


@pytest.mark.parametrize("order", [("con1", "con2"), ("con2", "con1")])
@pytest.mark.parametrize(
    ("con1", "con2", "first"),
    [
        (True, False, "con2"),
        (False, True, "con1"),
        # Not known, or both: by name.
        (None, None, "con1"),
        (True, True, "con1"),
    ],
)
def test_the_standby_is_first(
    tmp_path: Path, order: Sequence[str], con1: bool | None, con2: bool | None, first: str
) -> None:
    run = Run(tmp_path, {"con1": con1, "con2": con2})
    run.together(order)
    second = next(name for name in BOTH if name != first)
    assert run.log == [f"{first} begins", f"{first} ends", f"{second} begins", f"{second} ends"]


@pytest.mark.parametrize("order", [("con1", "con2"), ("con2", "con1")])
def test_two_standby_nodes_are_one_at_a_time(tmp_path: Path, order: Sequence[str]) -> None:
    run = Run(tmp_path, {"con1": False, "con2": False})
    run.together(order)
    first = order[0]
    second = next(name for name in BOTH if name != first)
    # The first that said so; it could not know of the other one.
    assert run.log == [f"{first} begins", f"{first} ends", f"{second} begins", f"{second} ends"]


def test_the_active_node_gives_way_once(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    assert run.take("con1", run.turn("con1"), gives_way=True) == {
        "changed": False,
        "deferred": True,
        "msg": "con1: its change follows that of con2, the other node of its pair.",
        "pair": {"peer": "con2", "active": True, "second": True},
    }
    assert run.take("con2", run.turn("con2"), gives_way=True)["pair"] == {
        "peer": "con1",
        "active": False,
        "second": False,
    }
    assert run.take("con1", run.turn("con1"), gives_way=True)["pair"]["second"]
    # A second time in the same run: the first outcome is old.
    assert run.take("con1", run.turn("con1"), gives_way=True)["deferred"]


def test_the_active_node_alone(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    assert run.take("con1", run.turn("con1", everybody=["con1"], left=["con1"], batch=["con1"]))["changed"]


def test_the_first_fails(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    run.take("con2", run.turn("con2"), failed=True, msg="no room\nleft.")
    words = refused(lambda: run.take("con1", run.turn("con1", left=["con1"])))
    assert words == f"con1: qradar_ha_peer: 'con2' was to change first, and failed: no room left. {FIX}"
    assert run.log == ["con2 begins", "con2 ends"]


def test_the_first_cannot_be_reached(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})

    def gone() -> bool:
        raise OSError("timed out")

    with pytest.raises(OSError, match="timed out"):
        run.turn("con2").take(gone, dict, True)
    words = refused(lambda: run.take("con1", run.turn("con1", left=["con1"])))
    assert words == f"con1: qradar_ha_peer: 'con2' was to change first, and could not be reached: timed out. {FIX}"


def test_an_active_node_that_cannot_be_reached_stops_nobody(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})

    def gone() -> bool:
        raise OSError("timed out")

    with pytest.raises(OSError, match="timed out"):
        run.turn("con1").take(gone, dict, True)
    assert run.take("con2", run.turn("con2", left=["con2"]))["changed"]


def test_the_first_was_lost_before(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    words = refused(lambda: run.take("con1", run.turn("con1", left=["con1"])))
    assert words == (
        "con1: qradar_ha_peer: 'con2' was to change first, and failed or could not be reached earlier in this run. "
        + FIX
    )


def test_the_worker_of_the_first_was_killed(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    Pair(tmp_path, "con2", "con1").mark(BEGUN)
    words = refused(lambda: run.take("con1", run.turn("con1")))
    assert words == (
        f"con1: qradar_ha_peer: 'con2' was to change first, and what changed it was ended before it was done. {FIX}"
    )


def test_the_second_of_two_standby_nodes_stops_as_well(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": False, "con2": False})
    Pair(tmp_path, "con2", "con1").mark(FAILED, "no room")
    words = refused(lambda: run.take("con1", run.turn("con1")))
    assert words == f"con1: qradar_ha_peer: 'con2' was to change first, and failed: no room. {FIX}"


def test_the_first_never_begins(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    words = refused(lambda: run.take("con1", run.hasty("con1")))
    assert words == (
        f"con1: qradar_ha_peer: 'con2' was to change first, and this task has not run there within 300 s. {FIX}"
    )
    assert 300 <= run.now < 301


def test_the_first_never_ends(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    with Pair(tmp_path, "con2", "con1").alone(lambda: None):
        Pair(tmp_path, "con2", "con1").mark(BEGUN)
        words = refused(lambda: run.take("con1", run.hasty("con1")))
    assert words == f"con1: qradar_ha_peer: 'con2' was to change first, and did not end within 3600 s. {FIX}"


@pytest.mark.parametrize(
    ("workers", "why"),
    [
        (1, "is to change first, which a run with one fork cannot wait for"),
        (2, "is to change first, and each of the 2 forks of this run already waits"),
    ],
)
def test_somebody_is_left_to_do_what_all_wait_for(tmp_path: Path, workers: int, why: str) -> None:
    """Two pairs, of which both active nodes are first in the order of the inventory."""
    run = Run(tmp_path, {"con1": True, "con2": False}, workers)
    other = Turn(tmp_path, "ep1", "ep2", Play(["ep1", "ep2"], ["ep1", "ep2"], ["ep1", "ep2"], workers))
    waiting = threading.Thread(target=other.take, args=(lambda: True, dict, False))
    if workers > 1:
        waiting.start()
        time.sleep(0.5)
    words = refused(lambda: run.take("con1", run.turn("con1")))
    assert words == f"con1: qradar_ha_peer: 'con2' {why}. Use the role host_firewall, or raise forks."
    if workers > 1:
        Turn(tmp_path, "ep2", "ep1", Play([], [], [], workers)).take(lambda: False, dict, False)
        waiting.join(20)
        assert not waiting.is_alive()


def test_in_batches(tmp_path: Path) -> None:
    run = Run(tmp_path, {"con1": True, "con2": False})
    assert run.take("con1", run.turn("con1", batch=["con1"]), warnings=["one"])["warnings"] == [
        "one",
        "con1: changes before con2, the standby node of its pair, which is in a later batch of this play (serial). "
        "List the standby nodes first.",
    ]
    run = Run(tmp_path / "other", {"con1": False, "con2": True})
    run.folder.mkdir()
    words = refused(lambda: run.take("con2", run.turn("con2", batch=["con2"])))
    assert words == (
        "con2: qradar_ha_peer: 'con1' was to change first, and this task has not run there. Nothing was changed on "
        "con2. Fix con1, then run the playbook again."
    )
