# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider firewalld against a real firewalld: what a container publishes obeys the plan."""

from __future__ import annotations

import json
import subprocess
import time

from ansible_collections.portledger.qradar.plugins.module_utils._registry.providers import PROVIDERS
from tests.lab.firewalld.box import Box
from tests.lab.world.lab import Lab
from tests.unit.plugins.module_utils.support import golden_plan

# A network behind the node with a listener in it, and what a container engine writes to publish its port twice.
CONTAINER = """
echo 1 > /proc/sys/net/ipv4/ip_forward
unshare --net sleep 600 &
container=$!
sleep 0.5
ip link add published type veth peer name inside netns $container
ip address add 198.18.200.1/24 dev published
ip link set published up
enter="nsenter --target $container --net"
$enter ip address add 198.18.200.2/24 dev inside
$enter ip link set inside up
$enter ip route add default via 198.18.200.1
nft add table ip engine
nft 'add chain ip engine translate { type nat hook prerouting priority dstnat; }'
nft 'add rule ip engine translate tcp dport { 8443, 8444 } dnat to 198.18.200.2:80'
echo published
exec $enter python3 -m http.server 80
"""

ASK = """
import socket, sys
asking = socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=1.5)
asking.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
sys.exit(asking.recv(4) != b"HTTP")
"""


def _with_engine(box: Box, name: str) -> Box:
    """A host that can run containers."""
    engine = box.root / "run/engine"
    engine.mkdir(exist_ok=True)
    (engine / name).touch(mode=0o755)
    box.path = f"/usr/bin:/bin:{engine}"
    return box


def test_a_published_port_obeys_the_plan(lab: Lab) -> None:
    # Here the zones let everything pass: what is dropped is dropped by us.
    box = _with_engine(Box(lab["collector"], zone="trusted"), "podman")
    container = box.node.popen(["sh", "-c", CONTAINER], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    assert container.stdout is not None
    assert container.stdout.readline() == "published\n"
    plan = golden_plan("host")
    plan["sets"]["visitor"] = {"ipv4": ["198.19.2.51/32"], "ipv6": []}
    flow = {
        "service": "visit",
        "row": 1,
        "source": "visitor",
        "destination": None,
        "ports": ["tcp/8443"],
        "comment": None,
    }
    plan["flows"].append(flow)

    def reached() -> dict[str, bool]:
        return {
            f"{name} {port}": lab[name].run(["python3", "-c", ASK, "198.19.2.11", port], check=False).returncode == 0
            for name, port in (("source", "8443"), ("source", "8444"), ("guest", "8443"))
        }

    everybody = {"source 8443": True, "source 8444": True, "guest 8443": True}
    only_the_plan = {"source 8443": True, "source 8444": False, "guest 8443": False}
    end = time.monotonic() + 10
    while reached() != everybody:
        assert time.monotonic() < end
    assert "+ rules for what containers publish" in box.repaired(plan=plan)
    assert reached() == only_the_plan
    box.node.run(["iptables", "-t", "mangle", "-F", "PORTLEDGER-PUB"])
    assert reached() == everybody
    assert box.repaired(plan=plan) == ["~ rules for what containers publish (IPv4)"]
    assert reached() == only_the_plan
    # Once no rule asks the kernel's sets, firewalld leaves them where they are.
    sets = ["ipset", "-n", "list"]
    box.apply(plan=plan, unlisted="leave")
    assert box.node.run(sets).stdout.startswith("portledger-")
    box.apply(state="absent")
    assert box.node.run(sets).stdout == ""
    assert reached() == everybody
    assert not [path for path in box.files() if "portledger" in path or path == "direct.xml"]
    box.firewalld.stop()


def test_only_our_lines_of_the_direct_rules_change(lab: Lab) -> None:
    """Somebody takes our lines out of direct.xml, and leaves a rule of their own in it."""
    box = _with_engine(Box(lab["collector"]), "docker")
    direct = box.root / "etc/firewalld/direct.xml"
    foreign = '  <rule ipv="ipv4" table="filter" chain="INPUT" priority="7">-s 198.18.3.3 -j DROP</rule>\n'
    direct.write_text(f'<?xml version="1.0" encoding="utf-8"?>\n<direct>\n{foreign}</direct>\n', encoding="utf-8")
    without = direct.read_bytes()
    box.node.run(["firewall-cmd", "--reload"])
    box.apply()
    ours = direct.read_bytes()
    assert b"PORTLEDGER-PUB" in ours
    assert foreign.encode() in ours
    direct.write_bytes(without)
    box.node.run(["firewall-cmd", "--reload"])
    assert box.repaired() == ["+ rules for what containers publish"]
    assert direct.read_bytes() == ours
    # Only in the file: what is in force is as it should be.
    direct.write_bytes(without)
    assert box.repaired() == ["~ rules for what containers publish"]
    assert direct.read_bytes() == ours
    box.apply(state="absent")
    assert direct.read_bytes() == without
    box.firewalld.stop()


def test_what_is_taken_back_leaves_in_force_what_was(lab: Lab) -> None:
    """Somebody takes our lines out of direct.xml; firewalld has not read it again when a change is taken back."""
    box = _with_engine(Box(lab["collector"]), "docker")
    box.apply()
    (box.root / "etc/firewalld/direct.xml").unlink()
    before, provider = box.state(), PROVIDERS["firewalld"]
    assert "PORTLEDGER-PUB" in before[2]
    saved = provider.save(provider.read(box.host(), "host"))
    box.apply(unlisted="log")
    assert box.state()[2] != before[2]
    present = provider.read(box.host(), "host")
    former = provider.former(json.loads(json.dumps(saved)), present)
    provider.load(box.host(), "host", present, former)
    assert box.state() == before
    assert provider.compare(box.host(), "host", provider.read(box.host(), "host"), former) == []
    box.apply(state="absent")
    box.firewalld.stop()
