# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Roles and playbooks as far as they can be judged without a firewall."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[3]
ROLES: Final = ("host_firewall", "gateway_firewall")
MODULE: Final = "portledger.qradar.ruleset"


def run(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of Ansible's commands with the checkout's configuration."""
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        # ansible-test has made it an error that a group is empty.
        "ANSIBLE_HOST_PATTERN_MISMATCH": "warning",
        "ANSIBLE_NOCOLOR": "1",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
    }
    command = [str(Path(sys.executable).with_name(tool)), *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120, check=False)


def role_file(role: str, name: str) -> Any:
    return yaml.safe_load((ROOT / "roles" / role / name).read_text(encoding="utf-8"))


def role_tasks(role: str) -> list[dict[str, Any]]:
    """Its tasks, those that it imports included."""
    imported = "ansible.builtin.import_tasks"
    return [
        task
        for entry in role_file(role, "tasks/main.yml")
        for task in (role_file(role, f"tasks/{entry[imported]}") if imported in entry else [entry])
    ]


def role_options(role: str) -> dict[str, Any]:
    options: dict[str, Any] = role_file(role, "meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    return options


@pytest.fixture(scope="module")
def module_options() -> dict[str, Any]:
    said = run("ansible-doc", "--type", "module", "--json", MODULE)
    assert said.returncode == 0, said.stderr
    options: dict[str, Any] = json.loads(said.stdout)[MODULE]["doc"]["options"]
    return options


@pytest.mark.parametrize("role", ROLES)
def test_defaults_are_those_of_the_argument_spec(role: str) -> None:
    assert role_file(role, "defaults/main.yml") == {
        name: option["default"] for name, option in role_options(role).items()
    }


@pytest.mark.parametrize("role", ROLES)
def test_each_variable_is_handed_to_the_module(role: str) -> None:
    tasks = role_tasks(role)
    variables = {name: "{{ " + name + " }}" for name in role_options(role)}
    # A second task is for the second node of an HA pair: it does the same, and does not give way.
    assert [task[MODULE].pop("gives_way", False) for task in tasks] in ([False], [True, False])
    for task in tasks:
        assert task[MODULE] == {
            "scope": role.removesuffix("_firewall"),
            # Says what the first enforcement leaves without effect.
            "count_lost": True,
            **{name.removeprefix(f"{role}_"): value for name, value in variables.items()},
        }


@pytest.mark.parametrize("role", ROLES)
def test_roles_take_what_the_module_takes(role: str, module_options: dict[str, Any]) -> None:
    for name, option in role_options(role).items():
        documented = module_options[name.removeprefix(f"{role}_")]
        for key in ("type", "elements", "choices", "default"):
            assert option.get(key) == documented.get(key), f"{name}: {key}"


@pytest.mark.parametrize(
    ("role", "variable", "value", "allowed"),
    [
        ("host_firewall", "host_firewall_provider", "pf", "auto, firewalld, iptables, nftables, qradar"),
        ("host_firewall", "host_firewall_state", "started", "present, absent"),
        ("host_firewall", "host_firewall_unlisted", "reject", "drop, log, leave"),
        ("gateway_firewall", "gateway_firewall_provider", "pf", "auto, firewalld, iptables, nftables, qradar"),
        ("gateway_firewall", "gateway_firewall_egress", "reject", "drop, log, leave"),
    ],
)
def test_a_wrong_word_is_refused_before_anything_is_done(
    role: str, variable: str, value: str, allowed: str, tmp_path: Path
) -> None:
    playbook = tmp_path / "play.yml"
    play = {
        "hosts": "con1",
        "gather_facts": False,
        "roles": [{"role": f"portledger.qradar.{role}", "vars": {variable: value}}],
    }
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    said = run("ansible-playbook", "-i", "con1,", "-c", "local", str(playbook))
    assert said.returncode == 2
    assert f"value of {variable} must be one of: {allowed}, got: {value}" in said.stdout + said.stderr
    assert "fatal: [con1]: FAILED!" in said.stdout + said.stderr
    assert "TASK [portledger.qradar" in said.stdout
    assert "Validating arguments" in said.stdout.partition("FAILED!")[0].rpartition("TASK [")[2]


@pytest.mark.parametrize("playbook", ["site", "remove"])
def test_playbooks_refuse_a_wrong_word_by_the_name_of_the_variable(playbook: str, tmp_path: Path) -> None:
    (tmp_path / "hosts.ini").write_text("[qradar_console]\ncon1\n[qradar:children]\nqradar_console\n", "utf-8")
    arguments = ("-i", str(tmp_path / "hosts.ini"), "-e", "host_firewall_provider=pf", "-c", "local")
    said = run("ansible-playbook", *arguments, f"playbooks/{playbook}.yml")
    assert said.returncode == 2
    words = "con1: host_firewall_provider: 'pf' is not one of its values. "
    assert words + "Valid values: auto, firewalld, iptables, nftables, qradar." in said.stdout + said.stderr
    assert said.stdout.count("TASK [") == 1, said.stdout


@pytest.mark.parametrize("playbook", ["site", "remove"])
@pytest.mark.parametrize("where", ["playbooks/{}.yml", "portledger.qradar.{}"])
def test_an_empty_inventory_is_no_failure(playbook: str, where: str) -> None:
    said = run("ansible-playbook", "-i", "localhost,", where.format(playbook))
    assert said.returncode == 0, said.stderr
    assert said.stdout.count("skipping: no hosts matched") == {"site": 3, "remove": 2}[playbook]


@pytest.mark.parametrize("playbook", ["site", "audit"])
@pytest.mark.parametrize(
    "inventory",
    [
        {"children": {"qradar_console": {"hosts": {"con1": {}}}}},
        {"children": {"qradar": {}, "qradar_gateways": {"hosts": {"gw1": {}}}}},
        {"hosts": {"con1": {"qradar_roles": ["console"]}}},
    ],
)
def test_hosts_that_no_play_acts_on_are_a_failure(playbook: str, inventory: dict[str, Any], tmp_path: Path) -> None:
    (tmp_path / "hosts.yml").write_text(yaml.safe_dump({"all": inventory}), encoding="utf-8")
    said = run("ansible-playbook", "-i", str(tmp_path / "hosts.yml"), f"playbooks/{playbook}.yml")
    assert said.returncode == 2
    words = "group qradar: has no host, so this playbook would do nothing on any QRadar host. "
    assert words + "Put the groups qradar_<role> below the group qradar." in said.stdout + said.stderr
