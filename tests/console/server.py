# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""An HTTPS server on loopback that answers as a console does, or wrongly, as a test asks for."""

from __future__ import annotations

import json
import re
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.console.deployment import Deployment

TOKEN = "4d1f0e8c-0000-4711-8899-5ec2e75ec2e7"


@dataclass
class Fault:
    """What is answered in the place of the right answer.

    Args:
        status: of the answer.
        headers: more of them.
        body: bytes, or what is written as JSON.
        length: Content-Length, where it is not that of the body.
        delay: seconds before the answer, and, with ``drip``, before each byte of it.
        drip: bytes come one by one.
        times: how many requests it hits.
    """

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = b""
    length: int | None = None
    delay: float = 0.0
    drip: bool = False
    times: int = 10**6


def as_it_is(_path: str, value: Any) -> Any:
    """What a console has at a path, unchanged."""
    return value


@dataclass
class Console:
    """A running server. ``asked`` has path, Range and Version of each request."""

    url: str
    deployment: Deployment
    faults: dict[str, Fault] = field(default_factory=dict)
    asked: list[tuple[str, str | None, str | None]] = field(default_factory=list)
    says_range: bool = True
    takes_range: bool = True
    change: Callable[[str, Any], Any] = as_it_is

    def answer(self, path: str) -> Any:
        """What the console has at a path; None where there is nothing."""
        tunnels = re.fullmatch(r"/api/config/deployment/hosts/(\d+)/tunnels", path)
        if tunnels:
            return self.deployment.tunnels.get(int(tunnels[1]), [])
        interfaces = re.fullmatch(r"/api/system/servers/(\d+)/network_interfaces/(ethernet|bonded)", path)
        if interfaces:
            return self.deployment.interfaces.get(f"{interfaces[2]}/{interfaces[1]}", [])
        rules = re.fullmatch(r"/api/system/servers/(\d+)/firewall_rules", path)
        if rules:
            return self.deployment.firewall_rules.get(int(rules[1]), [])
        return {
            "/api/config/deployment/hosts": self.deployment.hosts,
            "/api/system/servers": self.deployment.servers,
            "/api/system/about": self.deployment.about,
        }.get(path)


def _error(status: int, code: int, message: str) -> dict[str, Any]:
    return {
        "http_response": {"code": status, "message": "The request could not be completed."},
        "code": code,
        "description": "",
        "details": {},
        "message": message,
    }


def _handler(console: Console) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, format: str, *args: Any) -> None:
            """Tests ask for what was asked; the terminal is theirs."""

        def do_GET(self) -> None:
            asked_range = self.headers.get("Range")
            console.asked.append((self.path, asked_range, self.headers.get("Version")))
            fault = console.faults.get(self.path)
            if fault is not None and fault.times > 0:
                fault.times -= 1
                self._send(fault)
            elif self.headers.get("SEC") != TOKEN:
                self._send(Fault(401, body=_error(401, 18, "You are unauthorized to access the requested resource.")))
            else:
                self._found(console.answer(self.path), asked_range)

        def _found(self, value: Any, asked_range: str | None) -> None:
            if value is None:
                self._send(Fault(404, body=_error(404, 1002, "We could not find the resource you requested.")))
                return
            value, headers = console.change(self.path, value), {}
            match = re.fullmatch(r"items=(\d+)-(\d+)", asked_range or "")
            if match and isinstance(value, list) and console.takes_range:
                first, last, total = int(match[1]), int(match[2]), len(value)
                value = value[first : last + 1]
                if console.says_range:
                    said = f"{first}-{first + len(value) - 1}" if value else "*"
                    headers["Content-Range"] = f"items {said}/{total}"
            self._send(Fault(headers=headers, body=value))

        def _send(self, fault: Fault) -> None:
            time.sleep(fault.delay)
            body = fault.body if isinstance(fault.body, bytes) else json.dumps(fault.body).encode()
            self.send_response(fault.status)
            self.send_header("Content-Type", "application/json;charset=UTF-8")
            self.send_header("Content-Length", str(len(body) if fault.length is None else fault.length))
            self.send_header("Connection", "close")
            for name, value in fault.headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.close_connection = True
            try:
                for part in [body[at : at + 1] for at in range(len(body))] if fault.drip else [body]:
                    self.wfile.write(part)
                    self.wfile.flush()
                    if fault.drip:
                        time.sleep(fault.delay)
            except OSError:
                pass  # Who asked has gone.

    return Handler


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    context: ssl.SSLContext

    def finish_request(self, request: Any, client_address: Any) -> None:
        """In the thread of the request: one client that does not shake hands keeps nobody waiting."""
        request.settimeout(30)
        with self.context.wrap_socket(request, server_side=True) as secured:
            super().finish_request(secured, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that takes no part of this is what some tests are about."""


@contextmanager
def serve(
    deployment: Deployment, chain: Path, *, name: str = "127.0.0.1", address: str = "127.0.0.1", port: int = 0
) -> Iterator[Console]:
    """A console that runs as long as the context.

    Args:
        deployment: what it says.
        chain: certificate and key.
        name: of the host in its URL.
        address: to listen on.
        port: 0 for any that is free.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain)
    console = Console("", deployment)
    server = _Server((address, port), _handler(console))
    server.context = context
    console.url = f"https://{name}:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield console
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
