# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What somebody else's tasks have made is there, whole and in order, beside ours."""

from __future__ import annotations

import json

from testinfra.host import Host


def test_their_table(host: Host) -> None:
    table = json.loads(host.check_output("nft -j list table inet hardening"))["nftables"]
    assert [one["rule"]["comment"] for one in table if "rule" in one] == ["banned", "monitoring", "no telnet"]
    assert [one["set"]["elem"] for one in table if "set" in one] == [["198.19.9.9"]]


def test_their_other_tasks(host: Host) -> None:
    assert host.file("/etc/issue.net").content_string == "Authorised use only.\n"
    assert host.service("nftables").is_enabled
