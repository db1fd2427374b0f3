# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a scenario of Molecule says of its systems, and which of it is refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.systems.image import find_image
from tests.systems.place import described
from tests.systems.system import BootError


def test_addresses() -> None:
    (found,) = described([{"name": "con1", "at": {"core": 11}}])
    assert (found.addresses, found.forwards) == (["198.18.41.11", "2001:db8:41::b"], False)


@pytest.mark.parametrize(
    ("platform", "message"),
    [
        ({"name": "con1"}, "con1: at: nothing is there. Write {core: 11} for number 11 of core"),
        ({"name": "con1", "at": {"home": 1}}, "con1: at: 'home' is none. Write one of: core, remote"),
        (
            {"name": "gw1", "at": {"core": 1, "remote": 2}},
            "gw1: at: a gateway has the number 1 in each. Write 1",
        ),
    ],
)
def test_what_is_refused(platform: dict[str, Any], message: str) -> None:
    with pytest.raises(BootError) as raised:
        described([platform])
    assert str(raised.value) == message


@pytest.mark.parametrize(
    ("image", "why"),
    [
        ("buzzard", "no root file system of buzzard: tests/systems/build has said why"),
        (
            "FOLDER",
            "there is no /sbin/init in it. Name a folder with the root file system of a distribution "
            "(podman export NAME | tar -x -C FOLDER), or bullseye, bookworm or trixie",
        ),
    ],
)
def test_an_image_that_cannot_be_had(image: str, why: str, tmp_path: Path) -> None:
    image = image.replace("FOLDER", str(tmp_path))
    with pytest.raises(BootError) as raised:
        find_image(image)
    assert str(raised.value) == f"the image '{image}' cannot be had: {why}"
