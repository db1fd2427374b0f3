# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Single values, as YAML and as INI inventories give them."""

from __future__ import annotations

import datetime

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import (
    as_boolean,
    as_date,
    as_list,
    as_mapping,
    as_networks,
    as_number,
    as_ports,
    as_words,
)

PLACE = ("h", "v")


class Text(str):
    """Ansible's own strings are such a class."""


@pytest.mark.parametrize(
    ("value", "meaning"),
    [
        *((value, True) for value in (True, 1, "1", "true", "True", "yes", "on", "ON", Text("yes"))),
        *((value, False) for value in (False, 0, "0", "false", "FALSE", "no", "off", Text("off"))),
    ],
)
def test_boolean(value: object, meaning: bool) -> None:
    assert as_boolean(*PLACE, value) is meaning


@pytest.mark.parametrize("value", [None, "", "y", "2", 2, -1, 1.0, [], [True], {"true": 1}])
def test_no_boolean(value: object) -> None:
    with pytest.raises(InputError) as refusal:
        as_boolean(*PLACE, value)
    assert str(refusal.value) == f"h: v: {value!r} is neither true nor false. Write true or false."


@pytest.mark.parametrize(("value", "meaning"), [(0, 0), ("0", 0), ("007", 7), (9, 9), (Text("3"), 3)])
def test_number(value: object, meaning: int) -> None:
    assert as_number(*PLACE, value, 0, 9) == meaning


@pytest.mark.parametrize("value", [None, "", -1, "-1", 10, "1e0", 1.0, True, "١", [1], " 1"])
def test_no_number(value: object) -> None:
    with pytest.raises(InputError) as refusal:
        as_number(*PLACE, value, 0, 9)
    assert str(refusal.value) == f"h: v: {value!r} is not a whole number from 0 to 9. Write a number."


@pytest.mark.parametrize(
    "value",
    ["2027-03-31", Text("2027-03-31"), datetime.date(2027, 3, 31), datetime.datetime(2027, 3, 31, 23, 59)],
)
def test_date(value: object) -> None:
    assert as_date(*PLACE, value) == datetime.date(2027, 3, 31)


@pytest.mark.parametrize(
    "value", ["", "2027-3-31", "20270331", 20270331, "2027-W13-3", "2027-02-29", "soon", None, True]
)
def test_no_date(value: object) -> None:
    with pytest.raises(InputError) as refusal:
        as_date(*PLACE, value)
    assert str(refusal.value) == f"h: v: {value!r} is not a date. Write year, month and day, such as 2027-03-31."


def test_lists() -> None:
    assert as_list(*PLACE, None) == []
    assert as_list(*PLACE, ("a", None)) == ["a", None]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ("a", "h: v: 'a' is a string instead of a list. Write [a]."),
        (1, "h: v: 1 is not a list. Write a list."),
        (False, "h: v: False is not a list. Write a list."),
        ({}, "h: v: {} is not a list. Write a list."),
    ],
)
def test_no_list(value: object, message: str) -> None:
    with pytest.raises(InputError) as refusal:
        as_list(*PLACE, value)
    assert str(refusal.value) == message


def test_mappings() -> None:
    assert as_mapping(*PLACE, None, "form") == {}
    assert as_mapping(*PLACE, {"a": None}, "form") == {"a": None}


@pytest.mark.parametrize("value", [[], "a: 1", {1: 2}, {None: 1}, False])
def test_no_mapping(value: object) -> None:
    with pytest.raises(InputError) as refusal:
        as_mapping(*PLACE, value, "it so")
    assert str(refusal.value) == f"h: v: {value!r} is not a mapping. Write it so."


def test_words_networks_and_ports() -> None:
    assert as_words(*PLACE, ["b", "a", "b"], ("a", "b"), "letter") == ("b", "a", "b")
    assert as_networks(*PLACE, ["198.18.1.1", "198.18.1.0"]).ipv4 == ["198.18.1.0/31"]
    assert [str(port) for port in as_ports(*PLACE, ["tcp/2", "icmp"])] == ["tcp/2", "icmp"]
