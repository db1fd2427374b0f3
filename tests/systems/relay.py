# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ProxyCommand of SSH: connects in the namespace that it runs in, and hands the connection over (ProxyUseFdpass)."""

import socket
import sys

connection = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=10)
connection.setblocking(True)
socket.send_fds(socket.socket(fileno=1), [b"\0"], [connection.fileno()])
