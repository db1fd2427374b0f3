# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the catalog."""

from __future__ import annotations

import sys
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PARTIES, ROLES
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.query import (
    select,
)

SERVICES = ", ".join(sorted(load_catalog().names()))
TERM = "Write a service such as ssh, a port such as 514 or tcp/514, or a range such as tcp/32000-32010."
ALL_ROLES = ", ".join(sorted(ROLES))
ALL_PARTIES = ", ".join(sorted(PARTIES))

LOCAL = [
    "syslog_ng",
    "docker",
    "jmx",
    "arc_builder",
    "tomcat_control",
    "tomcat_connector",
    "tomcat_http",
    "ip_reputation",
    "vault",
]


def names(*terms: object, **options: Any) -> list[str]:
    return [entry["service"] for entry in select(terms, **options)]


def sides(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [(",".join(reading["from"]), ",".join(reading["to"])) for reading in entry["readings"]]


# Terms


@pytest.mark.parametrize(
    ("terms", "services"),
    [
        ([514], ["syslog", "app_syslog"]),
        (["514"], ["syslog", "app_syslog"]),
        ([" 514 "], ["syslog", "app_syslog"]),
        (["tcp/514"], ["syslog", "app_syslog"]),
        (["udp/514"], ["syslog", "app_syslog"]),
        (["udp/22"], []),
        (["tcp/1"], []),
        ([7778], ["dcom_dynamic", "jmx"]),
        (["tcp/7784"], ["dcom_dynamic"]),
        (["tcp/9381"], ["dcom_dynamic", "certificate_download", "local_ca"]),
        (["tcp/1024"], []),
        (["tcp/1025"], ["dcom_dynamic"]),
        (["tcp/32000-32001"], ["dcom_dynamic", "imq_dynamic", "normalized_flows", "data_flow_range"]),
        (["udp/32767"], []),
        (["udp/32768"], ["portmapper_dynamic"]),
        (["udp/60999-65535"], ["portmapper_dynamic"]),
        (["udp/61000-65535"], []),
        (["tcp/61000"], ["dcom_dynamic", "imq_dynamic"]),
        (["130-139"], ["dcom", "netbios_name", "netbios_datagram", "netbios_session"]),
        (["udp/130-139"], ["netbios_name", "netbios_datagram"]),
        (["icmp"], ["ha_icmp", "ha_ping"]),
        (["ssh"], ["ssh"]),
        (["ntp", 22, "tcp/22", "ssh"], ["ssh", "ntp", "tunnel_ssh"]),
        ([["ntp", [22]], "smtp"], ["ssh", "smtp", "ntp", "tunnel_ssh"]),
        ([[]], []),
    ],
)
def test_terms(terms: list[object], services: list[str]) -> None:
    assert names(*terms) == services


def test_no_term_is_everything() -> None:
    assert names() == list(load_catalog().names())


def table_of_ports() -> dict[tuple[str, int], set[str]]:
    """Every port that a service documents, one by one, straight from the output form."""
    ports: dict[tuple[str, int], set[str]] = {}
    for entry in select([]):
        for port in entry["port_ranges"]:
            if "dynamic" in port:
                numbers = range(32768, 61000) if port["above"] is None else range(port["above"] + 1, 65536)
            else:
                numbers = range(port.get("first", 0), port.get("last", 0) + 1)
            for number in numbers:
                ports.setdefault((port["transport"], number), set()).add(entry["service"])
    return ports


PORTS = table_of_ports()
NUMBERS = st.integers(min_value=1, max_value=65535)


def scan(transports: tuple[str, ...], first: int, last: int) -> list[str]:
    found: set[str] = set()
    for transport in transports:
        for number in range(first, last + 1):
            found |= PORTS.get((transport, number), set())
    return [service for service in load_catalog().names() if service in found]


@given(st.sampled_from([("tcp",), ("udp",), ("tcp", "udp")]), NUMBERS, st.integers(min_value=0, max_value=400))
@example(("tcp",), 32000, 10)
@example(("tcp", "udp"), 1, 400)
@example(("udp",), 65535, 0)
def test_reverse_look_up_against_a_scan(transports: tuple[str, ...], first: int, width: int) -> None:
    last = min(first + width, 65535)
    form = str(first) if width == 0 else f"{first}-{last}"
    term = form if len(transports) == 2 else f"{transports[0]}/{form}"
    assert names(term) == scan(transports, first, last)


def test_each_documented_port_is_found() -> None:
    """Every port of the table alone, dynamic ranges at their ends only."""
    for (transport, number), services in PORTS.items():
        if transport != "icmp" and (number <= 32100 or number in (32768, 60999, 65535)):
            assert set(names(f"{transport}/{number}")) == services


@given(st.lists(st.one_of(NUMBERS, st.sampled_from(load_catalog().names())), min_size=1, max_size=5))
def test_terms_are_a_union_in_row_order(terms: list[object]) -> None:
    single = {service for term in terms for service in names(term)}
    assert names(*terms) == [service for service in load_catalog().names() if service in single]


# Roles, parties, directions


def test_role_with_shared_words() -> None:
    assert [name for name in names(role="console") if name in LOCAL] == LOCAL
    assert "imq" in names(role="console")
    assert names("imq", role="console", direction="in") == []
    assert names("imq", role="event_processor", direction="in") == ["imq"]
    assert names("syslog", role="data_node", direction="in") == []
    assert names("syslog", role="event_collector", direction="in") == ["syslog"]
    assert names("ha_drbd", role="data_node") == ["ha_drbd"]


def test_only_fitting_readings() -> None:
    (entry,) = select(["ssh"], role="event_processor", direction="in")
    assert sides(entry) == [("console", "component"), ("ha_peer", "ha_peer")]
    (entry,) = select(["ssh"], role="event_processor", direction="out")
    assert sides(entry) == [("component", "console"), ("event_listener", "log_sources"), ("ha_peer", "ha_peer")]
    (entry,) = select(["ssh"], role="event_processor")
    assert sides(entry) == [
        ("console", "component"),
        ("component", "console"),
        ("event_listener", "log_sources"),
        ("ha_peer", "ha_peer"),
    ]


def test_a_console_with_further_roles_is_no_managed_host() -> None:
    assert names("imq", role=["event_processor"], direction="in") == ["imq"]
    assert names("imq", role=["event_processor", "console"], direction="in") == []


def test_local_rows_have_no_direction() -> None:
    for role in ROLES:
        assert names(role=role, klass="local") == LOCAL
        assert names(role=role, klass="local", direction="in") == []
        assert names(role=role, klass="local", party="users") == []
    assert names(party="users", klass="local") == []


def test_unspecified_rows_belong_to_nobody() -> None:
    assert names(klass="unspecified") == ["redirect", "soap"]
    assert names(klass="unspecified", role="console") == []
    (entry,) = select(["redirect"])
    assert entry["readings"] == [{"from": [], "to": [], "when": None, "least": None, "evidence": None}]


def test_party() -> None:
    assert names(party="windows_hosts", direction="out") == []
    assert names(party="windows_hosts", direction="in") == names(party="windows_hosts")
    assert names(party="log_sources", direction="in") == ["ssh"]
    assert names(party=["smtp_gateways", "ntp_servers"]) == ["smtp", "ntp"]


def test_role_and_party_are_the_two_ends() -> None:
    (entry,) = select(["ssh"], role="console", party="users")
    assert sides(entry) == [("users", "console")]
    assert names(22, role="console", party="users", direction="out") == []
    (entry,) = select([22], role="console", party="log_sources", direction="out")
    assert sides(entry) == [("event_listener", "log_sources")]
    assert names(role="data_node", party="snmp_managers") == []
    assert names("https", role="app_host", direction="in") == []


@given(st.sampled_from(ROLES), st.one_of(st.none(), st.sampled_from(PARTIES)))
def test_directions_split_what_a_role_has(role: str, party: str | None) -> None:
    both = {
        (entry["service"], reading["when"], *side)
        for entry in select([], role=role, party=party and [party], klass=["network", "retired"])
        for reading, side in zip(entry["readings"], sides(entry), strict=True)
    }
    split = {
        (entry["service"], reading["when"], *side)
        for direction in ("in", "out")
        for entry in select([], role=role, party=party and [party], direction=direction)
        for reading, side in zip(entry["readings"], sides(entry), strict=True)
    }
    assert split == both


def test_class() -> None:
    assert names(klass="local") == LOCAL
    assert names(klass=["retired", "unspecified"]) == ["redirect", "web_administration", "soap"]
    assert {entry["class"] for entry in select([], klass="network")} == {"network"}


# Form


def test_language() -> None:
    (plain,) = select(["imq"])
    (english,) = select(["imq"], lang="en")
    (japanese,) = select(["imq"], lang="ja")
    assert (english["title"], english["note"]) == (plain["title"]["en"], plain["note"]["en"])
    assert (japanese["title"], japanese["note"]) == (plain["title"]["ja"], plain["note"]["ja"])
    assert english["title"] == "Message queue"
    assert japanese["title"] == "メッセージ・キュー"


def test_answers_share_nothing() -> None:
    (entry,) = select(["imq"])
    entry["ports"].clear()
    entry["port_ranges"].clear()
    entry["title"]["en"] = ""
    (again,) = select(["imq"])
    assert again["ports"]
    assert again["port_ranges"]
    assert again["title"]["en"]


@pytest.mark.parametrize(
    ("query", "answer"),
    [
        ("[].row", [1, 4]),
        ("length(@)", [2]),
        ("[0].service", ["ssh"]),
        ("[0].{name: service, row: row}", [{"name": "ssh", "row": 1}]),
        ("[9]", [None]),
        ("[?row==`4`].ports[]", ["udp/123"]),
        ("[?row==`4`].port_ranges[].first", [123]),
    ],
)
def test_jmespath(query: str, answer: list[object]) -> None:
    assert select(["ssh", "ntp"], query=query) == answer


# Refusals


@pytest.mark.parametrize(
    ("term", "problem"),
    [
        (0, "names port 0, which is outside 1 to 65535"),
        ("0", "names port 0, which is outside 1 to 65535"),
        (65536, "names port 65536, which is outside 1 to 65535"),
        (-1, "names port -1, which is outside 1 to 65535"),
        ("tcp/0", "names port 0, which is outside 1 to 65535"),
        ("udp/65536", "names port 65536, which is outside 1 to 65535"),
        ("0-10", "names port 0, which is outside 1 to 65535"),
        ("9-65536", "names port 65536, which is outside 1 to 65535"),
        ("20-10", "is a range that runs backwards"),
        ("tcp/20-10", "is a range that runs backwards"),
        ("tcp", "names a transport without a port"),
        ("udp", "names a transport without a port"),
        ("tcp/", "is not a transport with a port"),
        ("514/tcp", "is not a transport with a port"),
        ("tcp/ssh", "is not a transport with a port"),
        ("sctp/22", "names the transport 'sctp', which is neither tcp nor udp"),
        (True, "is neither a service nor a port"),
        (None, "is neither a service nor a port"),
        (5.14, "is neither a service nor a port"),
        ({"port": 514}, "is neither a service nor a port"),
    ],
)
def test_bad_term(term: object, problem: str) -> None:
    with pytest.raises(InputError) as caught:
        select([term])
    assert str(caught.value) == f"term: {term!r} {problem}. {TERM}"


@pytest.mark.parametrize(
    ("terms", "options", "message"),
    [
        (
            ["sysslog"],
            {},
            f"term: 'sysslog' is not a service in the catalog. Did you mean syslog or syslog_ng or syslog_tls? "
            f"Valid values: {SERVICES}.",
        ),
        (["qqq"], {}, f"term: 'qqq' is not a service in the catalog. Valid values: {SERVICES}."),
        ([""], {}, f"term: '' is not a service in the catalog. Valid values: {SERVICES}."),
        ([], {"role": "consol"}, f"role: 'consol' is not a role. Did you mean console? Valid values: {ALL_ROLES}."),
        ([], {"role": "component"}, f"role: 'component' is not a role. Valid values: {ALL_ROLES}."),
        ([], {"role": []}, f"role: [] is empty. Leave role out, or name one of: {ALL_ROLES}."),
        ([], {"party": "user"}, f"party: 'user' is not a party. Did you mean users? Valid values: {ALL_PARTIES}."),
        ([], {"party": ["users", "console"]}, f"party: 'console' is not a party. Valid values: {ALL_PARTIES}."),
        (
            [],
            {"klass": "locale"},
            "klass: 'locale' is not a class. Did you mean local? Valid values: local, network, retired, unspecified.",
        ),
        ([], {"lang": "fr"}, "lang: 'fr' is not a language of the catalog. Valid values: en, ja."),
        (
            [],
            {"role": "console", "direction": "inn"},
            "direction: 'inn' is not a direction. Did you mean in? Valid values: in, out.",
        ),
        ([], {"direction": "in"}, "direction: 'in' has no meaning alone. Give role or party as well."),
        (
            [],
            {"query": "[?"},
            "query: '[?' is not a JMESPath expression that works here: "
            'Invalid jmespath expression: Incomplete expression: "[?" ^. See https://jmespath.org.',
        ),
        (
            [],
            {"query": ""},
            "query: '' is not a JMESPath expression that works here: "
            "Invalid JMESPath expression: cannot be empty. See https://jmespath.org.",
        ),
        (
            [],
            {"query": "nothing(@)"},
            "query: 'nothing(@)' is not a JMESPath expression that works here: Unknown function: nothing(). "
            "See https://jmespath.org.",
        ),
        (
            [],
            {"query": "abs(@)"},
            "query: 'abs(@)' is not a JMESPath expression that works here: abs() takes number, not array. "
            "See https://jmespath.org.",
        ),
    ],
)
def test_bad_question(terms: list[object], options: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError) as caught:
        select(terms, **options)
    assert str(caught.value) == message


def test_jmespath_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "jmespath", None)
    assert len(select([])) == 87
    with pytest.raises(InputError) as caught:
        select([], query="[].row")
    assert str(caught.value) == (
        "query: '[].row' needs the Python library jmespath, which is missing on the controller. "
        "Install it for the Python that runs Ansible: python3 -m pip install jmespath."
    )
