# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Worker of the prober: sends packets inside the lab's namespaces and sees which ones arrive.

Started by probe.py as `python -m tests.lab.traffic.prober`; jobs and results are pickles on its input and output. A
raw socket gets a packet exactly when it has passed INPUT of its namespace (and FORWARD of the gateways before), whether
or not anything listens. Sending goes through packet sockets, straight to the interface.
"""

from __future__ import annotations

import ctypes
import errno
import itertools
import os
import pickle
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from tests.lab.traffic import talker
from tests.lab.traffic.jobs import Begin, Job, Result, TalkJob, Task, Volume
from tests.lab.traffic.packets import ICMP, ICMPV6, TCP, UDP, Envelope, Volley, echo_request
from tests.lab.world import kernel

_SO_RCVBUFFORCE = 33
_SO_ATTACH_FILTER = 26
_SO_MEMINFO, _MEMINFO_DROPS = 55, 8
_SOL_PACKET, _PACKET_QDISC_BYPASS = 263, 20
_MSG_DONTWAIT = 0x40

_AT_ONCE = 1024  # messages a call: what the kernel takes
_SLOT = 48  # bytes kept of what arrives
_TRUESIZE = 1280  # bytes that a small packet costs in a receive buffer, rounded up
_BITS = bytes([ord("0"), *[ord("1")] * 255])

_LIBC = ctypes.CDLL(None, use_errno=True)


class Receiver:
    """A raw socket inside a namespace that keeps a mark for each marked packet that arrives."""

    def __init__(self, protocol: int, version: int, magic: int) -> None:
        family = socket.AF_INET if version == 4 else socket.AF_INET6
        self._socket = socket.socket(family, socket.SOCK_RAW | socket.SOCK_NONBLOCK, protocol)
        try:
            self._socket.setsockopt(socket.SOL_SOCKET, _SO_RCVBUFFORCE, 64 << 20)
        except PermissionError:  # inside a user namespace: what the machine allows
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 << 20)
        room = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF)
        self.window = max(16, min(_AT_ONCE, room // _TRUESIZE))
        start = 20 if version == 4 else 0  # IPv6 gives no header
        # Offsets of port, magic and tag; echo requests carry the magic as identifier.
        port, mark, tag = {TCP: (2, 6, 8), UDP: (2, 8, 10)}.get(protocol, (0, 4, 8))
        self._icmp = protocol in (ICMP, ICMPV6)
        # The same, as half words of a slot.
        self._port, self._mark, self._tag = ((start + offset) // 2 for offset in (port, mark, tag))
        form = f"!{start + port}xH{mark - port - 2}xH{tag - mark - 2}xI"
        self._form = struct.Struct(f"{form}{_SLOT - struct.calcsize(form)}x")
        self._magic = magic
        self._attach(start + mark, magic)
        self._buffer = ctypes.create_string_buffer(_SLOT * _AT_ONCE)
        address = ctypes.addressof(self._buffer)
        vectors = b"".join(struct.pack("@PN", address + _SLOT * number, _SLOT) for number in range(_AT_ONCE))
        self._vectors = ctypes.create_string_buffer(vectors, len(vectors))
        first = ctypes.addressof(self._vectors)
        messages = b"".join(
            struct.pack("@PI4xPNPNi4xI4x", 0, 0, first + 16 * number, 1, 0, 0, 0, 0) for number in range(_AT_ONCE)
        )
        self._messages = ctypes.create_string_buffer(messages, len(messages))
        self.marks: dict[int, bytearray] = {}

    def _attach(self, offset: int, magic: int) -> None:
        """Let only marked packets into the buffer (a classic BPF program: load half word, compare, accept or not)."""
        program = b"".join(
            struct.pack("@HBBI", *step)
            for step in ((0x28, 0, 0, offset), (0x15, 0, 1, magic), (0x06, 0, 0, 0xFFFF), (0x06, 0, 0, 0))
        )
        held = ctypes.create_string_buffer(program, len(program))
        self._socket.setsockopt(socket.SOL_SOCKET, _SO_ATTACH_FILTER, struct.pack("@H6xP", 4, ctypes.addressof(held)))

    def fileno(self) -> int:
        return self._socket.fileno()

    def drain(self) -> int:
        """Take what has arrived; the number of packets."""
        taken: int = 0
        while True:
            count: int = _LIBC.recvmmsg(self._socket.fileno(), self._messages, _AT_ONCE, _MSG_DONTWAIT, None)
            if count < 0:
                number = ctypes.get_errno()
                if number in (errno.EAGAIN, errno.EINTR):
                    return taken
                raise OSError(number, f"recvmmsg: {os.strerror(number)}")
            taken += count
            self._take(count)
            if count < _AT_ONCE:
                return taken

    def _take(self, count: int) -> None:
        """Mark what the buffer holds. Most of the time that is packets of one task only, which goes faster."""
        slots = memoryview(self._buffer)[: count * _SLOT]
        words = slots.cast("B").cast("H")
        step = _SLOT // 2
        marks, high, low = (words[at::step].tobytes() for at in (self._mark, self._tag, self._tag + 1))
        first = marks[:2], high[:2], low[:2]
        if not self._icmp and (marks, high, low) == tuple(one * count for one in first):
            if int.from_bytes(first[0], "big") == self._magic:
                flags = self.marks.setdefault(int.from_bytes(first[1] + first[2], "big"), bytearray(65536))
                for port in struct.unpack(f"!{count}H", words[self._port :: step].tobytes()):
                    flags[port] = 1
            return
        for port, mark, tag in self._form.iter_unpack(slots):
            if mark == self._magic:
                if self._icmp:
                    # Type and code: an echo request, not the reply to one.
                    if port not in (0x0800, 0x8000):
                        continue
                    port = 0
                self.marks.setdefault(tag, bytearray(65536))[port] = 1

    def drops(self) -> int:
        """Packets that the buffer had no room for."""
        values = self._socket.getsockopt(socket.SOL_SOCKET, _SO_MEMINFO, 36)
        return int(struct.unpack("@9I", values)[_MEMINFO_DROPS])

    def close(self) -> None:
        self._socket.close()


class Prober:
    """Sockets belong to the namespace where they were made, so this process wanders about and makes them."""

    def __init__(self, begin: Begin) -> None:
        self._magic = begin.magic
        self._senders: dict[tuple[int, str], socket.socket] = {}
        self._volleys: dict[tuple[int, int, tuple[int, ...]], Volley] = {}
        self._ports = tuple(begin.ports)
        self._tags = itertools.count(1)

    def _sender(self, task: Task) -> socket.socket:
        key = (task.process, task.interface)
        if key not in self._senders:
            kernel.enter(f"/proc/{task.process}/ns/net")
            # Protocol 0: it receives nothing.
            sender = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
            sender.bind((task.interface, 0))
            sender.setsockopt(_SOL_PACKET, _PACKET_QDISC_BYPASS, 1)
            self._senders[key] = sender
        return self._senders[key]

    def _volley(self, protocol: int, version: int, ports: tuple[int, ...]) -> Volley:
        key = (protocol, version, ports)
        if ports is not self._ports:
            return Volley(protocol, version, ports)
        if key not in self._volleys:
            self._volleys[key] = Volley(protocol, version, ports)
        return self._volleys[key]

    def _receivers(self, job: Job) -> dict[int, Receiver]:
        protocols = (TCP, UDP, ICMP if job.version == 4 else ICMPV6)
        kernel.enter(f"/proc/{job.process}/ns/net")
        return {protocol: Receiver(protocol, job.version, self._magic) for protocol in protocols}

    def run(self, job: Job) -> Result:
        started = time.monotonic()
        receivers = self._receivers(job)
        tags: dict[int, tuple[int, int]] = {}
        sent = drops = 0
        try:
            for number, task in enumerate(job.tasks):
                for volume in task.volumes:
                    tag = next(self._tags)
                    tags[tag] = (number, volume.protocol)
                    sent += self._send(task, volume, receivers[volume.protocol], job.version, tag)
            for receiver in receivers.values():
                # A packet may still be on its way through another processor.
                while select.select([receiver], [], [], 0.01)[0] and receiver.drain():
                    pass
                drops += receiver.drops()
            found = {}
            for receiver in receivers.values():
                for tag, marks in receiver.marks.items():
                    if tag in tags:
                        found[tags[tag]] = int(marks[::-1].translate(_BITS), 2)
        finally:
            for receiver in receivers.values():
                receiver.close()
        return Result(job.number, found, sent, drops, time.monotonic() - started)

    def _send(self, task: Task, volume: Volume, receiver: Receiver, version: int, tag: int) -> int:
        sender = self._sender(task)
        envelope = Envelope(task.source_mac, task.next_mac, task.source, task.destination)
        if volume.protocol in (ICMP, ICMPV6):
            sender.send(echo_request(envelope, self._magic, tag))
            receiver.drain()
            return 1
        volley = self._volley(volume.protocol, version, self._ports if volume.ports is None else volume.ports)
        volley.aim(envelope, self._magic, tag)
        window = volume.window or receiver.window
        base = ctypes.addressof(volley.messages)
        done = 0
        while done < volley.count:
            wanted = min(window, volley.count - done)
            count = _LIBC.sendmmsg(sender.fileno(), ctypes.c_void_p(base + done * volley.message_size), wanted, 0)
            if count < 0:
                number = ctypes.get_errno()
                if number not in (errno.ENOBUFS, errno.EAGAIN, errno.EINTR):
                    raise OSError(number, f"sendmmsg: {os.strerror(number)}")
                time.sleep(0.001)
                count = 0
            done += count
            receiver.drain()
        return done


def _read(stream: BinaryIO) -> Iterator[Job | TalkJob]:
    while True:
        try:
            yield pickle.load(stream)
        except EOFError:
            return


def main(_arguments: Sequence[str] = ()) -> int:
    kernel.die_with_parent()
    kernel.name_process("lab:prober")
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # who started us decides when to end
    source, target = sys.stdin.buffer, sys.stdout.buffer
    prober = Prober(pickle.load(source))
    for job in _read(source):
        pickle.dump(talker.run(job) if isinstance(job, TalkJob) else prober.run(job), target)
        target.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())
