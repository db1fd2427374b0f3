# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What people use in our place, each at its own best: the flows of the same plan, written out before.

No task of theirs looks anything up, and no fact is gathered. linux-system-roles' firewall is not in the package
``ansible``, so it is not among them.
"""

from __future__ import annotations

import datetime
import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.firewalld_arguments import (
    firewalld_arguments,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.iptables_arguments import (
    iptables_arguments,
)
from tests.bench.over_ssh import Bench
from tests.lab.oracle.plans import make_planner
from tests.other_collections import collections_path

HOST: Final = "console"
FILES: Final = {"ipv4": ("iptables-restore", "/etc/peer.v4"), "ipv6": ("ip6tables-restore", "/etc/peer.v6")}
_ALWAYS: Final = tuple(
    {"chain": "INPUT", "jump": "ACCEPT", "ip_version": family, **rule}
    for family in ("ipv4", "ipv6")
    for rule in (
        {"in_interface": "lo"},
        {"ctstate": ["ESTABLISHED", "RELATED"]},
        {"protocol": "tcp", "destination_port": "22"},
        *(({"protocol": "ipv6-icmp"},) if family == "ipv6" else ()),
    )
)


@dataclass(frozen=True)
class Peer:
    """apply: seconds of one run. reset: takes everything away that it has done. calls: how many of modules it makes."""

    name: str
    apply: Callable[[], float]
    reset: Callable[[], object]
    calls: int


@functools.cache
def plan_of(bench: Bench) -> dict[str, Any]:
    """What the host's neighbours may reach on it."""
    planner = make_planner(bench.lab.topology, datetime.date.today())
    return planner.plan(HOST, "host")


def iptables_loop(bench: Bench) -> Peer:
    """ansible.builtin.iptables, a call for each rule."""
    rules = _iptables_rules(bench)
    path = bench.playbook(
        "iptables_loop",
        _play(
            {"ansible.builtin.iptables": "{{ item }}", "loop": rules},
            {
                "ansible.builtin.iptables": {"chain": "INPUT", "policy": "DROP", "ip_version": "{{ item }}"},
                "loop": ["ipv4", "ipv6"],
            },
        ),
    )
    return Peer("ansible.builtin.iptables loop", lambda: bench.seconds(path), lambda: _flush(bench), len(rules) + 2)


def template(bench: Bench) -> Peer:
    """ansible.builtin.template, whose rules iptables-restore tests, and a handler that loads them."""
    tasks, handlers = [], []
    for family, (program, path) in FILES.items():
        (bench.folder / f"{family}.j2").write_text(_rules(bench, family), encoding="utf-8")
        template = {"src": str(bench.folder / f"{family}.j2"), "dest": path, "mode": "0600"}
        tasks.append(
            {"ansible.builtin.template": {**template, "validate": f"{program} --test %s"}, "notify": f"load {family}"}
        )
        handlers.append({"name": f"load {family}", "ansible.builtin.command": f"{program} {path}"})
    playbook = bench.playbook("template", _play(*tasks, handlers=handlers))
    return Peer("template and iptables-restore", lambda: bench.seconds(playbook), lambda: _forget(bench), 4)


def state(bench: Bench) -> Peer:
    """community.general.iptables_state with files of rules, and its way back where the connection is lost."""
    tasks: list[dict[str, Any]] = []
    for family, (_program, path) in FILES.items():
        (bench.folder / f"{family}.rules").write_text(_rules(bench, family), encoding="utf-8")
        copy = {"src": str(bench.folder / f"{family}.rules"), "dest": path, "mode": "0600"}
        restored = {"state": "restored", "path": path, "ip_version": family}
        tasks.append({"ansible.builtin.copy": copy})
        # Its documentation: this is how it takes back what cuts off the connection.
        tasks.append({"community.general.iptables_state": restored, "async": 20, "poll": 0})
    playbook = bench.playbook("state", _play(*tasks))
    found = collections_path()
    return Peer(
        "community.general.iptables_state",
        lambda: bench.seconds(playbook, ANSIBLE_COLLECTIONS_PATH=found),
        lambda: _forget(bench),
        4,
    )


def firewalld_loop(bench: Bench) -> Peer:
    """ansible.posix.firewalld, a call for each rule, in a zone that drops everything else."""
    ssh = {"zone": "drop", "service": "ssh", "permanent": True, "immediate": True, "state": "enabled"}
    rules = [ssh, *firewalld_arguments(plan_of(bench), zone="drop")]
    # Its module needs the Python of the system, which has firewalld's own library.
    variables = {"ansible_python_interpreter": "/usr/bin/python3"}
    task = {"ansible.posix.firewalld": "{{ item }}", "loop": rules}
    path = bench.playbook("firewalld_loop", _play(task, vars=variables))
    found = collections_path()

    def reset() -> None:
        bench.lab[HOST].run(["sh", "-c", "rm -f /etc/firewalld/zones/drop.xml*"])
        bench.lab[HOST].run(["firewall-cmd", "--reload"])

    return Peer(
        "ansible.posix.firewalld loop", lambda: bench.seconds(path, ANSIBLE_COLLECTIONS_PATH=found), reset, len(rules)
    )


def _flush(bench: Bench) -> None:
    for program in ("iptables", "ip6tables"):
        bench.lab[HOST].run([program, "-P", "INPUT", "ACCEPT"])
        bench.lab[HOST].run([program, "-F"])
        bench.lab[HOST].run([program, "-X"])


def _forget(bench: Bench) -> None:
    _flush(bench)
    bench.lab[HOST].run(["rm", "-f", *(path for _program, path in FILES.values())])


def _iptables_rules(bench: Bench) -> list[dict[str, Any]]:
    """Without the comments of ours, which cost them time."""
    planned = iptables_arguments(plan_of(bench))
    return [*_ALWAYS, *({key: text for key, text in rule.items() if key != "comment"} for rule in planned)]


def _rules(bench: Bench, family: str) -> str:
    """A file for iptables-restore: what people write, a rule for each network and range of ports."""
    words = {"in_interface": "-i", "protocol": "-p", "source": "-s", "destination": "-d"}
    lines = ["*filter", ":INPUT DROP [0:0]", ":FORWARD ACCEPT [0:0]", ":OUTPUT ACCEPT [0:0]"]
    for rule in _iptables_rules(bench):
        if rule["ip_version"] == family:
            parts = [f"{option} {rule[word]}" for word, option in words.items() if word in rule]
            if "ctstate" in rule:
                parts.append(f"-m conntrack --ctstate {','.join(rule['ctstate'])}")
            if "destination_port" in rule:
                parts.append(f"--dport {rule['destination_port']}")
            lines.append(f"-A INPUT {' '.join(parts)} -j ACCEPT")
    return "\n".join([*lines, "COMMIT", ""])


def _play(*tasks: dict[str, Any], **more: Any) -> list[dict[str, Any]]:
    return [{"hosts": "all", "gather_facts": False, "tasks": list(tasks), **more}]
