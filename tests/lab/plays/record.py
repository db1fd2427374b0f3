# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Run a playbook and look into what its tasks answered."""

from __future__ import annotations

import json
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.lab.plays.playbook import Inside, Place, PlaybookRun, run_playbook

PLUGINS = Path(__file__).parent / "callback_plugins"


@dataclass(frozen=True)
class Recorded:
    """A run; for each host its tasks' results in order (with ``status`` and ``task``), and what ``--diff`` showed."""

    run: PlaybookRun
    results: dict[str, list[dict[str, Any]]]
    shown: dict[str, list[Any]]

    def differences(self) -> dict[str, list[str]]:
        """What each host's rulesets said of their difference, gateways' after hosts'."""
        return {
            host: [line for result in results for line in result.get("difference", ())]
            for host, results in self.results.items()
        }

    def messages(self) -> dict[str, str]:
        """Why each host failed."""
        return {
            host: str(result["msg"])
            for host, results in self.results.items()
            for result in results
            if result["status"] == "failed"
        }


def sent(run: Recorded) -> list[str]:
    """Why modules were sent whose code a host keeps, or plans alone, in order; with -vv."""
    return [line.partition("is sent: ")[2] for line in run.run.stdout.splitlines() if "is sent: " in line]


def record_playbook(
    lab: Place,
    playbook: str | Path,
    *arguments: str,
    inside: Inside | None = None,
    inventory: Path | None = None,
    program: Path | None = None,
    **environment: str,
) -> Recorded:
    """As run_playbook, with results."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "results"
        path.touch()
        settings = {
            "ANSIBLE_CALLBACK_PLUGINS": str(PLUGINS),
            "ANSIBLE_CALLBACKS_ENABLED": "record",
            "LAB_RECORD": str(path),
            **environment,
        }
        run = run_playbook(
            lab, playbook, *arguments, environment=settings, inside=inside, inventory=inventory, program=program
        )
        results: dict[str, list[dict[str, Any]]] = {}
        shown: dict[str, list[Any]] = {}
        for line in path.read_text(encoding="utf-8").splitlines():
            kept = json.loads(line)
            if kept["status"] == "diff":
                shown.setdefault(kept["host"], []).append(kept["result"].get("diff"))
                continue
            results.setdefault(kept["host"], []).append(
                {**kept["result"], "status": kept["status"], "task": kept["task"]}
            )
    return Recorded(run, results, shown)
