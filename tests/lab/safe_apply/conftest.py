# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What tests of a safe change start from."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.lab.hosts.foreign_rules import FOREIGN, FOREIGN_ADDRESSES
from tests.lab.hosts.rules import FAMILIES
from tests.lab.over_ssh.safety import ssh_lab
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.world.lab import RunningNode


@pytest.fixture
def ssh() -> Iterator[SshLab]:
    """Nothing of ours is loaded; others' rules are."""
    with ssh_lab() as found:
        add_foreign_rules(found.lab["console"])
        yield found


def add_foreign_rules(node: RunningNode) -> None:
    for tool in FAMILIES:
        node.run([f"{tool}-restore", "--noflush"], stdin=FOREIGN.format(address=FOREIGN_ADDRESSES[tool]))
