# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter to_ruleset gives the block that the provider qradar writes, and nothing differs after it is put there."""

from __future__ import annotations

import datetime

from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from tests.lab.hosts.qradar.stand_in import TOOL, install_stand_in, read_bytes, write_file
from tests.lab.oracle.plans import make_planner
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.qradar.hosts import pre, said
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL
from tests.lab.world.topology import load_topology

FAMILIES = {"ipv4": "iptables", "ipv6": "ip6tables"}
SCOPES = {"console": "host", "collector": "host", "gateway": "gateway"}
MANAGEMENT = ["198.18.9.0/24", "2001:db8:9::/64"]
VARIABLES = {
    **{f"{scope}_firewall_provider": "qradar" for scope in ("host", "gateway")},
    **{f"{scope}_firewall_management": MANAGEMENT for scope in ("host", "gateway")},
}


def offline() -> dict[str, dict[str, str]]:
    """What the filter makes for each host, by family."""
    planner = make_planner(load_topology(SMALL), datetime.date.today())
    made = {}
    for name, scope in SCOPES.items():
        made[name] = to_ruleset(planner.plan(name, scope), provider="qradar", management=MANAGEMENT)
    return {name: blocks for name, blocks in made.items() if isinstance(blocks, dict)}


def test_what_the_provider_writes() -> None:
    made = offline()
    with Lab.start(SMALL, extra_variables=VARIABLES) as lab:
        for name in SCOPES:
            install_stand_in(lab[name])
        before = {(name, one): read_bytes(lab[name], pre(one)) for name in SCOPES for one in FAMILIES.values()}
        first = record_playbook(lab, SITE)
        assert first.run.ok, first.run.stdout
        for name, scope in SCOPES.items():
            assert said(first, name)["management"]["connection"] is None
            for family, tables in FAMILIES.items():
                block = made[name][family].encode()
                assert block.startswith(f"# BEGIN portledger.qradar {scope}\n".encode())
                written = read_bytes(lab[name], pre(tables)) or b""
                # The block once, and nothing beside it.
                assert written.count(block) == 1
                assert written.replace(block, b"") == before[name, tables]
        assert record_playbook(lab, REMOVE).run.ok
        for name in SCOPES:
            for family, tables in FAMILIES.items():
                own = before[name, tables] or b""
                assert read_bytes(lab[name], pre(tables)) == own
                # By hand, ahead of the file's own rules.
                write_file(lab[name], pre(tables), made[name][family] + own.decode())
            lab[name].run([TOOL])
        second = record_playbook(lab, SITE)
        assert second.run.ok, second.run.stdout
        # Of ours, only the program is missing.
        program = ["~ what takes the rules back by hand: written again"]
        found = {name: lines for name, lines in second.differences().items() if lines}
        assert found == dict.fromkeys(SCOPES, program)
