# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Messages keep all their parts, however long each of them is."""

from __future__ import annotations

import itertools

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import LONGEST_MESSAGE
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened

PARTS = ("con1", "qradar_addresses", "is not an address", "Write one")
LONG = ("x" * 5000, "\u202e" * 900, "東" * 5000)


def test_what_is_short_stands_as_it_is() -> None:
    host, variable, problem, remedy = PARTS
    assert complaint(host, variable, "y" * 150, problem, remedy) == (
        f"con1: qradar_addresses: '{'y' * 150}' is not an address. Write one."
    )


@pytest.mark.parametrize(("place", "long"), list(itertools.product(range(len(PARTS)), LONG)))
def test_each_part_is_there(place: int, long: str) -> None:
    parts = [*PARTS]
    parts[place] = f"begin {long} end"
    text = str(InputError(parts[0], parts[1], "z", parts[2], parts[3]))
    assert len(text) <= LONGEST_MESSAGE
    assert text.isprintable()
    for part in (*PARTS[:place], "begin ", " ... ", " end", *PARTS[place + 1 :], "'z'"):
        assert part in text


def test_all_parts_at_once() -> None:
    text = complaint("h" * 5000, "v" * 5000, "x" * 5000, "p" * 5000, "r" * 5000)
    assert len(text) <= LONGEST_MESSAGE
    for letter in "hvxpr":
        assert letter * 90 in text


def test_names_in_a_list_leave_room_for_the_rest() -> None:
    names = ["h" * 300, "web 1", *["x" * 5000] * 20]
    words = shortened(names, 12)
    assert len(words) < 1500
    assert words.startswith("h" * 300 + ", web 1, xxx")
    assert words.endswith("xxx and 18 more")
