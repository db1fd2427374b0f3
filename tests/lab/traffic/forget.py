# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Has a node's kernel forget all connections that it tracks."""

from __future__ import annotations

import sys
from typing import Final

from tests.lab.world.lab import RunningNode

# Socket and message as in linux/netlink.h and linux/netfilter/nfnetlink_conntrack.h: delete, and say that it is done.
_PROGRAM: Final = (
    "import socket, struct; s = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 12); s.bind((0, 0)); "
    "s.send(struct.pack('=IHHIIBBH', 20, 0x102, 5, 1, 0, 0, 0, 0)); s.recv(4096)"
)


def forget_connections(node: RunningNode) -> None:
    """A connection that the kernel knows is not new, and is translated no more."""
    node.run([sys.executable, "-c", _PROGRAM])
