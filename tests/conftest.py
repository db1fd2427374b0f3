# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A run of tests that leaves rules or files of ours on the machine itself has failed, whatever its tests say."""

from __future__ import annotations

import pytest

from tests.machine import traces

pytest_plugins = ("tests.long_tests",)

BEFORE = pytest.StashKey[set[str]]()
LEFT = pytest.StashKey[set[str]]()


def _is_worker(config: pytest.Config) -> bool:
    """Of pytest-xdist: the process that started it looks, once for all."""
    return hasattr(config, "workerinput")


def pytest_sessionstart(session: pytest.Session) -> None:
    if not _is_worker(session.config):
        session.config.stash[BEFORE] = traces()


def pytest_sessionfinish(session: pytest.Session) -> None:
    if _is_worker(session.config):
        return
    left = session.config.stash[LEFT] = traces() - session.config.stash[BEFORE]
    if left and session.exitstatus in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in sorted(config.stash.get(LEFT, set())):
        terminalreporter.write_line(f"left on this machine: {line}", red=True)
