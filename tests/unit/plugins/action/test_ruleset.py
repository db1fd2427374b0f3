# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The controller's half of ``ruleset`` as Ansible runs it, in two runs.

The module is given a list where it wants a boolean: it refuses that before it looks at anything of the machine, and its
refusal tells what it was given.
"""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any, Final

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.portledger.qradar.plugins.action.ruleset import lost_rules
from ansible_collections.portledger.qradar.plugins.module_utils._base import options

ROOT = Path(__file__).resolve().parents[4]

# As users write it: hostvars in a template of a variable.
EXTRACT = "{{ groups['web'] | map('extract', hostvars, 'ansible_host') | list }}"
SHARED = {"qradar_parties": {"users": ["0.0.0.0/0"], "log_sources": EXTRACT}, "qradar_features": ["imm"]}
HOSTS = {f"ep{number}": {"ansible_host": f"198.18.1.{number}"} for number in range(1, 7)}
INVENTORY: dict[str, Any] = {
    "all": {
        "vars": SHARED,
        "children": {
            "qradar": {
                "children": {
                    "qradar_console": {"hosts": {"con1": {"ansible_host": "198.18.1.100"}}},
                    "qradar_event_processor": {"hosts": HOSTS},
                }
            },
            "qradar_gateways": {
                "hosts": {
                    "gw1": {
                        "ansible_host": "198.18.1.254",
                        "qradar_gateway_segments": {"eth0": ["198.18.1.0/26"], "eth1": ["198.18.1.64/26"]},
                    }
                }
            },
            "web": {"hosts": {"www": {"ansible_host": "198.18.7.7"}}},
        },
    }
}
NO_BOOLEAN: Final[list[str]] = []


def refusal(specification: dict[str, Any], option: str) -> str:
    """How a module refuses NO_BOOLEAN."""
    validated = ArgumentSpecValidator(specification).validate({"scope": "host", option: NO_BOOLEAN})
    (words,) = validated.error_messages
    return str(words)


REFUSED: Final = refusal(options.RULESET, "count_lost")


def play(
    hosts: str, name: str, arguments: dict[str, Any], folder: Path, module: str = "ruleset", **more: Any
) -> dict[str, Any]:
    """Run the action and write what came of it, one file a host."""
    return {
        "hosts": hosts,
        "connection": "local",
        "gather_facts": False,
        "tasks": [
            {
                "name": name,
                f"portledger.qradar.{module}": arguments,
                "register": "outcome",
                "ignore_errors": True,
                **more.pop("task", {}),
            },
            {
                "ansible.builtin.copy": {
                    "dest": f"{folder}/{name}-{{{{ inventory_hostname }}}}.json",
                    "content": "{{ outcome | to_json }}",
                }
            },
        ],
        **more,
    }


def run(folder: Path, inventory: dict[str, Any], plays: list[dict[str, Any]], *options: str) -> str:
    (folder / "inventory.json").write_text(json.dumps(inventory), encoding="utf-8")
    (folder / "play.yml").write_text(json.dumps(plays), encoding="utf-8")
    settings = {
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
        "ANSIBLE_NOCOLOR": "1",
        # For callbacks to be told what the module was given; before ansible-core 2.20, -vvv does that.
        "ANSIBLE_INJECT_INVOCATION": "1",
        "ANSIBLE_CALLBACK_PLUGINS": str(ROOT / "tests" / "lab" / "plays" / "callback_plugins"),
        "ANSIBLE_CALLBACKS_ENABLED": "record",
        "LAB_RECORD": str(folder / "record"),
    }
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ansible-playbook")),
            *("-i", "inventory.json", "-e", f"ansible_python_interpreter={sys.executable}", "--forks", "4"),
            *options,
            "play.yml",
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **settings},
        timeout=240,
    )
    printed = done.stdout + done.stderr
    assert done.returncode == 0, printed
    return printed


OF_THE_ROLE = {
    "host_firewall_provider": "nftables",
    "host_firewall_unlisted": "log",
    "host_firewall_management": ["{{ '198.18.9.0/24' }}"],
    "host_firewall_confirm_seconds": 7,
    "gateway_firewall_egress": "drop",
}
OF_THE_TASK = {"provider": "iptables", "unlisted": "leave", "management": [], "confirm_seconds": 9}


WRONG: Final = (
    ("ep1", "host", "provider", "pf", "{} Valid values: auto, firewalld, iptables, nftables, qradar."),
    ("ep1", "host", "state", ["present"], "{} Did you mean present? Valid values: absent, present."),
    ("ep1", "host", "unlisted", "reject", "{} Valid values: drop, leave, log."),
    ("gw1", "gateway", "egress", "dropp", "{} Did you mean drop? Valid values: drop, leave, log."),
    (
        "ep1",
        "host",
        "management",
        ["198.18.9.0/24", "198.18.9.1/24"],
        "'198.18.9.1/24' has host bits set. Write 198.18.9.0/24 for the network or 198.18.9.1/32 for the one address.",
    ),
    (
        "ep1",
        "host",
        "confirm_seconds",
        "soon",
        "'soon' is not a number of seconds. Write 30, or 0 for no confirmation.",
    ),
)


class Outcomes:
    """What came of each play on each host, and all that was printed."""

    def __init__(self, folder: Path, printed: str) -> None:
        self._folder = folder
        self.printed = printed

    def of(self, name: str) -> dict[str, dict[str, Any]]:
        files = self._folder.glob(f"{name}-*.json")
        return {path.stem.removeprefix(f"{name}-"): json.loads(path.read_text(encoding="utf-8")) for path in files}

    def messages(self, name: str) -> dict[str, str]:
        return {host: outcome["msg"] for host, outcome in self.of(name).items()}

    def given(self, name: str) -> dict[str, Any]:
        """What the module was given."""
        lines = [json.loads(line) for line in (self._folder / "record").read_text(encoding="utf-8").splitlines()]
        return {line["host"]: line["result"]["invocation"]["module_args"] for line in lines if line["task"] == name}

    def plans(self, name: str) -> dict[str, Any]:
        return {host: arguments["plan"] for host, arguments in self.given(name).items()}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Outcomes:
    folder = tmp_path_factory.mktemp("good")
    refused: dict[str, Any] = {"provider": "nftables", "count_lost": NO_BOOLEAN}
    to_host: dict[str, Any] = {"scope": "host", **refused}
    plays = [
        play("qradar", "hosts", to_host, folder),
        play("gw1", "gateway", {"scope": "gateway", **refused}, folder),
        play("ep1", "play_variable", to_host, folder, vars={"qradar_version": "7.5.0"}),
        play("ep1", "overridden", to_host, folder, vars={"qradar_features": ["snmp_agent"]}),
        play("ep1", "task_variable", to_host, folder, task={"vars": {"qradar_encrypted": True}}),
        play("ep1", "extra_variable", to_host, folder, vars={"qradar_excluded_services": ["ssh"]}),
        play("www", "stranger", to_host, folder),
        play("con1", "no_gateway", {"scope": "gateway", **refused}, folder),
        play("www", "absent", {**to_host, "state": "absent"}, folder),
        play("ep1", "scope", {"scope": "network"}, folder),
        play("ep1", "delegated", to_host, folder, task={"delegate_to": "con1"}),
        play("ep1", "delegated_to_itself", to_host, folder, task={"delegate_to": "{{ inventory_hostname }}"}),
        *(
            play(name, f"wrong_{option}", {"scope": scope, option: value}, folder)
            for name, scope, option, value, _words in WRONG
        ),
        play("ep1", "wrong_variable", {"scope": "host"}, folder, vars={"host_firewall_unlisted": "reject"}),
        play("ep1", "options_of_the_role", {"scope": "host", "count_lost": NO_BOOLEAN}, folder, vars=OF_THE_ROLE),
        play("ep1", "options_of_the_task", {**to_host, **OF_THE_TASK}, folder, vars=OF_THE_ROLE),
    ]
    printed = run(folder, INVENTORY, plays, "-vvv", "-e", '{"qradar_excluded_services": ["smtp"]}')
    return Outcomes(folder, printed)


def test_every_host_gets_its_own_plan(good: Outcomes) -> None:
    plans = good.plans("hosts")
    assert sorted(plans) == sorted([*HOSTS, "con1"])
    assert {name: (plan["host"], plan["scope"]) for name, plan in plans.items()} == {
        name: (name, "host") for name in plans
    }
    assert set(good.messages("hosts").values()) == {REFUSED}


def test_templates_of_variables_know_hostvars(good: Outcomes) -> None:
    assert good.plans("hosts")["con1"]["sets"]["log_sources"] == {"ipv4": ["198.18.7.7/32"], "ipv6": []}


def test_the_plan_is_made_once_for_a_task(good: Outcomes) -> None:
    made = re.findall(r"portledger.qradar: planned (.*) for the scope (\w+) in", good.printed)
    # The plays with a plan, one task each; those that are refused for their variables, and absent, need none.
    assert Counter(made) == {
        ("7 hosts and 1 gateways", "host"): 6,
        ("7 hosts and 1 gateways", "gateway"): 2,
    }


def test_a_warning_is_printed_once(good: Outcomes) -> None:
    warning = (
        "[WARNING]: con1: qradar_parties.users: '0.0.0.0/0' contains every address, so the ports of this party are "
        "open to the world. List the networks of the party."
    )
    assert good.printed.replace("\n", " ").count(warning) == 1


def test_a_gateway_s_plan(good: Outcomes) -> None:
    (plan,) = good.plans("gateway").values()
    assert (plan["host"], plan["scope"], plan["interfaces"]) == ("gw1", "gateway", ["eth0", "eth1"])
    assert plan["flows"]


@pytest.mark.parametrize(
    ("name", "variable", "value"),
    [
        ("play_variable", "qradar_version", "'7.5.0'"),
        ("overridden", "qradar_features", "['snmp_agent']"),
        ("task_variable", "qradar_encrypted", "True"),
    ],
)
def test_variables_of_a_play_are_refused(good: Outcomes, name: str, variable: str, value: str) -> None:
    assert good.messages(name) == {
        "ep1": f"ep1: {variable}: {value} is set for a play, role or task, where the plans of the other hosts do not "
        "see it. Set it in the inventory, or as an extra variable."
    }


def test_extra_variables_win_for_all(good: Outcomes) -> None:
    assert good.messages("extra_variable") == {"ep1": REFUSED}
    services = {flow["service"] for plan in good.plans("hosts").values() for flow in plan["flows"]}
    assert "ssh" in services
    assert "smtp" not in services


def test_a_host_without_plan(good: Outcomes) -> None:
    assert good.messages("stranger") == {
        "www": "www: is not a host of the deployment, so no rules can be made for it. Put it into a group named "
        "qradar_<role>, or set qradar_roles."
    }
    assert good.messages("no_gateway") == {
        "con1": "con1: is not a gateway of the deployment. Put it into the group qradar_gateways and set "
        "qradar_gateway_segments."
    }


def test_absent_needs_no_plan(good: Outcomes) -> None:
    assert good.messages("absent") == {"www": REFUSED}
    assert good.plans("absent") == {"www": None}


@pytest.mark.parametrize(("name", "option", "value", "words"), [(one[0], *one[2:]) for one in WRONG])
def test_wrong_options(good: Outcomes, name: str, option: str, value: object, words: str) -> None:
    words = words.format(f"{value!r} is not one of its values.")
    assert good.messages(f"wrong_{option}") == {name: f"{name}: {option}: {words}"}


def test_wrong_variables(good: Outcomes) -> None:
    words = "ep1: host_firewall_unlisted: 'reject' is not one of its values. Valid values: drop, leave, log."
    assert good.messages("wrong_variable") == {"ep1": words}


def test_what_else_is_wrong_is_for_the_module_to_judge(good: Outcomes) -> None:
    assert good.messages("scope") == {"ep1": "value of scope must be one of: host, gateway, got: network"}


def test_bad_input_is_everybody_s_error(tmp_path: Path) -> None:
    inventory = json.loads(json.dumps(INVENTORY))
    inventory["all"]["children"]["qradar"]["children"]["qradar_event_processor"]["hosts"]["ep6"] = {
        "qradar_addresses": ["198.18.1.1"],
        "qradar_encrypted": "{{ no_such_variable }}",
    }
    plays = [
        play("qradar", "twice", {"scope": "host"}, tmp_path),
        play("ep1", "only", {"scope": "host"}, tmp_path),
    ]
    printed = run(tmp_path, inventory, plays, "-vv", "-e", "qradar_encrypted=no", "--limit", "ep1,ep2,ep3,con1")
    twice = (
        "ep1 and ep6: qradar_addresses: '198.18.1.1' is used twice. Give each host addresses of its own, and a pair's "
        "cluster address to no node alone."
    )
    outcomes = Outcomes(tmp_path, printed)
    messages = outcomes.messages("twice")
    # In full for whoever came first; the others say where it is.
    (first,) = [host for host, text in messages.items() if text == twice]
    see = f"There is no plan, for the inventory has an error: see the message of {first}. Fix it, then run this again."
    assert messages == {**dict.fromkeys(("ep1", "ep2", "ep3", "con1"), see), first: twice}
    assert outcomes.messages("only") == {"ep1": twice}
    assert "portledger.qradar: planned" not in printed
    # A play each; since ansible-core 2.19, Ansible itself prints an error twice.
    assert 2 <= printed.count(twice) <= 4


@pytest.mark.parametrize("pipelining", ["True", "False"])
def test_a_host_that_was_never_reached(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pipelining: str) -> None:
    monkeypatch.setenv("ANSIBLE_PIPELINING", pipelining)
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        task = {"portledger.qradar.ruleset": {"scope": "host"}, "ignore_unreachable": True}
        where = {"ansible_host": "127.0.0.1", "ansible_port": closed.getsockname()[1]}
        plays = [{"hosts": "ep1", "connection": "ssh", "gather_facts": False, "tasks": [task]}]
        inventory = json.loads(json.dumps(INVENTORY))
        group = inventory["all"]["children"]["qradar"]["children"]["qradar_event_processor"]
        group["hosts"]["ep1"] = {"qradar_addresses": ["198.18.1.1"], **where}
        printed = run(tmp_path, inventory, plays)
    assert "Connection refused" in printed
    assert "New rules may have been loaded" not in printed


def test_a_delegated_task_is_refused(good: Outcomes) -> None:
    assert good.messages("delegated") == {
        "ep1": "ep1: delegate_to: 'con1' would get the rules and targets that are planned for ep1. "
        "Run the task on the host that it is for."
    }
    assert good.messages("delegated_to_itself") == {"ep1": REFUSED}


def test_options_have_the_defaults_of_the_role(good: Outcomes) -> None:
    """The module alone would otherwise remove the management networks that the role has set."""
    names = ("provider", "unlisted", "management", "confirm_seconds", "egress")
    of_the_role, of_the_task = (
        {name: good.given(one)["ep1"].get(name) for name in names}
        for one in ("options_of_the_role", "options_of_the_task")
    )
    assert of_the_role == {
        "provider": "nftables",
        "unlisted": "log",
        "management": ["198.18.9.0/24"],
        "confirm_seconds": 7,
        "egress": of_the_task["egress"],
    }
    assert of_the_task == {**OF_THE_TASK, "egress": of_the_task["egress"]}


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ({"lost_rules": "3"}, "without a message"),
        ({"lost_rules": -1, "why": ["x"]}, "['x']"),
        ({"why": "nft \u009b31m\nfails"}, "nft \\x9b31m\\x0afails"),
    ],
)
def test_rules_that_a_host_cannot_count(said: dict[str, Any], why: str) -> None:
    result = {"changed": False, **said}
    words = f"ep1: foreign rules without effect once the plan is enforced: not counted: {why}"
    assert lost_rules("ep1", result) == (0, words)
    assert result == {"changed": False}
