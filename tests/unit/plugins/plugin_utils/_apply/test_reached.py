# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which words of a failed connection prove that nothing was started on the host."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.reached import had_no_session


@pytest.mark.parametrize(
    "said",
    [
        "Failed to connect to the host via ssh: ssh: connect to host 127.0.0.1 port 1: Connection refused",
        "ssh: connect to host ep1 port 22: No route to host",
        "ssh: Could not resolve hostname ep1: Name or service not known",
        "Host key verification failed.",
        "root@198.18.1.1: Permission denied (publickey,password).",
        "Connection timed out during banner exchange",
        "kex_exchange_identification: Connection closed by remote host",
    ],
)
def test_it_was_never_made(said: str) -> None:
    assert had_no_session(said)


@pytest.mark.parametrize(
    "said",
    [
        "client_loop: send disconnect: Broken pipe",
        "Connection to 198.18.1.1 closed by remote host.",
        "Connection reset by 198.18.1.1 port 22",
        "Timeout, server 198.18.1.1 not responding.",
        "mux_client_request_session: read from master failed: Broken pipe",
        "sh: /opt/x: Permission denied",
        "",
    ],
)
def test_it_may_have_been(said: str) -> None:
    assert not had_no_session(said)
