# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml and remove.yml where Ansible does not take one task after the other on all hosts: none is left out."""

from __future__ import annotations

import pytest

from tests.lab.hosts.rules import HOSTS
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL


@pytest.mark.parametrize("strategy", ["free", "host_pinned"])
def test_each_host_is_reached(strategy: str) -> None:
    with Lab.start(SMALL, extra_variables={"host_firewall_provider": "nftables"}) as lab:
        for playbook in (SITE, REMOVE):
            # One at a time, so that some have ended when others begin.
            run = record_playbook(lab, playbook, "--forks", "1", ANSIBLE_STRATEGY=strategy)
            assert run.run.ok, run.run.stdout
            assert run.run.changed == dict.fromkeys(HOSTS, 1), run.run.stdout
