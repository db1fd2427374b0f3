# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider firewalld against a real firewalld: packets, first and later runs, removal."""

from __future__ import annotations

import pytest

from tests.lab.demo.demo import demo
from tests.lab.demo.screen import Screen
from tests.lab.firewalld.box import Box
from tests.lab.hosts.firewalld import Firewalld, start_firewalld
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL
from tests.unit.plugins.module_utils.support import golden_plan


def start_everywhere(lab: Lab) -> list[Firewalld]:
    for node in lab.nodes():
        if node.node.forwards:
            # What crosses the gateway and is not ours is up to zones, which let nothing through by default.
            change = "s/^DefaultZone=.*/DefaultZone=trusted/"
            node.run(["sed", "-i", change, "/etc/firewalld/firewalld.conf"])
    return [start_firewalld(node) for node in lab.nodes() if node.node.managed]


def test_exactly_the_documented_flows_pass_and_remove_leaves_nothing() -> None:
    with Lab.start(SMALL) as lab:
        started = start_everywhere(lab)
        files = [
            one.node.run(["sh", "-c", "cd /etc/firewalld; find . -type f | xargs md5sum"]).stdout for one in started
        ]
        check = record_playbook(lab, SITE, "--check")
        assert demo(lab, Screen(), SITE, quick=True) == []
        policies = [one.cmd("--get-policies") for one in started]
        assert policies == [
            "allow-host-ipv6 portledger-host",
            "allow-host-ipv6 portledger-host",
            "allow-host-ipv6 portledger-gw",
        ]
        assert "+ tcp/514 syslog from log_sources (2 networks)" in check.differences()["console"]
        removed = record_playbook(lab, REMOVE)
        assert removed.run.ok, removed.run.stdout
        assert sorted(removed.run.changed) == ["collector", "console", "gateway"]
        after = [
            one.node.run(["sh", "-c", "cd /etc/firewalld; find . -type f | xargs md5sum"]).stdout for one in started
        ]
        assert after == files
        for one in started:
            one.stop()


def test_first_run_and_second(box: Box) -> None:
    lines = box.repaired()
    assert "+ tcp/514 syslog from log_sources (2 networks)" in lines
    assert "+ icmp ha_icmp from ha_peer (1 address)" in lines
    assert '+ tcp/8443 extra_flow (nightly backup) from backup "probe" (1 network)' in lines
    assert "+ unlisted: drop" in lines
    assert "+ management tcp/22 from 198.18.9.0/24" in lines
    assert not [line for line in lines if not line.startswith("+ ")]
    box.apply()
    # One question to firewalld, one to nft, one to ipset, one a family where containers may be; two about others.
    asked = [call[:2] for call in box.calls]
    assert [call[0] for call in asked if call[0] in ("busctl", "firewall-cmd")] == ["busctl"]
    assert len(asked) <= 7, asked


def test_scopes_are_independent(box: Box) -> None:
    box.apply()
    host = box.files()
    box.repaired(scope="gateway", egress="drop")
    both = box.files()
    box.apply(state="absent")
    assert not [path for path in box.files() if "portledger-fh" in path]
    assert box.apply(check=True, scope="gateway", egress="drop") == []
    box.apply()
    assert box.files() == both
    box.apply(state="absent", scope="gateway")
    assert box.files() == host
    assert box.apply(check=True) == []


@pytest.mark.parametrize("unlisted", ["log", "leave"])
def test_unlisted_and_egress(box: Box, unlisted: str) -> None:
    assert f"+ unlisted: {unlisted}" in box.repaired(unlisted=unlisted) or unlisted == "leave"
    assert "target: CONTINUE" in box.firewalld.cmd("--info-policy=portledger-host")
    box.repaired(scope="gateway", unlisted=unlisted, egress="drop")
    assert "daddr != @portledger-fg4-" in box.table()


def test_new_addresses_and_management_need_no_reload(loaded: Box) -> None:
    plan = golden_plan("host")
    plan["sets"]["component"]["ipv4"].append("198.18.77.0/24")
    assert loaded.apply(plan=plan, management=["198.18.8.0/24"]) == [
        "~ component: +198.18.77.0/24",
        "- management tcp/22 from 198.18.9.0/24",
        "- management tcp/22 from 2001:db8:9::/64",
        "+ management tcp/22 from 198.18.8.0/24",
    ]
    assert loaded.reloads() == 0
    assert loaded.apply(plan=plan, management=["198.18.8.0/24"]) == []
    loaded.firewalld.cmd("--reload")
    assert loaded.apply(plan=plan, management=["198.18.8.0/24"]) == []
