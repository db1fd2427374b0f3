# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the vendor's table knows the ports that somebody listens on."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.listeners import add_documentation
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog

PLAN: dict[str, Any] = {
    "flows": [
        {"service": "syslog", "ports": ["tcp/514", "udp/514"], "comment": None},
        {"service": "imq_dynamic", "ports": ["tcp/32001-65535"], "comment": None},
        {"service": "extra_flow", "ports": ["tcp/10050", "icmp"], "comment": "monitoring"},
    ]
}


@pytest.mark.parametrize(
    ("port", "documented", "services"),
    [
        ("tcp/514", "network", ["syslog"]),
        ("tcp/10050", "network", ["extra_flow (monitoring)"]),
        ("tcp/2222", "network", ["ssh"]),
        # What is for the host itself, whatever else has a wide range.
        ("tcp/1514", "local", ["syslog_ng"]),
        ("tcp/32006", "elsewhere", ["ariel_query"]),
        ("tcp/40000", "wide", ["imq_dynamic"]),
        ("udp/40000", "no", []),
        ("udp/10050", "no", []),
    ],
)
def test_what_documents_a_port(port: str, documented: str, services: list[str]) -> None:
    transport, _slash, number = port.partition("/")
    listener: dict[str, Any] = {"transport": transport, "port": int(number)}
    add_documentation([listener], PLAN, [2222], load_catalog())
    assert (listener["documented"], listener["services"]) == (documented, services)
