# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Knocks at an SSH daemon five times a second, and says of each attempt when it began and whether it got in.

Run inside a node. The kernels of two nodes shake hands without any process, so the first packet gets its answer at once
or was dropped, however busy this machine is: an attempt whose first packet had to be sent again was shut out. The
daemon's own answer may take its time.
"""

from __future__ import annotations

import errno
import select
import socket
import sys
import threading
import time

_EVERY = 0.2
# The first packet is sent again after a second.
_HANDSHAKE_MILLISECONDS = 900
_BANNER_SECONDS = 20.0
_TOTAL_RETRANSMISSIONS = 100  # where struct tcp_info has them

_printing = threading.Lock()


def _enters(address: str) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET) as stream:
        stream.setblocking(False)
        if stream.connect_ex((address, 22)) not in (0, errno.EINPROGRESS):
            return False
        waiting = select.poll()
        waiting.register(stream, select.POLLOUT)
        if not waiting.poll(_HANDSHAKE_MILLISECONDS) or stream.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            return False
        told = stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TOTAL_RETRANSMISSIONS + 4)
        if int.from_bytes(told[_TOTAL_RETRANSMISSIONS:], sys.byteorder):
            return False
        stream.settimeout(_BANNER_SECONDS)
        try:
            return stream.recv(4) == b"SSH-"
        except OSError:
            return False


def _knock(address: str, began: float) -> None:
    entered = _enters(address)
    with _printing:
        print(began, int(entered), flush=True)


def main() -> None:
    address = sys.argv[1]
    while True:
        began = time.monotonic()
        threading.Thread(target=_knock, args=(address, began), daemon=True).start()
        time.sleep(max(0.0, began + _EVERY - time.monotonic()))


if __name__ == "__main__":
    main()
