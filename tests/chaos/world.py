# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A host for one point: namespaces, a /run and layers over /etc, /opt and /var of its own, and an agent as its init."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from tests.chaos.agent import serve
from tests.chaos.control import Control
from tests.chaos.disk import LAYERS, Tree, read_tree, strays, write_tree
from tests.chaos.legacy import use_legacy
from tests.lab.world import kernel
from tests.lab.world.lab import RunningNode

_SPACES = kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS
_COUNT = iter(range(1 << 30))


class WorldNode(RunningNode):
    """A world, for what works on nodes of a lab."""

    def command(self, arguments: Sequence[str]) -> list[str]:
        enter = ["nsenter", "--target", str(self.process), "--mount", "--uts", "--net", "--pid"]
        return [*enter, "--", *arguments]


class World:
    """Start it with what its disk holds; nothing is in its kernel then. Stop it when done."""

    def __init__(
        self, control: Control, tree: Tree | None = None, boot: str = "first", disk: Path | None = None
    ) -> None:
        """
        :param disk: folder for the layers, in a file system that keeps extended attributes; default: the worker's own
        """
        self.control = control
        self.layers = (disk or control.folder) / f"world{next(_COUNT)}"
        #: number of the boot; the same ones each time, so that hosts can be compared
        self.boot = boot
        ours, theirs = socket.socketpair()
        reading, writing = os.pipe()
        self._guard = os.fork()
        if not self._guard:
            ours.close()
            os.close(reading)
            _guard(theirs, writing, control, self.layers)
        theirs.close()
        os.close(writing)
        self.process = int(os.read(reading, 32) or 0)
        os.close(reading)
        self._agent = ours.makefile("rw", encoding="utf-8")
        ours.close()
        ready = self._agent.readline()
        if ready != "ready\n":
            self.stop()
            raise RuntimeError(f"a world did not start: {ready.strip() or 'it died'}")
        self.root = Path(f"/proc/{self.process}/root")
        self.node = WorldNode(None, _Named("world"), self.process)  # type: ignore[arg-type]
        if tree is not None:
            write_tree(self.root, tree, self.tree())
        control.set_boot(self.boot)

    def __enter__(self) -> World:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def call(self, options: dict[str, Any]) -> dict[str, Any]:
        """What the module answers; died, where it did not."""
        self.control.set_boot(self.boot)
        self._agent.write(json.dumps(options) + "\n")
        self._agent.flush()
        line = self._agent.readline()
        answer: dict[str, Any] = json.loads(line) if line else {"died": "with its host"}
        return answer

    def call_together(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """What calls at the same time answer."""
        self.control.set_boot(self.boot)
        self._agent.write(json.dumps(asked) + "\n")
        self._agent.flush()
        answers: list[dict[str, Any]] = json.loads(self._agent.readline())
        return answers

    def sh(self, script: str, stdin: str | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
        words = ["env", *(f"{key}={value}" for key, value in environment.items()), "sh", "-c", script]
        return self.node.run(words, check=False, stdin=stdin)

    def deadline(self, scope: str = "host") -> float | None:
        """When the time to confirm ends; None where nothing waits for it."""
        pending = self.root / "run/portledger" / scope / "pending.json"
        if not pending.exists():
            return None
        return float(json.loads(pending.read_text(encoding="utf-8"))["deadline"])

    def tree(self) -> Tree:
        return read_tree(self.root)

    def end_programs(self) -> None:
        """End all that runs at once, as a power cut does: nothing changes what is on the disk from then on."""
        # All but init and the shell itself.
        self.sh("kill -KILL -1")

    def strays(self) -> list[str]:
        return strays(self.layers)

    def programs(self) -> list[str]:
        """Programs of the collection that still run: what puts back."""
        found = []
        for folder in (self.root / "proc").iterdir():
            if folder.name.isdigit():
                with contextlib.suppress(OSError):
                    words = (folder / "cmdline").read_bytes().decode(errors="replace").split("\0")
                    if any(word.endswith("/launch.py") for word in words):
                        found.append(" ".join(words))
        return found

    def wait_for_programs(self, seconds: float = 60.0) -> list[str]:
        """Wait until none of them runs. Gives those that do not end: on a busy machine, firewalld alone takes 15 s."""
        end = time.monotonic() + seconds
        while (running := self.programs()) and time.monotonic() < end:
            time.sleep(0.01)
        return running

    def wait_for_fault(self, seconds: float = 15.0) -> None:
        """Wait until the disk refuses, or nothing runs that it could refuse anything."""
        end = time.monotonic() + seconds
        while not self.control.refuses() and self.programs() and time.monotonic() < end:
            time.sleep(0.01)

    def stop(self) -> None:
        if self.process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
        os.waitpid(self._guard, 0)
        self._agent.close()
        shutil.rmtree(self.layers, ignore_errors=True)


class _Named:
    """What messages call a world."""

    def __init__(self, name: str) -> None:
        self.name = name


def _guard(agent: socket.socket, writing: int, control: Control, layers: Path) -> NoReturn:
    """Have a child in a process namespace of its own, and end when it does."""
    try:
        kernel.die_with_parent()
        kernel.unshare(kernel.CLONE_NEWPID)
        child = os.fork()
        if not child:
            os.close(writing)
            _be_init(agent, control, layers)
        agent.close()
        os.write(writing, str(child).encode())
        os.close(writing)
        os.waitpid(child, 0)
    finally:
        os._exit(0)


def _be_init(agent: socket.socket, control: Control, layers: Path) -> NoReturn:
    stream = agent.makefile("rw", encoding="utf-8")
    agent.close()
    try:
        kernel.die_with_parent()
        os.setsid()
        kernel.unshare(_SPACES)
        kernel.name_process("chaos:world")
        _mount(layers)
        if control.legacy:
            use_legacy(control)
        stream.write("ready\n")
        stream.flush()
        serve(stream, control)
    except BaseException as error:
        with contextlib.suppress(OSError):
            stream.write(f"{error!r}\n")
            stream.flush()
    finally:
        os._exit(1)


def _mount(layers: Path) -> None:
    flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("proc", "/proc", "proc", flags)
    kernel.mount("tmpfs", "/run", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
    Path("/run/lock").mkdir()
    for name in LAYERS:
        for layer in ("upper", "work"):
            (layers / name / layer).mkdir(parents=True)
        options = f"lowerdir=/{name},upperdir={layers / name / 'upper'},workdir={layers / name / 'work'}"
        kernel.mount("overlay", f"/{name}", "overlay", kernel.MS_NODEV, options)
    # What the machine itself has of ours says nothing about a world.
    for path in (*Path("/etc/systemd/system").glob("**/portledger-*"), Path("/etc/portledger")):
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    Path("/etc/systemd/system/sysinit.target.wants").mkdir(parents=True, exist_ok=True)
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
