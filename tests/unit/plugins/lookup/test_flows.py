# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup as Ansible runs it, in one run; what it answers is tested with its utility."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[4]

INVENTORY = """
[all:vars]
qradar_parties={{ company_parties }}
qradar_excluded_services=['portmapper', 'portmapper_dynamic']
company_users=198.18.60.0/24

[qradar_console]
con1 qradar_addresses="['198.18.1.1', '2001:db8:1::1']" ansible_host=con1.example.org

[qradar_event_processor]
ep1 ansible_host=198.18.1.4 qradar_encrypted=yes

[qradar_gateways]
gw1 qradar_gateway_segments="{'eth0': ['198.18.1.0/24'], 'eth1': ['198.18.60.0/23']}"

[web]
www ansible_host=198.18.7.7
"""
GROUP_VARS = {"company_parties": {"users": ["{{ company_users }}"], "log_sources": ["198.18.61.0/24"]}}

ANSWERS: dict[str, Any] = {
    # A single flow comes without its list from lookup, with it from query.
    "lookup('portledger.qradar.flows', service='event_streaming').ports": ["tcp/7800"],
    "query('portledger.qradar.flows', service='event_streaming') | map(attribute='ports')": [["tcp/7800"]],
    "lookup('portledger.qradar.flows', service='event_streaming', wantlist=true) | length": 1,
    "lookup('portledger.qradar.flows', service='ssh') | map(attribute='row') | unique": [1],
    "query('portledger.qradar.flows', service='imq')": [],
    "lookup('portledger.qradar.flows', service='imq') | length": 0,
    "query('portledger.qradar.flows', destination='ep1', source='con1') | map(attribute='service') | first": "ssh",
    # Templates of group variables are resolved.
    "query('portledger.qradar.flows', source='users', service='https')": [
        {
            "service": "https",
            "row": 12,
            "supplement": None,
            "ports": ["tcp/443"],
            "when": None,
            "comment": None,
            "source": {
                "label": "users",
                "hosts": [],
                "roles": [],
                "parties": ["users"],
                "addresses": ["198.18.60.0/24"],
            },
            "destination": {
                "label": "console",
                "hosts": ["con1"],
                "roles": ["console", "component", "event_listener", "flow_listener"],
                "parties": [],
                "addresses": ["198.18.1.1/32", "2001:db8:1::1/128"],
            },
        }
    ],
    "query('portledger.qradar.flows', port=514) | map(attribute='service') | unique": ["syslog", "app_syslog"],
    "query('portledger.qradar.flows', port='tcp/514') | map(attribute='ports') | unique": [["tcp/514"]],
    "query('portledger.qradar.flows', gateway='gw1', source='users', service='ssh')[0].destination.addresses": [
        "198.18.1.1/32"
    ],
}
REFUSALS = {
    "query('portledger.qradar.flows', 'con1')": "portledger.qradar.flows: takes no terms. Remove 'con1'.",
    "query('portledger.qradar.flows', sources='con1')": (
        "portledger.qradar.flows: option: 'sources' is not an option of this lookup. Did you mean source? Valid "
        "values: destination, gateway, port, service, source."
    ),
    "query('portledger.qradar.flows', gateway='con1')": (
        "portledger.qradar.flows: con1: is not a gateway of the deployment. Put it into the group qradar_gateways "
        "and set qradar_gateway_segments."
    ),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Any], list[str]]:
    """What Ansible makes of all expressions, and the messages of those that it refuses.

    The play is limited to a host outside the deployment: the flows are those of the whole inventory all the same.
    """
    folder = tmp_path_factory.mktemp("flows")
    (folder / "group_vars").mkdir()
    (folder / "group_vars" / "all.json").write_text(json.dumps(GROUP_VARS), encoding="utf-8")
    (folder / "inventory.ini").write_text(INVENTORY, encoding="utf-8")
    tasks: list[dict[str, Any]] = [
        keep(folder / f"answer-{number}.json", expression) for number, expression in enumerate(ANSWERS)
    ]
    for number, expression in enumerate(REFUSALS):
        message = {"msg": f"{{{{ {expression} }}}}"}
        tasks.append({"ansible.builtin.debug": message, "ignore_errors": True, "register": "refusal"})
        tasks.append(keep(folder / f"refusal-{number}.json", "refusal.msg"))
    variables = {"ansible_python_interpreter": sys.executable}
    play = {"hosts": "www", "connection": "local", "gather_facts": False, "vars": variables, "tasks": tasks}
    (folder / "play.yml").write_text(json.dumps([play]), encoding="utf-8")
    run = subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "inventory.ini", "--limit", "www", "play.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        timeout=120,
    )
    assert run.returncode == 0, run.stdout + run.stderr
    return kept(folder, "answer", len(ANSWERS)), kept(folder, "refusal", len(REFUSALS))


def keep(path: Path, expression: str) -> dict[str, Any]:
    """A task that writes what an expression gives."""
    return {"ansible.builtin.copy": {"dest": str(path), "content": f"{{{{ [{expression}] | to_json }}}}"}}


def kept(folder: Path, name: str, count: int) -> list[Any]:
    return [json.loads((folder / f"{name}-{n}.json").read_text(encoding="utf-8"))[0] for n in range(count)]


@pytest.mark.parametrize(("number", "answer"), list(enumerate(ANSWERS.values())), ids=list(ANSWERS))
def test_answers(outcome: tuple[list[Any], list[str]], number: int, answer: Any) -> None:
    assert outcome[0][number] == answer


@pytest.mark.parametrize(("number", "message"), list(enumerate(REFUSALS.values())))
def test_refusals(outcome: tuple[list[Any], list[str]], number: int, message: str) -> None:
    """What Ansible puts before it differs between its versions."""
    assert outcome[1][number].endswith(message)
    assert outcome[1][number].count("portledger.qradar.flows: ") <= 2
