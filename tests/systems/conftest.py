# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which suites and providers are tested, and what tests start from."""

from __future__ import annotations

import os
import statistics
from collections.abc import Iterator

import pytest

from tests.systems.site import Site
from tests.systems.state import SITE, one_system, provided

SUITES = ("bullseye", "bookworm", "trixie")
# Those that work on a whole system of Debian.
PROVIDERS = ("iptables", "nftables")
TIMES = pytest.StashKey[dict[str, list[tuple[float, str]]]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--suites", default="bookworm", help=f"suites of Debian, or all: {', '.join(SUITES)}")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "suite" in metafunc.fixturenames:
        asked = metafunc.config.getoption("--suites")
        suites = SUITES if asked == "all" else asked.split(",")
        metafunc.parametrize("suite", suites, scope="session")
    if "provider" in metafunc.fixturenames:
        metafunc.parametrize("provider", PROVIDERS, scope="session")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if os.geteuid() != 0:
        for item in items:
            item.add_marker(pytest.mark.skip(reason="only root can boot a system"))


@pytest.fixture(scope="session")
def times(pytestconfig: pytest.Config) -> dict[str, list[tuple[float, str]]]:
    """Seconds without access, and at which point, by kind."""
    return pytestconfig.stash.setdefault(TIMES, {})


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for kind, found in config.stash.get(TIMES, {}).items():
        median, (worst, where) = statistics.median(seconds for seconds, _where in found), max(found)
        terminalreporter.write_line(
            f"{kind}: access was lost {len(found)} times, and back after {median:.1f} s (median), "
            f"{worst:.1f} s (worst: {where})"
        )


@pytest.fixture
def site(suite: str) -> Iterator[Site]:
    """One system that nothing was done to yet."""
    with one_system(suite) as found:
        yield found


@pytest.fixture
def applied(site: Site, provider: str) -> Site:
    """With site.yml applied."""
    first = site.play(SITE, *provided(provider))
    assert first.run.ok, first.run.stdout
    return site
