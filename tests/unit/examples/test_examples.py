# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The folder examples: its playbooks run on its inventory, and ansible-builder takes its definition."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tests.unit.docs.test_examples import ROOT, outputs

EXAMPLES = ROOT / "examples"
HOSTS = {"con1", "ep1", "ep2", "dn1", "ec1", "ec2", "fc1"}


def changed(output: str) -> set[str]:
    """The hosts that a recap says have changed, where none has failed."""
    recap = output.partition("PLAY RECAP")[2].splitlines()[1:]
    lines = {line.split()[0]: line for line in recap if " changed=" in line}
    assert all("failed=0" in line and "unreachable=0" in line for line in lines.values()), output
    return {name for name, line in lines.items() if "changed=0" not in line}


@pytest.mark.parametrize("playbook", ["site.yml --check", "canary.yml --check", "audit.yml"])
def test_a_playbook_acts_on_groups_of_its_own(playbook: str, tmp_path: Path) -> None:
    report = tmp_path / "audit.json"
    command = f"ansible-playbook -i inventory {playbook} -e audit_json={report}"
    [(output, code)] = outputs([command], EXAMPLES)
    assert "does not contain" not in output, "a host is outside of the groups that the plays act on"
    if playbook == "audit.yml":
        assert code == 2, "nothing is in force"
        assert report.read_text(encoding="utf-8").count('"unmanaged"') >= len({*HOSTS, "gw1"})
    else:
        assert code == 0, output
        assert changed(output) == {*HOSTS, "gw1"}


def test_tags_select_plays() -> None:
    command = "ansible-playbook -i inventory site.yml --check --tags gateways"
    [(output, code)] = outputs([command], EXAMPLES)
    assert (code, changed(output)) == (0, {"gw1"}), output


def test_a_group_without_hosts_is_refused() -> None:
    command = "ansible-playbook -i inventory portledger.qradar.site --check -e firewall_hosts=sime"
    [(output, code)] = outputs([command], EXAMPLES)
    assert code == 2
    assert (
        "group sime: has no host, so this playbook would do nothing on any QRadar host. "
        "Name another group in firewall_hosts." in " ".join(output.split())
    )


def test_ansible_builder_takes_the_definition(tmp_path: Path) -> None:
    pytest.importorskip("ansible_builder")
    folder = EXAMPLES / "execution-environment"
    definition = tmp_path / "execution-environment.yml"
    definition.write_bytes((folder / definition.name).read_bytes())
    (tmp_path / "portledger-qradar-1.0.0.tar.gz").touch()
    programs = Path(sys.executable).parent
    subprocess.run(
        [programs / "ansible-builder", "create", "--file", definition, "--context", tmp_path / "context"], check=True
    )
    said = subprocess.run(
        [programs / "ansible-builder", "introspect", ROOT / ".venv/collections"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    for wanted in ("netaddr>=0.10", "jmespath>=1.0", "XlsxWriter>=3.0", "openssh-clients [platform:rpm]"):
        assert f"- '{wanted}  # from collection portledger.qradar'" in said


def test_the_survey_asks_for_options_of_the_roles() -> None:
    survey = json.loads((EXAMPLES / "awx/survey.json").read_text(encoding="utf-8"))
    for question in survey["spec"]:
        role = "_".join(question["variable"].split("_")[:2])
        specs = yaml.safe_load((ROOT / "roles" / role / "meta/argument_specs.yml").read_text(encoding="utf-8"))
        option = specs["argument_specs"]["main"]["options"][question["variable"]]
        assert set(question.get("choices", ())) <= set(option.get("choices", ()))


def test_an_inventory_that_is_not_the_whole_is_refused(tmp_path: Path) -> None:
    part = tmp_path / "part.yml"
    part.write_text("qradar_console: {hosts: {con1: {ansible_host: 198.18.1.11}}}\n", encoding="utf-8")
    command = "ansible-playbook -i inventory site.yml --check --tags hosts --limit ep1 -e "
    values = (f"firewall_inventory={part}", "firewall_inventory=gone.yml", "'{\"firewall_inventory\": 7}'")
    said = [(" ".join(text.split()), code) for text, code in outputs([command + one for one in values], EXAMPLES)]
    assert [code for _text, code in said] == [2, 2, 2]
    for (text, _code), message in zip(
        said,
        (
            "ep1",
            "firewall_inventory: 'gone.yml' does not exist. Write it as you would after -i.",
            "ep1: firewall_inventory: 7 is not an inventory. Write a path, or a list of paths, as after -i",
        ),
        strict=True,
    ):
        assert message in text
