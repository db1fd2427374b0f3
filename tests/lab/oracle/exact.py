# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a running lab lets pass exactly what the table says, by packets."""

from __future__ import annotations

from tests.lab.oracle import report
from tests.lab.oracle.oracle import Oracle
from tests.lab.oracle.tried_ports import choose_ports
from tests.lab.traffic.probe import probe
from tests.lab.world.lab import Lab
from tests.lab.world.topology import Address, Node, Topology


def find_mistakes(lab: Lab, topology: Topology) -> report.Findings:
    """Each pair of nodes, both families, each port of the catalog (wide ranges at their ends) and 200 others."""
    oracle = Oracle(topology)
    ports, _known = choose_ports(oracle, quick=True)

    def expected(_source: Node, source: Address, _destination: Node, destination: Address, transport: str) -> int:
        return oracle.verdict(source, destination).allowed[transport]

    return report.judge(probe(lab, ports, expected=expected), oracle)


def assert_exact(lab: Lab, when: str, topology: Topology | None = None) -> None:
    """No packet passes that should not, and none is lost that should pass; and there were both kinds.

    topology: what the lab has become, where that is not what it was started as.
    """
    found = find_mistakes(lab, topology or lab.topology)
    assert [str(one) for one in found.false_opens] == [], f"false opens {when}"
    assert [str(one) for one in found.false_closes] == [], f"false closes {when}"
    assert found.listed, f"nothing passed {when}: this proves nothing"
    assert found.dropped, f"nothing was dropped {when}: this proves nothing"
