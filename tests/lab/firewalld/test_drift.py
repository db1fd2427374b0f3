# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider firewalld against a real firewalld: what drifts is repaired, at run time and in its files."""

from __future__ import annotations

import re

from tests.lab.firewalld.box import Box


def test_a_rule_removed_at_run_time(loaded: Box) -> None:
    rules = loaded.firewalld.cmd("--policy=portledger-host", "--list-rich-rules").splitlines()
    gone = next(rule for rule in rules if "icmp-type" in rule and "ipset" in rule)
    loaded.firewalld.cmd("--policy=portledger-host", f"--remove-rich-rule={gone}")
    assert loaded.apply() == ["+ icmp ha_icmp from ha_peer (1 address)"]
    assert loaded.reloads() == 0
    assert loaded.apply() == []


def test_a_rule_added_at_run_time(loaded: Box) -> None:
    loaded.firewalld.cmd("--policy=portledger-host", "--add-rich-rule=rule port port=9 protocol=tcp accept")
    assert loaded.apply() == ["- rule without a service: tcp/9 accept"]
    assert loaded.reloads() == 0
    assert loaded.apply() == []


def test_an_entry_changed_at_run_time(loaded: Box) -> None:
    name = next(
        path.name[:-4] for path in (loaded.root / "etc/firewalld/ipsets").iterdir() if b"ha_peer" in path.read_bytes()
    )
    loaded.firewalld.cmd(f"--ipset={name}", "--add-entry=198.18.250.0/24")
    assert loaded.apply() == ["~ ha_peer: -198.18.250.0/24"]
    assert loaded.reloads() == 0
    loaded.firewalld.cmd(f"--ipset={name}", "--remove-entry=198.18.1.2/32")
    assert loaded.repaired() == ["~ ha_peer: +198.18.1.2"]


def test_the_policy_taken_away_by_an_edit_and_a_reload(loaded: Box) -> None:
    (loaded.root / "etc/firewalld/policies/portledger-host.xml").unlink()
    loaded.firewalld.cmd("--reload")
    assert "+ tcp/514 syslog from log_sources (2 networks)" in loaded.repaired()


def test_permanent_files_that_drifted(loaded: Box) -> None:
    path = next(path for path in (loaded.root / "etc/firewalld/services").iterdir() if b"ha_drbd" in path.read_bytes())
    good = path.read_bytes()
    path.write_bytes(re.sub(rb'  <port port="7789" protocol="tcp"/>\n', b'  <port port="9" protocol="tcp"/>\n', good))
    assert loaded.repaired() == [
        "+ tcp/7789 ha_drbd from ha_peer (1 address)",
        "- tcp/9 without a service from ha_peer (IPv4)",
    ]
    assert path.read_bytes() == good
    path.write_bytes(b"no XML")
    assert loaded.apply() != []
    assert path.read_bytes() == good
    assert loaded.apply() == []


def test_a_policy_changed_by_firewalld_itself(loaded: Box) -> None:
    loaded.firewalld.cmd("--permanent", "--policy=portledger-host", "--add-port=9999/tcp")
    # It keeps a copy of what was there, which a removal must not leave.
    assert "policies/portledger-host.xml.old" in loaded.files()
    assert loaded.repaired() == ['- in the policy: <port port="9999" protocol="tcp" />']
