# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A stand-in for the port mapper of the message queue: a real server on the loopback, and tables for it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import socket
import struct
import threading

HEAD = b"101 imqbroker 4.4 Update 1\n"


def stub(host, port, kind=b"UnicastRef2"):
    """A Java object as far as its port is concerned: magic, a class, a reference that leads to a host and a port."""
    form = b"\0" if kind.endswith(b"2") else b""
    reference = struct.pack(">H", len(kind)) + kind + form + struct.pack(">H", len(host)) + host
    raw = b"\xac\xed\x00\x05sr\x00\x04Stub" + reference + struct.pack(">I", port) + b"\x00\x00x"
    return base64.b64encode(raw)


def table(admin=43691, cluster=36615, discovery=44913, jmx=None, mapper=7676):
    """A table in the form that the vendor's twin shows."""
    url = b"service:jmx:rmi://ep1/stub/" + (stub(b"198.18.1.21", jmx) if jmx else b"")
    lines = [
        b"portmapper tcp PORTMAPPER %d [imqvarhome=/opt/openmq/mq/var,sessionid=7]" % mapper,
        b"cluster_discovery tcp CLUSTER_DISCOVERY %d" % discovery,
        b"jmxrmi rmi JMX 0 [url=" + url + b"]",
        b"admin tcp ADMIN %d" % admin,
        b"jms tcp NORMAL 7677",
        b"cluster tcp CLUSTER %d" % cluster,
    ]
    return HEAD + b"".join(line + b"\n" for line in lines) + b".\n"


def _bound(address):
    found = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
    if ":" in address:
        found.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    found.bind((address, 0))
    return found


class Mapper:
    """Answers each connection with the same bytes, in parts, and keeps it open or closes it."""

    def __init__(self, *parts, **options):
        """
        :param parts: sent one after the other
        :param options: ``address``, ``hang`` (do not close), ``pause`` (seconds between the parts)
        """
        address = options.get("address", "127.0.0.1")
        self._parts = parts
        self._hang = options.get("hang", False)
        self._pause = options.get("pause", 0)
        self._done = threading.Event()
        self._socket = _bound(address)
        # The kernel chooses a port, and may choose one that stands in the table.
        while any(b"%d" % self._socket.getsockname()[1] in part for part in parts):
            former, self._socket = self._socket, _bound(address)
            former.close()
        self._socket.listen(5)
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.daemon = True
        self._thread.start()

    def _serve(self):
        while True:
            try:
                connection = self._socket.accept()[0]
            except (IOError, OSError):
                return
            if self._done.is_set():
                connection.close()
                return
            try:
                for part in self._parts:
                    connection.sendall(part)
                    self._done.wait(self._pause)
                if self._hang:
                    self._done.wait(30)
            except (IOError, OSError):
                # The other end has enough.
                pass
            connection.close()

    def __enter__(self):
        return self

    def __exit__(self, *_error):
        self._done.set()
        wake = socket.socket(self._socket.family)
        wake.connect(self._socket.getsockname()[:2])
        wake.close()
        self._thread.join(5)
        self._socket.close()
