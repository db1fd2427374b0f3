# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each restart: the rules were loaded before the first SSH answer, by packets and by the order of the units."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from tests.systems.verify import boots, expected, name_of, provider_of

# Whose end says that the rules are there, where it is not the unit that loads them.
UNITS = {"firewalld": "portledger-{scope}-wait.service", "qradar": "iptables.service"}


def test_strangers_heard_nothing() -> None:
    found = boots()
    if not found:
        pytest.skip("nothing was restarted so far")
    wrong = []
    for boot in found:
        for question, said in boot["asked"].items():
            # Answers from before the restart count, too: they say that the question works.
            if question.startswith("controller >"):
                right = said["after"] > 0
            else:
                right = said["attempts"] > 30 and said["after"] == 0
            if not right:
                wrong.append(f"{boot['name']}: {question}: {said}")
    assert wrong == [], "\n".join(wrong)


def test_units_came_in_order(host: Host) -> None:
    scope = "gateway" if name_of(host) in expected()["scopes"]["gateway"] else "host"
    ours = UNITS.get(provider_of(host), "portledger-{scope}.service").format(scope=scope)
    units = (ours, "network-pre.target", "systemd-networkd.service", "ssh.service")
    if name_of(host) not in {boot["name"] for boot in boots()}:
        pytest.skip("it was not restarted so far")
    entered = []
    for unit in units:
        property_ = "ActiveEnterTimestampMonotonic"
        entered.append(int(host.check_output("systemctl show %s --property=%s --value", unit, property_)))
    rules, before_network, network, ssh = entered
    assert 0 < rules <= before_network < network
    assert rules < ssh
    assert host.check_output("journalctl --boot --no-pager | grep -i 'ordering cycle' || :") == ""
