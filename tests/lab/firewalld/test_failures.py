# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider firewalld against a real firewalld: a failing load changes nothing, foreign rules outlive a reload."""

from __future__ import annotations

import re

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.provider import Firewalld
from tests.lab.firewalld.box import Box
from tests.lab.world.lab import Lab

FOREIGN = """*filter
:f2b-sshd - [0:0]
:FORWARD DROP [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j f2b-sshd
-A FORWARD -i somebody0 -j ACCEPT
-A f2b-sshd -j RETURN
COMMIT
"""


def test_what_others_have_at_run_time_only_outlives_a_reload(box: Box) -> None:
    cmd = box.firewalld.cmd
    cmd("--zone=public", "--add-service=https")
    cmd("--zone=public", "--add-rich-rule=rule family=ipv4 source address=198.18.3.0/24 accept")
    cmd("--zone=public", "--remove-service=ssh")
    cmd("--zone=work", "--add-source=198.18.4.0/24")
    box.node.run(["iptables-restore", "--noflush"], stdin=FOREIGN)
    zones, tables = cmd("--list-all-zones"), box.iptables()
    box.apply(scope="gateway")
    assert box.reloads() == 1
    assert cmd("--list-all-zones") == zones
    assert box.iptables() == tables
    box.apply(state="absent", scope="gateway")
    assert (cmd("--list-all-zones"), box.iptables()) == (zones, tables)
    box.node.run(["iptables", "-P", "FORWARD", "ACCEPT"])
    cmd("--reload")


def test_a_failing_load_changes_nothing(box: Box) -> None:
    before = box.state()
    # What fails over the bus, firewall-cmd has the words for.
    bus = {("busctl", "--system"): (1, "", "Call failed: somebody's")}
    box.broken = {**bus, ("firewall-cmd", "--check-config"): (1, "", "Error: INVALID_ZONE: somebody's")}
    with pytest.raises(RulesetError) as caught:
        box.apply()
    assert str(caught.value) == (
        "firewall-cmd --check-config: failed: Error: INVALID_ZONE: somebody's. Nothing was changed."
    )
    assert box.state() == before
    box.broken = {**bus, ("firewall-cmd", "--reload"): (1, "", "Error: COMMAND_FAILED")}
    with pytest.raises(RulesetError) as caught:
        box.apply()
    # The reload that would make the former files current fails as well here; what is in force was never touched.
    words = "firewall-cmd --reload: failed: Error: COMMAND_FAILED."
    assert str(caught.value) == f"{words} Putting back failed too: {words}"
    box.broken.clear()
    assert box.state() == before


def test_without_a_bus_that_answers(box: Box) -> None:
    box.broken = {("busctl", "--system"): (1, "", "Call failed: somebody's")}
    box.apply()
    assert ["firewall-cmd", "--check-config"] in box.calls
    assert ["firewall-cmd", "--reload"] in box.calls
    assert box.apply() == []
    box.broken.clear()
    assert box.apply() == []


def test_a_full_disk_changes_nothing(box: Box) -> None:
    before = box.state()
    services = str(box.root / "etc/firewalld/services")
    box.node.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "tmpfs", "/etc/firewalld/services"])
    with pytest.raises(RulesetError) as caught:
        box.apply()
    box.node.run(["umount", "/etc/firewalld/services"])
    text = re.sub(r"portledger-fh-\w+", "NAME", str(caught.value))
    assert text == f"{services}/NAME.xml: cannot be written: No space left on device. Nothing was changed."
    assert box.state() == before


def test_back_to_what_was(loaded: Box) -> None:
    host = loaded.host()
    before = loaded.state()
    data = Firewalld().save(Firewalld().read(host, "host"))
    loaded.apply(unlisted="leave", management=[])
    assert loaded.state() != before
    changed = loaded.files()
    present = Firewalld().read(host, "host")
    former = Firewalld().former(data, present)
    assert "+ unlisted: drop" in Firewalld().compare(host, "host", present, former)
    Firewalld().load(host, "host", present, former)
    assert loaded.state() == before
    assert Firewalld().compare(host, "host", Firewalld().read(host, "host"), former) == []
    # At boot: files only, from what was kept.
    loaded.apply(unlisted="leave", management=[])
    assert loaded.files() == changed
    table = loaded.table()
    Firewalld().put_back_files(host, data)
    assert loaded.files() == before[0]
    assert loaded.table() == table


def test_without_the_daemon(lab: Lab) -> None:
    box = Box(lab["collector"])
    box.apply()
    box.firewalld.stop()
    with pytest.raises(RulesetError) as caught:
        box.apply()
    assert str(caught.value) == (
        "firewalld is not running. Start it (systemctl start firewalld), or choose another provider."
    )
    assert box.apply(state="absent") != []
    assert not [path for path in box.files() if "portledger" in path or path == "direct.xml"]
