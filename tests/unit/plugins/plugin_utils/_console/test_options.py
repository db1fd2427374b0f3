# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of the inventory plugin, refused before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.options import read_options
from tests.console.server import TOKEN

OPTIONS: list[tuple[dict[str, Any], str]] = [
    (
        {"url": None},
        "url: None is not set. Write the console's address, such as https://console.example.com, or set QRADAR_URL.",
    ),
    (
        {"url": "http://con"},
        "url: 'http://con' is not https, so the token could be read on the way. Write the console's address, such as "
        "https://console.example.com.",
    ),
    (
        {"url": "https://u:secret@con"},
        "url: '(hidden)' has a user name or a password in it. Write the console's address, such as "
        "https://console.example.com, and use a token.",
    ),
    (
        {"url": "https://con/console"},
        "url: 'https://con/console' has more than a host and a port. Write the console's address, such as "
        "https://console.example.com.",
    ),
    (
        {"url": "https://"},
        "url: 'https://' names no host. Write the console's address, such as https://console.example.com.",
    ),
    (
        {"url": "https://con:x"},
        "url: 'https://con:x' is not a URL. Write the console's address, such as https://console.example.com.",
    ),
    (
        {"token": "{{ secret_token }}"},
        "token: '(hidden)' is a template, which this option does not take. Use token_file, QRADAR_TOKEN or !vault.",
    ),
    (
        {"token": "two words\n"},
        "token: '(hidden)' is not a token: 1 to 512 letters, digits and signs, without white space. Write it as "
        "Admin > "
        "Authorized Services shows it, in one line.",
    ),
    (
        {"api_version": "new"},
        "api_version: 'new' is not a version of the API. Write it as \"26.0\", in quotation marks, or leave it out "
        "for the "
        "console's newest.",
    ),
    ({"timeout": 0}, "timeout: 0 is not a whole number from 1 to 600. Write a number."),
    ({"retries": 99}, "retries: 99 is not a whole number from 0 to 10. Write a number."),
    (
        {"nat_groups": [1]},
        "nat_groups: [1] is not a mapping. Write each NAT group with the private addresses in it, such as {1: "
        "[198.18.21.0/24]}.",
    ),
    ({"nat_groups": {"x": []}}, "nat_groups: 'x' is not a whole number from 0 to 2147483647. Write a number."),
    (
        {"nat_groups": {1: ["198.18.21.1/24"]}},
        "nat_groups.1: '198.18.21.1/24' has host bits set. Write 198.18.21.0/24 for the network or 198.18.21.1/32 "
        "for the one "
        "address.",
    ),
    (
        {"nat_groups": {1: ["198.18.21.0/24"], 2: ["198.18.21.0/24"]}},
        "nat_groups.2: '198.18.21.0/24' is in the NAT group 1, too. List it in one of them.",
    ),
]


@pytest.mark.parametrize(("given", "message"), OPTIONS, ids=[message[:40] for _given, message in OPTIONS])
def test_options_are_checked_before_anything_is_sent(given: dict[str, Any], message: str) -> None:
    options = {"url": "https://con", "api_version": None, "timeout": 5, "retries": 2, "nat_groups": {}}
    token = given.pop("token", TOKEN) if "token" in given else TOKEN
    with pytest.raises(InputError) as error:
        read_options("x.qradar.yml", {**options, **given}, token)
    assert str(error.value) == f"x.qradar.yml: {message}"


def test_a_token_is_in_no_repr() -> None:
    options = read_options(
        "x", {"url": "https://con", "api_version": None, "timeout": 5, "retries": 2, "nat_groups": {}}, TOKEN
    )
    assert TOKEN not in f"{options} {options!r} {options.token}"
    assert options.headers()["SEC"] == TOKEN
    assert options.redacted(f"SEC: {TOKEN}") == "SEC: (hidden)"
