# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of lookups, with Ansible: values that templates and vaults hold, and the group that a wrong value is from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.pythons import environment

ROOT = Path(__file__).resolve().parents[4]

WRONG = {"users": ["198.18.1.1/24"]}
PROBLEM = "'198.18.1.1/24' has host bits set. Write 198.18.1.0/24 for the network or 198.18.1.1/32 for the one address."


def answer(folder: Path, inventory: dict[str, Any], *arguments: str) -> str:
    """What the lookup ``check`` says first."""
    (folder / "hosts.yml").write_text(yaml.safe_dump(inventory, allow_unicode=True), encoding="utf-8")
    lookup = "lookup('portledger.qradar.check', fail=false)"
    return said(folder, f"{{{{ {lookup}.error | default({lookup}.text[0]) }}}}", *arguments)


def said(folder: Path, message: str, *arguments: str, programs: Path = Path(sys.executable).parent) -> str:
    """What a template becomes with the inventory of a folder."""
    done = subprocess.run(
        [
            programs / "ansible",
            "localhost",
            "-i",
            folder / "hosts.yml",
            "-m",
            "debug",
            "-a",
            f"msg={message}",
            *arguments,
        ],
        cwd=ROOT,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told: str = yaml.safe_load(done.stdout.partition("=>")[2])["msg"]
    return told


def deployment(**of_places: dict[str, Any]) -> dict[str, Any]:
    """Variables of ``all``, ``qradar``, ``qradar_console`` and ``con1``."""
    console = {"hosts": {"con1": {"ansible_host": "198.18.1.1", **of_places.get("con1", {})}}}
    console["vars"] = of_places.get("qradar_console", {})
    qradar = {"vars": of_places.get("qradar", {}), "children": {"qradar_console": console}}
    sources = {"hosts": {f"s{number}": {"ansible_host": f"198.18.70.{number}"} for number in (1, 2)}}
    return {"all": {"vars": of_places.get("all", {}), "children": {"qradar": qradar, "siem_log_sources": sources}}}


@pytest.mark.parametrize(
    ("place", "who"),
    [
        ("all", "con1 (group all)"),
        ("qradar", "con1 (group qradar)"),
        ("qradar_console", "con1 (group qradar_console)"),
        ("con1", "con1"),
    ],
)
def test_the_group_is_named(place: str, who: str, tmp_path: Path) -> None:
    told = answer(tmp_path, deployment(**{"all": {"qradar_parties": {}}, place: {"qradar_parties": WRONG}}))
    assert told == f"{who}: qradar_parties.users: {PROBLEM}"


def test_group_vars_beside_the_inventory(tmp_path: Path) -> None:
    (tmp_path / "group_vars").mkdir()
    (tmp_path / "group_vars" / "qradar.yml").write_text(yaml.safe_dump({"qradar_parties": WRONG}), encoding="utf-8")
    assert answer(tmp_path, deployment()) == f"con1 (group qradar): qradar_parties.users: {PROBLEM}"


def test_an_extra_variable_is_not_a_groups(tmp_path: Path) -> None:
    inventory = deployment(qradar={"qradar_parties": {"users": []}})
    told = answer(tmp_path, inventory, "-e", '{"qradar_parties": {"users": ["198.18.1.1/24"]}}')
    assert told == f"con1: qradar_parties.users: {PROBLEM}"


EXTRACT = "{{ groups['siem_log_sources'] | map('extract', hostvars, 'ansible_host') | list }}"


def test_templates_know_hostvars(tmp_path: Path) -> None:
    parties = {"log_sources": EXTRACT, "users": ["198.18.1.1/24"]}
    assert answer(tmp_path, deployment(qradar={"qradar_parties": parties})).endswith(f"qradar_parties.users: {PROBLEM}")


def test_a_template_that_fails_names_host_and_variable(tmp_path: Path) -> None:
    told = answer(tmp_path, deployment(qradar={"qradar_parties": {"users": "{{ no_such_list }}"}}))
    assert told.startswith("con1 (group qradar): qradar_parties: {'users': '{{ no_such_list }}'} cannot be templated (")
    assert "'no_such_list' is undefined" in told
    assert told.endswith("). Fix the template or the variables that it uses.")


def vaulted(folder: Path, secret: str, programs: Path) -> str:
    """A value as people have it in an inventory, encrypted with the password in the folder's file."""
    (folder / "password").write_text("correct horse\n", encoding="ascii")
    command = [programs / "ansible-vault", "encrypt_string", "--vault-password-file", folder / "password", secret]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout.strip()


@pytest.mark.parametrize("release", ["2.16", "newest"])
def test_an_item_of_a_vault(release: str, tmp_path: Path) -> None:
    programs = environment(release) / "bin"
    plan = "{{ lookup('portledger.qradar.plan', 'con1') | to_json }}"
    check = "{{ lookup('portledger.qradar.check', fail=false).error }}"
    key = ("--vault-password-file", str(tmp_path / "password"))

    def write(secret: str) -> None:
        inventory = yaml.safe_dump(deployment(qradar={"qradar_parties": {"users": ["198.18.9.0/24", "SECRET"]}}))
        item = vaulted(tmp_path, secret, programs).replace("\n ", "\n" + 40 * " ")
        (tmp_path / "hosts.yml").write_text(inventory.replace("SECRET", item), encoding="utf-8")

    write("198.18.7.0/24")
    assert "198.18.7.0/24" in said(tmp_path, plan, *key, programs=programs)
    write("198.18.7.1/24")
    wrong = said(tmp_path, check, *key, programs=programs)
    assert wrong == (
        "con1 (group qradar): qradar_parties.users: (encrypted) is encrypted and cannot be used as it is. Decrypt it, "
        "and see docs/inventory.md for its form."
    )
    assert said(tmp_path, check, programs=programs) == (
        "con1 (group qradar): qradar_parties: {'users': ['198.18.9.0/24', (encrypted)]} cannot be decrypted "
        "(Attempting to decrypt but no vault secrets found). Give Ansible the password of the vault."
    )
