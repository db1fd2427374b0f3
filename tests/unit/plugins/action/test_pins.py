# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``dynamic_ports_info`` on this machine, with a stand-in for the port mapper, and what ``pins`` makes of answers."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import yaml

from tests.unit.plugins.action.test_ruleset import run
from tests.unit.plugins.module_utils.mapper import Mapper, table
from tests.unit.plugins.plugin_utils._dynamic_ports.asked import answer, imq, rmi

ABSENT = rmi(why="nothing listens on tcp/9913", running=False)
HOSTILE = "x\x1b[2J\u202ey\nqradar_dynamic_ports: {imq_dynamic: [tcp/22]}"


def recorded(folder: Path, tasks: list[dict[str, Any]], inventory: dict[str, Any], *options: str) -> dict[str, Any]:
    """The result of the last task that registers ``outcome``."""
    copy = {"dest": str(folder / "outcome.json"), "content": "{{ outcome | to_json }}"}
    plays = [
        {
            "hosts": "all",
            "connection": "local",
            "gather_facts": False,
            "tasks": [*tasks, {"ansible.builtin.copy": copy, "check_mode": False, "run_once": True}],
        }
    ]
    run(folder, inventory, plays, *options)
    found: dict[str, Any] = json.loads((folder / "outcome.json").read_text(encoding="utf-8"))
    return found


def test_the_module_in_check_mode(tmp_path: Path) -> None:
    with socket.socket() as other, Mapper(table(admin=1, cluster=2, discovery=0, jmx=3)) as mapper:
        other.bind(("127.0.0.1", 0))
        other.listen()
        arguments = {"mapper_port": mapper.port, "rmi_port": other.getsockname()[1], "seconds": 20}
        task = {"portledger.qradar.dynamic_ports_info": arguments, "register": "outcome"}
        found = recorded(tmp_path, [task], {"all": {"hosts": {"here": {}}}}, "--check")
    assert found["changed"] is False
    assert found["port_mapper"]["broker"] == "imqbroker 4.4 Update 1"
    assert (found["port_mapper"]["address"], found["port_mapper"]["port"]) == ("127.0.0.1", mapper.port)
    assert [(one["service"], one["running"], one["read"]) for one in found["services"]] == [
        ("imq_dynamic", True, True),
        ("rmi_dynamic", True, True),
    ]
    assert [(one["port"], one["why"]) for one in found["services"][0]["ports"]][:2] == [
        ("tcp/1", "nothing listens there"),
        ("tcp/2", "nothing listens there"),
    ]


def test_a_wrong_option(tmp_path: Path) -> None:
    task = {
        "portledger.qradar.dynamic_ports_info": {"seconds": 0},
        "register": "outcome",
        "ignore_errors": True,
    }
    found = recorded(tmp_path, [task], {"all": {"hosts": {"here": {}}}})
    assert found["msg"] == "seconds: 0 is out of range. Write a number from 1 to 60."


def test_pins_of_all_hosts(tmp_path: Path) -> None:
    hosts: dict[str, dict[str, Any]] = {
        "con1": {"ansible_host": "198.18.1.11", "asked": answer(ABSENT)},
        "ep1": {"ansible_host": "198.18.1.21", "asked": answer(imq(40001, name=HOSTILE), ABSENT)},
        "ep2": {"ansible_host": "198.18.1.22", "asked": {"failed": True, "msg": HOSTILE}},
    }
    groups = {
        "qradar_console": {"hosts": {"con1": hosts["con1"]}},
        "qradar_event_processor": {"hosts": {name: hosts[name] for name in ("ep1", "ep2")}},
    }
    inventory = {"all": {"children": {"qradar": {"children": groups}}}}
    file = tmp_path / "pins.yml"
    arguments = {"hosts": list(hosts), "result": "asked", "file": str(file)}
    task = {"portledger.qradar.pins": arguments, "register": "outcome", "run_once": True}
    found = recorded(tmp_path, [task], inventory)
    said = r"x\x1b[2J\u202ey\x0aqradar_dynamic_ports: {imq_dynamic: [tcp/22]}"
    assert found["incomplete"] == {"imq_dynamic": {"ep2": said}, "rmi_dynamic": {"ep2": said}}
    assert (found["unasked"], found["qradar_dynamic_ports"]) == (["ep2"], {})
    text = file.read_text(encoding="utf-8")
    assert text.splitlines() == found["lines"]
    assert yaml.safe_load(text) == {"qradar_dynamic_ports": {}}
    assert f"#     - tcp/40001  # ep1 ({said}, java)\n" in text

    arguments["file"] = str(tmp_path / "none" / "pins.yml")
    found = recorded(tmp_path, [{**task, "ignore_errors": True}], inventory)
    assert found["msg"] == f"{arguments['file']}: cannot be written: No such file or directory."
