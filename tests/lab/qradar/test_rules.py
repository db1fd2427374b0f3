# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar where a stand-in is QRadar's own program: packets, files and kernel."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from tests.lab.demo.demo import demo
from tests.lab.demo.screen import Screen
from tests.lab.hosts.foreign_rules import FOREIGN
from tests.lab.hosts.qradar.stand_in import ADDRESSES, CONF, TOOL, install_stand_in, read_bytes
from tests.lab.hosts.rules import saved
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.qradar.hosts import FAMILIES, LOG, MARKERS, QRADAR, count_runs, everything, pre, rules, said
from tests.lab.world.lab import ROOT, Lab
from tests.lab.world.labs import SMALL


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


def test_the_place_of_another_provider_is_taken_in_one_run(lab: Lab) -> None:
    node = lab["console"]
    node.run(["mv", TOOL, "/opt/qradar/bin/away"])
    assert record_playbook(lab, SITE, "-e", "host_firewall_provider=iptables", "--limit", "console").run.ok
    assert "PORTLEDGER-IN" in saved(node, "iptables")
    node.run(["mv", "/opt/qradar/bin/away", TOOL])
    moved = record_playbook(lab, SITE, "--limit", "console")
    assert moved.run.ok, moved.run.stdout
    assert moved.differences()["console"] == ["~ provider qradar in place of iptables"]
    assert "PORTLEDGER-IN" not in saved(node, "iptables")
    assert node.run(["ipset", "list", "-n"]).stdout == ""
    assert record_playbook(lab, SITE, "--limit", "console").run.changed == {}


COUNT = """
import json, subprocess, sys
sys.path.insert(0, sys.argv[1])
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.provider import Qradar
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
def run(arguments, data, _seconds):
    done = subprocess.run(arguments, input=data, capture_output=True, text=True)
    return done.returncode, done.stdout, done.stderr
print(json.dumps(Qradar().counters(Host(run), "host")))
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
