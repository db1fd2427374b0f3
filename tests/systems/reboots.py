# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reboots a system of a place, and keeps asking for its ports meanwhile."""

from __future__ import annotations

import json
import subprocess
import sys
import time

from tests.systems.listener import UNLISTED
from tests.systems.place import HOME, Place
from tests.systems.probe import SCRIPT
from tests.systems.system import dying


def watched_reboot(place: Place, name: str, *, orderly: bool) -> None:
    """Reboot; FOLDER/boots.json gets what strangers and the controller have heard from before it to after it.

    An entry has the name, whether it was orderly, and for each question (who > address port) how many attempts there
    were, how many were answered, and the time of the first answer after the boot began.
    """
    system = place.systems[name]
    questions = {
        f"{who} > {address} {port}": (path, address, port)
        for who, path, port in (
            (f"guest.{HOME}", place.outsiders[f"guest.{HOME}"].path, UNLISTED),
            (f"guest.{HOME}", place.outsiders[f"guest.{HOME}"].path, 22),
            ("controller", place.controller.path, 22),
        )
        for address in place.judged_by(name)
        # The way that the running connection has kept open is one of IPv4.
        if who != "controller" or ":" not in address
    }
    asking = {
        question: subprocess.Popen(
            dying(["nsenter", f"--net={path}", "--", sys.executable, "-I", "-c", SCRIPT, address, str(port), "0.02"]),
            stdin=subprocess.DEVNULL,
            stdout=(place.folder / f"asked.{number}").open("w"),
        )
        for number, (question, (path, address, port)) in enumerate(questions.items())
    }
    try:
        time.sleep(0.5)
        went_down = time.monotonic()
        if orderly:
            system.shut_down()
        else:
            system.lose_power()
        began = time.monotonic()
        system.start()
        place.wait(name)
        # IPv6 begins with looking whether somebody else has the address.
        time.sleep(2)
    finally:
        for process in asking.values():
            process.kill()
            process.wait()
    entry = {"name": name, "orderly": orderly, "seconds": round(time.monotonic() - went_down, 1), "asked": {}}
    for number, question in enumerate(questions):
        lines = (place.folder / f"asked.{number}").read_text().splitlines()
        attempts = [line.split(" ", 1) for line in lines if line.endswith((" silent", " open", " refused"))]
        heard = [float(when) for when, said in attempts if said != "silent"]
        entry["asked"][question] = {  # type: ignore[index]
            "attempts": sum(float(when) > began for when, _said in attempts),
            "before": sum(when < went_down for when in heard),
            "after": sum(when > began for when in heard),
            "first": round(min((when - began for when in heard if when > began), default=-1), 3),
        }
    boots = place.folder / "boots.json"
    found = json.loads(boots.read_text()) if boots.exists() else []
    boots.write_text(json.dumps([*found, entry], indent=1) + "\n")
