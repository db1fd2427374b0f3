# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One plan for a whole run: the first worker that needs it makes it, the others read theirs.

Reading every host's variables for every host would grow with the square of the inventory. Hosts share most of their
address sets, so each set is one file, and a host's file names those that it uses.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.outgoing import LEAVING, Leaving
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Plan, Planner, no_plan
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.who import Who

_ERROR_FILE = "error.json"
_SEE = "There is no plan, for the inventory has an error: see the message of {}. Fix it, then run this again."
_WHO_FILE = "who.json"
_SHARED_FILE = "shared.json"


class PlanFolder:
    """Plans of one task in one run.

    Args:
        parent: the run's own temporary folder, the same in all its workers.
        key: distinguishes this task from the rest of the run.
        scope: ``host`` or ``gateway``, or ``leaving`` for what leaves a host.
    """

    def __init__(self, parent: Path, key: str, scope: str) -> None:
        self._scope = scope
        self._folder = parent / f"portledger-{quote(key, safe='')}-{scope}"
        self._lock = parent / f"{self._folder.name}.lock"

    def plan(self, name: str, make_planner: Callable[[], Planner]) -> Plan:
        """The plan of a host.

        Args:
            name: a host or gateway of the inventory.
            make_planner: called at most once a run, in one worker.

        Raises:
            PortledgerError: what ``make_planner`` raised, for the host that it was called for; for others, which host
                that is, for the same sentence for each host hides everything else. Or there is no plan for this host.
        """
        with self._locked():
            if not self._folder.exists():
                self._make(name, make_planner)
        error = self._folder / _ERROR_FILE
        if error.exists():
            asked, text = json.loads(error.read_text(encoding="utf-8"))
            # The same for all others: newer releases of Ansible print the same error once.
            raise PortledgerError(text if asked == name else _SEE.format(asked))
        return self._read(name)

    def who(self) -> Who:
        """Which roles each host has. Call this after :meth:`plan`."""
        return Who.from_data(json.loads((self._folder / _WHO_FILE).read_text(encoding="utf-8")))

    def shared(self) -> dict[str, Any]:
        """What all plans of the scope ``leaving`` need. Call this after :meth:`plan`."""
        shared: dict[str, Any] = json.loads((self._folder / _SHARED_FILE).read_text(encoding="utf-8"))
        return shared

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        with self._lock.open("w", encoding="utf-8") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def _make(self, name: str, make_planner: Callable[[], Planner]) -> None:
        with tempfile.TemporaryDirectory(dir=self._folder.parent) as unfinished:
            folder = Path(unfinished) / "plans"
            folder.mkdir()
            try:
                self._write(make_planner(), folder)
            except PortledgerError as error:
                _dump(folder / _ERROR_FILE, [name, str(error)])
            folder.rename(self._folder)

    def _write(self, planner: Planner, folder: Path) -> None:
        numbers: dict[int, int] = {}
        written: list[Networks] = []
        names = planner.deployment.gateways if self._scope == GATEWAY else planner.deployment.hosts
        leaving = Leaving(planner) if self._scope == LEAVING else None
        for number, name in enumerate(names, 1):
            at(f"planning ({number:,} of {len(names):,} {'gateways' if self._scope == GATEWAY else 'hosts'})")
            sets, plan = leaving.sets_and_flows(name) if leaving else planner.sets_and_flows(name, self._scope)
            plan["sets"] = {}
            for label, networks in sets.sets.items():
                if id(networks) not in numbers:
                    numbers[id(networks)] = len(written)
                    _dump(folder / f"set-{len(written)}.json", {"ipv4": networks.ipv4, "ipv6": networks.ipv6})
                    written.append(networks)
                plan["sets"][label] = numbers[id(networks)]
            _dump(folder / _file_of(name), plan)
        if leaving:
            _dump(folder / _SHARED_FILE, leaving.shared())
        _dump(folder / _WHO_FILE, Who.of(planner.deployment).as_data())

    def _read(self, name: str) -> Plan:
        path = self._folder / _file_of(name)
        if not path.exists():
            raise PortledgerError(no_plan(name, self._scope))
        plan: Plan = json.loads(path.read_text(encoding="utf-8"))
        plan["sets"] = {
            label: json.loads((self._folder / f"set-{number}.json").read_text(encoding="utf-8"))
            for label, number in plan["sets"].items()
        }
        return plan


def _file_of(name: str) -> str:
    return f"plan-{_short(name)}.json"


def _short(name: str) -> str:
    """A part of a file's name: names of hosts may be of any length and any letters."""
    return hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()


def _dump(path: Path, data: Any) -> None:
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as stream:
        # One call instead of json.dump, which writes in small pieces and takes far longer.
        stream.write(json.dumps(data))
