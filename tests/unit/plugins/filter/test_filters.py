# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters as Ansible runs them; what they give is tested with their utilities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import pytest
import yaml

from tests.unit.plugins.lookup.test_ports import ansible, evaluate, promise

ROOT: Final = Path(__file__).resolve().parents[4]
SIDE: Final = {"label": "{{ 1 + 1 }}", "hosts": ["con1"], "addresses": ["198.18.1.1/32"]}
FLOW: Final = {"service": "ssh", "row": 1, "ports": ["tcp/22"], "source": SIDE, "destination": SIDE}


@pytest.mark.parametrize("name", ["port_services", "service_ports"])
def test_examples_run_as_documented(name: str, tmp_path: Path) -> None:
    text = (ROOT / "plugins/filter" / f"{name}.py").read_text(encoding="utf-8")
    examples = text.split('EXAMPLES = r"""')[1].split('"""')[0]
    given = evaluate(tmp_path, [task["ansible.builtin.debug"]["msg"] for task in yaml.safe_load(examples)])
    documented = [promise(part) for part in examples.split("- name: ")[1:]]
    assert len(documented) >= 3
    assert given == documented


def test_options_by_place_and_lists_of_jinja(tmp_path: Path) -> None:
    flows = json.dumps([FLOW, {**FLOW, "service": "smtp", "ports": ["tcp/25"]}])
    answers = evaluate(
        tmp_path,
        [
            "{{ ['imq_dynamic'] | portledger.qradar.service_ports({'imq_dynamic': ['tcp/40913']}) }}",
            "{{ [22, 'x'] | reject('equalto', 'x') | portledger.qradar.port_services }}",
            f"{{{{ {flows} | selectattr('service', 'equalto', 'smtp') | portledger.qradar.flow_table('csv', 'ja', "
            "['service', 'ports']) }}",
            f"{{{{ {flows} | portledger.qradar.select_flows(port='22') | map(attribute='service') }}}}",
            f"{{{{ ({flows} | portledger.qradar.select_flows('con1'))[0].source.label }}}}",
        ],
    )
    # A name that looks like a template is none.
    assert answers == [["tcp/40913"], ["ssh", "tunnel_ssh"], "サービス,ポート\nsmtp,tcp/25\n", ["ssh"], "{{ 1 + 1 }}"]


REFUSALS: Final = {
    "'sysog' | portledger.qradar.service_ports": (
        "portledger.qradar.service_ports: service: 'sysog' is not a service in the catalog. Did you mean syslog or "
        "syslog_ng?"
    ),
    "'ssh' | portledger.qradar.service_ports(pin={})": (
        "portledger.qradar.service_ports: option: 'pin' is not an option of this filter. Did you mean pins? Valid "
        "values: pins."
    ),
    "'tcp/0' | portledger.qradar.port_services": (
        "portledger.qradar.port_services: port: 'tcp/0' names port 0, which is outside 1 to 65535. Write a port such "
        "as 514 or tcp/514, a range such as tcp/32000-32010, or icmp."
    ),
    "22 | portledger.qradar.port_services('tcp')": (
        "portledger.qradar.port_services: takes 0 options at most. Remove 'tcp'."
    ),
    "[] | portledger.qradar.select_flows(transport='sctp')": (
        "portledger.qradar.select_flows: transport: 'sctp' is not a transport. Valid values: icmp, tcp, udp."
    ),
    "'x' | portledger.qradar.flow_table": (
        "portledger.qradar.flow_table: flows: 'x' is not a list of flows. Give flows as "
        "query('portledger.qradar.flows') returns them."
    ),
    "[] | portledger.qradar.flow_table('csv', format='csv')": (
        "portledger.qradar.flow_table: format: is given twice. Give options by their names."
    ),
}


def test_refusals(tmp_path: Path) -> None:
    """What Ansible puts before and after them differs between its versions."""
    for expression, message in REFUSALS.items():
        run = ansible(tmp_path, {"ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}})
        assert run.returncode == 2
        assert message in run.stdout + run.stderr


def test_what_is_not_defined_is_told(tmp_path: Path) -> None:
    run = ansible(tmp_path, {"ansible.builtin.debug": {"msg": "{{ nothing | portledger.qradar.service_ports }}"}})
    assert run.returncode == 2
    assert "'nothing' is undefined" in run.stdout + run.stderr


def test_each_filter_is_documented_under_its_name() -> None:
    for path in (ROOT / "plugins/filter").glob("*.py"):
        text = path.read_text(encoding="utf-8")
        documentation = yaml.safe_load(text.split('DOCUMENTATION = r"""')[1].split('"""')[0])
        assert documentation["name"] == path.stem
        assert f"    FILTERS = ({path.stem},)\n" in text
        assert "_value" in yaml.safe_load(text.split('RETURN = r"""')[1].split('"""')[0])
