# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider firewalld against a real firewalld: packets, drift, and what belongs to others."""

from __future__ import annotations

import re
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import provider as _firewalld
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.lab.demo.demo import demo
from tests.lab.demo.screen import Screen
from tests.lab.hosts.firewalld import Firewalld, missing_programs, start_firewalld
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL
from tests.unit.plugins.module_utils.support import golden_plan

# No test here means anything without these; a machine that lacks them has to know.
assert not missing_programs(), f"not installed: {', '.join(missing_programs())}"

FOREIGN = """*filter
:f2b-sshd - [0:0]
:FORWARD DROP [0:0]
-A INPUT -p tcp -m tcp --dport 22 -j f2b-sshd
-A FORWARD -i somebody0 -j ACCEPT
-A f2b-sshd -j RETURN
COMMIT
"""


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


class Box:
    """The module on a node that runs firewalld, without Ansible and without a timer."""

    def __init__(self, node: RunningNode, zone: str = "public") -> None:
        node.run(["sed", "-i", f"s/^DefaultZone=.*/DefaultZone={zone}/", "/etc/firewalld/firewalld.conf"])
        self.path = "/usr/bin:/bin"
        self.node = node
        self.root = Path(f"/proc/{node.process}/root")
        self.calls: list[list[str]] = []
        #: answers instead of programs: name and first argument, then exit code, output, errors
        self.broken: dict[tuple[str, str], tuple[int, str, str]] = {}
        self.firewalld = start_firewalld(node)

    def run(self, arguments: list[str], data: str | None = None) -> tuple[int, str, str]:
        name = Path(arguments[0]).name
        self.calls.append([name, *arguments[1:]])
        if (answer := self.broken.get((name, arguments[1] if len(arguments) > 1 else ""))) is not None:
            return answer
        done = self.node.run(arguments, check=False, stdin=data)
        return done.returncode, done.stdout, done.stderr

    def host(self) -> Host:
        return Host(self.run, environ={"PATH": self.path}, root=str(self.root))

    def apply(self, *, check: bool = False, scope: str = "host", **changes: Any) -> list[str]:
        self.calls.clear()
        options = {
            "scope": scope,
            "provider": "firewalld",
            "state": "present",
            "unlisted": "drop",
            "egress": "leave",
            "management": ["198.18.9.0/24", "2001:db8:9::/64"],
            "plan": golden_plan(scope),
            **changes,
        }
        result = apply_ruleset(self.host(), options, check)
        lines: list[str] = result["difference"]
        return lines

    def repaired(self, **changes: Any) -> list[str]:
        """Difference of the next run, which check mode foretells, which repairs, and which is the last."""
        foretold = self.apply(check=True, **changes)
        before = self.state()
        lines = self.apply(**changes)
        assert lines == foretold != []
        assert self.state() != before
        assert self.apply(**changes) == []
        return lines

    def reloads(self) -> int:
        return self.calls.count(["firewall-cmd", "--reload"])

    def files(self) -> dict[str, bytes]:
        folder = self.root / "etc/firewalld"
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}

    def table(self) -> str:
        """firewalld's own table; a reload gives other handles, which are not listed."""
        return re.sub(r"packets \d+ bytes \d+", "", self.node.run(["nft", "list", "table", "inet", "firewalld"]).stdout)

    def state(self) -> tuple[dict[str, bytes], str, str]:
        return self.files(), self.table(), self.iptables()

    def iptables(self) -> str:
        text = self.node.run(["iptables-save"]).stdout + self.node.run(["ip6tables-save"]).stdout
        plain = re.sub(r"\[\d+:\d+\]", "", text)
        # That a table without a rule is there says nothing.
        return "\n".join(line for line in plain.splitlines() if re.match(r"-A|:\S+ (?!ACCEPT)", line))


@pytest.fixture(scope="module")
def lab() -> Iterator[Lab]:
    with Lab.start(SMALL) as running:
        yield running


@pytest.fixture(scope="module")
def shared(lab: Lab) -> Box:
    return Box(lab["console"])


@pytest.fixture
def box(shared: Box) -> Iterator[Box]:
    """firewalld with nothing of ours, before and after."""
    empty = shared.state()
    shared.broken.clear()
    yield shared
    shared.broken.clear()
    for scope in ("host", "gateway"):
        shared.apply(state="absent", scope=scope)
    assert shared.state() == empty


@pytest.fixture
def loaded(box: Box) -> Box:
    assert box.apply() != []
    return box


def start_everywhere(lab: Lab) -> list[Firewalld]:
    for node in lab.nodes():
        if node.node.forwards:
            # What crosses the gateway and is not ours is up to zones, which let nothing through by default.
            change = "s/^DefaultZone=.*/DefaultZone=trusted/"
            node.run(["sed", "-i", change, "/etc/firewalld/firewalld.conf"])
    return [start_firewalld(node) for node in lab.nodes() if node.node.managed]


def test_exactly_the_documented_flows_pass_and_remove_leaves_nothing() -> None:
    with Lab.start(SMALL) as lab:
        started = start_everywhere(lab)
        files = [
            one.node.run(["sh", "-c", "cd /etc/firewalld; find . -type f | xargs md5sum"]).stdout for one in started
        ]
        check = record_playbook(lab, SITE, "--check")
        assert demo(lab, Screen(), SITE, quick=True) == []
        policies = [one.cmd("--get-policies") for one in started]
        assert policies == [
            "allow-host-ipv6 portledger-host",
            "allow-host-ipv6 portledger-host",
            "allow-host-ipv6 portledger-gw",
        ]
        assert "+ tcp/514 syslog from log_sources (2 networks)" in check.differences()["console"]
        removed = record_playbook(lab, REMOVE)
        assert removed.run.ok, removed.run.stdout
        assert sorted(removed.run.changed) == ["collector", "console", "gateway"]
        after = [
            one.node.run(["sh", "-c", "cd /etc/firewalld; find . -type f | xargs md5sum"]).stdout for one in started
        ]
        assert after == files
        for one in started:
            one.stop()


def test_first_run_and_second(box: Box) -> None:
    lines = box.repaired()
    assert "+ tcp/514 syslog from log_sources (2 networks)" in lines
    assert "+ icmp ha_icmp from ha_peer (1 address)" in lines
    assert '+ tcp/8443 extra_flow (nightly backup) from backup "probe" (1 network)' in lines
    assert "+ unlisted: drop" in lines
    assert "+ management tcp/22 from 198.18.9.0/24" in lines
    assert not [line for line in lines if not line.startswith("+ ")]
    box.apply()
    # One question to firewalld, one to nft, one to ipset, one a family where containers may be; two about others.
    asked = [call[:2] for call in box.calls]
    assert [call for call in asked if call[0] == "firewall-cmd"] == [["firewall-cmd", "--version"]]
    assert len(asked) <= 7, asked


def test_scopes_are_independent(box: Box) -> None:
    box.apply()
    host = box.files()
    box.repaired(scope="gateway", egress="drop")
    both = box.files()
    box.apply(state="absent")
    assert not [path for path in box.files() if "portledger-fh" in path]
    assert box.apply(check=True, scope="gateway", egress="drop") == []
    box.apply()
    assert box.files() == both
    box.apply(state="absent", scope="gateway")
    assert box.files() == host
    assert box.apply(check=True) == []


@pytest.mark.parametrize("unlisted", ["log", "leave"])
def test_unlisted_and_egress(box: Box, unlisted: str) -> None:
    assert f"+ unlisted: {unlisted}" in box.repaired(unlisted=unlisted) or unlisted == "leave"
    assert "target: CONTINUE" in box.firewalld.cmd("--info-policy=portledger-host")
    box.repaired(scope="gateway", unlisted=unlisted, egress="drop")
    assert "daddr != @portledger-fg4-" in box.table()


def test_a_rule_removed_at_run_time(loaded: Box) -> None:
    rules = loaded.firewalld.cmd("--policy=portledger-host", "--list-rich-rules").splitlines()
    gone = next(rule for rule in rules if "icmp-type" in rule and "ipset" in rule)
    loaded.firewalld.cmd("--policy=portledger-host", f"--remove-rich-rule={gone}")
    assert loaded.apply() == ["+ icmp ha_icmp from ha_peer (1 address)"]
    assert loaded.reloads() == 0
    assert loaded.apply() == []


def test_a_rule_added_at_run_time(loaded: Box) -> None:
    loaded.firewalld.cmd("--policy=portledger-host", "--add-rich-rule=rule port port=9 protocol=tcp accept")
    assert loaded.apply() == ["- rule without a service: tcp/9 accept"]
    assert loaded.reloads() == 0
    assert loaded.apply() == []


def test_an_entry_changed_at_run_time(loaded: Box) -> None:
    name = next(
        path.name[:-4] for path in (loaded.root / "etc/firewalld/ipsets").iterdir() if b"ha_peer" in path.read_bytes()
    )
    loaded.firewalld.cmd(f"--ipset={name}", "--add-entry=198.18.250.0/24")
    assert loaded.apply() == ["~ ha_peer: -198.18.250.0/24"]
    assert loaded.reloads() == 0
    loaded.firewalld.cmd(f"--ipset={name}", "--remove-entry=198.18.1.2/32")
    assert loaded.repaired() == ["~ ha_peer: +198.18.1.2"]


def test_the_policy_taken_away_by_an_edit_and_a_reload(loaded: Box) -> None:
    (loaded.root / "etc/firewalld/policies/portledger-host.xml").unlink()
    loaded.firewalld.cmd("--reload")
    assert "+ tcp/514 syslog from log_sources (2 networks)" in loaded.repaired()


def test_permanent_files_that_drifted(loaded: Box) -> None:
    path = next(path for path in (loaded.root / "etc/firewalld/services").iterdir() if b"ha_drbd" in path.read_bytes())
    good = path.read_bytes()
    path.write_bytes(re.sub(rb'  <port port="7789" protocol="tcp"/>\n', b'  <port port="9" protocol="tcp"/>\n', good))
    assert loaded.repaired() == [
        "+ tcp/7789 ha_drbd from ha_peer (1 address)",
        "- tcp/9 without a service from ha_peer (IPv4)",
    ]
    assert path.read_bytes() == good
    path.write_bytes(b"no XML")
    assert loaded.apply() != []
    assert path.read_bytes() == good
    assert loaded.apply() == []


def test_a_policy_changed_by_firewalld_itself(loaded: Box) -> None:
    loaded.firewalld.cmd("--permanent", "--policy=portledger-host", "--add-port=9999/tcp")
    # It keeps a copy of what was there, which a removal must not leave.
    assert "policies/portledger-host.xml.old" in loaded.files()
    assert loaded.repaired() == ['- in the policy: <port port="9999" protocol="tcp" />']


def test_new_addresses_and_management_need_no_reload(loaded: Box) -> None:
    plan = golden_plan("host")
    plan["sets"]["component"]["ipv4"].append("198.18.77.0/24")
    assert loaded.apply(plan=plan, management=["198.18.8.0/24"]) == [
        "~ component: +198.18.77.0/24",
        "- management tcp/22 from 198.18.9.0/24",
        "- management tcp/22 from 2001:db8:9::/64",
        "+ management tcp/22 from 198.18.8.0/24",
    ]
    assert loaded.reloads() == 0
    assert loaded.apply(plan=plan, management=["198.18.8.0/24"]) == []
    loaded.firewalld.cmd("--reload")
    assert loaded.apply(plan=plan, management=["198.18.8.0/24"]) == []


def test_what_others_have_at_run_time_only_outlives_a_reload(box: Box) -> None:
    cmd = box.firewalld.cmd
    cmd("--zone=public", "--add-service=https")
    cmd("--zone=public", "--add-rich-rule=rule family=ipv4 source address=198.18.3.0/24 accept")
    cmd("--zone=public", "--remove-service=ssh")
    cmd("--zone=work", "--add-source=198.18.4.0/24")
    box.node.run(["iptables-restore", "--noflush"], stdin=FOREIGN)
    zones, tables = cmd("--list-all-zones"), box.iptables()
    box.apply(scope="gateway")
    assert box.reloads() == 1
    assert cmd("--list-all-zones") == zones
    assert box.iptables() == tables
    box.apply(state="absent", scope="gateway")
    assert (cmd("--list-all-zones"), box.iptables()) == (zones, tables)
    box.node.run(["iptables", "-P", "FORWARD", "ACCEPT"])
    cmd("--reload")


def test_a_failing_load_changes_nothing(box: Box) -> None:
    before = box.state()
    box.broken[("firewall-cmd", "--check-config")] = (1, "", "Error: INVALID_ZONE: somebody's")
    with pytest.raises(RulesetError) as caught:
        box.apply()
    assert str(caught.value) == (
        "firewall-cmd --check-config: failed: Error: INVALID_ZONE: somebody's. Nothing was changed."
    )
    assert box.state() == before
    box.broken = {("firewall-cmd", "--reload"): (1, "", "Error: COMMAND_FAILED")}
    with pytest.raises(RulesetError) as caught:
        box.apply()
    # The reload that would make the former files current fails as well here; what is in force was never touched.
    words = "firewall-cmd --reload: failed: Error: COMMAND_FAILED."
    assert str(caught.value) == f"{words} Putting back failed too: {words}"
    box.broken.clear()
    assert box.state() == before


def test_a_full_disk_changes_nothing(box: Box) -> None:
    before = box.state()
    services = str(box.root / "etc/firewalld/services")
    box.node.run(["mount", "-t", "tmpfs", "-o", "size=4k,nr_inodes=2", "tmpfs", "/etc/firewalld/services"])
    with pytest.raises(RulesetError) as caught:
        box.apply()
    box.node.run(["umount", "/etc/firewalld/services"])
    text = re.sub(r"portledger-fh-\w+", "NAME", str(caught.value))
    assert text == f"{services}/NAME.xml: cannot be written: No space left on device. Nothing was changed."
    assert box.state() == before


def test_back_to_what_was(loaded: Box) -> None:
    host = loaded.host()
    before = loaded.state()
    data = _firewalld.keep(_firewalld.read(host, "host"))
    loaded.apply(unlisted="leave", management=[])
    assert loaded.state() != before
    changed = loaded.files()
    present = _firewalld.read(host, "host")
    former = _firewalld.kept(data, present)
    assert "+ unlisted: drop" in _firewalld.compare(host, "host", present, former)
    _firewalld.load(host, "host", present, former)
    assert loaded.state() == before
    assert _firewalld.compare(host, "host", _firewalld.read(host, "host"), former) == []
    # At boot: files only, from what was kept.
    loaded.apply(unlisted="leave", management=[])
    assert loaded.files() == changed
    table = loaded.table()
    _firewalld.put_back_files(host, data)
    assert loaded.files() == before[0]
    assert loaded.table() == table


def test_a_published_port_obeys_the_plan(lab: Lab) -> None:
    # Here the zones let everything pass: what is dropped is dropped by us.
    box = Box(lab["collector"], zone="trusted")
    engine = box.root / "run/engine"
    engine.mkdir()
    (engine / "podman").touch(mode=0o755)
    box.path = f"/usr/bin:/bin:{engine}"
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


def test_without_the_daemon(lab: Lab) -> None:
    box = Box(lab["collector"])
    box.apply()
    box.firewalld.stop()
    with pytest.raises(RulesetError) as caught:
        box.apply()
    assert str(caught.value) == (
        "firewalld is not running. Start it (systemctl start firewalld), or choose another provider."
    )
    assert box.apply(state="absent") != []
    assert not [path for path in box.files() if "portledger" in path or path == "direct.xml"]
