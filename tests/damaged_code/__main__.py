# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Shows that each scenario of Molecule turns red when what it guards is broken.

    python -m tests.damaged_code [SCENARIO ...]      all of damages.yml where none is named

A copy of the checkout is damaged. Damage is caught where the scenario fails in a step that tests; a scenario that
cannot even start its systems has caught nothing.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]
TESTING = ("check", "converge", "idempotence", "side_effect", "verify")
_SCENARIOS = ROOT / "extensions" / "molecule"
_COLLECTION = Path(".venv/collections/ansible_collections/portledger")
_FAILED = re.compile(r"^\S*\s+\[\S+ > (\w+)\] Executed: Failed", re.MULTILINE)
_STEP = re.compile(r"^\S+\s+\[\S+ > (\w+)\] Executing$", re.MULTILINE)


class DamageError(Exception):
    """damages.yml cannot be used; the text says where and why."""


@dataclass(frozen=True)
class Damage:
    """One change of a file: the text old, which is there once, becomes new."""

    scenario: str
    guards: str
    file: str
    old: str
    new: str

    def apply(self, root: Path) -> None:
        """Damage a copy. Raises DamageError where it does not fit the code any more."""
        path = root / self.file
        text = path.read_text(encoding="utf-8")
        if text.count(self.old) != 1:
            raise DamageError(
                f"{self.scenario}: {self.file}: '{self.old}' is there {text.count(self.old)} times. "
                "Write in damages.yml what is there once"
            )
        path.write_text(text.replace(self.old, self.new), encoding="utf-8")


def read_damages() -> list[Damage]:
    """All of them. Raises DamageError where a scenario has none, or does not exist."""
    data = yaml.safe_load(Path(__file__).with_name("damages.yml").read_text(encoding="utf-8"))
    damages = [Damage(**one) for one in data]
    scenarios = {path.parent.name for path in _SCENARIOS.glob("*/molecule.yml")}
    if missing := scenarios ^ {one.scenario for one in damages}:
        raise DamageError(f"damages.yml and {_SCENARIOS} differ: {', '.join(sorted(missing))}")
    return damages


def copy_checkout(to: Path) -> None:
    """What would be committed, and the link through which Ansible finds it as a collection."""
    listed = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (to / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, to / name)
    (to / _COLLECTION).mkdir(parents=True)
    (to / _COLLECTION / "qradar").symlink_to("../../../..")


def run_scenario(checkout: Path, scenario: str, ephemeral: Path, log: Path) -> tuple[int, str]:
    """The exit code of `molecule test`, and in which step it has failed."""
    programs = Path(sys.executable).parent
    environment = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "MOLECULE_EPHEMERAL_DIRECTORY": str(ephemeral),
        "NO_COLOR": "1",
        "ANSIBLE_FORCE_COLOR": "0",
    }
    with log.open("w", encoding="utf-8") as stream:
        done = subprocess.run(
            [programs / "molecule", "test", "--no-command-borders", "-s", scenario],
            cwd=checkout,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            check=False,
        )
    text = re.sub(r"\x1b\[[0-9;]*m", "", log.read_text(encoding="utf-8"))
    if failed := _FAILED.search(text):
        return done.returncode, failed[1]
    steps = _STEP.findall(text)
    return done.returncode, steps[-1] if steps else "nothing"


def judge(damage: Damage, scratch: Path) -> tuple[bool, str]:
    """Whether damage is caught, and what to say of it."""
    checkout, ephemeral = scratch / damage.scenario, scratch / f"{damage.scenario}.ephemeral"
    copy_checkout(checkout)
    damage.apply(checkout)
    log = Path(tempfile.gettempdir()) / f"damaged-{damage.scenario}.log"
    began = time.monotonic()
    status, step = run_scenario(checkout, damage.scenario, ephemeral, log)
    seconds = time.monotonic() - began
    caught = status != 0 and step in TESTING
    if caught:
        return True, f"caught at {step}, {seconds:.0f} s"
    return False, f"{'green' if status == 0 else f'failed at {step}, which tests nothing'}, {seconds:.0f} s; see {log}"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="tests.damaged_code", description="Breaks the code, and has scenarios find it."
    )
    parser.add_argument("scenarios", nargs="*")
    named = parser.parse_args().scenarios
    try:
        damages = read_damages()
        if unknown := set(named) - {one.scenario for one in damages}:
            raise DamageError(f"no scenario is called {', '.join(sorted(unknown))}")
        missed = 0
        with tempfile.TemporaryDirectory(prefix="damaged-code-") as scratch:
            for damage in damages:
                if not named or damage.scenario in named:
                    caught, said = judge(damage, Path(scratch))
                    missed += not caught
                    print(f"{'ok    ' if caught else 'MISSED'} {damage.scenario}: {damage.guards}: {said}", flush=True)
    except DamageError as error:
        print(f"damaged_code: {error}", file=sys.stderr)
        return 2
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
