# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Somebody who answers on a port, and somebody who asks many at once."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Sequence

from tests.lab.world.lab import RunningNode

# Until its input ends: nsenter passes no signal on.
_LISTEN = """
import socket, sys, threading
def serve(ear):
    while True:
        stream, _peer = ear.accept()
        stream.sendall(b"container")
        stream.close()
for family in (socket.AF_INET, socket.AF_INET6):
    ear = socket.create_server(("", int(sys.argv[1])), family=family, backlog=64)
    threading.Thread(target=serve, args=(ear,), daemon=True).start()
print("ready", flush=True)
sys.stdin.read()
"""
# All at once; an answer is the first bytes of whoever listens.
_REACH = """
import json, socket, sys, threading
targets, found = json.loads(sys.argv[1]), {}
def reach(number, address, port):
    try:
        with socket.create_connection((address, port), 1.2) as stream:
            stream.settimeout(1.2)
            found[number] = stream.recv(9).decode()
    except OSError:
        pass
threads = [threading.Thread(target=reach, args=(number, *target)) for number, target in enumerate(targets)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
print(json.dumps(sorted(found)))
"""


def listen(node: RunningNode, port: int, inside: Sequence[str] = ()) -> subprocess.Popen[str]:
    """Answer every connection to a TCP port of a node with a few bytes, until end() is called."""
    listener = node.popen(
        [*inside, sys.executable, "-c", _LISTEN, str(port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert listener.stdout is not None
    assert listener.stdout.readline() == "ready\n"
    return listener


def end(listener: subprocess.Popen[str]) -> None:
    listener.communicate(timeout=30)


def reached(node: RunningNode, targets: Sequence[tuple[str, int]], inside: Sequence[str] = ()) -> set[tuple[str, int]]:
    """Which of some TCP ports answer to a node with data."""
    out = node.run([*inside, sys.executable, "-c", _REACH, json.dumps(list(targets))]).stdout
    return {targets[number] for number in json.loads(out)}
