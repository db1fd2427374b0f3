# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""site.yml and remove.yml on a small lab: what they change, what they leave, what they say of it."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.lab.cases import CASES
from tests.lab.lab import Lab, RunningNode
from tests.lab.record import record_playbook

SMALL = Path(__file__).parent / "labs" / "small.yml"
SITE = "playbooks/site.yml"
REMOVE = "playbooks/remove.yml"
HOSTS = ("console", "collector", "gateway")
FAMILIES = ("iptables", "ip6tables")

# Somebody else's: a filter of its own, one that hooks into INPUT and FORWARD, and address translation.
FOREIGN = """
*filter
:f2b-sshd - [0:0]
-A INPUT -p tcp -m multiport --dports 22 -j f2b-sshd
-A INPUT -i somebody0 -j ACCEPT
-A FORWARD -i somebody0 -m comment --comment "kept in order" -j ACCEPT
-A FORWARD -o somebody0 -j ACCEPT
-A f2b-sshd -s {address} -j REJECT
-A f2b-sshd -j RETURN
COMMIT
*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
COMMIT
"""
FOREIGN_TABLE = """
table inet theirs {
    set banned { type ipv4_addr; elements = { 203.0.113.7, 203.0.113.9 }
    }
    chain input { type filter hook input priority filter - 1; policy accept;
        ip saddr @banned counter drop comment "kept in order"
    }
    chain forward { type filter hook forward priority filter; policy accept;
        iifname "somebody0" accept
    }
}
"""
FOREIGN_ADDRESSES = {"iptables": "198.19.9.9/32", "ip6tables": "2001:db8:9::9/128"}


def saved(node: RunningNode, tool: str) -> str:
    """The tables as the tool saves them, without dates and counters."""
    text = node.run([f"{tool}-save"]).stdout
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    return re.sub(r"\[\d+:\d+\]", "[0:0]", "\n".join(lines))


def foreign_part(node: RunningNode, tool: str) -> str:
    return "\n".join(line for line in saved(node, tool).splitlines() if "PORTLEDGER" not in line)


def nft_tables(node: RunningNode) -> str:
    """Tables of the family inet, which iptables has none of, without counters."""
    tables = re.split(r"^(?=table )", node.run(["nft", "-s", "list", "ruleset"]).stdout, flags=re.MULTILINE)
    return "".join(sorted(table for table in tables if table.startswith("table inet ")))


def foreign_tables(node: RunningNode) -> str:
    return "".join(
        table
        for table in re.split(r"^(?=table )", nft_tables(node), flags=re.MULTILINE)
        if not table.startswith("table inet portledger_")
    )


def whole(lab: Lab) -> dict[str, str]:
    """Everything that the kernels hold: the rules of both families, the sets (their members have no order), tables."""
    kept = {f"{name} {tool}": saved(lab[name], tool) for name in HOSTS for tool in FAMILIES}
    for name in HOSTS:
        sets = lab[name].run(["ipset", "save"], check=False).stdout
        kept[f"{name} nft"] = nft_tables(lab[name])
        kept[f"{name} ipset"] = "\n".join(sorted(re.sub(" initval 0x[0-9a-f]+", "", sets).splitlines()))
    return kept


def add_foreign_rules(lab: Lab) -> None:
    for name in HOSTS:
        for tool in FAMILIES:
            lab[name].run([f"{tool}-restore", "--noflush"], stdin=FOREIGN.format(address=FOREIGN_ADDRESSES[tool]))
        lab[name].run(["nft", "-f", "-"], stdin=FOREIGN_TABLE)


def start(case: str) -> Lab:
    """A lab with somebody else's rules, ready for the first run."""
    lab = Lab.start(SMALL, extra_variables=CASES[case].variables)
    CASES[case].prepare(lab)
    add_foreign_rules(lab)
    return lab


@pytest.fixture(scope="module", params=CASES)
def lab(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab with somebody else's rules and ours."""
    with start(request.param) as running:
        first = record_playbook(running, SITE)
        assert first.run.ok, first.run.stdout
        yield running


@pytest.fixture(params=sorted({case.provider for case in CASES.values()}))
def fresh(request: pytest.FixtureRequest) -> Iterator[Lab]:
    """A lab with somebody else's rules and none of ours."""
    with start(request.param) as running:
        yield running


def test_check_mode_tells_what_the_run_then_does(fresh: Lab) -> None:
    lab = fresh
    before = whole(lab)
    check = record_playbook(lab, SITE, "--check", "--diff")
    assert check.run.ok, check.run.stdout
    assert whole(lab) == before
    real = record_playbook(lab, SITE, "--diff")
    assert check.run.changed == real.run.changed == dict.fromkeys(HOSTS, 1)
    assert check.differences() == real.differences()
    assert set(check.shown) == set(HOSTS)
    assert check.shown == real.shown
    assert "+ tcp/514 syslog from log_sources (2 networks)" in real.differences()["console"]
    assert "+ tcp/8000 event_collection_service from event_collector (2 addresses)" in real.differences()["console"]
    assert (
        "+ tcp/8000 event_collection_service from event_collector (2 addresses) to console (2 addresses)"
        in real.differences()["gateway"]
    )
    for arguments in ((), ("--check",)):
        again = record_playbook(lab, SITE, *arguments)
        assert again.run.ok
        assert again.run.changed == {}
        assert set(again.differences()) == set(HOSTS)
        assert all(lines == [] for lines in again.differences().values())


def test_rules_of_others_stay_to_the_byte_and_remove_leaves_nothing(fresh: Lab) -> None:
    lab = fresh
    before = whole(lab)
    assert record_playbook(lab, SITE).run.ok
    for name in HOSTS:
        for tool in FAMILIES:
            assert foreign_part(lab[name], tool) == before[f"{name} {tool}"]
        assert foreign_tables(lab[name]) == before[f"{name} nft"]
    assert whole(lab) != before
    check = record_playbook(lab, REMOVE, "--check")
    real = record_playbook(lab, REMOVE)
    assert real.run.ok, real.run.stdout
    assert check.run.changed == real.run.changed == dict.fromkeys(HOSTS, 1)
    assert check.differences() == real.differences()
    assert whole(lab) == before
    assert record_playbook(lab, REMOVE).run.changed == {}


def rules_of(node: RunningNode, tool: str, match: str) -> list[str]:
    found = [line for line in saved(node, tool).splitlines() if line.startswith("-A PORTLEDGER") and match in line]
    assert found, f"no rule with {match!r}"
    return found


def delete(node: RunningNode, tool: str) -> None:
    rule = rules_of(node, tool, "event_collection_service")[0]
    node.run(["sh", "-c", f"{tool} {rule.replace('-A', '-D', 1)}"])


def add(node: RunningNode, tool: str) -> None:
    chain = rules_of(node, tool, "event_collection_service")[0].split()[1]
    node.run([tool, "-I", chain, "1", "-p", "tcp", "-m", "tcp", "--dport", "9", "-j", "ACCEPT"])


def reorder(node: RunningNode, tool: str) -> None:
    rule = rules_of(node, tool, "--comment ssh")[0]
    node.run(["sh", "-c", f"{tool} {rule.replace('-A', '-D', 1)}; {tool} {rule}"])


def accept_before_ours(node: RunningNode, tool: str) -> None:
    jump = next(line for line in saved(node, tool).splitlines() if line.startswith("-A INPUT") and "PORTLEDGER" in line)
    node.run(["sh", "-c", f"{tool} {jump.replace('-A', '-D', 1)}; {tool} {jump}"])


def flush(node: RunningNode, tool: str) -> None:
    chain = rules_of(node, tool, "event_collection_service")[0].split()[1]
    node.run([tool, "-F", chain])


def rule_of(node: RunningNode, match: str) -> tuple[str, str]:
    """Chain and number of the first rule of the provider nftables with this in it."""
    chain = ""
    for line in node.run(["nft", "-a", "list", "table", "inet", "portledger_host"]).stdout.splitlines():
        chain = line.split()[1] if line.startswith("\tchain ") else chain
        if match in line:
            return chain, line.split()[-1]
    raise AssertionError(f"no rule with {match!r}")


def nft_delete(node: RunningNode) -> None:
    chain, number = rule_of(node, 'comment "event_collection_service"')
    node.run(["nft", "delete", "rule", "inet", "portledger_host", chain, "handle", number])


def nft_add(node: RunningNode) -> None:
    chain, _number = rule_of(node, 'comment "event_collection_service"')
    node.run(["nft", "insert", "rule", "inet", "portledger_host", chain, "tcp", "dport", "9", "accept"])


def nft_flush(node: RunningNode) -> None:
    node.run(["nft", "flush", "chain", "inet", "portledger_host", "input"])


def nft_sleep(node: RunningNode) -> None:
    node.run(["nft", "add table inet portledger_host { flags dormant; }"])


DAMAGES: dict[str, dict[str, Callable[[RunningNode], None]]] = {
    "iptables": {
        f"{damage.__name__}-{tool}": functools.partial(damage, tool=tool)
        for damage in (delete, add, reorder, accept_before_ours, flush)
        for tool in FAMILIES
    },
    "nftables": {damage.__name__: damage for damage in (nft_delete, nft_add, nft_flush, nft_sleep)},
}


@pytest.mark.parametrize(
    ("lab", "damage"),
    [(name, damage) for name, case in CASES.items() for damage in DAMAGES[case.provider]],
    indirect=["lab"],
)
def test_damage_is_repaired(lab: Lab, damage: str) -> None:
    good = whole(lab)
    for damages in DAMAGES.values():
        if damage in damages:
            damages[damage](lab["console"])
    assert whole(lab) != good
    check = record_playbook(lab, SITE, "--check")
    assert check.run.changed == {"console": 1}
    repair = record_playbook(lab, SITE)
    assert repair.run.ok, repair.run.stdout
    assert repair.run.changed == {"console": 1}
    assert repair.differences() == check.differences()
    assert repair.differences()["console"]
    assert whole(lab) == good
    assert record_playbook(lab, SITE).run.changed == {}


def test_limit_gives_a_host_the_same_ruleset(lab: Lab) -> None:
    good = whole(lab)
    removed = record_playbook(lab, REMOVE, "--limit", "collector")
    assert removed.run.changed == {"collector": 1}
    assert whole(lab) != good
    alone = record_playbook(lab, SITE, "--limit", "collector")
    assert alone.run.changed == {"collector": 1}
    assert whole(lab) == good


def test_the_plan_is_made_once_whatever_the_forks(lab: Lab) -> None:
    run = record_playbook(lab, SITE, "--check", "-vv").run
    assert run.ok, run.stdout
    planned = re.findall(r"planned 2 hosts and 1 gateways for the scope (\w+) in", run.stdout)
    assert planned == ["host", "gateway"]
