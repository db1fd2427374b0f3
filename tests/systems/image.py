# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finds what the systems of a scenario are made of.

python -m tests.systems.image IMAGE      prints the folder; fails where it cannot be had
"""

from __future__ import annotations

import sys
from pathlib import Path

from tests.systems.system import BootError, build


def find_image(image: str) -> Path:
    """The root file system that an image is: a suite of Debian, built where it is not there yet, or a folder.

    Raises BootError, naming the image, where it cannot be had.
    """
    if not image.startswith("/"):
        try:
            return build(image)
        except BootError as error:
            raise BootError(f"the image '{image}' cannot be had: {error}") from None
    folder = Path(image)
    if not any((folder / path).exists() for path in ("sbin/init", "usr/sbin/init", "lib/systemd/systemd")):
        raise BootError(
            f"the image '{image}' cannot be had: there is no /sbin/init in it. Name a folder with the root file system "
            "of a distribution (podman export NAME | tar -x -C FOLDER), or bullseye, bookworm or trixie"
        )
    return folder


def main() -> None:
    try:
        print(find_image(sys.argv[1]))
    except BootError as error:
        sys.exit(f"image: {error}")


if __name__ == "__main__":
    main()
