# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Proposals for rules that are written down here: checked by hand, and by what the plan then permits."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.answers import Answers, read_answer
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.boxes import ANYWHERE, Packets, without
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.lines import as_lines
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.page import as_page
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.permitted import PermittedByPlan
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.proposal import Proposal, propose
from ansible_collections.portledger.qradar.plugins.plugin_utils._adopt.yaml_text import as_yaml
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner

TODAY = datetime.date(2026, 11, 27)
REVIEW = datetime.date(2027, 2, 25)
HOSTS: Mapping[str, Mapping[str, Any]] = {
    "con1": {"qradar_roles": ["console"], "qradar_addresses": ["198.18.1.11", "2001:db8:1::11"]},
    "ec1": {"qradar_roles": ["event_collector"], "qradar_addresses": ["198.18.21.11"]},
    "gw1": {"qradar_gateway_segments": {"core": ["198.18.1.0/24", "198.18.7.0/24"], "wan": ["198.18.20.0/22"]}},
}
SCOPES = {"con1": "host", "ec1": "host", "gw1": "gateway"}
Flow = tuple[list[str], list[str], list[str]]


def permit(ports: str, sources: str, to: str = "", **more: Any) -> dict[str, Any]:
    flow = {"ports": ports.split(), "sources": sources.split(), "destinations": to.split()}
    return {
        "family": "ipv4",
        "place": "iptables filter INPUT",
        "chain": "INPUT",
        "rule": f"-s {sources} --dports {ports} -j ACCEPT",
        "made_by": "iptables",
        "packets": 0,
        "policy": False,
        "certain": True,
        "unknown": None,
        "interfaces": [],
        "flows": [flow],
        "rest": [],
        **more,
    }


def result(*permits: dict[str, Any], connections: list[dict[str, Any]] | None = None, **more: Any) -> dict[str, Any]:
    seen = connections or []
    return {"foreign_permits": list(permits), "foreign_unread": [], "connections": seen, "loaded": [], **more}


def plan_of(shared: Mapping[str, Any]) -> PermittedByPlan:
    inventory = {name: {**shared, **host} for name, host in HOSTS.items()}
    catalog = load_catalog()
    return PermittedByPlan(Planner(read_deployment(inventory, {}, catalog, today=TODAY), catalog), Firewalls(inventory))


def answers_of(**results: object) -> Answers:
    # A gateway that permits all, unless a test says what it does.
    everything = permit("tcp/1-65535 udp/1-65535 icmp", "0.0.0.0/0 ::/0", "0.0.0.0/0 ::/0", policy=True)
    known = {"con1": result(), "ec1": result(), "gw1": result(everything), **results}
    return Answers(tuple(read_answer(name, scope, known[name]) for name, scope in SCOPES.items()))


def proposed(shared: Mapping[str, Any], mode: str = "exact", **results: object) -> Proposal:
    """A proposal that permits all that the rules do, and after which nothing is proposed."""
    plan, answers = plan_of(shared), answers_of(**results)
    proposal = propose(plan, answers, TODAY, 90, mode)
    written = yaml.safe_load(as_yaml(proposal)) or {}
    after = plan_of({**shared, **written})
    for answer in answers:
        for rule in answer.rules:
            # What crosses a gateway has to be permitted as far as its host permits it: see test_gateway.
            for flow in rule.flows if rule.certain and not rule.is_open and answer.scope == "host" else ():
                packets = Packets(flow.sources.intervals, ANYWHERE, flow.numbers)
                judged = after.judged(answer.name, answer.scope, packets)
                assert without(judged, after.packets(answer.name, answer.scope)) == [], rule.text
    again = propose(after, answers, TODAY + datetime.timedelta(days=5), 90, mode)
    assert again.is_empty, as_yaml(again)
    return proposal


def flows(proposal: Proposal) -> list[Flow]:
    return [([*one.flow.from_], [*one.flow.to], [*map(str, one.flow.ports)]) for one in proposal.flows]


def parties(proposal: Proposal) -> dict[str, tuple[list[str], str]]:
    return {one.fit.party: (one.networks.ipv4 + one.networks.ipv6, one.fit.surplus_text()) for one in proposal.parties}


N = "198.18.7.0/24"


@pytest.mark.parametrize(
    ("console", "collector", "of_parties", "of_flows"),
    [
        # Nothing that the plan does not permit: between components.
        ([permit("tcp/32006", "198.18.21.11")], [permit("tcp/22", "198.18.1.11")], {}, []),
        # A party exactly.
        ([permit("tcp/443", N)], [], {"api_clients": ([N], "")}, []),
        # Users may use all dynamic ports of RPC, which no such rule means.
        ([permit("tcp/22 tcp/443", N)], [], {"api_clients": ([N], "")}, [([N], ["con1"], ["tcp/22"])]),
        ([permit("tcp/8001", N)], [], {"snmp_managers": ([N], "")}, []),
        # More than the rules, and that is said.
        (
            [permit("udp/514", N)],
            [permit("udp/514", N)],
            {"log_sources": ([N], "tcp/514, tcp/6514 on con1, ec1")},
            [],
        ),
        # A host that such a party reaches permits none of it.
        ([], [permit("udp/514", N)], {}, [([N], ["ec1"], ["udp/514"])]),
        # What is SSH alone may be anybody.
        ([permit("tcp/22", N)], [], {}, [([N], ["con1"], ["tcp/22"])]),
        # The same for two hosts, in two rules each, is one flow.
        (
            [permit("tcp/9100", N), permit("tcp/9101", N)],
            [permit("tcp/9100-9101", N)],
            {},
            [([N], ["con1", "ec1"], ["tcp/9100-9101"])],
        ),
        # Sources of two rules for the same ports.
        (
            [permit("tcp/10050", "198.18.7.8"), permit("tcp/10050", "198.18.7.9 198.18.7.128/25")],
            [],
            {},
            [(["198.18.7.8/31", "198.18.7.128/25"], ["con1"], ["tcp/10050"])],
        ),
        # One rule within another one.
        (
            [permit("tcp/1-1000", N), permit("tcp/80", "198.18.7.9")],
            [],
            {},
            [([N], ["con1"], ["tcp/1-1000"])],
        ),
        # A party and the rest of the same rule; anywhere is nobody's network.
        (
            [permit("tcp/443 tcp/8443", N)],
            [permit("tcp/443", "0.0.0.0/0")],
            {"api_clients": ([N], "")},
            [([N], ["con1"], ["tcp/8443"]), (["0.0.0.0/0"], ["ec1"], ["tcp/443"])],
        ),
    ],
)
def test_hosts(
    console: list[dict[str, Any]],
    collector: list[dict[str, Any]],
    of_parties: dict[str, tuple[list[str], str]],
    of_flows: list[Flow],
) -> None:
    proposal = proposed({}, "fitting", con1=result(*console), ec1=result(*collector))
    for _networks, surplus in parties(proposal).values():
        assert f"# also permits what no rule did: {surplus}\n" in as_yaml(proposal) or not surplus
    assert parties(proposal) == of_parties
    assert flows(proposal) == of_flows


@pytest.mark.parametrize(
    ("interfaces", "permitted"),
    [
        # What a supplement permits the console's own containers.
        (["docker0"], True),
        (["docker0", "appProxy"], True),
        # By another interface, such packets would come from others.
        (["docker0", "eth1"], False),
        (["eth1"], False),
        ([], False),
    ],
)
def test_containers_on_the_host(interfaces: list[str], permitted: bool) -> None:
    rule = permit("tcp/443", "172.17.0.0/16", interfaces=interfaces)
    proposal = propose(plan_of({}), answers_of(con1=result(rule)), TODAY, 90, "exact")
    assert parties(proposal) == ({} if permitted else {"api_clients": (["172.17.0.0/16"], "")})
    assert flows(proposal) == []
    # What they do not need is theirs no more than anybody else's.
    rule = permit("tcp/22", "172.17.0.0/16", interfaces=interfaces)
    other = propose(plan_of({}), answers_of(con1=result(rule)), TODAY, 90, "exact")
    assert flows(other) == [(["172.17.0.0/16"], ["con1"], ["tcp/22"])]


def test_exact_permits_nothing_more_and_says_what_it_could_be() -> None:
    rules = result(permit("udp/514", N))
    proposal = proposed({}, con1=rules, ec1=rules)
    assert (parties(proposal), flows(proposal)) == ({}, [([N], ["con1", "ec1"], ["udp/514"])])
    assert (
        "  # this is syslog (row 14): rather put it into qradar_parties.log_sources, which would also permit tcp/514, "
        "tcp/6514 on con1, ec1\n"
    ) in as_yaml(proposal)


def test_what_the_inventory_has_stays() -> None:
    former = {"from": "users", "to": "console", "ports": ["tcp/9443"], "comment": "ticket: 1", "expires": "2030-01-31"}
    shared = {
        "qradar_parties": {"users": ["198.18.2.0/24"], "api_clients": ["198.18.7.9"]},
        "qradar_extra_flows": [former],
    }
    proposal = proposed(shared, con1=result(permit("tcp/443 tcp/9", N)))
    written = yaml.safe_load(as_yaml(proposal))
    assert written["qradar_parties"] == {"users": ["198.18.2.0/24"], "api_clients": ["198.18.7.9", N]}
    assert written["qradar_extra_flows"] == [
        {**former, "from": ["users"], "to": ["console"], "expires": datetime.date(2030, 1, 31)},
        {
            "from": [N],
            "to": ["con1"],
            "ports": ["tcp/9"],
            "comment": f"iptables INPUT: -s {N} --dports tcp/443 tcp/9 -j ACCEPT",
            "expires": REVIEW,
        },
    ]


def test_gateway() -> None:
    rules = result(
        permit("tcp/9100", N, "198.18.21.11 198.18.1.11"),
        # Behind no segment.
        permit("tcp/9200", "203.0.113.0/24", "198.18.21.11"),
    )
    # What ec1 drops, this would permit there.
    proposal = proposed({}, gw1=rules, ec1=result(permit("tcp/9100", "198.18.7.0/25", rule="ec1's own")))
    # From there to con1 stays within one segment.
    assert flows(proposal) == [(["198.18.7.0/25"], ["ec1"], ["tcp/9100"])]
    assert list(proposal.fates.values()) == [
        "qradar_extra_flows[0]",
        "qradar_extra_flows[0]",
        "lies behind no segment of the gateway, so no plan can permit it",
    ]
    proposal = proposed({}, gw1=rules)
    assert flows(proposal) == []
    assert next(iter(proposal.fates.values())) == (
        "not proposed, for the hosts behind it drop the rest, or have it in the proposal"
    )
    # Nobody knows what ec1 does.
    proposal = proposed({}, gw1=rules, ec1=None)
    assert flows(proposal) == [([N], ["ec1"], ["tcp/9100"])]


def test_what_a_gateway_drops_is_not_proposed_for_the_host_behind_it() -> None:
    gateway = result(permit("tcp/9100", "198.18.7.0/25", "198.18.21.11"))
    host = result(permit("tcp/9100", N), permit("tcp/9200", N), permit("tcp/9300", "198.18.21.8"))
    plan, answers = plan_of({}), answers_of(gw1=gateway, ec1=host)
    proposal = propose(plan, answers, TODAY, 90, "exact")
    # 198.18.21.8 is on the same side as ec1.
    assert flows(proposal) == [
        (["198.18.7.0/25"], ["ec1"], ["tcp/9100"]),
        (["198.18.21.8"], ["ec1"], ["tcp/9300"]),
    ]
    assert list(proposal.fates.values())[:3] == [
        "qradar_extra_flows[0]",
        "not proposed, for a gateway on the way drops it today",
        "qradar_extra_flows[1]",
    ]
    written = yaml.safe_load(as_yaml(proposal))
    assert propose(plan_of(written), answers, TODAY, 90, "exact").is_empty
    # Nobody knows what the gateway does.
    answers = answers_of(gw1=None, ec1=host)
    assert [ports for _from, _to, ports in flows(propose(plan, answers, TODAY, 90, "exact"))] == [
        ["tcp/9100", "tcp/9200"],
        ["tcp/9300"],
    ]


def test_what_is_not_proposed() -> None:
    proposal = proposed(
        {},
        con1=result(
            permit("tcp/9100", "0.0.0.0/0", certain=False, unknown="-m limit", rule="-m limit\x1b[2J -j ACCEPT"),
            permit("", N, flows=[], rest=["protocol 112"], rule="-p vrrp -j ACCEPT"),
            permit("tcp/1-65535", "0.0.0.0/0", rule="-j ACCEPT"),
        ),
    )
    assert proposal.is_empty
    text = as_yaml(proposal)
    assert yaml.safe_load(text) is None
    assert text.endswith(
        "# Not proposed. Adopt by hand what is needed:\n"
        "# con1: iptables filter INPUT: -m limit\\x1b[2J -j ACCEPT\n"
        "#   not proposed, for it cannot be read exactly: -m limit\n"
        "#   without that: {from: [0.0.0.0/0], to: [con1], ports: [tcp/9100]}\n"
        "# con1: iptables filter INPUT: -p vrrp -j ACCEPT\n"
        "#   not proposed, for no plan can express it: protocol 112\n"
        "# con1: iptables filter INPUT: -j ACCEPT\n"
        "#   keeps nobody out, so it is not proposed; connections that are established now are\n"
    )


def test_where_nobody_is_kept_out_connections_are_proposed() -> None:
    seen = {"source": "198.18.7.9", "destination": "198.18.21.11", "transport": "tcp", "port": 8443, "count": 2}
    listener = {"transport": "tcp", "port": 8443, "loopback": False, "processes": ["java"]}
    everything = permit("tcp/1-65535 udp/1-65535 icmp", "0.0.0.0/0", policy=True, rule="no rule drops it")
    proposal = proposed({}, ec1=result(everything, connections=[seen], listeners=[listener]))
    assert flows(proposal) == [(["198.18.7.9"], ["ec1"], ["tcp/8443"])]
    assert proposal.flows[0].flow.comment == "connection: established to tcp/8443 of java"
    assert proposal.flows[0].seen
    assert as_lines(proposal, answers_of(ec1=result(everything)))[1] == (
        "ec1 (host): no foreign rules would lose their effect; no rule keeps anybody out (IPv4)"
    )


@pytest.mark.parametrize(
    ("packets", "connections", "seen"),
    [
        (0, [], False),
        (None, [], False),
        (3, [], True),
        (None, [("198.18.7.9", "tcp", 9100)], True),
        (0, [("198.18.8.9", "tcp", 9100), ("198.18.7.9", "udp", 9100), ("198.18.7.9", "tcp", 9101)], False),
    ],
)
def test_not_seen_in_use(packets: int | None, connections: list[tuple[str, str, int]], seen: bool) -> None:
    found = [
        {"source": source, "destination": "198.18.1.11", "transport": transport, "port": port, "count": 1}
        for source, transport, port in connections
    ]
    proposal = proposed({}, con1=result(permit("tcp/9100", N, packets=packets), connections=found))
    assert ("# not seen in use" in as_yaml(proposal)) is not seen


def test_a_host_is_not_believed() -> None:
    results = {
        "con1": {"failed": True, "msg": "no\x1b[2J way"},
        "ec1": result(permit("tcp/0", N)),
        "gw1": None,
    }
    answers = answers_of(**results)
    assert [one.why for one in answers] == [
        "no\x1b[2J way",
        "result.foreign_permits[0].flows[0].ports[0]: 'tcp/0' names port 0, which is outside 1 to 65535, so nothing of "
        "this result is used. Find out what answers in the place of the module on this host, then run this again.",
        "it was not asked",
    ]
    proposal = propose(plan_of({}), answers, TODAY, 90, "exact")
    assert proposal.is_empty
    assert "\x1b" not in as_page(proposal, answers) + "".join(as_lines(proposal, answers))


def test_page() -> None:
    rules = result(permit("tcp/9100", N, rule="-m comment --comment <b>|x -j ACCEPT", interfaces=["eth0"], packets=7))
    answers = answers_of(con1=rules)
    lines = as_page(propose(plan_of({}), answers, TODAY, 90, "exact"), answers).splitlines()
    assert lines[:2] == ["# What enforcing would block", ""]
    assert lines[2] == "1 foreign rule would lose its effect."
    assert (
        r"| iptables filter INPUT: -m comment --comment \<b\>\|x -j ACCEPT | iptables | tcp/9100 "
        r"| 198.18.7.0/24 by eth0 | 7 | qradar\_extra\_flows\[0\] |"
    ) in lines
