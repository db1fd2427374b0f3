# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider iptables against the kernel: foreign rules with comments of any bytes, and a lock that others hold."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import presentable
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from tests.unit.kernel.iptables.box import Box

COMMENTS = [
    "x\u2028*nat",
    "x\x85:PORTLEDGER-IN - [0:0]",
    "x\n-A INPUT -j ACCEPT",
    "caf\udce9",
    "a\x1b[2J\u202e",
    '"\\ \' "',
    "\U0001f525",
]


class RawBox(Box):
    """Programs print any bytes."""

    def run(self, arguments: list[str], data: str | None = None, seconds: float | None = None) -> tuple[int, str, str]:
        lock = [f"XTABLES_LOCKFILE={self.environ['XTABLES_LOCKFILE']}"]
        done: tuple[int, str, str] = run_program(["env", *lock, *self.enter, *arguments], data, seconds)
        return done


@pytest.fixture(params=["nft", "legacy"])
def raw_box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RawBox]:
    found = RawBox(tmp_path, request.param, with_sets=True)
    yield found
    found.close()


def test_foreign_comments(raw_box: RawBox) -> None:
    for comment in COMMENTS:
        raw_box("iptables", "-A", "INPUT", "-s", "192.0.2.9", "-m", "comment", "--comment", comment, "-j", "DROP")
    before = raw_box("iptables-save").split("*filter", 1)[1].split("-A ", 1)[1]
    assert raw_box.apply()["changed"]
    assert not raw_box.apply()["changed"]
    after = raw_box("iptables-save")
    assert after.count("-j PORTLEDGER-IN\n") == 1
    assert before.rpartition("COMMIT")[0] in after
    assert raw_box.apply(state="absent", plan=None)["changed"]
    assert before.rpartition("COMMIT")[0] in raw_box("iptables-save")


@pytest.mark.parametrize("comment", COMMENTS)
def test_in_our_own_chain(raw_box: RawBox, comment: str) -> None:
    raw_box.apply()
    raw_box("iptables", "-A", "PORTLEDGER-IN", "-s", "192.0.2.9", "-m", "comment", "--comment", comment, "-j", "ACCEPT")
    result = raw_box.apply()
    assert result["changed"]
    # What Ansible is given is text.
    for line in presentable(result["difference"]):
        assert line.encode("utf-8").decode("utf-8").isprintable()
    assert not raw_box.apply()["changed"]
    assert "192.0.2.9" not in raw_box("iptables-save")


def test_a_lock_that_is_held_for_longer_than_ten_seconds(raw_box: RawBox) -> None:
    with Path(raw_box.environ["XTABLES_LOCKFILE"]).open("w", encoding="ascii") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        letting_go = threading.Timer(12, lambda: fcntl.flock(lock, fcntl.LOCK_UN))
        letting_go.start()
        try:
            assert raw_box.apply()["changed"]
        finally:
            letting_go.join()
    assert not raw_box.apply()["changed"]
