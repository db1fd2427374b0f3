# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles under other releases of ansible-core and on hosts with old Pythons: applied, repeated, repaired, removed.

RHEL 7 has Python 2.7 and RHEL 8 has 3.6; ansible-core 2.16 is the last that serves them.
"""

from __future__ import annotations

import functools
import shlex
import sys
from pathlib import Path

import pytest

from tests.lab.damage.loaded_rules import delete, nft_delete
from tests.lab.hosts.providers import PROVIDERS
from tests.lab.hosts.rules import FAMILIES, HOSTS, whole
from tests.lab.plays.record import record_playbook, sent
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL
from tests.pythons import environment, interpreter_or_skip

# Release of ansible-core, Python of the hosts (None: the one that these tests run under), provider.
CASES = [
    *(("2.16", python, provider) for python in ("2.7", "3.6") for provider in ("iptables", "nftables", "qradar")),
    *((release, None, provider) for release in ("2.16", "2.19", "newest") for provider in ("iptables", "nftables")),
]


def have_tables(lab: Lab) -> None:
    """The tables are there before, as on any host that has a firewall."""
    for name in HOSTS:
        for tool in FAMILIES:
            for what in ("-A", "-D"):
                lab[name].run([tool, what, "INPUT", "-j", "ACCEPT"])


def damage(node: RunningNode, provider: str) -> None:
    """Take a rule of ours away."""
    if provider == "nftables":
        nft_delete(node)
    else:
        delete(node, "iptables")


def witness(folder: Path, python: Path) -> tuple[Path, Path]:
    """A program that is this Python, and the file that it writes a line to each time that it is started."""
    program, starts = folder / "python", folder / "starts"
    program.write_text(f'#!/bin/sh\necho >>{shlex.quote(str(starts))}\nexec {shlex.quote(str(python))} "$@"\n')
    program.chmod(0o755)
    starts.touch()
    return program, starts


@pytest.mark.parametrize(("release", "python", "provider"), CASES)
def test_applied_repeated_repaired_removed(release: str, python: str | None, provider: str, tmp_path: Path) -> None:
    program = environment(release) / "bin" / "ansible-playbook"
    hosts, starts = witness(tmp_path, interpreter_or_skip(python) if python else Path(sys.executable))
    with (
        Lab.start(
            SMALL, extra_variables={**PROVIDERS[provider].variables, "ansible_python_interpreter": str(hosts)}
        ) as started,
        PROVIDERS[provider].prepared(started) as lab,
    ):
        play = functools.partial(record_playbook, lab, program=program)
        have_tables(lab)
        before = whole(lab)
        first = play(SITE, "-vv")
        assert first.run.ok, first.run.stdout
        assert release == "newest" or f"ansible-playbook [core {release}." in first.run.stdout
        assert first.run.changed == dict.fromkeys(HOSTS, 1)
        assert {host: found[-1]["provider"] for host, found in first.results.items()} == {
            "console": PROVIDERS[provider].host,
            "collector": PROVIDERS[provider].host,
            "gateway": PROVIDERS[provider].gateway,
        }
        # Each host was asked at least once to apply and once to confirm.
        assert len(starts.read_text().splitlines()) >= 2 * len(HOSTS)
        good = whole(lab)
        assert good != before
        again = play(SITE, "-vv")
        assert (again.run.ok, again.run.changed) == (True, {}), again.run.stdout
        damage(lab["console"], provider)
        repair = play(SITE, "-vv")
        assert (repair.run.ok, repair.run.changed) == (True, {"console": 1}), repair.run.stdout
        assert repair.differences()["console"] != []
        assert whole(lab) == good
        removed = play(REMOVE, "-vv")
        assert (removed.run.ok, removed.run.changed) == (True, dict.fromkeys(HOSTS, 1)), removed.run.stdout
        # Hosts keep what the first run has sent.
        assert (sent(first) != [], sent(again), sent(repair), sent(removed)) == (True, [], [], [])
        assert whole(lab) == before
