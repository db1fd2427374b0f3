# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What supplements permit, and nothing else: with each provider and profile, with them and without, after a failover.

Hosts and gateway are judged by packets of every pair of addresses. Containers have no address that anybody knows; they
ask for themselves.
"""

from __future__ import annotations

import dataclasses
import json
import subprocess
import sys
from collections.abc import Sequence

import pytest

from tests.lab.hosts.containers import ENGINES, TOOLS, containers, listener
from tests.lab.hosts.providers import EVERY, Provider
from tests.lab.oracle.exact import assert_exact
from tests.lab.oracle.oracle import Oracle
from tests.lab.plays.playbook import run_playbook
from tests.lab.plays.site import SITE
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SUPPLEMENTS
from tests.lab.world.topology import Topology

DEFAULT, NONE = None, ()
CONSOLE = {4: "198.19.1.11", 6: "2001:db8:a1::11"}
BEYOND = {4: "198.19.1.250", 6: "2001:db8:a1::250"}
CLUSTER = ("198.19.1.10/24", "2001:db8:a1::10/64")
ASKED = (("tcp", 22), ("tcp", 443), ("tcp", 514), ("udp", 514), ("tcp", 8888))
OF_APPS = [("tcp", 443), ("tcp", 514), ("udp", 514)]

ASK = """
import json, socket, sys
answers = []
for transport, target, port in json.loads(sys.argv[1]):
    kind = socket.SOCK_STREAM if transport == "tcp" else socket.SOCK_DGRAM
    with socket.socket(socket.AF_INET6 if ":" in target else socket.AF_INET, kind) as mouth:
        mouth.settimeout(1.5)
        try:
            if transport == "tcp":
                mouth.connect((target, port))
            # Of a host with several addresses, a datagram's answer may come from another one.
            mouth.sendto(b"?", (target, port))
            answers.append(mouth.recv(64).decode())
        except OSError as error:
            answers.append("nothing" if isinstance(error, TimeoutError) else type(error).__name__)
print(json.dumps(answers))
"""


def enforce(lab: Lab, profile: str, supplements: Sequence[str] | None) -> Topology:
    """Run site.yml; what the lab then is, for the oracle."""
    variables: dict[str, object] = {"qradar_profile": profile}
    if supplements is not None:
        variables["qradar_supplements"] = list(supplements)
    run = run_playbook(lab, SITE, "-e", json.dumps(variables))
    assert run.ok, run.stdout
    return dataclasses.replace(lab.topology, variables={**lab.topology.variables, **variables})


def permitted(topology: Topology) -> dict[str, bool]:
    """What deployments cannot do without, by the oracle that every packet was just compared with."""
    oracle = Oracle(topology)

    def passes(source: str, destination: str, transport: str, port: int) -> bool:
        ends = [topology.nodes[name].own_addresses for name in (source, destination)]
        answers = {
            bool(oracle.verdict(one, other).allowed[transport] >> port & 1)
            for one in ends[0]
            for other in ends[1]
            if one.version == other.version
        }
        assert len(answers) == 1, "both families alike"
        return answers.pop()

    return {
        "tunnel": passes("ep1", "ep2", "tcp", 22) and passes("ep2", "ep1", "tcp", 22),
        "tunnel of the App Host": passes("app", "ep2", "tcp", 22),
        "ping of the active node": passes("con1", "ep2", "icmp", 0),
        "ping of the standby node": passes("con2", "ep1", "icmp", 0),
        "stranger": passes("guest", "ep1", "tcp", 22) or passes("guest", "ep2", "icmp", 0),
    }


def fail_over(lab: Lab, topology: Topology) -> Topology:
    """The standby node takes over the cluster's addresses."""
    for number, name in enumerate(("con1", "con2")):
        for address in CLUSTER:
            words = ["nodad"] if ":" in address and number else []
            lab[name].run(["ip", "address", ("del", "add")[number], address, "dev", "core", *words])
    for node in lab.nodes():
        node.run(["ip", "neighbour", "flush", "all"])
    nodes = dict(topology.nodes)
    nodes["con2"] = dataclasses.replace(nodes["con2"], holds=nodes["con1"].holds)
    nodes["con1"] = dataclasses.replace(nodes["con1"], holds=())
    lab.topology = dataclasses.replace(lab.topology, nodes=nodes)
    return dataclasses.replace(topology, nodes=nodes)


def ask(lab: Lab, who: str, target: str) -> list[str]:
    """What a container on the console gets of each port."""
    questions = json.dumps([(transport, target, port) for transport, port in ASKED])
    command = ["ip", "netns", "exec", who, sys.executable, "-c", ASK, questions]
    process = lab["con1"].popen(command, stdout=subprocess.PIPE)
    answers: list[str] = json.loads(process.communicate()[0])
    return answers


def answered(lab: Lab) -> dict[str, list[tuple[str, int]]]:
    """Which ports answer, alike in both families and for each container: of the console, and of somebody behind it."""
    found = {}
    for name, targets in (("console", CONSOLE), ("behind", BEYOND)):
        answers = [ask(lab, who, targets[version]) for who in ("web", "other") for version in TOOLS]
        # How a refusal is told differs; zones of firewalld send one.
        alike = [[one if one.startswith(name) else "" for one in some] for some in answers]
        assert all(one == alike[0] for one in alike), (name, answers)
        found[name] = [
            (transport, port)
            for (transport, port), answer in zip(ASKED, answers[0], strict=True)
            if answer == f"{name} {port}"
        ]
    return found


@pytest.mark.parametrize("profile", ["documented", "least"])
@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_supplements(provider: Provider, profile: str) -> None:
    with Lab.start(SUPPLEMENTS, extra_variables=provider.variables) as lab, provider.prepared(lab):
        topology = enforce(lab, profile, DEFAULT)
        assert_exact(lab, "with the default", topology)
        assert permitted(topology) == {
            "tunnel": True,
            "tunnel of the App Host": True,
            "ping of the active node": True,
            "ping of the standby node": True,
            "stranger": False,
        }
        assert_exact(lab, "after a failover", fail_over(lab, topology))
        ears = listener(lab["con1"], "console", ASKED), listener(lab["guest"], "behind", ASKED)
        with containers(lab["con1"], ENGINES[0], ()), ears[0], ears[1]:
            with_supplements = answered(lab)
            assert with_supplements["console"] == OF_APPS
            topology = enforce(lab, profile, NONE)
            without = answered(lab)
            assert without["console"] == []
            # What is behind the host is the business of docker's own rules, or of firewalld's zones, whatever we do.
            behind = [] if provider.host == "firewalld" else list(ASKED)
            assert without["behind"] == with_supplements["behind"] == behind
        assert not any(permitted(topology).values())
        assert_exact(lab, "without supplements", dataclasses.replace(topology, nodes=lab.topology.nodes))
