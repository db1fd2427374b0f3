# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What takes long says what it does and how far it is: one voice for all processes of a run."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at, summary, telling

FIRST = 0.05
PAUSE = 0.05


class Lines(list[str]):
    """What was told; others can wait for a line."""

    def __init__(self) -> None:
        super().__init__()
        self.come = threading.Event()

    def say(self, line: str) -> None:
        self.append(line)
        self.come.set()


def test_what_is_soon_done_is_not_told(tmp_path: Path) -> None:
    lines = Lines()
    with telling(tmp_path, "con1", lines.say):
        at("planning")
    assert lines == []
    assert list(tmp_path.iterdir()) == []


def test_where_it_is_now_is_told(tmp_path: Path) -> None:
    lines = Lines()
    at("planning (1 of 2 hosts)")
    with telling(tmp_path, "con1", lines.say, FIRST, PAUSE):
        assert lines.come.wait(60)
        assert lines[0] == "con1: planning (1 of 2 hosts), 0 s so far"
        at("loading rules")
        while lines[-1] != "con1: loading rules, 0 s so far":
            lines.come.clear()
            assert lines.come.wait(60), lines
    # What was put down is gone; the lock is of the whole run.
    assert [path.name for path in tmp_path.rglob("*.*")] == []


def test_one_tells_for_all(tmp_path: Path) -> None:
    first, second = Lines(), Lines()
    at("loading rules")
    with telling(tmp_path, "con1", first.say, FIRST, PAUSE):
        assert first.come.wait(60)
        with telling(tmp_path, "ep1", second.say, FIRST, PAUSE):
            while first[-1] != "con1, ep1: loading rules, 0 s so far":
                first.come.clear()
                assert first.come.wait(60), first
        assert second == []


def test_who_is_left_goes_on(tmp_path: Path) -> None:
    first, second = Lines(), Lines()
    at("loading rules")
    ended = threading.Event()

    def work() -> None:
        with telling(tmp_path, "con1", first.say, FIRST, PAUSE):
            ended.wait(60)

    one = threading.Thread(target=work)
    one.start()
    assert first.come.wait(60)
    with telling(tmp_path, "ep1", second.say, FIRST, PAUSE):
        ended.set()
        one.join()
        assert second.come.wait(60)
    assert second[-1] == "ep1: loading rules, 0 s so far"


def test_a_voice_that_fails_ends_nothing(tmp_path: Path) -> None:
    asked = threading.Event()

    def say(_line: str) -> None:
        asked.set()
        raise BrokenPipeError

    with telling(tmp_path, "con1", say, FIRST, PAUSE):
        assert asked.wait(60)


@pytest.mark.parametrize(
    ("names", "line"),
    [
        ([""], "loading rules, 7 s so far"),
        (["con1", "ep1", "ep2"], "con1, ep1, ep2: loading rules, 7 s so far"),
        (["con1", "ep1", "ep2", "ep3", "ep4"], "con1, ep1, ep2 and 2 more: loading rules, 7 s so far"),
    ],
    ids=len,
)
def test_names(names: list[str], line: str) -> None:
    assert summary([{"name": name, "where": "loading rules", "began": 3.0} for name in names], 10.0) == line


def test_the_longest_comes_first() -> None:
    processes = [
        {"name": "ep1", "where": "loading rules", "began": 5.0},
        {"name": "con2", "where": "waiting for con1", "began": 1.0},
        {"name": "ep2", "where": "loading rules", "began": 4.0},
    ]
    assert summary(processes, 10.0) == "con2: waiting for con1, 9 s so far; ep1, ep2: loading rules, 6 s so far"
