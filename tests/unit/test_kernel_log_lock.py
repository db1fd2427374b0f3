# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Tests that read the kernel's log, and rules at random that would fill it, take turns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from tests.lab.world import kernel_log
from tests.lab.world.kernel_log import logging_namespaces, silent_namespaces


@pytest.fixture(autouse=True)
def own_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    (tmp_path / "setting").write_text("0", encoding="ascii")
    monkeypatch.setattr(kernel_log, "SETTING", tmp_path / "setting")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    yield
    assert (tmp_path / "setting").read_text(encoding="ascii") == "0"


def test_who_reads_the_log_waits_until_nobody_fills_it() -> None:
    inside: list[str] = []
    seen: list[list[str]] = []
    stop = threading.Event()

    def use(name: str, context: Callable[[], AbstractContextManager[None]]) -> None:
        while not stop.is_set():
            with context():
                inside.append(name)
                seen.append(sorted(inside))
                time.sleep(0.01)
                inside.remove(name)

    users = [("fills", silent_namespaces)] * 3 + [("reads", logging_namespaces)]
    threads = [threading.Thread(target=use, args=user) for user in users]
    for thread in threads:
        thread.start()
    end = time.monotonic() + 30
    # Nobody waits for ever, though somebody fills it all the time.
    while sum("reads" in some for some in seen) < 5 and time.monotonic() < end:
        time.sleep(0.01)
    stop.set()
    for thread in threads:
        thread.join()
    assert all(some == ["reads"] for some in seen if "reads" in some)
    assert sum(some == ["reads"] for some in seen) >= 5
    assert any(some.count("fills") > 1 for some in seen)
