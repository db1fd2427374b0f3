# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory plugin as Ansible runs it, against a real HTTPS server."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.console.deployment import PROCESSOR, entry, example, large
from tests.console.server import Fault
from tests.unit.plugins.inventory.project import Project, flat, project

SERVERS = "/api/system/servers"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Project]:
    with project(tmp_path, example()) as made:
        yield made


def play(there: Project, inventory: str, *tasks: dict[str, Any]) -> str:
    """Run tasks on the controller; what they said."""
    content = [{"hosts": "localhost", "connection": "local", "gather_facts": False, "tasks": list(tasks)}]
    (there.folder / "play.yml").write_text(json.dumps(content), encoding="utf-8")
    run = there.run("ansible-playbook", "-i", inventory, "play.yml")
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


def test_groups_and_variables(there: Project) -> None:
    found = there.listed()
    roles = {group: entry["hosts"] for group, entry in found.items() if "hosts" in entry}
    assert roles == {
        "qradar_console": ["con1-primary", "con1-secondary"],
        "qradar_event_processor": ["ep1"],
        "qradar_event_collector": ["ec1"],
        "qradar_flow_processor": ["fp1"],
        "qradar_flow_collector": ["fc1"],
        "qradar_data_node": ["dn1"],
        "qradar_app_host": ["app1"],
        "qradar_risk_manager": ["rm1"],
        "qradar_vulnerability_scanner": ["vs1"],
    }
    assert sorted(found["qradar"]["children"]) == sorted(roles)
    variables = found["_meta"]["hostvars"]["ec1"]
    assert {name: variables[name] for name in variables if name != "qradar_parties"} == {
        "ansible_host": "198.18.21.11",
        "qradar_addresses": ["198.18.21.11"],
        "qradar_encrypted": True,
        "qradar_nat_group": 1,
        "qradar_public_addresses": ["198.18.100.11"],
        "qradar_version": "7.5.0 UP10",
    }


def test_the_projects_planner_works_on_it_with_nothing_but_parties(there: Project) -> None:
    expression = "query('portledger.qradar.flows', source='log_sources', destination='ec1', service='syslog')"
    task = {
        "ansible.builtin.copy": {"dest": str(there.folder / "flows"), "content": f"{{{{ {expression} | to_json }}}}"}
    }
    play(there, "console.qradar.yml", task)
    flows = json.loads((there.folder / "flows").read_text(encoding="utf-8"))
    assert [(flow["service"], flow["ports"], flow["destination"]["hosts"]) for flow in flows] == [
        ("syslog", ["tcp/514", "udp/514"], ["ec1"])
    ]
    checked = there.run("ansible-playbook", "-i", "console.qradar.yml", "portledger.qradar.check")
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "warning: " not in checked.stdout
    listed = there.run("ansible-playbook", "-i", "console.qradar.yml", "portledger.qradar.site", "--list-hosts")
    assert "hosts (10):" in listed.stdout


def test_compare_tells_what_differs_from_the_static_inventory_in_use(there: Project) -> None:
    """The static one is what ansible-inventory writes, for review."""
    export = ("--list", "--yaml", "--export", "--output", "inventory.yml")
    written = there.run("ansible-inventory", "-i", "console.qradar.yml", *export)
    assert written.returncode == 0, written.stdout + written.stderr
    static = yaml.safe_load((there.folder / "inventory.yml").read_text(encoding="utf-8"))
    assert static["all"]["vars"] == {"qradar_parties": {"log_sources": ["198.18.0.0/24"], "users": ["198.18.2.0/24"]}}
    assert static["all"]["children"]["qradar"]["children"]["qradar_event_processor"] == {
        "hosts": {
            "ep1": {"ansible_host": "198.18.1.21", "qradar_addresses": ["198.18.1.21"], "qradar_encrypted": False}
        }
    }
    same = there.run(
        "ansible-playbook", "-i", "console.qradar.yml", "portledger.qradar.compare", "-e", "before=inventory.yml"
    )
    assert same.returncode == 0, same.stdout + same.stderr
    assert '"No flow differs."' in same.stdout
    there.console.deployment.add("ep2", "198.18.1.22", "1699", PROCESSOR)
    there.console.deployment.host("ep1")["encryption_enabled"] = True
    other = there.run(
        "ansible-playbook", "-i", "console.qradar.yml", "portledger.qradar.compare", "-e", "before=inventory.yml"
    )
    assert other.returncode == 0, other.stdout + other.stderr
    assert "+ tcp/6514 syslog_tls (row 25): log_sources to ep2" in other.stdout
    assert "- tcp/7676-7677 imq (row 26): con1-primary, con1-secondary to ep1" in other.stdout


def test_a_thousand_hosts(there: Project) -> None:
    there.console.deployment = large(1000)
    found = there.listed()
    assert len(found["qradar_event_processor"]["hosts"]) == 999
    assert len(found["_meta"]["hostvars"]) == 1000
    assert len(there.console.asked) == 21


def test_interfaces_are_asked_for_where_they_are_wanted(there: Project) -> None:
    server = there.console.deployment.host("ep1")["primary_server_id"]
    there.console.deployment.interfaces[f"bonded/{server}"] = [{"ip": "2001:db8:1::21", "role": "regular"}]
    there.configure(interfaces=True)
    found = there.listed()["_meta"]["hostvars"]
    assert found["ep1"]["qradar_addresses"] == ["198.18.1.21", "2001:db8:1::21"]
    assert len([path for path, _range, _version in there.console.asked if "/network_interfaces/" in path]) == 20


def test_what_was_entered_on_the_console_becomes_extra_flows(there: Project) -> None:
    server = there.console.deployment.host("ep1")["primary_server_id"]
    there.console.deployment.firewall_rules[server] = [entry(source_ip="198.18.9.9", single_port=8443)]
    there.configure(user_entries=True, compose={"entered": "qradar_record.user_entries"}, strict=True)
    flows = "{{ groups['qradar'] | map('extract', hostvars, 'entered') | flatten }}"
    more = {"all": {"vars": {"qradar_extra_flows": flows}}}
    (there.folder / "more.yml").write_text(yaml.safe_dump(more), encoding="utf-8")
    asked = ["-e", "source=198.18.9.9", "-e", "destination=ep1", "-e", "to_port=tcp/8443"]
    both = ["-i", "console.qradar.yml", "-i", "more.yml"]
    run = there.run("ansible-playbook", *both, "portledger.qradar.explain", *asked)
    assert run.returncode == 0, run.stdout + run.stderr
    assert '"198.18.9.9 to ep1 (198.18.1.21): allowed"' in run.stdout, run.stdout
    assert len([path for path, _range, _version in there.console.asked if "/firewall_rules" in path]) == 10


def test_expressions_have_the_variables_and_the_consoles_record(there: Project) -> None:
    there.configure(
        compose={"ansible_user": "'root'", "site": "'remote' if qradar_nat_group is defined else 'main'"},
        groups={"standby": "inventory_hostname.endswith('-secondary')"},
        keyed_groups=[{"key": "qradar_record.appliance", "prefix": "appliance"}],
        strict=True,
    )
    found = there.listed()
    assert found["standby"]["hosts"] == ["con1-secondary"]
    assert found["appliance_4000"]["hosts"] == ["app1"]
    assert found["_meta"]["hostvars"]["ec1"]["site"] == "remote"
    assert found["_meta"]["hostvars"]["ep1"]["site"] == "main"
    assert "qradar_record" not in json.dumps(found)


def test_a_failed_expression_leaves_no_half_inventory(there: Project) -> None:
    there.configure(compose={"x": "nothing.at.all"}, strict=True)
    there.environment["ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED"] = "0"
    run = there.run("ansible-inventory", "-i", "console.qradar.yml", "--list")
    assert flat("Could not set x for host con1-primary") in flat(run.stderr)
    assert json.loads(run.stdout).get("qradar") is None
    assert "hostvars" not in run.stdout or json.loads(run.stdout)["_meta"]["hostvars"] == {}


MESSAGES: list[tuple[dict[str, Any], str]] = [
    (
        {"validate_cert": False},
        "option: 'validate_cert' is not an option of this plugin. Did you mean validate_certs? Valid values: "
        "api_version, "
        "ca_path, cache, cache_connection, cache_plugin, cache_prefix, cache_timeout, compose, groups, interfaces, "
        "keyed_groups, "
        "leading_separator, nat_groups, plugin, retries, strict, timeout, token, token_file, tunnels, url, "
        "use_extra_vars, user_entries, "
        "validate_certs.",
    ),
    (
        {"url": None},
        "console.qradar.yml: url: None is not set. Write the console's address, such as https://console.example.com, "
        "or set "
        "QRADAR_URL.",
    ),
    (
        {"token_file": None},
        "console.qradar.yml: token: None is not set. Set token_file to a file that has it, or the environment variable "
        "QRADAR_TOKEN.",
    ),
    (
        {"token_file": "nowhere"},
        "console.qradar.yml: token_file: 'nowhere' cannot be read (No such file or directory). Write the token, and "
        "nothing "
        "else, into a file that only you can read.",
    ),
    (
        {"token_file": "group_vars"},
        "console.qradar.yml: token_file: 'group_vars' is not a file. Write the token, and nothing else, into a file "
        "that only "
        "you can read.",
    ),
    (
        {"ca_path": "token"},
        "console.qradar.yml: ca_path: 'token' has no certificate. Name a file with certificates of authorities in "
        "PEM form.",
    ),
    (
        {"ca_path": "nowhere"},
        "console.qradar.yml: ca_path: 'nowhere' cannot be read (No such file or directory). Name a file with "
        "certificates of "
        "authorities in PEM form.",
    ),
    (
        {"ca_path": None},
        "https://con/api/config/deployment/hosts: answer: None was accepted: its certificate is not valid (unable to "
        "get local "
        "issuer certificate). Set ca_path to the certificate of the authority that signed the console's, and url to "
        "a name that "
        "is in it.",
    ),
    (
        {"nat_groups": None},
        "https://con/api/config/deployment/hosts: [2].public_ip: '198.18.100.11' is a public address of ec1, but the "
        "API does "
        "not give the NAT group of a host. Add the host to nat_groups in the configuration file, such as {1: "
        "[198.18.21.11]}.",
    ),
]


@pytest.mark.parametrize(("options", "message"), MESSAGES, ids=[",".join(options) for options, _message in MESSAGES])
def test_messages(there: Project, options: dict[str, Any], message: str) -> None:
    there.configure(**options)
    assert there.refused() == flat(message)


def test_a_console_that_fails_is_not_an_empty_deployment(there: Project) -> None:
    there.console.faults[SERVERS] = Fault(body=[])
    assert there.refused() == flat(
        "https://con/api/config/deployment/hosts: [0].primary_server_id: 100 is not the server_id of a server in "
        "/api/system/servers. Half an answer, or a change while it was read: run again."
    )


def test_another_name_of_the_file_is_not_read(there: Project) -> None:
    (there.folder / "console.qradar.yml").rename(there.folder / "console.yml")
    run = there.run("ansible-inventory", "-i", "console.yml", "--list")
    assert run.returncode != 0
    assert there.console.asked == []


def test_certificates_that_are_not_validated_are_warned_of(there: Project) -> None:
    there.configure(ca_path=None, validate_certs=False)
    run = there.run("ansible-inventory", "-i", "console.qradar.yml", "--list")
    assert run.returncode == 0
    assert flat(
        f"console.qradar.yml: validate_certs is false: whoever is between here and {there.console.url} can read the "
        "token. "
        "Set ca_path instead."
    ) in flat(run.stderr)


def test_warnings_name_the_file_and_the_host(there: Project) -> None:
    there.console.deployment.host("ep1")["components"].append("ecs-next")
    run = there.run("ansible-inventory", "-i", "console.qradar.yml", "--list")
    assert flat(
        f"[WARNING]: {there.folder}/console.qradar.yml: ep1 has components that this collection does not know: "
        "ecs-next. They "
        "are skipped."
    ) in flat(run.stderr)
