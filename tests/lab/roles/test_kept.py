# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host keeps of what it was sent: it is used where it is as it was, and whatever it is, the rules are right."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.providers import PROVIDERS
from tests.lab.hosts.rules import nft_tables
from tests.lab.plays.record import Recorded, record_playbook, sent
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

KEPT = "/run/portledger/kept"
FLUSH = "nft flush chain inet portledger_host input"


def play(lab: Lab, *arguments: str, playbook: str = SITE, **environment: str) -> Recorded:
    words = ("-vv", "--limit", "console", *arguments)
    run = record_playbook(lab, playbook, *words, inside=None, inventory=None, program=None, **environment)
    assert run.run.ok, run.run.stdout
    return run


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    """A lab with rules, whose console keeps the code that has compared them."""
    with Lab.start(SMALL, extra_variables=PROVIDERS["nftables"].variables) as running:
        assert "nothing is kept" in sent(play(running))
        assert sent(play(running)) == []
        yield running


@pytest.fixture
def good(lab: Lab) -> Iterator[str]:
    """The console's rules, which each test leaves as they were."""
    rules = nft_tables(lab["console"])
    yield rules
    assert nft_tables(lab["console"]) == rules


def test_a_change_and_its_confirmation_send_nothing(lab: Lab, good: str) -> None:
    for command in (FLUSH, "nft delete table inet portledger_host"):
        lab["console"].run(["sh", "-c", command])
        check = play(lab, "--check")
        run = play(lab)
        assert (sent(check), sent(run)) == ([], [])
        assert check.run.changed == run.run.changed == {"console": 1}
        assert check.differences() == run.differences()
        assert nft_tables(lab["console"]) == good


# What happens to what is kept, and why the module, or the plan alone, is sent then.
DAMAGES = {
    "for f in {kept}/*/code; do printf x >>$f; done": "the kept code is damaged",
    "for f in {kept}/*/code; do : >$f; done": "the kept code is damaged",
    "chmod 666 {kept}/*/code": "the kept code can be written by others",
    "rm {kept}/plan-*": "it is not kept",
    "for f in {kept}/plan-*; do printf x >>$f; done": "it is not kept",
    "chmod 755 {kept}": "nothing is kept",
    "chmod 750 /run/portledger": "nothing is kept",
    "chown 1 {kept}/*/python": "nothing is kept",
    "rm -r {kept}/*": "nothing is kept",
    "rm -rf /run/elsewhere; mv {kept} /run/elsewhere; ln -s /run/elsewhere {kept}": "nothing is kept",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_what_is_damaged_is_sent_again(damage: str, lab: Lab, good: str) -> None:
    lab["console"].run(["sh", "-c", "cd /run; " + damage.format(kept=KEPT)])
    # Whatever is wrong with it, a change is seen and repaired.
    lab["console"].run(["sh", "-c", FLUSH])
    run = play(lab)
    assert sent(run)[0] == DAMAGES[damage]
    assert run.run.changed == {"console": 1}
    assert nft_tables(lab["console"]) == good
    # It is kept again as it should be, in place of whatever was there.
    again = play(lab)
    assert (sent(again), again.run.changed) == ([], {})


@pytest.mark.parametrize(
    ("environment", "why"),
    [
        ({"ANSIBLE_PIPELINING": "0"}, []),
        ({"ANSIBLE_PIPELINING": "1"}, []),
        ({"ANSIBLE_REMOTE_TEMP": "/run/elsewhere"}, []),
        ({"ANSIBLE_KEEP_REMOTE_FILES": "1"}, ["the task asks for files on the host"]),
    ],
    ids=str,
)
def test_ways_to_run(environment: dict[str, str], why: list[str], lab: Lab, good: str) -> None:
    run = play(lab, **environment)
    assert (sent(run), run.run.changed) == (why, {})


@pytest.mark.parametrize(
    ("arguments", "environment", "what"),
    [
        ((), {}, "code"),
        (("-e", "ansible_python_interpreter=auto_silent"), {}, "code"),
        ((), {"ANSIBLE_PIPELINING": "0"}, "module"),
    ],
    ids=["as a call", "for a Python that Ansible finds", "without pipelining"],
)
def test_how_it_is_sent(
    arguments: tuple[str, ...], environment: dict[str, str], what: str, lab: Lab, good: str
) -> None:
    lab["console"].run(["sh", "-c", f"rm -r {KEPT}/*; {FLUSH}"])
    run = play(lab, *arguments, **environment)
    assert f"<console> the {what} is sent: nothing is kept" in run.run.stdout.splitlines()
    assert (sent(run), run.run.changed) == (["nothing is kept"], {"console": 1})
    again = play(lab, *arguments, **environment)
    assert (sent(again), again.run.changed) == ([], {})


def test_a_python_that_is_not_there_has_the_modules_words(lab: Lab, good: str) -> None:
    lab["console"].run(["sh", "-c", f"rm -r {KEPT}/*"])
    words = ("-vv", "--limit", "console", "-e", "ansible_python_interpreter=/nowhere/python")
    run = record_playbook(lab, SITE, *words)
    assert sent(run)[:2] == ["nothing is kept", "no answer"]
    # Nothing was started, so nobody is told of rules that might have been loaded.
    assert run.messages() == {"console": "The module interpreter '/nowhere/python' was not found."}
    assert sent(play(lab)) == ["nothing is kept"]


def test_a_folder_where_nothing_may_be_executed(lab: Lab, good: str) -> None:
    lab["console"].run(["mount", "-o", "remount,noexec", "/run"])
    try:
        run = play(lab)
        assert (sent(run), run.run.changed) == ([], {})
    finally:
        lab["console"].run(["mount", "-o", "remount,exec", "/run"])


def test_another_python_has_code_of_its_own(lab: Lab, good: str, tmp_path: Path) -> None:
    program, starts = tmp_path / "python", tmp_path / "starts"
    program.write_text(f'#!/bin/sh\necho >>{starts}\nexec {os.path.realpath(sys.executable)} "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    other = ("-e", f"ansible_python_interpreter={program}")
    assert sent(play(lab, *other)) == ["nothing is kept"]
    starts.write_text("", encoding="utf-8")
    run = play(lab, *other)
    assert (sent(run), run.run.changed) == ([], {})
    assert starts.read_text(encoding="utf-8") == "\n"
    # The former one still serves its own.
    assert sent(play(lab)) == []


def test_another_plan_is_sent(lab: Lab, good: str) -> None:
    other = ("-e", '{"qradar_parties": {"log_sources": ["198.18.77.0/24"]}}')
    run = play(lab, *other)
    assert sent(run) == ["it is not kept"]
    assert run.run.changed == {"console": 1}
    assert (sent(play(lab, *other)), play(lab, *other).run.changed) == ([], {})
    # Both plans are there.
    back = play(lab)
    assert (sent(back), back.run.changed) == ([], {"console": 1})


def test_an_audit_finds_what_is_wrong(lab: Lab, good: str) -> None:
    audit = "playbooks/audit.yml"
    first = record_playbook(lab, audit, "-vv", "--limit", "console")
    assert first.run.ok, first.run.stdout
    assert set(sent(first)) <= {"nothing is kept"}
    again = record_playbook(lab, audit, "-vv", "--limit", "console")
    assert (sent(again), again.run.ok) == ([], True), again.run.stdout
    lab["console"].run(["sh", "-c", FLUSH])
    found = record_playbook(lab, audit, "-vv", "--limit", "console")
    assert (sent(found), found.run.ok) == ([], False), found.run.stdout
    assert play(lab).run.changed == {"console": 1}


def test_nothing_is_left_where_nothing_is_ours() -> None:
    with Lab.start(SMALL, extra_variables=PROVIDERS["nftables"].variables) as lab:

        def is_there() -> bool:
            return lab["console"].run(["ls", "-d", "/run/portledger"], check=False).returncode == 0

        play(lab, "--check")
        assert not is_there()
        play(lab)
        assert is_there()
        removed = play(lab, playbook=REMOVE)
        assert sent(removed) == []
        assert not is_there()
        assert play(lab, playbook=REMOVE).run.changed == {}
        assert not is_there()
