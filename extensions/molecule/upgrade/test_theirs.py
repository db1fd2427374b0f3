# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is left of the rules that were there before."""

from __future__ import annotations

from testinfra.host import Host

from tests.systems.verify import provider_of


def test_their_rules_are_gone(host: Host) -> None:
    if provider_of(host) == "iptables":
        rules = host.check_output("iptables -S INPUT").splitlines()
        assert (len(rules), rules[0]) == (2, "-P INPUT ACCEPT")
        assert "PORTLEDGER-IN" in rules[1]
    else:
        assert host.check_output("firewall-cmd --zone=public --list-ports") == ""
