# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml and remove.yml on a small lab: what they change, what they leave, what they say of it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from tests.lab.damage.loaded_rules import DAMAGES
from tests.lab.hosts.cases import CASES
from tests.lab.hosts.foreign_rules import add_foreign_rules
from tests.lab.hosts.rules import FAMILIES, HOSTS, foreign_part, foreign_tables, whole
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

# What is damaged; the repair itself asks everybody.
CONSOLE = ("--limit", "console")


def start(case: str) -> Lab:
    """A lab with somebody else's rules, ready for the first run."""
    lab = Lab.start(SMALL, extra_variables=CASES[case].variables)
    CASES[case].prepare(lab)
    add_foreign_rules(lab)
    return lab


@pytest.fixture(scope="module", params=CASES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab with somebody else's rules and ours."""
    with start(request.param) as running:
        first = record_playbook(running, SITE)
        assert first.run.ok, first.run.stdout
        yield running


@pytest.fixture(params=sorted({case.provider for case in CASES.values()}))
def fresh(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab with somebody else's rules and none of ours."""
    with start(request.param) as running:
        yield running


def test_check_mode_tells_what_the_run_then_does(fresh: Lab) -> None:
    lab = fresh
    before = whole(lab)
    check = record_playbook(lab, SITE, "--check", "--diff")
    assert check.run.ok, check.run.stdout
    assert whole(lab) == before
    real = record_playbook(lab, SITE, "--diff")
    assert check.run.changed == real.run.changed == dict.fromkeys(HOSTS, 1)
    assert check.differences() == real.differences()
    assert set(check.shown) == set(HOSTS)
    assert check.shown == real.shown
    assert "+ tcp/514 syslog from log_sources (2 networks)" in real.differences()["console"]
    assert "+ tcp/8000 event_collection_service from event_listener (4 addresses)" in real.differences()["console"]
    assert (
        "+ tcp/8000 event_collection_service from event_listener (4 addresses) to console (2 addresses)"
        in real.differences()["gateway"]
    )
    for arguments in ((), ("--check",)):
        again = record_playbook(lab, SITE, *arguments)
        assert again.run.ok
        assert again.run.changed == {}
        # Such as of what the roles themselves register.
        assert "is not a variable of this collection" not in again.run.stdout, again.run.stdout
        assert set(again.differences()) == set(HOSTS)
        assert all(lines == [] for lines in again.differences().values())


def shown_lines(run: Recorded, host: str) -> list[str]:
    """What ``--diff`` shows of a host."""
    (shown,) = run.shown[host]
    lines: list[str] = shown["prepared"].splitlines()
    return lines


def test_verbose_differences_show_addresses(lab: Lab) -> None:
    """Before the rules are there it is what the plan says, and where they go it is what was loaded."""
    for playbook, sign in ((SITE, "+"), (REMOVE, "-")):
        if playbook == SITE:
            assert record_playbook(lab, REMOVE).run.ok
        quiet = record_playbook(lab, playbook, "--check", "--diff")
        verbose = record_playbook(lab, playbook, "--check", "--diff", "-v")
        assert verbose.run.changed == dict.fromkeys(HOSTS, 1), verbose.run.stdout
        assert quiet.differences() == verbose.differences()
        for host in HOSTS:
            lines = shown_lines(verbose, host)
            assert [line for line in lines if not line.startswith("  ")] == shown_lines(quiet, host)
            assert shown_lines(quiet, host) == verbose.differences()[host]
        console = shown_lines(verbose, "console")
        syslog = console.index(f"{sign} tcp/514 syslog from log_sources (2 networks)")
        assert "  log_sources (2 networks): 198.19.2.48/28, 2001:db8:a2::50/124" in console
        assert console.index("  log_sources (2 networks): 198.19.2.48/28, 2001:db8:a2::50/124") <= syslog + 1
        assert "  event_listener (4 addresses): 198.19.1.11, 198.19.2.11, 2001:db8:a1::11, 2001:db8:a2::11" in console
        assert "  console (2 addresses): 198.19.1.11, 2001:db8:a1::11" in shown_lines(verbose, "gateway")
        if playbook == SITE:
            assert record_playbook(lab, SITE).run.ok


def test_rules_of_others_stay_to_the_byte_and_remove_leaves_nothing(fresh: Lab) -> None:
    lab = fresh
    before = whole(lab)
    assert record_playbook(lab, SITE).run.ok
    for name in HOSTS:
        for tool in FAMILIES:
            assert foreign_part(lab[name], tool) == before[f"{name} {tool}"]
        assert foreign_tables(lab[name]) == before[f"{name} nft"]
    assert whole(lab) != before
    check = record_playbook(lab, REMOVE, "--check")
    real = record_playbook(lab, REMOVE)
    assert real.run.ok, real.run.stdout
    assert check.run.changed == real.run.changed == dict.fromkeys(HOSTS, 1)
    assert check.differences() == real.differences()
    assert whole(lab) == before
    assert record_playbook(lab, REMOVE).run.changed == {}


@pytest.mark.parametrize(
    ("lab", "damage"),
    [(name, damage) for name, case in CASES.items() for damage in DAMAGES[case.provider]],
    indirect=["lab"],
)
def test_damage_is_repaired(lab: Lab, damage: str) -> None:
    good = whole(lab)
    for damages in DAMAGES.values():
        if damage in damages:
            damages[damage](lab["console"])
    assert whole(lab) != good
    check = record_playbook(lab, SITE, "--check", *CONSOLE)
    assert check.run.changed == {"console": 1}
    repair = record_playbook(lab, SITE)
    assert repair.run.ok, repair.run.stdout
    assert repair.run.changed == {"console": 1}
    assert check.differences()["console"] == repair.differences()["console"] != []
    assert whole(lab) == good
    assert record_playbook(lab, SITE, *CONSOLE).run.changed == {}


def test_limit_gives_a_host_the_same_ruleset(lab: Lab) -> None:
    good = whole(lab)
    removed = record_playbook(lab, REMOVE, "--limit", "collector")
    assert removed.run.changed == {"collector": 1}
    assert whole(lab) != good
    alone = record_playbook(lab, SITE, "--limit", "collector")
    assert alone.run.changed == {"collector": 1}
    assert whole(lab) == good


def test_the_plan_is_made_once_whatever_the_forks(lab: Lab) -> None:
    run = record_playbook(lab, SITE, "--check", "-vv").run
    assert run.ok, run.stdout
    planned = re.findall(r"planned 2 hosts and 1 gateways for the scope (\w+) in", run.stdout)
    assert planned == ["host", "gateway"]
