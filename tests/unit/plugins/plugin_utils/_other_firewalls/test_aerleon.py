# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter aerleon_policy: aerleon makes configurations of it without a word. tests/lab loads two of them."""

from __future__ import annotations

import datetime
import functools
import re
from typing import Any

import pytest
import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.aerleon import aerleon_policy
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows
from tests.lab.oracle.plans import make_planner
from tests.lab.world.labs import DEMO, SMALL
from tests.lab.world.topology import load_topology
from tests.unit.plugins.plugin_utils._other_firewalls.aerleon_itself import generate

ZONES = "from-zone siem to-zone branch {family}"
TARGETS = {
    "aruba": "siem",
    "ciscoasa": "siem",
    "fortigate": ZONES,
    "iptables": "FORWARD DROP {family}",
    "juniper": "siem-{family} {family}",
    "nftables": "{family} forward",
    "packetfilter": "siem {family}",
    "paloalto": ZONES,
    "speedway": "FORWARD DROP {family}",
    "srx": ZONES,
}
HOSTILE = "x\"; flush ruleset; ' $(reboot) `id` {{ 1 + 1 }} <b>&amp; ]]> \u202e \n!\nno access-list siem\n</entry>"


@functools.cache
def flows_of(lab: str) -> list[dict[str, Any]]:
    topology = load_topology({"demo": DEMO, "small": SMALL}[lab])
    planner = make_planner(topology, datetime.date(2026, 11, 26))
    gateway = sorted(planner.deployment.gateways)[0]
    return query_flows(planner, gateway=gateway)


def side(*addresses: str, label: str = "users") -> dict[str, Any]:
    return {"label": label, "hosts": [], "roles": [], "parties": [], "addresses": list(addresses)}


def flow(**changes: Any) -> dict[str, Any]:
    return {
        "service": "syslog",
        "row": 14,
        "ports": ["tcp/514", "udp/514"],
        "when": None,
        "comment": None,
        "source": side("198.18.2.0/24", "2001:db8:2::/64"),
        "destination": side("198.18.1.1/32", label="console"),
        **changes,
    }


def terms(made: dict[str, Any]) -> list[dict[str, Any]]:
    return [term for one in made["policy"]["filters"] for term in one["terms"]]


@pytest.mark.parametrize("family", [None, "ipv4", "ipv6"])
@pytest.mark.parametrize("target", TARGETS)
def test_aerleon_warns_of_nothing(target: str, family: str | None) -> None:
    made = aerleon_policy(flows_of("demo"), {target: TARGETS[target]}, family)
    text, warnings = generate(made)
    assert warnings == []
    # As it is read from files.
    text_again, _warnings = generate(yaml.safe_load(yaml.safe_dump(made)))
    assert text_again == text
    # Some write rules of IPv4 only.
    assert ("32006" in text) == (family != "ipv6" or target not in ("aruba", "ciscoasa"))


@pytest.mark.parametrize("target", TARGETS)
def test_echo_requests(target: str) -> None:
    both = flow(ports=["icmp"], destination=side("198.18.1.1/32", "2001:db8:1::1/128", label="console"))
    for family, word in (("ipv4", "icmp"), ("ipv6", "icmp6|icmpv6|ipv6-icmp")):
        text, warnings = generate(aerleon_policy([both], {target: TARGETS[target]}, family))
        assert warnings == []
        without = target in ("aruba", "fortigate") or (family == "ipv6" and target == "ciscoasa")
        assert (re.search(word, text) is not None) == (not without)
        assert "not rendered" not in text


def test_targets_in_one_policy() -> None:
    made = aerleon_policy(flows_of("small"), TARGETS)
    assert [sorted(one["header"]["targets"]) for one in made["policy"]["filters"]] == [
        sorted(name for name in TARGETS if name not in ("aruba", "ciscoasa")),
        sorted(name for name in TARGETS if name not in ("aruba", "ciscoasa")),
        ["aruba", "ciscoasa"],
    ]
    assert made["policy"]["filters"][1]["header"]["targets"]["paloalto"] == "from-zone siem to-zone branch inet6"


def test_a_term_has_one_transport_and_one_family() -> None:
    made = aerleon_policy([flow(ports=["tcp/22", "tcp/7676-7677", "udp/161", "icmp"], destination=side("::/0"))])
    words = ("protocol", "destination-port", "icmp-type", "platform", "platform-exclude")
    assert [tuple(one.get(word) for word in words) for one in terms(made)] == [
        ("icmpv6", None, "echo-request", None, "nftables aruba fortigate ciscoasa"),
        ("icmpv6", None, "echo-request echo-request", "nftables", None),
        ("tcp", "TCP_22_7676-7677", None, None, None),
        ("udp", "UDP_161", None, None, None),
    ]
    assert made["services"] == {
        "services": {
            "TCP_22_7676-7677": [{"protocol": "tcp", "port": "22"}, {"protocol": "tcp", "port": "7676-7677"}],
            "UDP_161": [{"protocol": "udp", "port": "161"}],
        }
    }
    text, warnings = generate(made)
    assert warnings == []
    assert "udp dport 161" in text
    assert text.count("icmpv6 type") == 1
    assert not re.search(r"tcp dport [^\n]*161|udp dport [^\n]*22", text)


def test_the_terms_are_those_of_the_flows() -> None:
    flows = flows_of("demo")
    made = aerleon_policy(flows)
    networks, services = made["networks"]["networks"], made["services"]["services"]
    found = {
        (
            tuple(one["address"] for one in networks[term["source-address"]]["values"]),
            tuple(one["address"] for one in networks[term["destination-address"]]["values"]),
            one["protocol"],
            one["port"],
        )
        for term in terms(made)
        for one in services.get(term.get("destination-port"), [{"protocol": "icmp", "port": ""}])
    }
    wanted = {
        (*ends, *(port.partition("/")[0], port.partition("/")[2]))
        for one in flows
        for family in (".", ":")
        for port in one["ports"]
        if all(
            ends := tuple(
                tuple(address for address in one[word]["addresses"] if family in address)
                for word in ("source", "destination")
            )
        )
    }
    assert found == wanted
    assert len(wanted) > 100


def test_names_say_the_same_only_of_the_same() -> None:
    other = flow(source=side("198.18.3.0/24"))
    made = aerleon_policy([flow(), other, flow(), flow(comment="again")])
    assert {
        name: [one["address"] for one in about["values"]] for name, about in made["networks"]["networks"].items()
    } == {
        "USERS-4": ["198.18.2.0/24"],
        "USERS-4-2": ["198.18.3.0/24"],
        "CONSOLE-4": ["198.18.1.1/32"],
    }
    names = [term["name"] for term in terms(made)]
    assert len(names) == len(set(names)) == 6
    assert all(len(name) <= 24 for name in names)


def test_hostile_names_stay_text() -> None:
    hostile = flow(comment=HOSTILE, service=HOSTILE, source=side("198.18.2.0/24", label=HOSTILE))
    made = aerleon_policy([hostile], TARGETS)
    words = re.compile(r"[A-Za-z0-9 ._,:()/-]+")
    for term in terms(made):
        assert all(words.fullmatch(value) for value in term.values()), term
    assert all(words.fullmatch(name) for part in ("networks", "services") for name in made[part][part])
    for target, options in TARGETS.items():
        one = aerleon_policy([hostile], {target: options}, "ipv4")
        text, warnings = generate(one)
        assert warnings == []
        assert not re.search(r"^\s*(?:flush|no access-list|</entry>\s*x)", text, re.MULTILINE)


def test_nothing_to_permit() -> None:
    empty = {"policy": {"filters": []}, "networks": {"networks": {}}, "services": {"services": {}}}
    assert aerleon_policy([]) == empty
    assert aerleon_policy([flow()], family="ipv6") == empty


def refusal(*given: Any, **options: Any) -> str:
    with pytest.raises(PortledgerError) as refused:
        aerleon_policy(*given, **options)
    return str(refused.value)


def test_refusals() -> None:
    remedy = "Write a dictionary such as {'paloalto': 'from-zone siem to-zone branch {family}'}."
    assert refusal([], targets=["paloalto"]) == (
        f"targets: ['paloalto'] is not a dictionary of targets and their options. {remedy}"
    )
    assert refusal([], targets={"paloalto": None}) == (
        f"targets: {{'paloalto': None}} has None for 'paloalto', which is not text. {remedy}"
    )
    assert refusal([], family="inet") == "family: 'inet' is not a family. Valid values: ipv4, ipv6."
    assert refusal([flow(source=side("everywhere"))]) == (
        "addresses: 'everywhere' is neither an address nor a network. Give flows as query('portledger.qradar.flows') "
        "returns them."
    )
