# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filters of plans and aerleon_policy as Ansible runs them; what they give is tested with their utilities."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.offline import to_ruleset
from tests.unit.plugins.lookup.test_ports import ansible, evaluate
from tests.unit.plugins.module_utils.support import small_plan

ROOT: Final = Path(__file__).resolve().parents[4]
PLAN: Final = json.dumps(small_plan()).replace("null", "none")
TEMPLATE: Final = "{{ 1 + 1 }}"


def refers_to_itself(name: str) -> str:
    flow = {**small_plan()["flows"][0], "comment": TEMPLATE}
    plan = json.dumps(small_plan(flows=[flow])).replace("null", "none")
    return f"{{{{ {plan} | portledger.qradar.{name} }}}}"


def test_a_name_that_looks_like_a_template_is_none(tmp_path: Path) -> None:
    """Results are kept as variables, which are templated once more where they can be."""
    expressions = [
        refers_to_itself("to_ruleset('nftables')"),
        refers_to_itself("to_ruleset('iptables')"),
        refers_to_itself("iptables_arguments"),
        refers_to_itself("security_group('gcp')"),
    ]
    for answer in evaluate(tmp_path, expressions):
        assert TEMPLATE in json.dumps(answer)


def test_options_by_place_and_by_name(tmp_path: Path) -> None:
    answers = evaluate(
        tmp_path,
        [
            f"{{{{ {PLAN} | portledger.qradar.to_ruleset('nftables', management=['198.18.9.0/24']) }}}}",
            f"{{{{ {PLAN} | portledger.qradar.to_ruleset('nftables', 'log') }}}}",
            f"{{{{ ({PLAN} | portledger.qradar.iptables_arguments('QRADAR'))[0].chain }}}}",
            f"{{{{ ({PLAN} | portledger.qradar.firewalld_arguments('dmz'))[0].zone }}}}",
            f"{{{{ ({PLAN} | portledger.qradar.security_group('aws'))[0].ports }}}}",
            "{{ ([] | portledger.qradar.aerleon_policy({'nftables': 'inet forward'})).policy }}",
        ],
    )
    assert answers == [
        to_ruleset(small_plan(), "nftables", management=["198.18.9.0/24"]),
        to_ruleset(small_plan(), "nftables", "log"),
        "QRADAR",
        "dmz",
        ["32006"],
        {"filters": []},
    ]


REFUSALS: Final = {
    f"{PLAN} | portledger.qradar.to_ruleset": (
        "portledger.qradar.to_ruleset: provider: None is not one of its values. Valid values: firewalld, iptables, "
        "nftables, qradar."
    ),
    f"{PLAN} | portledger.qradar.to_ruleset('nftables', unlisten='log')": (
        "portledger.qradar.to_ruleset: option: 'unlisten' is not an option of this filter. Did you mean unlisted?"
    ),
    "'con1' | portledger.qradar.iptables_arguments": (
        "portledger.qradar.iptables_arguments: plan: 'con1' is not a plan. Take the plan from "
        "lookup('portledger.qradar.plan', host, scope=)."
    ),
    f"{PLAN} | portledger.qradar.firewalld_arguments(zone=7)": (
        "portledger.qradar.firewalld_arguments: zone: 7 is not the name of a zone. Write up to 17 letters, digits, "
        "underscores, slashes and dashes."
    ),
    f"{PLAN} | portledger.qradar.security_group('aws', ssh_ports=22)": (
        "portledger.qradar.security_group: ssh_ports: 22 is not a list. Write a list of port numbers from 1 to 65535."
    ),
    "'x' | portledger.qradar.aerleon_policy": (
        "portledger.qradar.aerleon_policy: flows: 'x' is not a list of flows. Give flows as "
        "query('portledger.qradar.flows') returns them."
    ),
}


def test_refusals(tmp_path: Path) -> None:
    """What Ansible puts before and after them differs between its versions."""
    for expression, message in REFUSALS.items():
        run = ansible(tmp_path, {"ansible.builtin.debug": {"msg": f"{{{{ {expression} }}}}"}})
        assert run.returncode == 2
        assert message in run.stdout + run.stderr


def test_documented_options_are_those_of_the_filter() -> None:
    for name in ("aerleon_policy", "firewalld_arguments", "iptables_arguments", "security_group", "to_ruleset"):
        text = (ROOT / "plugins/filter" / f"{name}.py").read_text(encoding="utf-8")
        documentation = yaml.safe_load(text.split('DOCUMENTATION = r"""')[1].split('"""')[0])
        options = set(documentation["options"])
        for fragment in documentation["extends_documentation_fragment"]:
            if fragment == "portledger.qradar.plans.management":
                options |= {"management", "ssh_ports"}
        module = __import__(f"ansible_collections.portledger.qradar.plugins.filter.{name}", fromlist=["FilterModule"])
        (function,) = module.FilterModule.FILTERS
        assert options - {"_input"} == set(function.__code__.co_varnames[1 : function.__code__.co_argcount])
