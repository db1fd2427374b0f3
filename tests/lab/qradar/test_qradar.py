# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar on a lab whose QRadar hosts have a stand-in for QRadar's own program."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.lab.demo.demo import demo
from tests.lab.demo.screen import Screen
from tests.lab.hosts.foreign_rules import FOREIGN
from tests.lab.hosts.qradar.stand_in import ADDRESSES, CONF, GENERATED, TOOL, install_stand_in, read_bytes, write_file
from tests.lab.hosts.reboot import reboot
from tests.lab.hosts.rules import saved
from tests.lab.plays.playbook import playbook_command, playbook_environment
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import ROOT, Lab, RunningNode
from tests.lab.world.labs import SMALL

QRADAR = ("console", "collector")
FAMILIES = ("iptables", "ip6tables")
LOG = ("-e", "host_firewall_unlisted=log")
MARKERS = ("# BEGIN portledger.qradar host\n", "# END portledger.qradar host\n")


def pre(tables: str) -> str:
    return f"{CONF}/{tables}.pre"


def new_lab() -> Lab:
    lab = Lab.start(SMALL, extra_variables={"host_firewall_provider": "qradar"})
    for name in QRADAR:
        install_stand_in(lab[name])
    return lab


@pytest.fixture
def lab() -> Iterator[Lab]:
    """The stand-in has run; nothing of ours is there."""
    with new_lab() as running:
        yield running


@pytest.fixture
def ruled() -> Iterator[Lab]:
    """site.yml has run."""
    with new_lab() as running:
        first = record_playbook(running, SITE)
        assert first.run.ok, first.run.stdout
        yield running


def rules(node: RunningNode) -> dict[str, list[str]]:
    """What is live. Chains have no order; rules in a chain do."""
    return {tool: sorted(saved(node, tool).splitlines(), key=lambda line: line.split()[:2]) for tool in FAMILIES}


def files(node: RunningNode) -> dict[str, str]:
    """All of QRadar's files and what it has generated, with their modes, owners and content."""
    script = f"cd / && find .{CONF} ./etc/sysconfig -type f -exec stat -c '%n %a %u %g' {{}} + -exec sha256sum {{}} +"
    return {line: line for line in sorted(node.run(["sh", "-c", script]).stdout.splitlines())}


def everything(node: RunningNode) -> tuple[dict[str, list[str]], dict[str, str]]:
    return rules(node), files(node)


def change(node: RunningNode, path: str, old: str, new: str) -> None:
    """As somebody with an editor, who keeps the file's mode."""
    content = read_bytes(node, path)
    assert content is not None
    assert content.count(old.encode()) == 1
    node.run(["sh", "-c", 'cat >"$1"', "sh", path], stdin=content.decode().replace(old, new))


def count_runs(node: RunningNode) -> Callable[[], int]:
    """Have the node's program count how often it runs."""
    node.run(["sed", "-i", "2i echo >>/run/lab-runs", TOOL])
    node.run(["touch", "/run/lab-runs"])
    return lambda: len(node.run(["cat", "/run/lab-runs"]).stdout.splitlines())


def said(run: Recorded, host: str = "console") -> dict[str, Any]:
    return next(one for one in reversed(run.results[host]) if "difference" in one or one["status"] == "failed")


def test_exactly_the_documented_flows_pass(lab: Lab) -> None:
    assert demo(lab, Screen(), SITE, quick=True) == []
    for name in QRADAR:
        for tool in FAMILIES:
            assert "-A INPUT -j PORTLEDGER-QIN" in saved(lab[name], tool)
            assert "-A INPUT -j QChain" in saved(lab[name], tool)
            assert "--match-set" not in saved(lab[name], tool)
    assert "PORTLEDGER-Q" not in saved(lab["gateway"], "iptables")


def test_a_gateway_that_is_a_qradar_host() -> None:
    both = {"host_firewall_provider": "qradar", "gateway_firewall_provider": "qradar"}
    with Lab.start(SMALL, extra_variables=both) as lab:
        for name in (*QRADAR, "gateway"):
            install_stand_in(lab[name])
        # A gateway's own input is not ours, and the stand-in's own rules would close it.
        lab["gateway"].run(["sed", "-i", "s/-A QChain -j DROP/-A QChain -j ACCEPT/", TOOL])
        lab["gateway"].run([TOOL])
        before = everything(lab["gateway"])
        assert demo(lab, Screen(), SITE, quick=True) == []
        assert "-A FORWARD -j PORTLEDGER-QFWD" in saved(lab["gateway"], "ip6tables")
        assert record_playbook(lab, REMOVE).run.ok
        assert everything(lab["gateway"]) == before


LISTEN = """
import socket, threading
def echo(stream):
    with stream:
        while data := stream.recv(64):
            stream.sendall(data)
for version, address in ((socket.AF_INET, "0.0.0.0"), (socket.AF_INET6, "::")):
    listening = socket.socket(version)
    if version == socket.AF_INET6:
        listening.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind((address, 514))
    listening.listen(512)
    def serve(listening=listening):
        while True:
            threading.Thread(target=echo, args=(listening.accept()[0],), daemon=True).start()
    threading.Thread(target=serve).start()
print("ready", flush=True)
"""
# One connection that stays, and new ones all the time. A lost packet is sent again after a second at the earliest.
TALK = """
import os, socket, sys, time
addresses, new, late = sys.argv[1:], 0, 0
streams = [socket.create_connection((address, 514), 0.9) for address in addresses]
def say(stream):
    stream.settimeout(0.9)
    stream.sendall(b"x")
    assert stream.recv(1) == b"x"
print("ready", flush=True)
while not os.path.exists("/run/lab-quiet"):
    for address, stayed in zip(addresses, streams):
        new += 1
        try:
            say(stayed)
            with socket.create_connection((address, 514), 0.9) as stream:
                say(stream)
        except (OSError, AssertionError) as error:
            late += 1
            print(error, flush=True)
print(new, late, flush=True)
"""


def test_no_connection_is_cut_and_none_refused(lab: Lab) -> None:
    console, source = lab["console"], lab["source"]
    listening = console.popen([sys.executable, "-c", LISTEN], stdout=subprocess.PIPE)
    assert listening.stdout is not None
    assert listening.stdout.readline() == "ready\n"
    talking = source.popen([sys.executable, "-c", TALK, "198.19.1.11", "2001:db8:a1::11"], stdout=subprocess.PIPE)
    assert talking.stdout is not None
    assert talking.stdout.readline() == "ready\n"
    for playbook, *arguments in ((SITE,), (SITE, *LOG), (REMOVE,)):
        assert record_playbook(lab, playbook, *arguments).run.ok
    console.run([TOOL])
    source.run(["touch", "/run/lab-quiet"])
    lines = talking.communicate(timeout=20)[0].splitlines()
    # The end of the lab is the end of the listener.
    listening.stdout.close()
    new, late = map(int, lines[-1].split())
    assert (late, lines[:-1]) == (0, [])
    assert new > 1000


def test_check_mode_tells_what_the_run_then_does(lab: Lab) -> None:
    runs = count_runs(lab["console"])
    before = everything(lab["console"])
    check = record_playbook(lab, SITE, "--check", "--diff")
    assert check.run.ok, check.run.stdout
    assert everything(lab["console"]) == before
    assert runs() == 0
    real = record_playbook(lab, SITE, "--diff")
    assert check.run.changed == real.run.changed == {"console": 1, "collector": 1, "gateway": 1}
    assert check.differences() == real.differences()
    assert check.shown == real.shown
    assert "+ tcp/514 syslog from log_sources (2 networks)" in real.differences()["console"]
    assert not any("in the file only" in line for line in real.differences()["console"])
    assert said(real)["provider"] == "qradar"
    assert runs() == 1
    good = everything(lab["console"])
    for arguments in ((), ("--check",)):
        assert record_playbook(lab, SITE, *arguments).run.changed == {}
    assert everything(lab["console"]) == good
    assert runs() == 1


@pytest.mark.parametrize("ending", ["", "\n", "\r\n", "\xff\x00\n"])
def test_what_others_wrote_is_kept_to_the_byte_and_removal_leaves_nothing(lab: Lab, ending: str) -> None:
    node = lab["console"]
    for tool in FAMILIES:
        # Bytes of a remark: no rule of ours has anything to do with them.
        path = pre(tool)
        node.run(["sh", "-c", f"printf '# \\303\\244\\r\\n# %b' '{ending.encode('latin-1').hex()}' >>{path}"])
        node.run(["chmod", "640", path])
        node.run(["chown", "7:8", path])
    node.run(["rm", pre("ip6tables")])
    node.run([TOOL])
    before = everything(node)
    others = read_bytes(node, pre("iptables"))
    assert others is not None
    assert record_playbook(lab, SITE).run.ok
    now = read_bytes(node, pre("iptables"))
    assert now is not None
    first, _begin, rest = now.partition(MARKERS[0].encode())
    _ours, _end, last = rest.partition(MARKERS[1].encode())
    assert first + last == others
    assert node.run(["stat", "-c", "%a %u %g", pre("iptables")]).stdout == "640 7 8\n"
    removed = record_playbook(lab, REMOVE)
    assert removed.run.ok, removed.run.stdout
    assert everything(node) == before
    assert node.run(["find", "/opt/qradar", "-name", "*portledger*"]).stdout == ""
    assert record_playbook(lab, REMOVE).run.changed == {}


def edit_block(node: RunningNode, tool: str) -> None:
    change(node, pre(tool), MARKERS[1], "-A INPUT -p tcp --dport 9 -j ACCEPT\n" + MARKERS[1])


def widen_block(node: RunningNode, tool: str) -> None:
    node.run(["sed", "-i", "s/--dport 32006 /--dport 1:65535 /", pre(tool)])


def empty_block(node: RunningNode, tool: str) -> None:
    node.run(["sed", "-i", "/^-A PORTLEDGER/d", pre(tool)])


def remove_block(node: RunningNode, tool: str) -> None:
    node.run(["sed", "-i", "/^# BEGIN portledger/,/^# END portledger/d", pre(tool)])


def and_load(damage: Callable[[RunningNode, str], None]) -> Callable[[RunningNode, str], None]:
    def both(node: RunningNode, tool: str) -> None:
        damage(node, tool)
        node.run([TOOL])

    both.__name__ = f"{damage.__name__}_and_load"
    return both


def lose_live_rules(node: RunningNode, tool: str) -> None:
    node.run([f"{tool}-restore"], stdin="*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n")


def add_live_rule(node: RunningNode, tool: str) -> None:
    node.run([tool, "-I", "PORTLEDGER-QIN", "1", "-p", "tcp", "--dport", "9", "-j", "ACCEPT"])


def open_before_ours(node: RunningNode, tool: str) -> None:
    node.run([tool, "-I", "INPUT", "1", "-p", "tcp", "--dport", "9", "-j", "ACCEPT"])


DAMAGES = [edit_block, widen_block, empty_block, remove_block]


# Each kind in both families, each damage of the file in one of them.
DRIFTS: dict[str, list[Callable[[RunningNode, str], None]]] = {
    "file": [*DAMAGES],
    "file and kernel": [and_load(damage) for damage in DAMAGES],
    "kernel": [lose_live_rules, lose_live_rules, add_live_rule, add_live_rule],
}


@pytest.mark.parametrize("where", DRIFTS)
def test_drift_is_repaired(ruled: Lab, where: str) -> None:
    node = ruled["console"]
    good = everything(node)
    for damage, tool in zip(DRIFTS[where], itertools.cycle(FAMILIES), strict=False):
        damage(node, tool)
        assert everything(node) != good, damage.__name__
        check = record_playbook(ruled, SITE, "--check")
        repair = record_playbook(ruled, SITE)
        assert repair.run.ok, f"{damage.__name__}: {repair.run.stdout}"
        assert check.run.changed == repair.run.changed == {"console": 1}, damage.__name__
        assert check.differences() == repair.differences()
        assert repair.differences()["console"], damage.__name__
        assert everything(node) == good, damage.__name__
        assert record_playbook(ruled, SITE).run.changed == {}, damage.__name__


def test_what_drifted_is_told_by_meaning(ruled: Lab) -> None:
    node = ruled["console"]
    edit_block(node, "iptables")
    edited = record_playbook(ruled, SITE).differences()["console"]
    assert edited == ["- line in our block: -A INPUT -p tcp --dport 9 -j ACCEPT (in the file only)"]
    open_before_ours(node, "iptables")
    late = record_playbook(ruled, SITE).differences()["console"]
    assert late == ["~ jump in INPUT restored (IPv4)"]
    # It was somebody's, and comes after ours now.
    assert "-A INPUT -j PORTLEDGER-QIN\n-A INPUT -p tcp -m tcp --dport 9 -j ACCEPT\n" in saved(node, "iptables")


def test_a_deploy_keeps_our_rules(ruled: Lab) -> None:
    node = ruled["console"]
    good = everything(node)
    node.run([TOOL])
    assert everything(node) == good
    node.run(["sh", "-c", f"echo '-I QChain 1 -p tcp --dport 9 -j ACCEPT' >>{CONF}/iptables.post; {TOOL}"])
    assert rules(node) != good[0]
    assert record_playbook(ruled, SITE).run.changed == {}


def test_rules_that_others_have_only_in_the_kernel_are_there_after_it_in_order(lab: Lab) -> None:
    node = lab["console"]
    for tool in FAMILIES:
        node.run([f"{tool}-restore", "--noflush"], stdin=FOREIGN.format(address=ADDRESSES[tool]))
        # As fail2ban does it: first, and only closing.
        node.run([tool, "-D", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", "22", "-j", "f2b-sshd"])
        node.run([tool, "-I", "INPUT", "-p", "tcp", "-m", "multiport", "--dports", "22", "-j", "f2b-sshd"])
        node.run([tool, "-P", "FORWARD", "DROP"])
    before = rules(node)
    assert record_playbook(lab, SITE).run.ok
    now = rules(node)
    for tool in FAMILIES:
        assert [line for line in now[tool] if "PORTLEDGER" not in line] == before[tool]
        assert "f2b-sshd" in next(line for line in now[tool] if line.startswith("-A INPUT"))
    assert record_playbook(lab, SITE).run.changed == {}
    assert record_playbook(lab, REMOVE).run.ok
    assert rules(node) == before


def refused(lab: Lab, *arguments: str) -> str:
    """A run that changes nothing at the console; what it says."""
    node = lab["console"]
    before = everything(node)
    run = record_playbook(lab, SITE, "--limit", "console", *arguments)
    assert not run.run.ok
    assert everything(node) == before
    assert node.run(["find", "/opt/qradar", "-name", "*portledger*"]).stdout == ""
    return run.messages()["console"]


def test_damaged_markers_are_refused(ruled: Lab) -> None:
    change(ruled["console"], pre("ip6tables"), MARKERS[1], "")
    line = (read_bytes(ruled["console"], pre("ip6tables")) or b"").split(b"\n").index(MARKERS[0].strip().encode()) + 1
    assert refused(ruled) == (
        f"{pre('ip6tables')}: line {line} '# BEGIN portledger.qradar host' begins a block that no line ends. "
        "Take the lines between '# BEGIN portledger.qradar SCOPE' and '# END portledger.qradar SCOPE', and these two, "
        "out of the file by hand, for either scope; the next run writes them anew. Nothing was changed."
    )


def test_a_rule_of_others_that_opens_before_ours_is_refused(lab: Lab) -> None:
    node = lab["console"]
    node.run(["sh", "-c", f"echo '-I INPUT 1 -p tcp --dport 9 -j ACCEPT' >>{CONF}/iptables.post; {TOOL}"])
    assert refused(lab) == (
        f"{TOOL}: ran, but what is live in IPv4 is not what {pre('iptables')} says: "
        "the rule '-p tcp -m tcp --dport 9 -j ACCEPT' stands in INPUT before ours, and may let pass what the plan does "
        "not allow. Find it in QRadar's files, often iptables.post, and append it (-A) or insert it into QChain. "
        "Nothing was changed."
    )


@pytest.mark.parametrize("lab_state", ["first run", "change"])
def test_a_program_that_fails_leaves_what_was_there(lab: Lab, lab_state: str) -> None:
    node = lab["console"]
    arguments: tuple[str, ...] = ()
    if lab_state == "change":
        assert record_playbook(lab, SITE).run.ok
        arguments = LOG
    # IPv4 is loaded before IPv6 fails.
    node.run(["sed", "-i", r's/^    "$tables-restore".*/    [ $tables = iptables ] || exit 3\n&/', TOOL])
    assert refused(lab, *arguments).startswith(
        f"{TOOL}: failed (exit 3): iptables_update.pl (stand-in of portledger.qradar, not IBM): loading "
    )


def test_a_file_of_others_that_does_not_load_is_told(lab: Lab) -> None:
    write_file(lab["console"], f"{CONF}/iptables.post", "-A QChain -p nonsense -j ACCEPT\n")
    message = refused(lab)
    assert message.startswith("/opt/qradar/bin/iptables_update.pl: failed (exit ")
    assert "nonsense" in message
    assert message.endswith(" Nothing was changed.")


def test_a_program_that_does_not_read_the_file_is_told(lab: Lab) -> None:
    lab["console"].run(["sed", "-i", "s/copy .*\\.pre.*/:/", TOOL])
    lab["console"].run([TOOL])
    assert refused(lab) == (
        f"{TOOL}: ran, but what is live in IPv4 is not what {pre('iptables')} says: "
        "none of our chains is there. Does QRadar read that file? See docs/providers/qradar.md. Nothing was changed."
    )


def test_a_full_disk_leaves_the_old_files(lab: Lab) -> None:
    node = lab["console"]
    copy = f"cp -a {CONF} /run/conf && mount -t tmpfs -o size=44k tmpfs {CONF} && cp -a /run/conf/. {CONF}"
    node.run(["sh", "-c", copy])
    # What is left is not enough for a block.
    node.run(["sh", "-c", f"head -c 1000000 /dev/zero >{CONF}/filling; true"])
    message = refused(lab)
    assert message == f"{pre('iptables')}: cannot be written: No space left on device. Nothing was changed."
    node.run(["rm", f"{CONF}/filling"])


def test_no_qradar_is_refused() -> None:
    with Lab.start(SMALL, extra_variables={"host_firewall_provider": "qradar"}) as lab:
        run = record_playbook(lab, SITE, "--limit", "console")
        assert run.messages()["console"] == (
            f"{TOOL}: no such program. This is no QRadar host, or QRadar is not installed yet: "
            "install it first, or choose another provider."
        )


def test_ipv6_before_7_5_0_up10_is_warned_of(lab: Lab) -> None:
    install_stand_in(lab["collector"], "7.5.0 UpdatePackage 9")
    run = record_playbook(lab, SITE)
    assert "warnings" not in said(run, "console")
    (warning,) = said(run, "collector")["warnings"]
    assert warning == (
        "QRadar 7.5.0 UP9 is older than 7.5.0 UP10. Before that release, QRadar's own IPv6 rules are unreliable, and "
        "so is what stands beside them. Ours are read back when they are loaded; check that they are there after a "
        "deploy and a restart."
    )


def half_a_play(folder: Path, seconds: int) -> Path:
    """A change that is never confirmed: nothing answers the probe."""
    play = folder / "half.yml"
    play.write_text(
        "- hosts: console\n  gather_facts: false\n  tasks:\n    - portledger.qradar.ruleset:\n        scope: host\n"
        f"        provider: qradar\n        confirm_seconds: {seconds}\n        unlisted: log\n"
        "        probes: [tcp/9]\n",
        encoding="utf-8",
    )
    return play


def test_what_is_not_confirmed_is_put_back(ruled: Lab, tmp_path: Path) -> None:
    before = everything(ruled["console"])
    run = record_playbook(ruled, half_a_play(tmp_path, 4))
    assert not run.run.ok
    assert everything(ruled["console"]) == before
    assert record_playbook(ruled, SITE).run.changed == {}


def start_half(lab: Lab, play: Path) -> None:
    """Make the change and kill the controller."""
    node, before = lab["console"], rules(lab["console"])
    playing = subprocess.Popen(
        playbook_command(lab.inventory, play),
        env={**os.environ, **playbook_environment(lab)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        start_new_session=True,
    )
    end = time.monotonic() + 30
    while rules(node) == before:
        assert time.monotonic() < end
        time.sleep(0.05)
    time.sleep(1)
    os.killpg(playing.pid, signal.SIGKILL)
    playing.wait()


def wait_until(what: str, condition: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.1)


def is_pending(node: RunningNode) -> bool:
    return node.run(["test", "-e", "/run/portledger/host/pending.json"], check=False).returncode == 0


def test_the_timer_puts_back_our_block_and_no_more(ruled: Lab, tmp_path: Path) -> None:
    node = ruled["console"]
    before = everything(node)
    start_half(ruled, half_a_play(tmp_path, 6))
    # Somebody edits the file meanwhile.
    change(node, pre("iptables"), "--dport 10050", "--dport 10051")
    wait_until("the end of the change", lambda: not is_pending(node))
    assert b"unlisted: log" not in (read_bytes(node, pre("iptables")) or b"")
    change(node, pre("iptables"), "--dport 10051", "--dport 10050")
    node.run([TOOL])
    assert everything(node) == before


def test_the_timer_needs_no_program_of_qradar_to_let_people_in_again(ruled: Lab, tmp_path: Path) -> None:
    node = ruled["console"]
    before = everything(node)
    start_half(ruled, half_a_play(tmp_path, 8))
    node.run(["sed", "-i", "2i exit 3", TOOL])
    wait_until("the end of the change", lambda: not is_pending(node))
    node.run(["sed", "-i", "2d", TOOL])
    assert everything(node) == before


def test_the_timer_needs_no_good_markers_to_let_people_in_again(ruled: Lab, tmp_path: Path) -> None:
    node = ruled["console"]
    before = rules(node)
    start_half(ruled, half_a_play(tmp_path, 8))
    change(node, pre("iptables"), MARKERS[1], "")
    wait_until("the former rules", lambda: rules(node) == before)
    # It is not done: the file has to be put right, and then it is.
    assert is_pending(node)
    change(node, pre("iptables"), "# somebody's", MARKERS[1] + "# somebody's")
    wait_until("the end of the change", lambda: not is_pending(node))
    assert b"unlisted: log" not in (read_bytes(node, pre("iptables")) or b"")
    assert rules(node) == before


@pytest.mark.parametrize("had_rules", [True, False])
def test_a_boot_before_the_confirmation_comes_up_with_the_old(lab: Lab, tmp_path: Path, had_rules: bool) -> None:
    node = lab["console"]
    if had_rules:
        assert record_playbook(lab, SITE).run.ok
    before = everything(node)
    start_half(lab, half_a_play(tmp_path, 600))
    assert everything(node)[1] != before[1]
    done = reboot(node)
    assert [one.returncode for one in done.values()] == [0]
    # QRadar's own boot.
    for tool in FAMILIES:
        node.run(["sh", "-c", f"{tool}-restore <{GENERATED[tool]}"])
    assert everything(node) == before


def test_the_place_of_another_provider_is_taken_in_one_run(lab: Lab) -> None:
    node = lab["console"]
    node.run(["mv", TOOL, "/opt/qradar/bin/away"])
    assert record_playbook(lab, SITE, "-e", "host_firewall_provider=iptables", "--limit", "console").run.ok
    assert "PORTLEDGER-IN" in saved(node, "iptables")
    node.run(["mv", "/opt/qradar/bin/away", TOOL])
    moved = record_playbook(lab, SITE, "--limit", "console")
    assert moved.run.ok, moved.run.stdout
    assert moved.differences()["console"] == ["~ provider qradar in the place of iptables"]
    assert "PORTLEDGER-IN" not in saved(node, "iptables")
    assert node.run(["ipset", "list", "-n"]).stdout == ""
    assert record_playbook(lab, SITE, "--limit", "console").run.changed == {}


COUNT = """
import json, subprocess, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.portledger.qradar.plugins.module_utils._qradar import provider as _qradar
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
def run(arguments, data):
    done = subprocess.run(arguments, input=data, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr
print(json.dumps(_qradar.counters(Host(run), "host")))
"""


def test_counters(lab: Lab) -> None:
    assert record_playbook(lab, SITE, "--limit", "console").run.ok
    knock = "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('198.19.1.11', 514))"
    lab["guest"].run([sys.executable, "-c", knock])
    counted = lab["console"].run([sys.executable, "-c", COUNT, str(ROOT / ".venv/collections")]).stdout
    found = {(one["service"], one["source"]): one for one in json.loads(counted)}
    assert found["syslog", "log_sources"]["ports"] == ["tcp/514", "udp/514"]
    assert found["syslog", "log_sources"]["packets"] == 0
    assert found["unlisted: drop", None]["packets"] >= 1
