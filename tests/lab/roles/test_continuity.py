# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Traffic that is allowed, or none of our business, does not notice that a ruleset comes, changes, and goes.

The numbers are printed: pytest -s.
"""

from __future__ import annotations

import contextlib
import time
from pathlib import Path

import pytest

from tests.lab.hosts.providers import EVERY, PROVIDERS, Provider, managed, trust_all_zones
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.traffic.everyday import Kind, Traffic, Way, traffic
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

HOSTS = ("collector", "console", "gateway")
CONNECTIONS = 10_000  # to allowed ports, at least
SECONDS = 24  # that this takes: three ways, two families, one of each every 12 ms
ROLLBACK_SECONDS = 4
# Another provider that may take over where this one is.
OTHER = {name: PROVIDERS["iptables" if name == "nftables" else "nftables"] for name in PROVIDERS}

PARTIES = {
    "log_sources": ["198.19.2.48/28", "2001:db8:a2::50/124"],
    "users": ["198.19.1.250", "2001:db8:a1::250"],
}
NEW = Kind("new", 0.012)
STEADY = Kind("stream", 0.004)
ALLOWED = (
    # to the console, from its own network
    Way("users to console", "guest", "console", 443, (NEW, STEADY)),
    # through the gateway, into the collector and into the console
    Way("console to collector", "console", "collector", 443, (NEW, STEADY, Kind("push", 0.005))),
    Way("log source to console", "source", "console", 514, (NEW, STEADY, Kind("udp", 0.005))),
)
OTHERS = (
    Way(
        "others through the gateway",
        "guest",
        "source",
        8080,
        (Kind("new", 0.02), STEADY, Kind("udp", 0.005), Kind("icmp", 0.005)),
    ),
)

WAYS = (*ALLOWED, *OTHERS)

# A change that nobody confirms: nothing answers the probe, so the controller gives up and the timer puts back.
UNCONFIRMED = """\
- hosts: qradar:qradar_gateways
  gather_facts: false
  tasks:
    - portledger.qradar.ruleset:
        scope: "{{{{ 'gateway' if 'qradar_gateways' in group_names else 'host' }}}}"
        provider: "{{{{ gateway_firewall_provider if 'qradar_gateways' in group_names else host_firewall_provider }}}}"
        unlisted: leave
        confirm_seconds: {seconds}
        probes: [tcp/9]
"""


def changed(run: Recorded, *hosts: str) -> None:
    assert run.run.ok, run.run.stdout
    assert sorted(run.run.changed) == sorted(hosts)


def everything(lab: Lab, provider: Provider, other: Provider, flowing: Traffic, tmp_path: Path) -> None:
    """What a ruleset may go through, one after another."""
    first, began = provider.arguments, time.monotonic()
    flowing.step("first apply")
    changed(record_playbook(lab, SITE, *first), *HOSTS)
    flowing.step("change")
    log = ("-e", "host_firewall_unlisted=log", "-e", "gateway_firewall_unlisted=log")
    changed(record_playbook(lab, SITE, *first, *log), *HOSTS)
    flowing.step("rollback")
    play = tmp_path / "unconfirmed.yml"
    play.write_text(UNCONFIRMED.format(seconds=ROLLBACK_SECONDS), encoding="utf-8")
    half = record_playbook(lab, play, *first)
    assert sorted(half.messages()) == sorted(HOSTS), half.run.stdout
    assert all("restored its former rules" in message for message in half.messages().values()), half.messages()
    flowing.step("nothing to do")
    # The timer has put back what the change had made.
    changed(record_playbook(lab, SITE, *first, *log))
    for there in (other, provider):
        flowing.step(f"to {there}")
        changed(record_playbook(lab, SITE, *there.arguments, *log), *HOSTS)
    while time.monotonic() - began < SECONDS:
        flowing.step("more changes")
        changed(record_playbook(lab, SITE, *first), *HOSTS)
        changed(record_playbook(lab, SITE, *first, *log), *HOSTS)
    flowing.step("remove")
    changed(record_playbook(lab, REMOVE), *HOSTS)


def connections(flowing: Traffic) -> int:
    """New ones to allowed ports."""
    return int(sum(flowing.total("answered", "new", way=way.name) for way in ALLOWED))


@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_nobody_notices(provider: Provider, tmp_path: Path) -> None:
    with contextlib.ExitStack() as stack:
        lab = stack.enter_context(Lab.start(SMALL, extra_variables={"qradar_parties": PARTIES}))
        if provider.name == "firewalld":
            for node in managed(lab):
                trust_all_zones(node)
        stack.enter_context(provider.prepared(lab))
        flowing = stack.enter_context(traffic(lab, WAYS))
        everything(lab, provider, OTHER[provider.name], flowing, tmp_path)
        flowing.end()
    print()
    print(f"{provider}: {connections(flowing)} new connections to allowed ports")
    print("\n".join((*flowing.table(), *flowing.causes())))
    assert connections(flowing) >= CONNECTIONS
    # While firewalld reloads, it drops what is new (ReloadPolicy), so such connections come a second late.
    late = provider.name == "firewalld"
    assert [line for line in flowing.harm() if not (late and " new IPv" in line and ": again: " in line)] == []


def test_whatever_is_refused_cut_or_lost_is_counted() -> None:
    reset = "REJECT --reject-with tcp-reset"
    with Lab.start(SMALL) as lab, traffic(lab, WAYS) as flowing:
        flowing.step("harm")
        for name, rule in (
            ("console", f"iptables -A INPUT -p tcp --dport 443 --syn -j {reset}"),
            ("gateway", f"iptables -A FORWARD -p tcp --dport 514 ! --syn -j {reset}"),
            ("gateway", "iptables -A FORWARD -p icmp --icmp-type 8 -j DROP"),
            ("gateway", "ip6tables -A FORWARD -p udp --dport 8080 -j DROP"),
        ):
            lab[name].run(rule.split())
        time.sleep(0.5)
        flowing.end()
    assert set(flowing.dropped) == {"console", "gateway"}
    assert "guest: Tcp AttemptFails: " in " ".join(flowing.causes())
    found = {tuple(line.split(": ")[1:-1]) for line in flowing.harm() if "lasting streams" not in line}
    assert found == {
        ("users to console new IPv4", "ECONNREFUSED"),
        ("log source to console new IPv4", "ECONNRESET"),
        ("log source to console stream IPv4", "ECONNRESET"),
        ("log source to console stream IPv4", "cut"),
        ("log source to console stream IPv4", "lost"),
        ("others through the gateway icmp IPv4", "lost"),
        ("others through the gateway udp IPv6", "lost"),
    }


def test_an_echo_that_rules_drop_is_no_loss_on_the_way() -> None:
    with Lab.start(SMALL) as lab, traffic(lab, WAYS) as flowing:
        flowing.step("harm")
        lab["gateway"].run(["iptables", "-A", "FORWARD", "-p", "icmp", "--icmp-type", "8", "-j", "DROP"])
        time.sleep(0.5)
        flowing.end()
    assert set(flowing.dropped) == {"gateway"}
    assert [line.rpartition(": ")[0] for line in flowing.harm()] == ["harm: others through the gateway icmp IPv4: lost"]
