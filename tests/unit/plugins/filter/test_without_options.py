# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every filter in a playbook, on a controller without the packages that only some options need."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.pythons import ROOT, environment

OPTIONAL = ("jmespath", "xlsxwriter")
INVENTORY = """
[qradar_console]
con1 ansible_host=198.18.1.1

[qradar_event_processor]
ep1 ansible_host=198.18.1.2
"""
# Each filter, and what must be in what it gives.
FILTERS = {
    "service_ports": ("{{ 'syslog' | portledger.qradar.service_ports }}", "udp/514"),
    "port_services": ("{{ 'udp/514' | portledger.qradar.port_services }}", "syslog"),
    "select_flows": ("{{ flows | portledger.qradar.select_flows(destination='con1') }}", "198.18.1.2"),
    "flow_table": ("{{ flows | portledger.qradar.flow_table('markdown') }}", "| Source | Source addresses |"),
    "to_ruleset": ("{{ plan | portledger.qradar.to_ruleset('nftables') }}", "table inet portledger"),
    "iptables_arguments": ("{{ plan | portledger.qradar.iptables_arguments }}", "198.18.1.2"),
    "firewalld_arguments": ("{{ plan | portledger.qradar.firewalld_arguments(zone='internal') }}", "198.18.1.2"),
    "aerleon_policy": ("{{ flows | portledger.qradar.aerleon_policy({'cisco': 'siem {family}'}) }}", "198.18.1.2"),
    "security_group": ("{{ plan | portledger.qradar.security_group('aws') }}", "198.18.1.2"),
}
ASK = "{{ query('portledger.qradar.ports', query='[].row') }}"


def test_every_filter_is_here() -> None:
    assert sorted(FILTERS) == sorted(path.stem for path in (ROOT / "plugins/filter").glob("*.py"))


def played(folder: Path, release: str, answers: dict[str, str]) -> tuple[dict[str, object], str]:
    """What a playbook makes of templates, with the optional packages missing, and what it printed."""
    for name in OPTIONAL:
        (folder / f"{name}.py").write_text(f"raise ImportError('no {name} here')\n", encoding="utf-8")
    (folder / "inventory.ini").write_text(INVENTORY, encoding="utf-8")
    task = {
        "ansible.builtin.copy": {
            "content": "{{ answers | to_json }}",
            "dest": str(folder / "answers.json"),
            "mode": "0600",
        },
        "vars": {
            "answers": answers,
            "flows": "{{ query('portledger.qradar.flows') }}",
            "plan": "{{ lookup('portledger.qradar.plan', 'con1') }}",
        },
    }
    play = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": [task]}]
    (folder / "play.yml").write_text(yaml.safe_dump(play), encoding="utf-8")
    run = subprocess.run(
        [str(environment(release) / "bin/ansible-playbook"), "-i", "inventory.ini", "play.yml"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "PYTHONPATH": str(folder),
            "ANSIBLE_NOCOLOR": "1",
        },
        timeout=120,
    )
    printed = run.stdout + run.stderr
    if run.returncode != 0:
        return {}, printed
    made: dict[str, object] = json.loads((folder / "answers.json").read_text(encoding="utf-8"))
    return made, printed


@pytest.mark.parametrize("release", ["2.16", "newest"])
def test_every_filter_works_without_them(release: str, tmp_path: Path) -> None:
    made, printed = played(tmp_path, release, {name: template for name, (template, _wanted) in FILTERS.items()})
    assert sorted(made) == sorted(FILTERS), printed
    for name, (_template, wanted) in FILTERS.items():
        assert wanted in str(made[name]), f"{name}: {made[name]}"


@pytest.mark.parametrize("release", ["2.16", "newest"])
def test_what_needs_one_says_which(release: str, tmp_path: Path) -> None:
    made, printed = played(tmp_path, release, {"rows": ASK})
    assert made == {}
    sentence = (
        "query: '[].row' needs the Python library jmespath, which is missing on the controller. "
        "Install it for the Python that runs Ansible: python3 -m pip install jmespath."
    )
    assert sentence in " ".join(printed.split()), printed
