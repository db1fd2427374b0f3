# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""`python -m tests.lab up|exec|list|down|demo`: a lab by hand."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.lab.demo.__main__ import main as demo
from tests.lab.world.lab import ROOT, Lab
from tests.lab.world.labs import DEMO
from tests.lab.world.topology import LabError

_STATE = Path(f"/tmp/portledger-lab-{os.getuid()}")


def _file(name: str) -> Path:
    return _STATE / f"{name}.json"


def _up(path: Path, name: str) -> int:
    """Start a lab in a process of its own, which holds it until `down`."""
    _STATE.mkdir(mode=0o700, exist_ok=True)
    if _file(name).exists() and _alive(_read(name)):
        raise LabError(f"the lab {name} is up; take it down first")
    _file(name).unlink(missing_ok=True)
    log = _STATE / f"{name}.log"
    with log.open("w", encoding="utf-8") as output:
        holder = subprocess.Popen(
            [sys.executable, "-m", "tests.lab", "hold", str(path.resolve()), "--name", name],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    while not _file(name).exists():
        if holder.poll() is not None:
            raise LabError(log.read_text(encoding="utf-8").strip())
        time.sleep(0.05)
    state = _read(name)
    print(f"up: {len(state['commands'])} nodes, inventory {state['inventory']}")
    print(f"enter one: python -m tests.lab exec {next(iter(state['commands']))} bash")
    return 0


def _hold(path: Path, name: str) -> int:
    with Lab.start(path) as lab:
        state = {
            "holder": os.getpid(),
            "keeper": lab.keeper,
            "inventory": str(lab.inventory),
            "commands": {node.node.name: node.command([]) for node in lab.nodes()},
            "titles": {node.node.name: node.node.title for node in lab.nodes()},
        }
        unfinished = _file(name).with_suffix(".new")
        unfinished.write_text(json.dumps(state), encoding="utf-8")
        unfinished.rename(_file(name))
        signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
        try:
            signal.pause()
        finally:
            _file(name).unlink(missing_ok=True)
    return 0


def _read(name: str) -> dict[str, Any]:
    try:
        return dict(json.loads(_file(name).read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise LabError(f"no lab {name} is up: python -m tests.lab up") from None


def _alive(state: dict[str, Any]) -> bool:
    try:
        return b"tests.lab" in Path(f"/proc/{state['holder']}/cmdline").read_bytes()
    except OSError:
        return False


def _exec(name: str, node: str, command: list[str]) -> int:
    commands: dict[str, list[str]] = _read(name)["commands"]
    if node not in commands:
        raise LabError(f"no node {node}; there are {', '.join(commands)}")
    return subprocess.run([*commands[node], *command], check=False).returncode


def _list(name: str) -> int:
    titles: dict[str, str] = _read(name)["titles"]
    for node, title in titles.items():
        print(f"{node:<12}{title}")
    return 0


def _down(name: str) -> int:
    state = _read(name)
    holder: int = state["holder"]
    if _alive(state):
        os.kill(holder, signal.SIGTERM)
        while _alive(state):
            time.sleep(0.02)
    _file(name).unlink(missing_ok=True)
    return 0


def main(arguments: Sequence[str] | None = None) -> int:
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given[:1] == ["demo"]:
        return demo(given[1:])
    parser = argparse.ArgumentParser(prog="tests.lab", description=__doc__)
    actions = parser.add_subparsers(dest="action", required=True)
    for action, words in (("up", "start a lab"), ("hold", argparse.SUPPRESS)):
        one = actions.add_parser(action, help=words)
        one.add_argument("lab", type=Path, nargs="?", default=DEMO)
        one.add_argument("--name", default="lab")
    one = actions.add_parser("exec", help="run a program inside a node")
    one.add_argument("--name", default="lab")
    one.add_argument("node")
    one.add_argument("command", nargs=argparse.REMAINDER)
    for action, words in (("list", "name the nodes"), ("down", "end a lab")):
        actions.add_parser(action, help=words).add_argument("--name", default="lab")
    actions.add_parser("demo", help="what make demo does (see demo --help)")
    options = parser.parse_args(given)
    try:
        if options.action == "up":
            return _up(options.lab, options.name)
        if options.action == "hold":
            return _hold(options.lab, options.name)
        if options.action == "exec":
            return _exec(options.name, options.node, options.command or ["sh"])
        return _list(options.name) if options.action == "list" else _down(options.name)
    except LabError as error:
        print(error, file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())
