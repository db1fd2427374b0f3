# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps a place of systems between the steps of Molecule, each of which is a process of its own.

    python -m tests.systems.keeper FOLDER up IMAGE PLATFORMS     PLATFORMS as JSON; returns once SSH answers everywhere
    python -m tests.systems.keeper FOLDER reboot NAME [--power-lost]
    python -m tests.systems.keeper FOLDER down

Systems die with the keeper, and the keeper ends where its folder is gone. FOLDER/keeper.log has what it says.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import shutil
import socket
import sys
import traceback
from pathlib import Path

from tests.systems.image import find_image
from tests.systems.place import Place, described
from tests.systems.reboots import watched_reboot
from tests.systems.system import BootError

_SOCKET = "keeper.socket"


def serve(place: Place, listener: socket.socket) -> None:
    """Do what is asked for, one after the other, until the end is asked for."""
    listener.settimeout(5)
    while place.folder.exists():
        try:
            connection, _from = listener.accept()
        except TimeoutError:
            continue
        with connection, connection.makefile("rw", encoding="utf-8") as stream:
            asked = json.loads(stream.readline())
            answer: dict[str, object] = {}
            try:
                if asked["what"] == "reboot":
                    watched_reboot(place, asked["name"], orderly=asked["orderly"])
            except BootError as error:
                answer["error"] = str(error)
            except Exception:
                answer["error"] = traceback.format_exc()
            if asked["what"] == "down":
                place.stop()
            with contextlib.suppress(OSError):
                stream.write(json.dumps(answer) + "\n")
                stream.flush()
            if asked["what"] == "down":
                return


def ask(folder: Path, what: str, **more: object) -> None:
    """Have the keeper of a folder do something. Raises BootError where there is none, or it cannot."""
    try:
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(_address(folder))
    except OSError as error:
        raise BootError(f"{folder}: no keeper answers: {error.strerror}. Run molecule create") from None
    with connection, connection.makefile("rw", encoding="utf-8") as stream:
        stream.write(json.dumps({"what": what, **more}) + "\n")
        stream.flush()
        line = stream.readline()
    answer = json.loads(line) if line else {"error": f"the keeper has died: see {folder / 'keeper.log'}"}
    if "error" in answer:
        raise BootError(answer["error"])


def _address(folder: Path) -> str:
    # Names of sockets are short, folders may not be.
    return f"/proc/self/fd/{os.open(folder, os.O_PATH)}/{_SOCKET}"


def up(folder: Path, image: str, platforms: str) -> None:
    """Start a keeper. Raises BootError, and leaves nothing, where a system does not start."""
    if os.geteuid() != 0:
        raise BootError("only root can boot a system. Run Molecule as root")
    with contextlib.suppress(BootError):
        ask(folder, "still there")
        raise SystemExit(0)
    systems, root = described(json.loads(platforms)), find_image(image)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        with os.fdopen(reading, encoding="utf-8") as stream:
            said = stream.read()
        if said != "up":
            raise BootError(said or f"the keeper has died: {(folder / 'keeper.log').read_text()[-2000:]}")
        return
    os.setsid()
    os.close(reading)
    # Whoever waits for the end of our output would wait as long as the systems run.
    with (folder / "keeper.log").open("ab") as log, Path(os.devnull).open("rb") as nothing:
        os.dup2(nothing.fileno(), 0)
        os.dup2(log.fileno(), 1)
        os.dup2(log.fileno(), 2)
    place = None
    try:
        place = Place(folder, root, systems)
        place.start()
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(_address(folder))
        listener.listen()
        os.write(writing, b"up")
        os.close(writing)
        serve(place, listener)
    except BootError as error:
        os.write(writing, str(error).encode())
    finally:
        if place:
            place.stop()
    os._exit(0)


def down(folder: Path) -> None:
    """End the systems, and remove what they have written. Nothing happens where there are none."""
    with contextlib.suppress(BootError):
        ask(folder, "down")
    shutil.rmtree(folder, ignore_errors=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="keeper", description="Keeps systems between the steps of Molecule.")
    parser.add_argument("folder", type=Path)
    commands = parser.add_subparsers(dest="command", required=True)
    starting = commands.add_parser("up")
    starting.add_argument("image")
    starting.add_argument("platforms")
    rebooting = commands.add_parser("reboot")
    rebooting.add_argument("name")
    rebooting.add_argument("--power-lost", action="store_true")
    commands.add_parser("down")
    arguments = parser.parse_args()
    try:
        if arguments.command == "up":
            up(arguments.folder, arguments.image, arguments.platforms)
        elif arguments.command == "reboot":
            ask(arguments.folder, "reboot", name=arguments.name, orderly=not arguments.power_lost)
        else:
            down(arguments.folder)
    except BootError as error:
        sys.exit(f"keeper: {error}")


if __name__ == "__main__":
    main()
