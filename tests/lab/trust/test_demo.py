# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The demo fails where a playbook does the wrong thing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.lab.demo.__main__ import main
from tests.lab.world.labs import SMALL


@pytest.mark.parametrize(("drops", "words"), [(False, "false opens"), (True, "false closes")])
def test_the_demo_fails_for_a_playbook_that_does_the_wrong_thing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], drops: bool, words: str
) -> None:
    playbook = tmp_path / "wrong.yml"
    command = "iptables -C INPUT -j DROP || iptables -I INPUT -j DROP" if drops else "echo nothing"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n"
        f"    - ansible.builtin.shell: {command}\n      changed_when: false\n",
        encoding="utf-8",
    )

    status = main(["--lab", str(SMALL), "--quick", "--playbook", str(playbook)])

    said = capfd.readouterr().out
    assert status == 1
    assert f" {words}" in said[said.rindex("not exact: ") :]
