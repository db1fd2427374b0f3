# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel, each test in network namespaces of its own.

PORTLEDGER_NFT names another nft than that in PATH: the same tests hold for every version.
"""

from __future__ import annotations

import json
import os
import random
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.provider import Nftables
from tests.unit.kernel.box import SEARCH, NamespaceBox, tool
from tests.unit.plugins.module_utils.support import golden_plan

ROOT = Path(__file__).resolve().parents[3]
TABLES = {"host": "portledger_host", "gateway": "portledger_gateway"}

# As docker, fail2ban, firewalld and libvirt have theirs.
FOREIGN = """
table ip nat {
    chain DOCKER { iifname "docker0" counter return
    }
    chain PREROUTING { type nat hook prerouting priority dstnat; policy accept;
        fib daddr type local counter jump DOCKER
    }
}
table ip filter {
    chain DOCKER-USER { counter return
    }
    chain FORWARD { type filter hook forward priority filter; policy drop;
        counter jump DOCKER-USER
        oifname "docker0" ct state established,related counter accept
    }
}
table inet f2b-table {
    set addr-set-sshd { type ipv4_addr; elements = { 203.0.113.7 }
    }
    chain f2b-chain { type filter hook input priority filter - 1; policy accept;
        tcp dport 22 ip saddr @addr-set-sshd reject
    }
}
table inet firewalld {
    chain filter_INPUT { type filter hook input priority filter + 10; policy accept;
        ct state { established, related } accept
        iifname "lo" accept
    }
}
table inet portledger_hosts {
    set log_sources_61f1fe75_v4 { type ipv4_addr; flags interval; elements = { 203.0.113.0/24 }
    }
    chain input { tcp dport 9 drop comment "portledger"
    }
}
"""


class Box(NamespaceBox):
    """With nft only."""

    provider = "nftables"

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self.real = os.environ.get("PORTLEDGER_NFT") or tool("nft")
        self.script("nft", f'exec {self.real} "$@"')

    def nft(self, *arguments: str, data: str | None = None) -> str:
        code, out, err = self.run([self.real, *arguments], data)
        assert code == 0, (arguments, err)
        return out

    def ruleset(self) -> str:
        """All tables, with counters."""
        return self.nft("list", "ruleset")

    everything = ruleset

    def rules(self, scope: str = "host") -> str:
        """Our table, without counters."""
        return re.sub(r"packets \d+ bytes \d+", "", self.nft("list", "table", "inet", TABLES[scope]))

    def foreign(self) -> str:
        tables = re.split(r"^(?=table )", self.ruleset(), flags=re.MULTILINE)
        ours = tuple(f"table inet {name} " for name in TABLES.values())
        return "".join(table for table in tables if not table.startswith(ours))


@pytest.fixture
def box(tmp_path: Path) -> Iterator[Box]:
    found = Box(tmp_path)
    yield found
    found.close()


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_apply_and_remove(box: Box, scope: str) -> None:
    box.nft("-f", "-", data=FOREIGN)
    before = box.ruleset()
    assert not Nftables().traces(box.host(), scope)
    first = box.repaired(scope=scope)
    assert "+ unlisted: drop" in first
    assert box.foreign() == before
    assert Nftables().traces(box.host(), scope)
    removed = box.repaired(scope=scope, state="absent", plan=None)
    assert sorted("-" + line[1:] for line in first) == sorted(removed)
    assert box.ruleset() == before
    assert not Nftables().traces(box.host(), scope)


def test_scopes_are_independent(box: Box) -> None:
    box.apply(scope="host")
    host_only = box.ruleset()
    box.apply(scope="gateway")
    assert not box.apply(scope="host")["changed"]
    box.apply(scope="gateway", state="absent")
    assert box.ruleset() == host_only
    box.apply(scope="host", state="absent")
    assert box.ruleset() == ""


@pytest.mark.parametrize("unlisted", ["drop", "log", "leave"])
@pytest.mark.parametrize("egress", ["drop", "log", "leave"])
def test_each_policy(box: Box, unlisted: str, egress: str) -> None:
    lines = box.repaired(scope="gateway", unlisted=unlisted, egress=egress)
    assert {f"+ unlisted: {unlisted}", f"+ egress: {egress}"} < set(lines)
    text = box.rules("gateway")
    assert text.count('log prefix "portledger: "') == (unlisted, egress).count("log")
    assert len(re.findall(r"counter\s+drop", text)) == (unlisted, egress).count("drop")


COMPONENT = "component_6985ca1f"
PEER = "ha_peer_7d47acff"
# What is done to our table, as nft reads it ({handle:x} is the number of the rule with x in it), and what the repair
# says, where that is a list of lines and no more.
DAMAGE: dict[str, tuple[str, list[str]]] = {
    "deleted rule": (
        f"delete rule inet portledger_host from_{COMPONENT} handle {{handle:from_{COMPONENT} imq}}",
        ["+ tcp/7676-7677 imq from component (2 addresses, 1 network)"],
    ),
    "deleted lead of one family": (
        "delete rule inet portledger_host input handle {handle:input ip6 saddr @component}",
        ["+ tcp/7676-7677 imq from component (1 address) (IPv6)"]
        + [
            f"+ tcp/{ports} jmx from component (1 address) (IPv6)"
            for ports in [
                "5791",
                "7700",
                "7777-7783",
                "7787-7788",
                "7790-7795",
                "7799",
                "8989-8990",
                "9001",
                "9003",
                "9005",
            ]
        ],
    ),
    "added flow": (
        f'add rule inet portledger_host from_{PEER} tcp dport 9 counter accept comment "mine"',
        ["- tcp/9 mine from ha_peer (1 address)"],
    ),
    "added ports to a service": (
        f'add rule inet portledger_host from_{PEER} tcp dport 7000-7100 counter accept comment "ha_drbd"',
        ["- tcp/7000-7100 ha_drbd from ha_peer (1 address)"],
    ),
    "added accept": (
        "insert rule inet portledger_host input ip saddr 1.2.3.4 accept",
        ["- rule without a service: ip saddr 1.2.3.4 accept (IPv4)"],
    ),
    "added rule that we never write": (
        "insert rule inet portledger_host input tcp flags syn tcp option maxseg size 1-500 counter drop",
        [],
    ),
    "added drop among flows": (
        f"insert rule inet portledger_host from_{COMPONENT} tcp dport != 9 drop",
        ["- rule without a service: tcp dport != 9 drop (from component)"],
    ),
    "published ports only": (
        f"delete rule inet portledger_host published_from_{COMPONENT} handle {{handle:published_from_{COMPONENT} imq}}",
        ["+ tcp/7676-7677 imq from component (2 addresses, 1 network), published by containers"],
    ),
    "published ports not judged": (
        "flush chain inet portledger_host published",
        [],
    ),
    "changed elements": (
        f"delete element inet portledger_host {COMPONENT}_v4 {{{{ 198.18.2.4 }}}}\n"
        f"add element inet portledger_host {COMPONENT}_v4 {{{{ 198.18.77.0/24 }}}}",
        ["~ component: +198.18.2.4, -198.18.77.0/24"],
    ),
    "changed elements of the other family": (
        f"add element inet portledger_host {COMPONENT}_v6 {{{{ 2001:db8:77::1 }}}}",
        ["~ component: -2001:db8:77::1"],
    ),
    "added set": (
        "add set inet portledger_host mine {{ type ipv4_addr; }}",
        ["- set mine that no rule uses"],
    ),
    "added chain": ("add chain inet portledger_host mine", ["- chain mine that nothing leads to"]),
    "added base chain": (
        "add chain inet portledger_host mine {{ type filter hook output priority 0; }}",
        ["- chain mine that hooks into output"],
    ),
    "added map": ("add map inet portledger_host mine {{ type ipv4_addr : verdict; }}", ["- map mine"]),
    "added counter": ("add counter inet portledger_host mine", ["- counter mine"]),
    "policy": (
        "chain inet portledger_host forward {{ policy drop; }}",
        ["~ chain forward restored (was type filter hook forward priority -10 policy drop)"],
    ),
    "asleep": ("add table inet portledger_host {{ flags dormant; }}", ["- flags of the table"]),
    "order": (
        "delete rule inet portledger_host input handle {handle:input loopback}\n"
        'add rule inet portledger_host input iif lo accept comment "loopback"',
        ["~ order of rules repaired"],
    ),
    "duplicate": (
        'add rule inet portledger_host input iif lo accept comment "loopback"',
        ["~ duplicate rules removed"],
    ),
    "without counter": (
        f"replace rule inet portledger_host from_{PEER} handle {{handle:from_{PEER} udp}} "
        'udp dport 7789 accept comment "ha_drbd"',
        [
            "+ udp/7789 ha_drbd from ha_peer (1 address)",
            '- rule without a service: udp dport 7789 accept comment "ha_drbd" (from ha_peer) (IPv4)',
        ],
    ),
    "flushed chain": (
        "flush chain inet portledger_host input",
        [],
    ),
}


def damage(box: Box, text: str) -> None:
    """Do something to our table."""
    handles = {}
    chain = ""
    for line in box.nft("-a", "list", "table", "inet", "portledger_host").splitlines():
        words = line.split()
        if words[:1] == ["chain"]:
            chain = words[1]
        if "# handle" in line:
            handles[f"{chain} {line}"] = words[-1]

    def handle(match: re.Match[str]) -> str:
        within, _space, part = match[1].partition(" ")
        return next(number for key, number in handles.items() if key.startswith(within + " ") and part in key)

    box.nft("-f", "-", data=re.sub(r"\{handle:(.*?)\}", handle, text).replace("{{", "{").replace("}}", "}") + "\n")


@pytest.mark.parametrize("kind", DAMAGE)
def test_drift(box: Box, kind: str) -> None:
    box.nft("-f", "-", data=FOREIGN)
    box.apply()
    good, foreign = box.rules(), box.foreign()
    text, expected = DAMAGE[kind]
    damage(box, text)
    assert box.rules() != good
    lines = box.repaired()
    if kind == "flushed chain":
        assert {"+ unlisted: drop", "+ loopback", "+ replies"} < set(lines)
        assert "+ tcp/514 syslog from log_sources (2 networks)" in lines
    elif kind == "published ports not judged":
        assert "+ unlisted: drop, published by containers" in lines
        assert "+ tcp/514 syslog from log_sources (2 networks), published by containers" in lines
        assert all(line.endswith(", published by containers") for line in lines)
    elif kind == "added rule that we never write":
        assert len(lines) == 1
        # In the words of this nft, whatever its version.
        assert re.fullmatch(
            r"- rule without a service: tcp flags (& \(fin\|syn\|rst\|psh\|ack\|urg\|ecn\|cwr\) == )?syn "
            r"tcp option maxseg size 1-500 counter packets 0 bytes 0 drop",
            lines[0],
        )
    else:
        assert lines == expected
    assert box.rules() == good
    assert box.foreign() == foreign


def test_flushed(box: Box) -> None:
    first = box.apply()["difference"]
    good = box.rules()
    box.nft("flush", "ruleset")
    assert box.repaired() == first
    assert box.rules() == good
    box.nft("flush", "table", "inet", "portledger_host")
    assert "+ unlisted: drop" in box.repaired()
    assert box.rules() == good
    box.nft("flush", "ruleset")
    box.nft("add", "table", "inet", "portledger_host")
    assert box.repaired(state="absent") == ["- table inet portledger_host, which is empty"]
    assert box.ruleset() == ""


def test_changed_plan(box: Box) -> None:
    box.apply()
    plan = golden_plan("host")
    plan["sets"]["component"]["ipv4"] = ["198.18.1.4/31", "198.18.2.5/32"]
    plan["flows"][0]["ports"] = ["tcp/514"]
    assert box.repaired(plan=plan, unlisted="log", management=["198.18.9.0/24"]) == [
        "- udp/514 syslog from log_sources (2 networks)",
        "~ component: +198.18.2.5, -198.18.2.4",
        "- management tcp/22 from 2001:db8:9::/64",
        "- unlisted: drop",
        "+ unlisted: log",
    ]
    assert box.repaired()


def test_counters_of_unchanged_rules_stay(box: Box) -> None:
    box.apply()
    text = box.nft("list", "table", "inet", "portledger_host")
    counted = re.sub(r"packets 0 bytes 0 accept comment \"(\w+)\"", r'packets 7 bytes 70 accept comment "\1"', text)
    assert counted != text
    box.nft("-f", "-", data=f"delete table inet portledger_host\n{counted}")
    assert not box.apply()["changed"]
    plan = golden_plan("host")
    plan["flows"] = [flow for flow in plan["flows"] if flow["service"] != "imq"]
    box.apply(plan=plan, unlisted="log")
    flows = Nftables().counters(box.host(), "host")
    by_service = {flow["service"]: flow for flow in flows}
    assert "imq" not in by_service
    # The same rule for packets that enter, and for those led on to containers.
    assert by_service["ha_drbd"] == {
        "service": "ha_drbd",
        "source": "ha_peer",
        "destination": None,
        "ports": ["tcp/7789", "udp/7789"],
        "packets": 28,
        "bytes": 280,
    }
    assert by_service["unlisted: log"] == {
        "service": "unlisted: log",
        "source": None,
        "destination": None,
        "ports": [],
        "packets": 0,
        "bytes": 0,
    }


def test_counters_of_a_gateway(box: Box) -> None:
    assert Nftables().counters(box.host(), "gateway") == []
    box.apply(scope="gateway")
    found = [
        (flow["service"], flow["source"], flow["destination"], flow["ports"])
        for flow in Nftables().counters(box.host(), "gateway")
    ]
    assert ("windows_log", "wincollect_agents", "windows_hosts", ["tcp/135", "tcp/445"]) in found
    assert ("syslog", "log_sources", "console", ["tcp/514", "udp/514"]) in found
    assert ("unlisted: drop", None, None, []) in found
    assert ("egress: log", None, None, []) in found
    assert len(found) == len({line[:3] for line in found})


# Each fails at another place: the test of the new table, or the load after a test that succeeded.
LOAD_ONLY = 'case "$*" in "-f -") ;; *) exec {nft} "$@";; esac\n'
FAILURES = {
    "bad element": (
        'case "$*" in *-f*) sed \'s/198.18.3.0/198.18.3.999/\' | exec {nft} "$@";; *) exec {nft} "$@";; esac',
        r"nft -c -f -: failed: Error: [^.]+\. The line is: 198\.18\.3\.0/24\. Nothing was changed\.",
    ),
    "kernel without a feature": (
        LOAD_ONLY + "cat >/dev/null; echo 'Error: Could not process rule: Operation not supported' >&2; exit 1",
        r"nft -f -: failed: Error: Could not process rule: Operation not supported\. Nothing was changed\.",
    ),
    "killed": (
        LOAD_ONLY + "cat >/dev/null; kill -KILL $$",
        r"nft -f -: failed: exit code -?\d+\. Nothing was changed\.",
    ),
    "set too large": (
        LOAD_ONLY + 'ulimit -v {memory}; exec {nft} "$@"',
        r"nft -f -: failed: .+\. Nothing was changed\.",
    ),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failing_load_changes_nothing(box: Box, kind: str) -> None:
    box.nft("-f", "-", data=FOREIGN)
    box.apply()
    before = box.ruleset()
    good = (box.bin / "nft").read_text()
    script, message = FAILURES[kind]
    box.script("nft", script.format(nft=box.real, memory=24000))
    plan = golden_plan("host")
    plan["sets"]["component"] = {"ipv4": ["198.18.3.0/24"], "ipv6": ["2001:db8:3::/64"]}
    if kind == "set too large":
        plan["sets"]["component"]["ipv6"] = [f"2001:db8:{n >> 8:x}:{n & 255:x}::/64" for n in range(60000)]
    with pytest.raises(RulesetError) as caught:
        box.apply(plan=plan, unlisted="log")
    assert re.fullmatch(message, str(caught.value), re.DOTALL), str(caught.value)
    assert box.ruleset() == before
    (box.bin / "nft").write_text(good)
    assert box.apply(plan=plan, unlisted="log")["changed"]


def test_kept_and_put_back(box: Box) -> None:
    """Everything in our table comes back as it was, what others put into it too."""
    box.nft("-f", "-", data=FOREIGN)
    host = box.host()
    box.apply()
    damage(
        box,
        "add map inet portledger_host mine {{ type ipv4_addr : verdict; elements = {{ 1.2.3.4 : drop }}; }}\n"
        "add set inet portledger_host theirs {{ type ipv4_addr; elements = {{ 1.2.3.4, 1.2.3.5 }}; }}\n"
        "add chain inet portledger_host outward {{ type filter hook output priority 5; policy accept; }}\n"
        "add rule inet portledger_host outward ip daddr vmap @mine counter packets 3 bytes 4\n"
        "add rule inet portledger_host outward tcp flags syn ip daddr @theirs counter reject\n"
        'add rule inet portledger_host input ip saddr 1.2.3.4 udp dport {{ 5, 7-9 }} accept comment "x"\n'
        "chain inet portledger_host forward {{ policy drop; }}\n",
    )
    was, foreign = box.nft("list", "table", "inet", "portledger_host"), box.foreign()
    data = json.loads(json.dumps(Nftables().save(Nftables().read(host, "host"))))
    for between in ("changed", "gone", "flushed"):
        if between == "changed":
            box.repaired(unlisted="leave")
        elif between == "gone":
            box.apply(state="absent")
        else:
            box.nft("flush", "table", "inet", "portledger_host")
        present = Nftables().read(host, "host")
        former = Nftables().former(data, present)
        assert Nftables().compare(host, "host", present, former)
        Nftables().load(host, "host", present, former)
        present = Nftables().read(host, "host")
        assert Nftables().compare(host, "host", present, Nftables().former(data, present)) == []
        assert box.nft("list", "table", "inet", "portledger_host") == was
        assert box.foreign() == foreign


def test_kept_nothing(box: Box) -> None:
    host = box.host()
    data = json.loads(json.dumps(Nftables().save(Nftables().read(host, "gateway"))))
    assert Nftables().compare(host, "gateway", *[Nftables().former(data, None)] * 2) == []
    box.apply(scope="gateway")
    present = Nftables().read(host, "gateway")
    Nftables().load(host, "gateway", present, Nftables().former(data, present))
    assert box.ruleset() == ""


def test_what_is_wanted_can_be_kept(box: Box) -> None:
    """A boot loads what was wanted, from data, without a plan."""
    host = box.host()
    box.apply()
    good = box.rules()
    data = json.loads(json.dumps(Nftables().save(Nftables().read(host, "host"))))
    box.nft("flush", "ruleset")
    present = Nftables().read(host, "host")
    Nftables().load(host, "host", present, Nftables().former(data, present))
    assert box.rules() == good
    assert not box.apply()["changed"]


def test_names_of_any_script(box: Box) -> None:
    plan = golden_plan("host")
    labels = [
        "ログ \"source\" \\ 'x' %s $HOME %22 ; drop " + "長" * 60,
        "198.18.4.0/24",
        "",
        "drop",
        "長" * 70,
        "長" * 71,
    ]
    for number, label in enumerate(labels[1:], 1):
        plan["sets"][label] = {"ipv4": [f"198.18.4.{number}"], "ipv6": []}
        plan["flows"].append({**plan["flows"][0], "service": f"s{number}", "source": label, "ports": ["tcp/9"]})
    del plan["sets"][""], plan["flows"][-4]
    plan["sets"][labels[0]] = {"ipv4": ["198.18.4.0/24"], "ipv6": ["2001:db8:4::/64"]}
    plan["flows"].append({**plan["flows"][0], "service": 'extra "flow"', "source": labels[0], "ports": ["udp/9"]})
    plan["flows"][-1].update(row=None, comment="予備\nと")
    first = box.repaired(plan=plan)
    assert any(
        line.startswith('+ udp/9 extra "flow" (予備 と) from ログ "source" \\ \'x\' %s $HOME %22 ; ') for line in first
    )
    assert "+ tcp/9 s1 from 198.18.4.0/24 (1 address)" in first
    assert "+ tcp/9 s3 from drop (1 address)" in first
    assert sum(line.startswith(("+ tcp/9 s4 from 長", "+ tcp/9 s5 from 長")) for line in first) == 2


def test_interfaces_of_any_name(box: Box) -> None:
    plan = golden_plan("gateway")
    plan["interfaces"] = ["eth0", "br-lan.7", "eth*", "1to1"]
    assert "+ segment eth*" in box.repaired(scope="gateway", plan=plan)
    plan["interfaces"] = ['a"b']
    before = box.ruleset()
    with pytest.raises(RulesetError) as caught:
        box.apply(scope="gateway", plan=plan)
    assert str(caught.value) == (
        "qradar_gateway_segments: 'a\"b' is a name that nft cannot write. Rename the interface, or choose another "
        "provider. Nothing was changed."
    )
    assert box.ruleset() == before


@pytest.mark.parametrize("seed", range(5))
def test_networks_of_any_shape(box: Box, seed: int) -> None:
    """Networks that nest, touch, or are all there is: loaded, they read back as the same; one less is one line."""
    dice = random.Random(seed)
    plan = golden_plan("host")
    networks = set()
    while len(networks) < 60:
        length = dice.randint(20, 32)
        number = 0xC6120000 | dice.getrandbits(11) & ~((1 << (32 - length)) - 1)
        networks.add(".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{length}")
    plan["sets"]["component"]["ipv4"] = sorted(networks)
    ports = sorted(dice.sample(range(1, 400), 90))
    plan["flows"][0]["ports"] = [f"tcp/{port}" for port in ports] + ["udp/1000-1010", "udp/1005-1020", "udp/1021"]
    box.repaired(plan=plan)
    plan["sets"]["component"]["ipv4"].append("203.0.113.9/32")
    assert box.repaired(plan=plan) == ["~ component: +203.0.113.9"]
    plan["flows"][0]["ports"].remove(f"tcp/{ports[50]}")
    assert box.repaired(plan=plan) == [f"- tcp/{ports[50]} syslog from log_sources (2 networks)"]


def test_ten_thousand_networks(box: Box) -> None:
    plan = golden_plan("host")
    plan["sets"]["log_sources"] = {
        "ipv4": [f"198.18.{n // 128}.{n % 128 * 2}/32" for n in range(10000)],
        "ipv6": [f"2001:db8:{n:x}::/48" for n in range(10000)],
    }
    started = time.monotonic()
    box.apply(plan=plan)
    loaded = time.monotonic()
    assert not box.apply(plan=plan)["changed"]
    again = time.monotonic()
    print(f"10,000 networks a family: loaded in {loaded - started:.2f} s, again in {again - loaded:.2f} s")
    assert loaded - started < 20
    assert again - loaded < 5
    plan["sets"]["log_sources"]["ipv4"].pop()
    assert box.repaired(plan=plan) == ["~ log_sources: -198.18.78.30"]
    box.apply(state="absent")


def test_few_processes(box: Box) -> None:
    box.apply()
    box.spawned = 0
    box.apply()
    # Its version and whether it works; whether our table is there; the table.
    assert box.spawned == 4


NEW_ENOUGH = "[ $1 = --version ] && exec echo 'nftables v1.0.9 (x)'\n"


def test_where_it_cannot_be_used(box: Box) -> None:
    host = box.host()
    assert Nftables().version(host).startswith("nftables v")
    for script, message in (
        (
            "echo 'nftables v0.9.2 (Scram)'",
            "nft: this is nftables v0.9.2 (Scram), and nothing before 0.9.3 will do. Update the package nftables, or "
            "choose another provider.",
        ),
        (
            NEW_ENOUGH + "echo 'JSON support not compiled-in' >&2; exit 1",
            "nft: nftables v1.0.9 (x) was built without JSON, so rules cannot be read back. Install a build with it, "
            "or choose another provider.",
        ),
        (
            NEW_ENOUGH + "echo 'Error: Protocol not supported' >&2; exit 1",
            "nft -j list tables: failed: Error: Protocol not supported",
        ),
    ):
        box.script("nft", script)
        with pytest.raises(RulesetError) as caught:
            box.apply()
        assert str(caught.value) == message
        assert not Nftables().traces(host, "host")
    (box.bin / "nft").unlink()
    with pytest.raises(RulesetError) as caught:
        box.apply()
    assert str(caught.value) == (
        f"nft: not found in PATH ({box.bin}). Install the package nftables, or choose another provider."
    )
    assert not Nftables().traces(box.host(), "host")


def test_the_module_itself(box: Box) -> None:
    def module(**changes: Any) -> dict[str, Any]:
        arguments = {"scope": "host", "provider": "nftables", "plan": golden_plan("host"), **changes}
        environ = {**os.environ, "PATH": f"{box.bin}:{SEARCH}", "PYTHONPATH": str(ROOT / ".venv/collections")}
        environ.pop("SSH_CONNECTION", None)
        done = subprocess.run(
            [*box.enter, sys.executable, str(ROOT / "plugins/modules/ruleset.py")],
            input=json.dumps({"ANSIBLE_MODULE_ARGS": arguments}),
            capture_output=True,
            text=True,
            env=environ,
            check=False,
        )
        result: dict[str, Any] = json.loads(done.stdout)
        return result

    checked = module(_ansible_check_mode=True)
    first = module()
    assert first["changed"]
    assert first["provider"] == "nftables"
    assert first["difference"] == checked["difference"]
    assert not module()["changed"]
    assert module(state="absent")["changed"]
    assert box.ruleset() == ""


LISTEN = """
import socket, sys, threading
def serve(server):
    while True:
        connection, _peer = server.accept()
        connection.sendall(b"container")
        connection.close()
for address in ("0.0.0.0", "::"):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    server = socket.socket(family, socket.SOCK_STREAM)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    server.bind((address, int(sys.argv[1])))
    server.listen(16)
    threading.Thread(target=serve, args=(server,)).start()
print("ready", flush=True)
"""
ASK = """
import socket, sys
source, target, port = sys.argv[1:]
try:
    with socket.create_connection((target, int(port)), 0.7, (source, 0)) as connection:
        print(connection.recv(100).decode())
except OSError as error:
    print(type(error).__name__)
"""


class Published:
    """A host that publishes a container's port 80 as 8080, a client with two addresses, and a container."""

    def __init__(self, box: Box) -> None:
        self.box = box
        self.client, client_pid = box.neighbour()
        self.container, container_pid = box.neighbour()
        for line in (
            f"link add c type veth peer name host netns {client_pid}",
            f"link add k type veth peer name host netns {container_pid}",
            "address add 198.18.1.1/24 dev c",
            "address add 198.19.0.1/24 dev k",
            "-6 address add 2001:db8:1::1/64 dev c nodad",
            "-6 address add 2001:db8:99::1/64 dev k nodad",
            "link set c up",
            "link set k up",
            "link set lo up",
        ):
            self._ip(box.enter, line)
        for entering, addresses, gateways in (
            (self.client, "198.18.1.4/24 198.18.1.9/24 2001:db8:1::4/64 2001:db8:1::9/64", "198.18.1.1 2001:db8:1::1"),
            (self.container, "198.19.0.2/24 2001:db8:99::2/64", "198.19.0.1 2001:db8:99::1"),
        ):
            self._ip(entering, "link set host up")
            self._ip(entering, "link set lo up")
            for address in addresses.split():
                self._ip(entering, f"address add {address} dev host" + (" nodad" if ":" in address else ""))
            for gateway in gateways.split():
                self._ip(entering, f"route add default via {gateway}")
        for key in ("net/ipv4/ip_forward", "net/ipv6/conf/all/forwarding"):
            # The file that is opened is that of the network namespace of whoever opens it.
            subprocess.run([*box.enter, "sh", "-c", f"echo 1 > /proc/sys/{key}"], check=True)
        box.nft(
            "-f",
            "-",
            data="table ip docker { chain pre { type nat hook prerouting priority -100;\n"
            "ip daddr 198.18.1.1 tcp dport 8080 dnat to 198.19.0.2:80\n}\n}\n"
            "table ip6 docker { chain pre { type nat hook prerouting priority -100;\n"
            "ip6 daddr 2001:db8:1::1 tcp dport 8080 dnat to [2001:db8:99::2]:80\n}\n}\n",
        )
        self.servers = [self._serve(self.container, 80), self._serve(self.client, 81)]

    def _ip(self, entering: list[str], line: str) -> None:
        subprocess.run([*entering, "ip", *line.split()], check=True, env={**os.environ, "PATH": SEARCH})

    def _serve(self, entering: list[str], port: int) -> subprocess.Popen[str]:
        server = subprocess.Popen(
            [*entering, sys.executable, "-c", LISTEN, str(port)], stdout=subprocess.PIPE, text=True
        )
        assert server.stdout is not None
        assert server.stdout.readline() == "ready\n"
        return server

    def ask(self, *questions: tuple[list[str], str, str, int]) -> list[bool]:
        """Whether a listener answers: who asks, from which address, whom, which port."""
        asking = [
            subprocess.Popen(
                [*who, sys.executable, "-c", ASK, source, target, str(port)], stdout=subprocess.PIPE, text=True
            )
            for who, source, target, port in questions
        ]
        answers = [one.communicate()[0].strip() for one in asking]
        assert set(answers) <= {"container", "TimeoutError"}, answers
        return [answer == "container" for answer in answers]

    def published(self) -> dict[str, bool]:
        """Which of the client's addresses reach the published port."""
        pairs = [
            ("198.18.1.4", "198.18.1.1"),
            ("198.18.1.9", "198.18.1.1"),
            ("2001:db8:1::4", "2001:db8:1::1"),
            ("2001:db8:1::9", "2001:db8:1::1"),
        ]
        answers = self.ask(*((self.client, source, target, 8080) for source, target in pairs))
        return dict(zip((source for source, _target in pairs), answers, strict=True))

    def untouched(self) -> bool:
        """Whether what was not translated passes: into the container by its own address, and out of it."""
        return all(
            self.ask(
                (self.client, "198.18.1.9", "198.19.0.2", 80),
                (self.client, "2001:db8:1::9", "2001:db8:99::2", 80),
                (self.container, "198.19.0.2", "198.18.1.9", 81),
                (self.container, "2001:db8:99::2", "2001:db8:1::9", 81),
            )
        )

    def close(self) -> None:
        for server in self.servers:
            server.kill()
            server.wait()
            if server.stdout is not None:
                server.stdout.close()


@pytest.fixture
def published(box: Box) -> Iterator[Published]:
    found = Published(box)
    yield found
    found.close()


def test_published_ports_obey_the_plan(published: Published) -> None:
    box = published.box
    everybody = dict.fromkeys(published.published(), True)
    end = time.monotonic() + 20
    while published.published() != everybody and time.monotonic() < end:
        pass  # the links come up
    assert published.published() == everybody
    assert published.untouched()
    foreign = box.foreign()
    plan = golden_plan("host")
    plan["sets"] = {"component": {"ipv4": ["198.18.1.4/32"], "ipv6": ["2001:db8:1::4/128"]}}
    flow = {**plan["flows"][0], "service": "web", "source": "component"}
    plan["flows"] = [{**flow, "ports": ["tcp/8080"]}]
    allowed = {source: source.endswith("4") for source in everybody}
    for _again in range(2):
        box.apply(plan=plan, management=["198.18.1.0/24", "2001:db8:1::/64"])
        assert published.published() == allowed
        assert published.untouched()
        assert box.foreign() == foreign
    counted = {flow["service"]: flow["packets"] for flow in Nftables().counters(box.host(), "host")}
    assert counted["web"] == 4  # each in its own connection, in two runs: the counter went on
    assert counted["unlisted: drop"] >= 4
    # The port that the container listens on is not the one that the plan is about.
    box.apply(plan={**plan, "flows": [{**flow, "ports": ["tcp/80", "udp/8080"]}]})
    assert published.published() == dict.fromkeys(everybody, False)
    assert published.untouched()
    for unlisted in ("log", "leave"):
        box.apply(plan={**plan, "flows": []}, unlisted=unlisted)
        assert published.published() == everybody
    box.apply(state="absent")
    assert published.published() == everybody
