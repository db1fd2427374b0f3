# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Everyday traffic of one node: it answers, and it asks others at a steady pace. Run inside the node by everyday.py.

Input, a line each: what to do (JSON), then names of steps, then "finish". Output: "ready", then the numbers of each
step and flow (JSON). What was begun in a step counts there. It goes on answering until its input ends.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import selectors
import socket
import struct
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_PATIENCE = 15.0  # seconds: a SYN that is lost again and again is sent after 1, 3, 7 s
_LAST_WORDS = 5.0  # seconds that answers may take at the end
_RETRANSMITTED = 100  # of struct tcp_info: segments sent again, in all
_NEEDLESSLY = 216  # those of them of which the other end said that it had them already (newer kernels)
SERVED = "lasting streams of others"
_NAMES = {"tcp": socket.SOCK_STREAM, "udp": socket.SOCK_DGRAM}


def again(stream: socket.socket) -> int:
    """Segments that had to be sent again since they, or word of them, were lost."""
    info = stream.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
    sent: int = struct.unpack_from("I", info, _RETRANSMITTED)[0]
    needless: int = struct.unpack_from("I", info, _NEEDLESSLY)[0] if len(info) >= _NEEDLESSLY + 4 else 0
    return max(0, sent - needless)


def _with_checksum(message: bytes) -> bytes:
    """Of ICMP; the kernel does that for ICMPv6."""
    total = sum(struct.unpack(f"!{len(message) // 2}H", message))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return message[:2] + struct.pack("!H", ~total & 0xFFFF) + message[4:]


class Flow:
    """One kind of traffic to one destination, and what became of it by step."""

    def __init__(self, agent: Agent, given: dict[str, Any]) -> None:
        self.agent = agent
        self.name: str = given["name"]
        self.source: str = given["source"]
        self.target = (given["destination"], given["port"])
        self.kind: str = given["kind"]
        self.every: float = given["every"]
        self.family = socket.AF_INET6 if ":" in self.source else socket.AF_INET
        self.due = time.monotonic()
        self.last = self.due
        self.numbers: dict[str, dict[str, float]] = {}
        self.waiting: dict[int, tuple[str, float]] = {}
        self.serial = 0
        self.sent_again = 0
        self.tail = b""
        self.mouth: socket.socket | None = None

    def count(self, step: str, what: str, by: float = 1) -> None:
        there = self.numbers.setdefault(step, {})
        there[what] = there.get(what, 0) + by

    def longest(self, step: str, seconds: float) -> None:
        there = self.numbers.setdefault(step, {})
        there["longest"] = max(there.get("longest", 0), seconds)

    def open(self) -> None:
        """What lasts the whole time: a stream, a socket for datagrams."""
        if self.kind == "icmp":
            kind, protocol = socket.SOCK_DGRAM, socket.getprotobyname("icmp")
            if self.family == socket.AF_INET6:
                protocol = socket.getprotobyname("ipv6-icmp")
            self.mouth = socket.socket(self.family, kind, protocol)
        else:
            self.mouth = socket.socket(self.family, _NAMES["udp" if self.kind == "udp" else "tcp"])
        self.mouth.bind((self.source, 0))
        self.mouth.settimeout(_PATIENCE)
        if self.kind != "icmp":
            self.mouth.connect(self.target)
        if self.kind in ("stream", "push"):
            self.mouth.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.mouth.send(b"s" if self.kind == "stream" else b"p")
        self.mouth.setblocking(False)
        self.agent.listen(self.mouth, self.hear)

    def ask(self, now: float) -> None:
        """Send what is due."""
        step = self.agent.step
        if self.kind in ("push", "dead"):
            return
        self.serial += 1
        if self.kind == "new":
            New(self, step)
            return
        assert self.mouth is not None
        self.waiting[self.serial] = (step, now)
        self.count(step, "sent")
        message = struct.pack("!Q", self.serial)
        try:
            if self.kind == "icmp":
                echo = 128 if self.family == socket.AF_INET6 else 8
                self.mouth.sendto(struct.pack("!BBHHH", echo, 0, 0, 0, self.serial & 0xFFFF) + message, self.target)
            else:
                self.mouth.send(message)
        except OSError as error:
            self.fail(error)

    def fail(self, error: OSError) -> None:
        if error.errno != errno.EAGAIN or self.kind in ("stream", "push"):
            self.count(self.agent.step, errno.errorcode.get(error.errno or 0, str(error)))
        if self.kind in ("stream", "push") and self.mouth is not None:
            self.count(self.agent.step, "cut")
            self.agent.forget(self.mouth)
            self.kind = "dead"
            self.every = 1e9

    def hear(self, _events: int) -> None:
        assert self.mouth is not None
        now = time.monotonic()
        try:
            data = self.mouth.recv(65536)
        except OSError as error:
            self.fail(error)
            return
        if self.kind in ("stream", "push") and not data:
            self.fail(ConnectionResetError(errno.ECONNRESET, "closed"))
            return
        self.longest(self.agent.step, now - self.last)
        self.last = now
        if self.kind == "icmp":
            data = data[8:]
        data = self.tail + data
        whole = len(data) // 8 * 8
        self.tail = data[whole:] if self.kind in ("stream", "push") else b""
        for (serial,) in struct.iter_unpack("!Q", data[:whole]):
            if self.kind == "push":
                self.count(self.agent.step, "sent")
                self.count(self.agent.step, "answered")
                if serial != self.serial:
                    self.count(self.agent.step, "wrong")
                self.serial = serial + 1
            elif serial in self.waiting:
                step, began = self.waiting.pop(serial)
                self.count(step, "answered")
                self.longest(step, now - began)

    def close_step(self) -> None:
        """Segments of a lasting stream that were sent again in the step that ends."""
        if self.kind == "stream" and self.mouth is not None:
            known, self.sent_again = self.sent_again, again(self.mouth)
            self.count(self.agent.step, "again", self.sent_again - known)
            self.longest(self.agent.step, time.monotonic() - self.last)

    def finish(self) -> None:
        for step, _began in self.waiting.values():
            self.count(step, "lost")


class New:
    """One new connection: opened, a word and its answer, closed."""

    def __init__(self, flow: Flow, step: str) -> None:
        self.flow, self.step = flow, step
        self.began = time.monotonic()
        self.mouth = socket.socket(flow.family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        flow.count(step, "sent")
        self.mouth.setsockopt(socket.IPPROTO_IP, socket.IP_BIND_ADDRESS_NO_PORT, 1)
        self.mouth.bind((flow.source, 0))
        code = self.mouth.connect_ex(flow.target)
        if code not in (0, errno.EINPROGRESS):
            self.end(errno.errorcode[code])
            return
        flow.agent.opening[self] = None
        flow.agent.listen(self.mouth, self.go_on, selectors.EVENT_WRITE)

    def go_on(self, events: int) -> None:
        code = self.mouth.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            self.end(errno.errorcode[code])
            return
        if events & selectors.EVENT_WRITE:
            if again(self.mouth):
                self.flow.count(self.step, "again")
            self.mouth.send(b"n")
            self.flow.agent.selector.modify(self.mouth, selectors.EVENT_READ, self.go_on)
            return
        try:
            self.end("answered" if self.mouth.recv(1) == b"N" else "closed early")
        except OSError as error:
            self.end(errno.errorcode.get(error.errno or 0, str(error)))

    def end(self, what: str) -> None:
        self.flow.count(self.step, what)
        self.flow.longest(self.step, time.monotonic() - self.began)
        self.flow.agent.opening.pop(self, None)
        self.flow.agent.forget(self.mouth)


class Agent:
    def __init__(self) -> None:
        self.selector = selectors.DefaultSelector()
        self.step = ""
        self.flows: list[Flow] = []
        self.opening: dict[New, None] = {}
        self.pushing: dict[socket.socket, int] = {}
        # The other ends of lasting streams: segments that they had to send again, and of each step all of them.
        self.lasting: dict[socket.socket, int] = {}
        self.served: dict[str, dict[str, float]] = {}
        self.asking = True
        self.input = b""
        self.reported = False

    def listen(self, end: socket.socket, call: Callable[[int], None], events: int = selectors.EVENT_READ) -> None:
        self.selector.register(end, events, call)

    def forget(self, end: socket.socket) -> None:
        with contextlib.suppress(KeyError, ValueError):
            self.selector.unregister(end)
        self.pushing.pop(end, None)
        self.lasting.pop(end, None)
        end.close()

    def serve(self, transport: str, address: str, port: int) -> None:
        if transport == "icmp":
            self.serve_echo(address)
            return
        ear = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, _NAMES[transport])
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        ear.bind((address, port))
        ear.setblocking(False)
        if transport == "tcp":
            ear.listen(4096)
        self.listen(ear, lambda _events: self.accept(ear) if transport == "tcp" else self.echo(ear))

    def serve_echo(self, address: str) -> None:
        """In the kernel's place, whose one ICMP socket a CPU is full, for all namespaces, while some other namespace
        has answers waiting for neighbours that nobody is."""
        six = ":" in address
        setting = "ipv6/icmp/echo_ignore_all" if six else "ipv4/icmp_echo_ignore_all"
        Path("/proc/sys/net", setting).write_text("1", encoding="ascii")
        name, family = ("ipv6-icmp", socket.AF_INET6) if six else ("icmp", socket.AF_INET)
        ear = socket.socket(family, socket.SOCK_RAW, socket.getprotobyname(name))
        ear.bind((address, 0))
        ear.setblocking(False)
        self.listen(ear, lambda _events: self.echo_icmp(ear, six))

    def echo_icmp(self, ear: socket.socket, six: bool) -> None:
        with contextlib.suppress(BlockingIOError):
            for _one in range(64):
                data, peer = ear.recvfrom(2048)
                if not six:
                    data = data[(data[0] & 15) * 4 :]
                if data[0] == (128 if six else 8):
                    answer = bytes([129 if six else 0, 0, 0, 0]) + data[4:]
                    ear.sendto(answer if six else _with_checksum(answer), peer)

    def accept(self, ear: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            for _one in range(64):
                end, _peer = ear.accept()
                end.setblocking(False)
                self.listen(end, lambda _events, end=end: self.answer(end))  # type: ignore[misc]

    def echo(self, ear: socket.socket) -> None:
        with contextlib.suppress(BlockingIOError):
            for _one in range(64):
                data, peer = ear.recvfrom(2048)
                ear.sendto(data, peer)

    def answer(self, end: socket.socket) -> None:
        """Of a connection that was opened to this node: its first byte says what it is."""
        try:
            data = end.recv(1)
            if data == b"n":
                end.send(b"N")
            if data in (b"p", b"s"):
                self.lasting[end] = 0
            if data == b"p":
                self.pushing[end] = 0
            if data == b"s":
                self.selector.modify(end, selectors.EVENT_READ, lambda _events: self.give_back(end))
            elif data != b"p":
                self.forget(end)
        except OSError:
            self.forget(end)

    def give_back(self, end: socket.socket) -> None:
        try:
            data = end.recv(65536)
            if data:
                end.send(data)
                return
        except OSError:
            pass
        self.forget(end)

    def push(self) -> None:
        for end, serial in list(self.pushing.items()):
            try:
                end.send(struct.pack("!Q", serial))
                self.pushing[end] = serial + 1
            except BlockingIOError:
                pass
            except OSError:
                self.forget(end)

    def read(self, _events: int) -> None:
        data = os.read(0, 65536)
        if not data:
            sys.exit(0)
        *lines, self.input = (self.input + data).split(b"\n")
        for line in lines:
            self.close_step()
            if line == b"finish":
                self.asking = False
                self.deadline = time.monotonic() + (_PATIENCE if self.opening else _LAST_WORDS)
            else:
                self.step = line.decode()

    def close_step(self) -> None:
        for flow in self.flows:
            flow.close_step()
        there = self.served.setdefault(self.step, {})
        for end, known in self.lasting.items():
            self.lasting[end] = again(end)
            there["again"] = there.get("again", 0) + self.lasting[end] - known

    def report(self) -> None:
        for new in list(self.opening):
            new.end("timeout")
        for flow in self.flows:
            flow.finish()
        self.reported = True
        numbers = {flow.name: flow.numbers for flow in self.flows}
        print(json.dumps({**numbers, SERVED: self.served}), flush=True)

    def run(self, job: dict[str, Any]) -> None:
        for transport, address, port in job["serve"]:
            self.serve(transport, address, port)
        print("ready", flush=True)
        sys.stdin.readline()  # everybody listens
        self.flows = [Flow(self, one) for one in job["flows"]]
        self.step = "before"
        for flow in self.flows:
            if flow.kind != "new":
                flow.open()
        print("ready", flush=True)
        os.set_blocking(0, False)
        self.selector.register(0, selectors.EVENT_READ, self.read)
        pushed = time.monotonic()
        while True:
            for key, events in self.selector.select(0.005):
                key.data(events)
            now = time.monotonic()
            if self.asking:
                if self.pushing and now - pushed >= 0.005:
                    pushed = now
                    self.push()
                self.ask(now)
            elif not self.reported:
                waits = self.opening or any(flow.waiting for flow in self.flows)
                if not waits or now > self.deadline:
                    self.report()

    def ask(self, now: float) -> None:
        for flow in self.flows:
            # After a pause, not all that was missed at once: that would be no everyday traffic.
            flow.due = max(flow.due, now - 20 * flow.every)
            while flow.due <= now:
                flow.due += flow.every
                flow.ask(now)
        for new in list(self.opening):
            if now - new.began < _PATIENCE:
                break
            new.end("timeout")


def main() -> None:
    # The first line only: what follows is read by number.
    job = json.loads(sys.stdin.readline())
    with contextlib.suppress(OSError):
        Path("/proc/sys/net/ipv4/ping_group_range").write_text("0 0", encoding="ascii")
    Agent().run(job)


if __name__ == "__main__":
    main()
