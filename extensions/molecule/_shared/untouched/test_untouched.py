# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host is as it was before our rules: nothing was loaded, written or started."""

from __future__ import annotations

from testinfra.host import Host

from tests.systems.verify import state


def test_nothing_was_touched(host: Host) -> None:
    assert state(host) == host.file("/root/before").content_string.rstrip("\n")


def test_no_trace_is_left(host: Host) -> None:
    found = host.check_output("find / /run -xdev -iname '*portledger*' ! -path '/root/*'")
    assert found == ""
