# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ordinary conversations between nodes, through their own network stacks: somebody listens, somebody asks and is
answered. Shows that replies find their way back and that neighbours are found, which single packets cannot."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time

from tests.lab.traffic.jobs import Talk, TalkJob, TalkResult
from tests.lab.traffic.packets import TCP
from tests.lab.world import kernel

_PATIENCE = 2.5  # seconds: one lost SYN is sent again after one


def _socket(process: int, address: str, protocol: int, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    kind = socket.SOCK_STREAM if protocol == TCP else socket.SOCK_DGRAM
    kernel.enter(f"/proc/{process}/ns/net")  # a socket stays in the namespace where it was made
    made = socket.socket(family, kind | socket.SOCK_NONBLOCK)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    made.bind((address, port))
    return made


def run(job: TalkJob) -> TalkResult:
    answered: set[int] = set()
    with contextlib.ExitStack() as stack:
        selector = stack.enter_context(selectors.DefaultSelector())
        ears: set[tuple[int, str, int, int]] = set()
        for number, talk in enumerate(job.talks):
            key = (talk.process, talk.destination, talk.protocol, talk.port)
            if key not in ears:
                ears.add(key)
                ear = stack.enter_context(_socket(*key))
                if talk.protocol == TCP:
                    ear.listen(1024)
                selector.register(ear, selectors.EVENT_READ, "accept" if talk.protocol == TCP else "echo")
            _ask(stack, selector, talk, number)
        deadline = time.monotonic() + _PATIENCE
        while len(answered) < len(job.talks) and time.monotonic() < deadline:
            for key_, _events in selector.select(0.1):
                _serve(stack, selector, key_, answered)
    return TalkResult(job.number, frozenset(answered))


def _ask(stack: contextlib.ExitStack, selector: selectors.BaseSelector, talk: Talk, number: int) -> None:
    mouth = stack.enter_context(_socket(talk.source_process, talk.source, talk.protocol, 0))
    mouth.connect_ex((talk.destination, talk.port))
    selector.register(mouth, selectors.EVENT_WRITE, number)


def _serve(
    stack: contextlib.ExitStack, selector: selectors.BaseSelector, key: selectors.SelectorKey, answered: set[int]
) -> None:
    end = key.fileobj
    assert isinstance(end, socket.socket)
    try:
        if key.data == "accept":
            accepted, _peer = end.accept()
            accepted.setblocking(False)
            selector.register(stack.enter_context(accepted), selectors.EVENT_READ, "reply")
        elif key.data == "echo":
            data, peer = end.recvfrom(16)
            end.sendto(data.upper(), peer)
        elif key.data == "reply":
            data = end.recv(16)
            if data:
                end.send(data.upper())
            else:
                selector.unregister(end)
        elif key.events & selectors.EVENT_WRITE:
            end.send(b"ping")
            selector.modify(end, selectors.EVENT_READ, key.data)
        else:
            if end.recv(16) == b"PING":
                answered.add(key.data)
            selector.unregister(end)
    except BlockingIOError:
        pass
    except OSError:  # refused, reset, no route: no answer
        with contextlib.suppress(KeyError):
            selector.unregister(end)
