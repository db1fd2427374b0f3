# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One command on the host takes everything back, without Ansible, the same for each provider."""

from __future__ import annotations

import contextlib

import pytest

from tests.lab.hosts.providers import EVERY, Provider, managed
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.roles.test_lasting import files_of_others
from tests.lab.roles.test_reboot import loaded
from tests.lab.world.lab import ROOT, Lab
from tests.lab.world.labs import SMALL

COMMAND = "sh /etc/portledger/host/load remove"


def test_the_page_says_so() -> None:
    assert f"\n{COMMAND}\n" in (ROOT / "docs" / "safe_apply.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_a_command_of_the_host_s_own_takes_all_back(provider: Provider) -> None:
    with Lab.start(SMALL) as lab, contextlib.ExitStack() as stack:
        provider.prepare(lab, stack)
        nodes = managed(lab)
        before = [(loaded(node), files_of_others(node)) for node in nodes]
        first = record_playbook(lab, SITE, *provider.arguments)
        assert first.run.ok, first.run.stdout
        for node, (rules, _files) in zip(nodes, before, strict=True):
            assert loaded(node) != rules
            scope = "gateway" if node.node.forwards else "host"
            # As somebody at the host's own console: no environment of ours.
            words = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", *COMMAND.replace("host", scope).split()]
            done = node.run(words, check=False)
            assert (done.returncode, done.stdout, done.stderr) == (
                0,
                f"portledger: the rules of the scope {scope} are removed\n",
                "",
            )
        for node, (rules, files) in zip(nodes, before, strict=True):
            assert loaded(node) == rules, node.node.name
            assert files_of_others(node) == files, node.node.name
        # Nothing is left to remove; and everything can be made again.
        assert record_playbook(lab, REMOVE).run.changed == {}
        again = record_playbook(lab, SITE, *provider.arguments)
        assert again.run.ok
        assert again.differences() == first.differences()
