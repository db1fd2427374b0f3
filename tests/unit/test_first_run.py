# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The dossier of a first appliance: its page lists each question, and no address gets through the mask."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]


def load() -> Any:
    found = importlib.util.spec_from_file_location("first_run", ROOT / "playbooks/files/qradar_first_run.py")
    assert found is not None
    assert found.loader is not None
    module = importlib.util.module_from_spec(found)
    found.loader.exec_module(module)
    return module


def test_the_page_lists_each_question() -> None:
    page = (ROOT / "docs/providers/qradar_first_run.md").read_text(encoding="utf-8")
    questions = yaml.safe_load((ROOT / "playbooks/vars/qradar_first_run.yml").read_text(encoding="utf-8"))
    rows = [
        f"| `{one['id']}` | {one['assumption']} | `{one['command'].replace('|', chr(92) + '|')}` |"
        for one in questions["qradar_first_run_questions"]
    ]
    assert [line for line in page.splitlines() if line in rows] == rows


@pytest.mark.parametrize(
    "text",
    [
        "-s 10.1.2.3/32 -j ACCEPT",
        "10.1.2.3",
        "IP address is '10.1.2.3'",
        "10.1.2.3:22",
        "inet6 fd00:1::12/64 scope",
        "[fd00:1::12]:443",
        "::ffff:10.1.2.3",
        "link/ether 52:54:00:aa:bb:cc brd",
        "siem-console login",
        "siem-console.corp",
    ],
)
def test_masked(text: str) -> None:
    mask = load().Mask(b"key", {"siem-console": "host1"})
    found = mask.text(text)
    for real in ("10.1.2.3", "fd00:1::12", "52:54:00:aa:bb:cc", "siem-console"):
        assert real not in found
    assert found == mask.text(text)
    assert found != load().Mask(b"other", {"siem-console": "host2"}).text(text)


@pytest.mark.parametrize(
    "text",
    [
        "127.0.0.1/8 ::1/128 0.0.0.0/0 255.255.255.0 ff02::1",
        "[12:3456] -A INPUT -p tcp -m tcp --dport 10050 -j ACCEPT",
        "12:30:45 2021.6.12.20250101 7.5.0",
        ":INPUT ACCEPT [0:0]",
        "iptables v1.8.9 (nf_tables)",
    ],
)
def test_not_masked(text: str) -> None:
    assert load().Mask(b"key", {"siem-console": "host1"}).text(text) == text
