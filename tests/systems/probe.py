# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks for a TCP port again and again, and keeps when anything answered."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

from tests.systems.site import Site

# A reset is an answer too: the packet has passed the firewall. Attempts overlap, so that one that hears nothing
# does not keep the next one waiting.
SCRIPT = """
import select, socket, sys, time
address, port, pause = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
family = socket.AF_INET6 if ":" in address else socket.AF_INET
waiting, began, poll = {}, {}, select.poll()
print("begun", flush=True)
while True:
    now = time.monotonic()
    for number in [number for number, since in began.items() if now - since > 0.3]:
        poll.unregister(number)
        waiting.pop(number).close()
        began.pop(number)
        print(now, "silent")
    asking = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
    if asking.connect_ex((address, port)) != 115:
        # There is no way to it: no cable, no neighbour.
        asking.close()
        print(now, "silent", flush=True)
        time.sleep(pause)
        continue
    waiting[asking.fileno()], began[asking.fileno()] = asking, now
    poll.register(asking, select.POLLOUT)
    until = now + pause
    while (left := until - time.monotonic()) > 0:
        for number, _event in poll.poll(left * 1000):
            error = waiting[number].getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            said = {0: "open", 111: "refused"}.get(error, "silent")
            poll.unregister(number)
            waiting.pop(number).close()
            print(began.pop(number), said, flush=said != "silent")
    sys.stdout.flush()
"""


@dataclass
class Answers:
    """Attempts: when they began, and what came: open, refused or silent."""

    attempts: list[tuple[float, str]] = field(default_factory=list)

    @property
    def heard(self) -> list[float]:
        """When an attempt began that was answered."""
        return [began for began, said in self.attempts if said != "silent"]

    @property
    def seconds(self) -> float:
        """Between the first attempt that was answered and the last."""
        heard = self.heard
        return max(heard) - min(heard) if heard else 0.0


@contextlib.contextmanager
def asking(site: Site, address: str, port: int, pause: float = 0.01) -> Iterator[Answers]:
    """Ask from the controller as long as the context lasts; the answers are complete at its end."""
    answers = Answers()
    process = site.python(SCRIPT, address, str(port), str(pause))
    assert process.stdout is not None
    assert process.stdout.readline() == "begun\n"

    def read() -> None:
        assert process.stdout is not None
        for line in process.stdout:
            began, _blank, said = line.strip().partition(" ")
            answers.attempts.append((float(began), said))

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield answers
    finally:
        process.kill()
        process.wait()
        reader.join()
        process.stdout.close()
