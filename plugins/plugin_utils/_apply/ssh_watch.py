# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which hosts behind a gateway answer the controller, before a change of the gateway and after it.

The kernel completes the connections in the background, so that this takes no time. A target that did not answer before
the change is not checked after it. Nothing is sent over the connections.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ipaddress
import itertools
import selectors
import socket
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Plan

Target = tuple[str, int]

# One file descriptor each. Of more targets, only these are checked.
_MOST: Final = 256


def ssh_targets(plan: Plan) -> list[Target]:
    """Addresses and ports of SSH on the deployment's hosts, by a gateway's plan; 256 at most."""
    return list(itertools.islice(_targets(plan), _MOST))


def _targets(plan: Plan) -> Iterator[Target]:
    for through in plan.get("ssh", ()):
        families = plan["sets"][through["destination"]]
        for network in itertools.chain(families["ipv4"], families["ipv6"]):
            for address in ipaddress.ip_network(network):
                for ports in map(PortRange.parse, through["ports"]):
                    yield str(address), ports.first


def protected_targets(result: Mapping[str, Any], targets: Iterable[Target]) -> list[Target]:
    """The targets that the new rules must permit for the controller, by what the module returns of management.

    Lock-out protection covers the address of the running connection, and so only its family.
    """
    connection = (result.get("management") or {}).get("connection")
    return [target for target in targets if connection and (":" in target[0]) == (":" in connection["address"])]


class Watch:
    """Connections that were started at one moment. Use as a context manager, or call close()."""

    def __init__(self, targets: Iterable[Target]) -> None:
        self._selector = selectors.DefaultSelector()
        self._answered: list[Target] = []
        for target in targets:
            family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
            connection = socket.socket(family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
            # An immediate failure, such as a missing route, shows as an error below.
            connection.connect_ex(target)
            self._selector.register(connection, selectors.EVENT_WRITE, (connection, target))

    def __enter__(self) -> Watch:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.close()

    def answered(self, seconds: float = 0, clock: Callable[[], float] = time.monotonic) -> list[Target]:
        """Targets that have accepted the connection so far, sorted. Waits some seconds for the rest."""
        end = clock() + seconds
        while self._selector.get_map():
            ready = self._selector.select(max(0.0, end - clock()))
            for key, _events in ready:
                connection, target = key.data
                if connection.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) == 0 and _connected(connection):
                    self._answered.append(target)
                self._selector.unregister(connection)
                connection.close()
            if not ready:
                break
        return sorted(self._answered)

    def close(self) -> None:
        """Give up the targets that have not answered."""
        for key in list(self._selector.get_map().values()):
            key.data[0].close()
        self._selector.close()


def _connected(connection: socket.socket) -> bool:
    try:
        connection.getpeername()
    except OSError:
        return False
    return True
