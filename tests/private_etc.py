# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds a mount namespace: what is written there, is written into a /run and an /etc that nobody else sees."""

from __future__ import annotations

from typing import Final

KEEP: Final = """
mount -t tmpfs tmpfs /run && mkdir /run/upper /run/work &&
    mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc && echo ready && exec cat
"""
"""For ``sh -c`` in that namespace. It says when it is ready, and ends with its input."""
