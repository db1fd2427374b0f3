# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookup as Ansible runs it; what it answers is tested with its utility."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[4]

# Each is a variable of a template that Ansible evaluates; the answer is written down, not taken from the utility.
ANSWERS = {
    "query('portledger.qradar.ports', 514) | map(attribute='service')": ["syslog", "app_syslog"],
    "query('portledger.qradar.ports', 'tcp/32006', query='[].service')": [
        "dcom_dynamic",
        "imq_dynamic",
        "ariel_query",
        "data_flow_range",
    ],
    "query('portledger.qradar.ports', 'tcp/1')": [],
    "query('portledger.qradar.ports', [])": [],
    "query('portledger.qradar.ports') | length": 87,
    "query('portledger.qradar.ports', query='length(@)')": [87],
    "lookup('portledger.qradar.ports', 'imq', lang='en').title": "Message queue",
    "lookup('portledger.qradar.ports', 'imq', lang='ja').title": "メッセージ・キュー",
    "lookup('portledger.qradar.ports', 'imq').ports": ["tcp/7676-7677"],
    "lookup('portledger.qradar.ports', 'imq').port_ranges": [{"transport": "tcp", "first": 7676, "last": 7677}],
    "lookup('portledger.qradar.ports', 'imq', wantlist=true) | length": 1,
    "lookup('portledger.qradar.ports', 'tcp/1') | length": 0,
    "lookup('portledger.qradar.ports', 'ssh', 'ntp') | map(attribute='row')": [1, 4],
    "query('portledger.qradar.ports', klass='unspecified', query='[].service')": ["redirect", "soap"],
    "query('portledger.qradar.ports', 'imq', role=host_roles, direction='in') | length": 0,
    "query('portledger.qradar.ports', 'imq', role='app_host,data_node', direction='in') | length": 1,
    "query('portledger.qradar.ports', 9381, party='external_networks', query='[].service')": ["certificate_download"],
    "query('portledger.qradar.ports', role='console', party='users', direction='in', query='[].service')": [
        "ssh",
        "portmapper",
        "portmapper_dynamic",
        "https",
        "rdp_ethernet_over_usb",
        "imm_remote_presence",
        "web_administration",
        "emulex_fibre_channel",
    ],
}


def ansible(folder: Path, task: dict[str, Any]) -> subprocess.CompletedProcess[str]:
    """Run one task on the controller."""
    variables = {"host_roles": ["console", "event_processor"], "ansible_python_interpreter": sys.executable}
    play = {"hosts": "localhost", "connection": "local", "gather_facts": False, "vars": variables, "tasks": [task]}
    playbook = folder / "play.yml"
    playbook.write_text(json.dumps([play]), encoding="utf-8")
    return subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-i", "localhost,", str(playbook)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        timeout=120,
    )


def evaluate(folder: Path, templates: list[str]) -> list[Any]:
    """What Ansible makes of some templates, each of them a variable."""
    result = folder / "result.json"
    variables = {f"answer_{index}": template for index, template in enumerate(templates)}
    content = f"{{{{ [{', '.join(variables)}] | to_json }}}}"
    run = ansible(folder, {"ansible.builtin.copy": {"dest": str(result), "content": content}, "vars": variables})
    assert run.returncode == 0, run.stdout + run.stderr
    return list(json.loads(result.read_text(encoding="utf-8")))


def test_answers(tmp_path: Path) -> None:
    given = evaluate(tmp_path, [f"{{{{ {expression} }}}}" for expression in ANSWERS])
    # Before ansible-core 2.19 a template that is a number is text.
    pairs = zip(given, ANSWERS.values(), strict=True)
    answers = [int(one) if isinstance(wanted, int) else one for one, wanted in pairs]
    assert dict(zip(ANSWERS, answers, strict=True)) == ANSWERS


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        (
            "query('portledger.qradar.ports', 'tcp/65536')",
            "portledger.qradar.ports: term: 'tcp/65536' names port 65536, which is outside 1 to 65535. "
            "Write a service such as ssh, a port such as 514 or tcp/514, or a range such as tcp/32000-32010.",
        ),
        (
            "query('portledger.qradar.ports', roles='console')",
            "portledger.qradar.ports: option: 'roles' is not an option of this lookup. Did you mean role? "
            "Valid values: direction, klass, lang, party, query, role.",
        ),
    ],
)
def test_refusal(expression: str, message: str, tmp_path: Path) -> None:
    run = ansible(tmp_path, {"ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}})
    assert run.returncode == 2
    said = run.stderr + run.stdout
    # Before ansible-core 2.19 it is JSON, and says no more than that.
    before = f'FAILED! => {{"msg": "{message}"}}\n'
    assert f"The lookup plugin 'portledger.qradar.ports' failed: {message}\n" in said or before in said


def test_examples_run_as_documented(tmp_path: Path) -> None:
    """Every task of the examples works, and gives what its remark says."""
    text = (ROOT / "plugins/lookup/ports.py").read_text(encoding="utf-8")
    examples = text.split('EXAMPLES = r"""')[1].split('"""')[0]
    tasks = yaml.safe_load(examples)
    documented = [promise(part) for part in examples.split("- name: ")[1:]]
    given = evaluate(tmp_path, [task["ansible.builtin.debug"]["msg"] for task in tasks])
    assert len([answer for answer in documented if answer is not None]) >= 4
    for answer, promised in zip(given, documented, strict=True):
        assert answer
        assert promised is None or answer == promised


def promise(example: str) -> Any:
    """What the remark under an example says it gives: ``# => [...]``, over several lines perhaps."""
    _example, arrow, remark = example.partition("# => ")
    return json.loads(remark.replace("\n  #", "")) if arrow else None
