# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One system on which points of one provider are tried, one after the other."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any, cast

from tests.chaos.operations import options
from tests.chaos.rules import all_rules
from tests.lab.hosts.state import State
from tests.lab.world.lab import RunningNode
from tests.systems.points.others import LAB, carry, have_others, install_qradar
from tests.systems.points.spot import APPLY, CONFIRM, POWER, Spot
from tests.systems.site import Site
from tests.systems.system import BootError, System, dying, wait_for

SECONDS = 6
_MANAGERS = {"firewalld": "firewalld", "qradar": "qradar"}


def wanted(provider: str | None, version: int) -> dict[str, Any]:
    """The module's options: the first version lets the controller in over SSH, the second one nobody."""
    found = {**options("host", provider, version), "unlisted": "drop", "confirm_seconds": SECONDS}
    found["management"] = ["198.18.40.0/24"] if version == 1 else ["198.18.99.0/24"]
    return found


class Ground:
    """Use as a context manager."""

    def __init__(self, root: Path, provider: str) -> None:
        self.provider = provider
        self.site = Site(root)
        self.system: System = self.site.add("console")
        self._states: dict[str, State] = {}
        self._changes = 0
        self._loses_power = False
        self._last_struck: float | None = None
        manager = _MANAGERS.get(provider)
        carry(self.system)
        have_others(self.system, manager)
        self.boot()
        if manager == "qradar":
            install_qradar(self.system)
            self.lose_power()
            self.boot()

    def __enter__(self) -> Ground:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.site.stop()

    # ---- the machine

    def boot(self) -> None:
        self.system.start()
        wait_for("the boot", self.system.booted, 90)
        (self.system.root / "run/lab").mkdir(exist_ok=True)

    def lose_power(self) -> None:
        self._last_struck = self._last_struck or self.struck()
        self.system.lose_power()
        self._loses_power = False

    def boot_again(self) -> None:
        """After a loss of power, now or before."""
        if self.system.running:
            self.lose_power()
        self.boot()

    def rules(self) -> State:
        """All rules and sets of the kernel, of anybody."""
        return all_rules(cast(RunningNode, self.system))

    def failed_units(self) -> str:
        return self.system.shell("systemctl --failed --no-legend --plain")

    # ---- the module

    def call(self, asked: dict[str, Any], phase: str) -> dict[str, Any] | None:
        """The module's answer; None where it is killed, or the machine has lost its power."""
        # systemd may know the unit of the change before for a moment.
        self._changes += phase == APPLY
        change = {"phase": phase, "token": f"points{self._changes}", "over_new_connection": False}
        script = f"/{LAB}/tests/systems/points/call.py"
        command = self.system.command(["env", f"PYTHONPATH=/{LAB}", "/usr/bin/python3", "-B", script, phase])
        given: str | None = json.dumps({**asked, "change": change})
        with subprocess.Popen(dying(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
            while True:
                try:
                    said, _nothing = process.communicate(given, timeout=0.05)
                    break
                except subprocess.TimeoutExpired:
                    given = None
                    if self._loses_power and self.struck():
                        self.lose_power()
        return cast("dict[str, Any]", json.loads(said)) if said else None

    def change(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Both calls, none of which is stopped. Gives the answer of the first one."""
        first = self.call(asked, APPLY)
        assert first is not None
        assert not first.get("failed"), first
        if "timer" in first:
            assert first["timer"] == "systemd", first
            second = self.call(asked, CONFIRM)
            assert second == {"outcome": "confirmed", "why": "over a new connection"}, second
        return first

    def have(self, provider: str | None, version: int) -> State:
        """Be in a state that is confirmed. Gives the rules that it has."""
        self.change(wanted(provider, version))
        return self._states.setdefault(f"{provider} {version}", self.rules())

    def reference(self, provider: str | None, version: int) -> State:
        """The rules that a state has."""
        return self._states.get(f"{provider} {version}") or self.have(provider, version)

    def waits(self) -> bool:
        """Whether a change waits for its confirmation. Where one is confirmed, the next run may tidy up after it."""
        try:
            text = (self.system.root / "run/portledger/host/pending.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return False
        return not json.loads(text)["confirmed"]

    def wait_for_answer(self) -> list[str]:
        """Until SSH works from the controller. A line where it does not."""
        try:
            wait_for("SSH", lambda: self.site.answers("console"), 30)
        except BootError as error:
            return [str(error)]
        return []

    # ---- the fault

    def arm(self, spot: Spot) -> None:
        self._loses_power, self._last_struck = spot.how == POWER, None
        (self.system.root / "run/lab/struck").unlink(missing_ok=True)
        (self.system.root / "run/lab/fault").write_text(json.dumps(spot.fault()), encoding="utf-8")

    def struck(self) -> float | None:
        """When the fault has struck."""
        try:
            text = (self.system.root / "run/lab/struck").read_text(encoding="utf-8")
        except OSError:
            return None
        return float(text) if text else None

    def last_struck(self) -> float | None:
        """The same, where the machine may have lost its power by then."""
        return self._last_struck or self.struck()
