# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lookups explain, compare and check as Ansible runs them; what they answer is tested with their utilities."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.tests.unit.plugins.lookup.test_flows import keep, kept

ROOT = Path(__file__).resolve().parents[4]

INVENTORY = """
[all:vars]
qradar_parties={{ company_parties }}
company_users=198.18.60.0/24
host_firewall_unlisted={{ company_unlisted | default('drop') }}

[qradar_console]
con1 qradar_addresses="['198.18.1.1', '2001:db8:1::1']" ansible_host=con1.example.org

[qradar_event_processor]
ep1 ansible_host=198.18.1.4

[qradar:children]
qradar_console
qradar_event_processor

[qradar_gateways]
gw1 qradar_gateway_segments="{'eth0': ['198.18.1.0/24', '2001:db8:1::/64'], 'eth1': ['198.18.60.0/23']}"

[web]
www ansible_host=198.18.7.7
"""
GROUP_VARS = {"company_parties": {"users": ["{{ company_users }}"], "log_sources": ["198.18.61.0/24"]}}

NO_HOST = (
    "The inventory has no QRadar host. Put hosts into groups named qradar_<role> below a group qradar, or set "
    "qradar_roles on them. Roles are: console, event_processor, event_collector, flow_processor, flow_collector, "
    "data_node, app_host, risk_manager, vulnerability_processor, vulnerability_scanner, forensics."
)
EXPLAIN = "lookup('portledger.qradar.explain', source='users', destination='con1', port='tcp/{}')"
COMPARE = "lookup('portledger.qradar.compare', before='{}')"
CHECK = "lookup('portledger.qradar.check')"
ANSWERS: dict[str, Any] = {
    f"{EXPLAIN.format(443)}.text": [
        "tcp/443 from users to con1: allowed",
        "",
        "users (198.18.60.0/24) to con1 (198.18.1.1): allowed",
        "  https (row 12): users to console; rule on con1 and gateway gw1",
    ],
    # Options of the roles are templated, too.
    f"{EXPLAIN.format(444)}.answers[0].judgements[0].verdict": "drop",
    f"{COMPARE.format('inventory.ini')}.text": ["No flow differs."],
    f"{COMPARE.format('old.ini')}.allowed": [
        {
            "service": "ssh",
            "row": 1,
            "supplement": None,
            "comment": None,
            "variable": None,
            "ports": ["tcp/22"],
            "source": {
                "words": ["con1", "ep1"],
                "hosts": ["con1", "ep1"],
                "addresses": ["198.18.1.1", "198.18.1.4"],
            },
            "destination": {"words": ["198.18.61.128/25"], "hosts": [], "addresses": ["198.18.61.128/25"]},
        },
        {
            "service": "syslog",
            "row": 14,
            "supplement": None,
            "comment": None,
            "variable": None,
            "ports": ["tcp/514", "udp/514"],
            "source": {"words": ["198.18.61.128/25"], "hosts": [], "addresses": ["198.18.61.128/25"]},
            "destination": {
                "words": ["con1", "ep1"],
                "hosts": ["con1", "ep1"],
                "addresses": ["198.18.1.1", "198.18.1.4"],
            },
        },
        {
            "service": "syslog_tls",
            "row": 25,
            "supplement": None,
            "comment": None,
            "variable": None,
            "ports": ["tcp/6514"],
            "source": {"words": ["198.18.61.128/25"], "hosts": [], "addresses": ["198.18.61.128/25"]},
            "destination": {
                "words": ["con1", "ep1"],
                "hosts": ["con1", "ep1"],
                "addresses": ["198.18.1.1", "198.18.1.4"],
            },
        },
    ],
    f"{COMPARE.format('old.ini')}.denied": [],
    f"{COMPARE.format('old.ini')}.gateways": {},
    f"{COMPARE.format('old.ini')}.options": [
        {"variable": "host_firewall_unlisted", "before": "log", "after": "drop", "hosts": ["con1", "ep1"]}
    ],
    # An error as an answer
    EXPLAIN.format("444-445").replace(")", ", fail=false)"): {
        "error": "port: 'tcp/444-445' is 2 ports. Ask about one port, such as tcp/32006, or about icmp (echo request)."
    },
    COMPARE.format("nowhere.ini").replace(")", ", fail=false)"): {
        "error": "before: 'nowhere.ini' does not exist. Write it as you would after -i."
    },
    "lookup('portledger.qradar.check', 'con1', fail=false)": {"error": "takes no terms. Remove 'con1'."},
    f"{CHECK}.warnings": 0,
    f"{CHECK}.findings | map(attribute='kind') | unique": ["empty_party", "wide", "unspecified"],
}
REFUSALS = {
    "lookup('portledger.qradar.explain', 'con1', source='a', destination='b', port='c')": (
        "portledger.qradar.explain: takes no terms. Remove 'con1'."
    ),
    EXPLAIN.format("444-445"): (
        "portledger.qradar.explain: port: 'tcp/444-445' is 2 ports. Ask about one port, such as tcp/32006, or about "
        "icmp (echo request)."
    ),
    COMPARE.format("nowhere.ini"): (
        "portledger.qradar.compare: before: 'nowhere.ini' does not exist. Write it as you would after -i."
    ),
    COMPARE.format("web.ini"): (f"portledger.qradar.compare: before: web.ini: {NO_HOST}"),
    "lookup('portledger.qradar.check', 'con1')": "portledger.qradar.check: takes no terms. Remove 'con1'.",
}


def ansible(folder: Path, *arguments: str, inventory: str = "inventory.ini") -> subprocess.CompletedProcess[str]:
    """Run ansible-playbook there, with the checkout's configuration."""
    return subprocess.run(
        [str(Path(sys.executable).with_name("ansible-playbook")), "-i", inventory, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"), "ANSIBLE_NOCOLOR": "1", "PWD": str(folder)},
        timeout=120,
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with inventories."""
    found = tmp_path_factory.mktemp("explain")
    (found / "group_vars").mkdir()
    (found / "group_vars" / "all.json").write_text(json.dumps(GROUP_VARS), encoding="utf-8")
    (found / "inventory.ini").write_text(INVENTORY, encoding="utf-8")
    old = INVENTORY.replace("{{ company_parties }}", "{'users': ['198.18.60.0/24'], 'log_sources': ['198.18.61.0/25']}")
    old = old.replace("company_users=", "company_unlisted=log\ncompany_users=")
    (found / "old.ini").write_text(old, encoding="utf-8")
    (found / "web.ini").write_text("[web]\nwww ansible_host=198.18.7.7\n", encoding="utf-8")
    return found


@pytest.fixture(scope="module")
def outcome(folder: Path) -> tuple[list[Any], list[str]]:
    """What Ansible makes of all expressions, and the messages of those that it refuses."""
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
    run = ansible(folder, "--limit", "www", "play.yml")
    assert run.returncode == 0, run.stdout + run.stderr
    return kept(folder, "answer", len(ANSWERS)), kept(folder, "refusal", len(REFUSALS))


@pytest.mark.parametrize(("number", "answer"), list(enumerate(ANSWERS.values())), ids=list(ANSWERS))
def test_answers(outcome: tuple[list[Any], list[str]], number: int, answer: Any) -> None:
    assert outcome[0][number] == answer


@pytest.mark.parametrize(("number", "message"), list(enumerate(REFUSALS.values())))
def test_refusals(outcome: tuple[list[Any], list[str]], number: int, message: str) -> None:
    """What Ansible puts before it differs between its versions."""
    assert outcome[1][number].endswith(message)


@pytest.mark.parametrize(
    ("playbook", "arguments", "line", "key"),
    [
        (
            "explain",
            ("-e", "source=users", "-e", "destination=con1", "-e", "to_port=tcp/443"),
            '"tcp/443 from users to con1: allowed",',
            "answers",
        ),
        ("compare", ("-e", "before=old.ini"), '"newly allowed:",', "allowed"),
        ("compare", ("-e", '{"before": ["old.ini"]}'), '"newly allowed:",', "allowed"),
        ("check", ("-e", "strict=true"), '"note: soap (row 58), tcp/23111: the table gives no direction', "findings"),
    ],
)
def test_playbooks_tell_and_write(folder: Path, playbook: str, arguments: tuple[str, ...], line: str, key: str) -> None:
    run = ansible(folder, f"portledger.qradar.{playbook}", *arguments, "-e", "output=answer.json", "-e", PYTHON)
    assert run.returncode == 0, run.stdout + run.stderr
    assert line in run.stdout
    assert "reserved" not in run.stdout + run.stderr
    written = json.loads((folder / "answer.json").read_text(encoding="utf-8"))
    assert written[key]


PYTHON = f"ansible_python_interpreter={sys.executable}"


def test_strict_fails_on_warnings(folder: Path) -> None:
    wide = '{"qradar_parties": {"users": ["0.0.0.0/0"]}}'
    run = ansible(folder, "portledger.qradar.check", "-e", "strict=true", "-e", wide, "-e", PYTHON)
    assert run.returncode == 2
    assert '"msg": "2 warnings, see above."' in run.stdout


@pytest.mark.parametrize(
    ("inventory", "playbook", "arguments", "message"),
    [
        (
            "inventory.ini",
            "explain",
            ("source=users",),
            "Ask with -e source=WHO -e destination=WHOM -e to_port=tcp/32006. See docs/explain.md.",
        ),
        (
            "inventory.ini",
            "explain",
            ("source=users", "destination=con1", "to_port=443"),
            "port: '443' is not a transport with a port. Ask about one port, such as tcp/32006, or about icmp (echo "
            "request).",
        ),
        ("inventory.ini", "compare", (), "Name the inventory to compare with: -e before=OLD. See docs/explain.md."),
        (
            "inventory.ini",
            "compare",
            ("before=nowhere.ini",),
            "before: 'nowhere.ini' does not exist. Write it as you would after -i.",
        ),
        ("web.ini", "check", (), NO_HOST),
    ],
)
def test_an_error_is_read_once_whole_and_first(
    folder: Path, inventory: str, playbook: str, arguments: tuple[str, ...], message: str
) -> None:
    """In the place of the answer. With each release of ansible-core: tests/lab/audit/test_question_errors.py."""
    options = [word for argument in (*arguments, "output=none.json") for word in ("-e", argument)]
    run = ansible(folder, f"portledger.qradar.{playbook}", *options, "-e", PYTHON, inventory=inventory)
    printed = run.stdout + run.stderr
    assert run.returncode == 2, printed
    assert not (folder / "none.json").exists()
    assert printed.count(message) == printed.count(message[:20]) == 1, printed
    assert f'"msg": "{message}"\n' in printed
    last = printed.partition(message)[2]
    assert '"msg": "There is no answer, see above."' in last
    assert "ERROR" not in printed.partition(message)[0]
