# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab, its prober and its oracle: can they be trusted to find a mistake?"""

from __future__ import annotations

import ipaddress
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from tests.lab import demo, report
from tests.lab import ports as portsets
from tests.lab.lab import ROOT, Lab
from tests.lab.oracle import CATALOG, Oracle, read_catalog, read_table
from tests.lab.plain import apply_plain
from tests.lab.playbook import run_playbook
from tests.lab.probe import Reached, probe
from tests.lab.talk import converse, plan_conversations
from tests.lab.topology import Address, LabError, Node, load_topology

LABS = Path(__file__).parent / "labs"
SMALL = LABS / "small.yml"
PORTS = [22, 443, 514, 515, 32006, 61000, 61001, 61002, 65535]

address = ipaddress.ip_address
CONSOLE, COLLECTOR = address("198.19.1.11"), address("198.19.2.11")
CONSOLE6, COLLECTOR6 = address("2001:db8:a1::11"), address("2001:db8:a2::11")
SOURCE, SOURCE6 = address("198.19.2.51"), address("2001:db8:a2::51")
GUEST, GUEST6 = address("198.19.1.250"), address("2001:db8:a1::250")


@pytest.fixture
def lab() -> Iterator[Lab]:
    with Lab.start(SMALL) as running:
        yield running


def missing(reached: Reached) -> dict[tuple[str, str, str], list[int]]:
    """(source address, destination address, transport) -> ports that did not arrive."""
    full = {"tcp": portsets.mask(reached.probed), "udp": portsets.mask(reached.probed), "icmp": 1}
    return {
        (str(pair.source_address), str(pair.destination_address), transport): portsets.members(lost)
        for pair in reached.pairs
        for transport, bits in full.items()
        if (lost := bits & ~reached.mask(pair.source_address, pair.destination_address, transport))
    }


def expectation(oracle: Oracle) -> Callable[[Node, Address, Node, Address, str], int]:
    return lambda _from, source, _to, destination, transport: oracle.verdict(source, destination).allowed[transport]


# ---- prober


def test_without_a_firewall_everything_arrives(lab: Lab) -> None:
    reached = probe(lab, PORTS)

    assert missing(reached) == {}
    assert len(reached.pairs) == 2 * 5 * 4
    assert reached.sent == len(reached.pairs) * (2 * len(PORTS) + 1)


def test_every_port_arrives_once_all_are_tried(lab: Lab) -> None:
    reached = probe(lab, range(1, 65536), sources=["source"], destinations=["console"])

    assert missing(reached) == {}
    assert reached.mask(SOURCE, CONSOLE, "tcp") == portsets.ALL


@pytest.mark.parametrize(
    ("tool", "rule", "lost"),
    [
        ("iptables", "-p tcp --dport 514", {("tcp", 4): [514]}),
        ("ip6tables", "-p tcp --dport 514", {("tcp", 6): [514]}),
        ("iptables", "-p udp --dport 514:515", {("udp", 4): [514, 515]}),
        ("ip6tables", "-p udp --dport 65535", {("udp", 6): [65535]}),
        ("iptables", "-p icmp --icmp-type 8", {("icmp", 4): [0]}),
        ("ip6tables", "-p icmpv6 --icmpv6-type 128", {("icmp", 6): [0]}),
    ],
)
def test_exactly_what_a_rule_closes_is_missing(
    lab: Lab, tool: str, rule: str, lost: dict[tuple[str, int], list[int]]
) -> None:
    lab.node("collector").run([tool, "-A", "INPUT", *rule.split(), "-j", "DROP"])
    ends = {4: ((CONSOLE, GUEST, SOURCE), COLLECTOR), 6: ((CONSOLE6, GUEST6, SOURCE6), COLLECTOR6)}

    found = missing(probe(lab, PORTS, sources=["console", "guest", "source"]))

    assert found == {
        (str(source), str(ends[version][1]), transport): ports
        for (transport, version), ports in lost.items()
        for source in ends[version][0]
    }


def test_exactly_what_a_rule_opens_arrives(lab: Lab) -> None:
    node = lab.node("console")
    node.run(["iptables", "-A", "INPUT", "-s", str(SOURCE), "-p", "tcp", "--dport", "32006", "-j", "ACCEPT"])
    node.run(["iptables", "-A", "INPUT", "-j", "DROP"])
    node.run(["ip6tables", "-A", "INPUT", "-j", "DROP"])

    reached = probe(lab, PORTS, destinations=["console"])

    assert {key: portsets.members(bits) for key, bits in reached.ports.items()} == {(SOURCE, CONSOLE, "tcp"): [32006]}


def test_a_gateway_closes_what_crosses_it_and_nothing_else(lab: Lab) -> None:
    lab.node("gateway").run(["ip6tables", "-A", "FORWARD", "-p", "udp", "--dport", "443", "-j", "DROP"])

    crossing = [(CONSOLE6, COLLECTOR6), (CONSOLE6, SOURCE6), (GUEST6, COLLECTOR6), (GUEST6, SOURCE6)]
    assert missing(probe(lab, PORTS)) == {
        (str(source), str(destination), "udp"): [443] for pair in crossing for source, destination in (pair, pair[::-1])
    }


def test_probes_do_not_pass_as_replies_to_probes_in_the_other_direction(lab: Lab) -> None:
    """Each end sends to each port of the other; a firewall with connection tracking opens nothing by that."""
    for name in ("console", "collector"):
        for tool in ("iptables", "ip6tables"):
            for rule in ("-m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT", "-j DROP"):
                lab.node(name).run([tool, "-A", "INPUT", *rule.split()])

    reached = probe(lab, range(60900, 61100), sources=["console", "collector"], destinations=["console", "collector"])

    assert reached.ports == {}


def test_what_is_lost_is_sent_again_where_it_is_expected(lab: Lab) -> None:
    lossy = "-m statistic --mode nth --every 4 --packet 0 -j DROP"
    lab.node("console").run(["iptables", "-A", "INPUT", *lossy.split()])

    once = probe(lab, range(1, 101), sources=["guest"], destinations=["console"])
    several = probe(
        lab,
        range(1, 101),
        sources=["guest"],
        destinations=["console"],
        expected=lambda *_: portsets.ALL | 1,
        attempts=9,
    )

    assert sum(map(len, missing(once).values())) == 51  # of 2 * 100 + 1
    assert missing(several) == {}
    assert several.again > 0


def test_conversations_need_the_way_back(lab: Lab) -> None:
    pairs = probe(lab, [], sources=["console", "guest"], destinations=["collector"]).pairs
    wanted = plan_conversations(lab, pairs, lambda *_: portsets.ALL, PORTS)
    assert len(wanted) == 8
    assert converse(lab, wanted) == []

    lab.node("gateway").run(["iptables", "-A", "FORWARD", "-s", str(COLLECTOR), "-d", str(GUEST), "-j", "DROP"])

    silent = converse(lab, wanted)
    assert [(one.pair.source_address, one.transport) for one in silent] == [(GUEST, "tcp"), (GUEST, "udp")]


def test_conversations_need_neighbour_discovery(lab: Lab) -> None:
    pairs = probe(lab, [], sources=["guest"], destinations=["console"]).pairs
    wanted = plan_conversations(lab, pairs, lambda *_: portsets.ALL, PORTS)
    lab.node("console").run(["ip6tables", "-A", "INPUT", "-p", "icmpv6", "-j", "DROP"])
    for node in lab.nodes():
        node.run(["ip", "neighbour", "flush", "all"])

    assert {one.pair.version for one in converse(lab, wanted)} == {6}


# ---- oracle and judgement


def test_the_oracle_reads_107_readings() -> None:
    readings = read_catalog()

    assert len(readings) == 107
    assert len({reading.row for reading in readings}) == 72


def test_the_oracle_reads_what_the_table_says() -> None:
    table = ROOT.parent / "shared" / "port-reading.tsv"
    if not table.exists():
        pytest.skip(f"{table} is not here")

    def plain(path: Path) -> list[tuple[object, ...]]:
        readings = read_table(path) if path.suffix == ".tsv" else read_catalog(path)
        return sorted(
            (one.row, one.service, sorted(one.ports), one.senders, one.receivers, one.when or "", one.kind)
            for one in readings
        )

    assert plain(CATALOG) == plain(table)


@pytest.mark.parametrize(
    ("source", "destination", "tcp", "udp", "icmp"),
    [
        # log sources to an event collector on their side of the gateway
        (SOURCE, COLLECTOR, [(514, 514), (6514, 6514)], [(514, 514)], 0),
        (SOURCE6, COLLECTOR6, [(514, 514), (6514, 6514)], [(514, 514)], 0),
        # strangers
        (GUEST, CONSOLE, [], [], 0),
        (GUEST6, COLLECTOR6, [], [], 0),
        # console to an unencrypted managed host
        (
            CONSOLE,
            COLLECTOR,
            [
                (22, 22),
                (443, 443),
                (7676, 7677),
                (9381, 9381),
                (9913, 9913),
                (14433, 14433),
                (32000, 33999),
                (40910, 40913),
                (40920, 40922),
            ],
            [],
            0,
        ),
        # from the deployment to a party behind the gateway: left alone
        (CONSOLE, SOURCE, [(1, 65535)], [(1, 65535)], 1),
    ],
)
def test_verdicts_worked_out_by_hand(
    source: Address,
    destination: Address,
    tcp: list[tuple[int, int]],
    udp: list[tuple[int, int]],
    icmp: int,
) -> None:
    allowed = Oracle(load_topology(SMALL)).verdict(source, destination).allowed

    assert portsets.spans(allowed["tcp"]) == tcp
    assert portsets.spans(allowed["udp"]) == udp
    assert allowed["icmp"] == icmp


@pytest.mark.parametrize(
    ("mutation", "opens", "closes"),
    [
        ([], [], []),
        (
            ["iptables -I INPUT -p tcp --dport 515 -j ACCEPT"],
            [
                f"source {SOURCE} -> collector {COLLECTOR} tcp/515",
                f"gateway 198.19.1.1 -> collector {COLLECTOR} tcp/515",
            ],
            [],
        ),
        (
            [f"ip6tables -I INPUT -s {SOURCE6} -p udp --dport 514 -j DROP"],
            [],
            [f"source {SOURCE6} -> collector {COLLECTOR6} udp/514  (syslog)"],
        ),
        (
            [
                f"iptables -I INPUT -s {SOURCE} -p tcp --dport 514 -j DROP",
                f"iptables -I INPUT -s {SOURCE} -p icmp --icmp-type 8 -j ACCEPT",
            ],
            [f"source {SOURCE} -> collector {COLLECTOR} icmp echo"],
            [f"source {SOURCE} -> collector {COLLECTOR} tcp/514  (syslog)"],
        ),
    ],
)
def test_a_wrong_firewall_is_found_out(lab: Lab, mutation: list[str], opens: list[str], closes: list[str]) -> None:
    oracle = Oracle(lab.topology)
    apply_plain(lab, oracle)
    for command in mutation:
        lab.node("collector").run(command.split())

    findings = report.judge(probe(lab, PORTS, expected=expectation(oracle)), oracle)

    assert sorted(map(str, findings.false_opens)) == sorted(opens)
    assert sorted(map(str, findings.false_closes)) == sorted(closes)
    assert findings.exact is (not opens and not closes)
    assert findings.listed > 0
    assert findings.dropped > 0


@pytest.mark.parametrize(("drops", "words"), [(False, "false opens"), (True, "false closes")])
def test_the_demo_fails_for_a_playbook_that_does_the_wrong_thing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], drops: bool, words: str
) -> None:
    playbook = tmp_path / "wrong.yml"
    command = "iptables -C INPUT -j DROP || iptables -I INPUT -j DROP" if drops else "echo nothing"
    playbook.write_text(
        "- hosts: all\n  gather_facts: false\n  tasks:\n"
        f"    - ansible.builtin.shell: {command}\n      changed_when: false\n",
        encoding="utf-8",
    )

    status = demo.main(["--lab", str(SMALL), "--quick", "--playbook", str(playbook)])

    said = capfd.readouterr().out
    assert status == 1
    assert f" {words}" in said[said.rindex("not exact: ") :]


def test_choice_of_ports_is_the_catalog_and_200_outside_it() -> None:
    oracle = Oracle(load_topology(LABS / "demo.yml"))
    named = oracle.catalog_ports()

    ports, known = demo.choose_ports(oracle, quick=False)

    assert known == len(named)
    assert len(set(ports) - named) == 200
    assert {22, 20000, 23000, 32000, 33999, 7799, 40799, 40913, 8444} <= set(ports)


# ---- lab


def test_two_labs_side_by_side(lab: Lab) -> None:
    with Lab.start(SMALL) as other:
        other.node("collector").run(["iptables", "-A", "INPUT", "-j", "DROP"])

        assert missing(probe(lab, PORTS, destinations=["collector"])) == {}
        closed = probe(other, PORTS, destinations=["collector"])
        assert all(destination.version == 6 for _source, destination, _transport in closed.ports)


def test_nodes_have_names_processes_and_folders_of_their_own(lab: Lab) -> None:
    lab.node("console").run(["touch", "/run/here"])

    assert lab.node("console").run(["cat", "/proc/sys/kernel/hostname"]).stdout == "console\n"
    assert lab.node("console").run(["ls", "/run"]).stdout.split() == ["here", "lab", "lock"]
    assert lab.node("guest").run(["ls", "/run"]).stdout.split() == ["lab", "lock"]
    assert lab.node("guest").run(["sh", "-c", "ls /sys/class/net"]).stdout.split() == ["core", "lo"]


def alive(process: int) -> bool:
    try:
        return Path(f"/proc/{process}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def wait_for_end(processes: list[int]) -> list[int]:
    deadline = time.monotonic() + 5
    while (left := [process for process in processes if alive(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return left


def test_nothing_is_left_of_a_lab_whose_process_is_killed() -> None:
    program = f"""
import json, sys, time
from tests.lab.lab import Lab
lab = Lab.start({str(SMALL)!r})
sleeper = lab.node("console").popen(["sleep", "600"])
print(json.dumps([lab.keeper, sleeper.pid, *lab.processes.values()]), flush=True)
time.sleep(600)
"""
    starter = subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    processes: list[int] = json.loads(starter.stdout.readline())
    assert all(map(alive, processes))

    starter.send_signal(signal.SIGKILL)
    starter.wait()
    starter.stdout.close()

    assert wait_for_end(processes) == []


def test_nothing_is_left_of_a_lab_whose_keeper_is_killed() -> None:
    lab = Lab.start(SMALL)
    try:
        os.kill(lab.keeper, signal.SIGKILL)
        assert wait_for_end(list(lab.processes.values())) == []
    finally:
        lab.stop()


def test_a_lab_that_was_stopped_is_gone() -> None:
    lab = Lab.start(SMALL)
    lab.stop()

    assert not any(alive(process) for process in lab.processes.values())
    assert not lab.folder.exists()


def test_a_user_may_have_a_lab() -> None:
    program = f"""
from tests.lab.lab import Lab
from tests.lab.playbook import run_playbook
from tests.lab.probe import probe
with Lab.start({str(SMALL)!r}) as lab:
    lab.node("collector").run(["iptables", "-A", "INPUT", "-p", "tcp", "--dport", "514", "-j", "DROP"])
    reached = probe(lab, range(1, 1001), sources=["source"], destinations=["collector"])
    for key, ports in reached.ports.items():
        print(*key, ports.bit_count(), ports >> 514 & 1)
"""
    user = ["setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups"] if os.geteuid() == 0 else []
    environment = {**os.environ, "PYTHONPATH": str(Path(yaml.__file__).parents[1]), "PYTHONDONTWRITEBYTECODE": "1"}

    def run(python: str, text: str) -> subprocess.CompletedProcess[str]:
        command = [*user, python, "-c", text]
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    # root's own Python may be where users cannot read it
    fitting = "import sys, yaml; sys.exit(sys.version_info < (3, 11))"
    python = next((one for one in (sys.executable, "/usr/bin/python3") if run(one, fitting).returncode == 0), None)
    if python is None:
        pytest.skip("no Python 3.11 or newer that a user can run")
    done = run(python, program)
    if "a user namespace is refused" in done.stderr:
        pytest.skip(done.stderr.strip().splitlines()[-1])

    assert done.returncode == 0, done.stderr
    assert sorted(done.stdout.splitlines()) == sorted(
        [
            f"{SOURCE} {COLLECTOR} tcp 999 0",
            f"{SOURCE} {COLLECTOR} udp 1000 1",
            f"{SOURCE} {COLLECTOR} icmp 1 0",
            f"{SOURCE6} {COLLECTOR6} tcp 1000 1",
            f"{SOURCE6} {COLLECTOR6} udp 1000 1",
            f"{SOURCE6} {COLLECTOR6} icmp 1 0",
        ]
    )


def test_by_hand() -> None:
    name = f"test{os.getpid()}"

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "tests.lab", *arguments]
        return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)

    try:
        assert run("up", str(SMALL), "--name", name).stdout.startswith("up: 5 nodes, inventory ")
        assert "is up; take it down first" in run("up", str(SMALL), "--name", name).stderr
        assert run("exec", "--name", name, "guest", "cat", "/proc/sys/kernel/hostname").stdout == "guest\n"
        assert "no node nobody" in run("exec", "--name", name, "nobody", "true").stderr
        assert run("list", "--name", name).stdout.splitlines()[0].split(maxsplit=1) == ["console", "console"]
    finally:
        assert run("down", "--name", name).returncode == 0
    assert f"no lab {name} is up" in run("down", "--name", name).stderr


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("198.19.2.51", "192.0.2.51", "node source: 192.0.2.51 is outside 198.18.0.0/15 and 2001:db8::/32"),
        ("198.19.1.250", "198.19.1.11", "node guest: 198.19.1.11 is the address of console already"),
        ("198.19.1.250", "198.19.9.250", "node guest: 198.19.9.250 is on none of the node's networks"),
        ("{core: [198.19.1.250", "{kore: [198.19.1.250", "node guest: unknown network 'kore'"),
    ],
)
def test_a_lab_that_cannot_be(tmp_path: Path, old: str, new: str, message: str) -> None:
    file = tmp_path / "wrong.yml"
    file.write_text(SMALL.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    with pytest.raises(LabError) as caught:
        load_topology(file)

    assert str(caught.value).startswith(f"wrong.yml: {message}")


# ---- Ansible


def test_playbooks_run_inside_the_nodes(lab: Lab, tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        f"""
- hosts: all
  gather_facts: false
  tasks:
    - ansible.builtin.command: cat /proc/sys/kernel/hostname
      register: name
      changed_when: false
    - ansible.builtin.assert:
        that: name.stdout == inventory_hostname
    - ansible.builtin.copy:
        content: "{{{{ inventory_hostname }}}}"
        dest: /run/file
        mode: "0600"
    - ansible.builtin.fetch:
        src: /run/file
        dest: {tmp_path}/
    - ansible.builtin.command: env
      register: told
      changed_when: false
    - ansible.builtin.assert:
        that: "'SSH_CONNECTION' not in told.stdout"
    - ansible.builtin.fail:
        msg: this host only
      when: inventory_hostname == 'collector'
""",
        encoding="utf-8",
    )
    coming_from = {"SSH_CONNECTION": "198.18.255.1 50000 198.18.255.2 22"}

    run = run_playbook(lab, playbook, environment=coming_from)
    slow = run_playbook(lab, playbook, environment={**coming_from, "ANSIBLE_PIPELINING": "0"})

    assert sorted(run.recap) == ["collector", "console", "gateway"]
    assert {host: counts["failed"] for host, counts in run.recap.items()} == {
        "collector": 1,
        "console": 0,
        "gateway": 0,
    }
    assert run.status == 2
    assert run.changed == {"collector": 2, "console": 2, "gateway": 2}, run.stdout
    assert slow.recap["console"]["failed"] == 0, slow.stdout
    assert (tmp_path / "gateway" / "run" / "file").read_text(encoding="utf-8") == "gateway"
    assert not Path("/run/file").exists()


def test_a_node_that_is_gone_is_unreachable(lab: Lab, tmp_path: Path) -> None:
    playbook = tmp_path / "play.yml"
    playbook.write_text(
        "- hosts: console\n  gather_facts: false\n  tasks: [{ansible.builtin.ping: }]\n", encoding="utf-8"
    )
    os.kill(lab.processes["console"], signal.SIGKILL)
    wait_for_end([lab.processes["console"]])

    run = run_playbook(lab, playbook)

    assert run.recap["console"]["unreachable"] == 1
    assert "The node is gone" in run.stdout
