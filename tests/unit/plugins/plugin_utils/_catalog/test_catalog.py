# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own catalog: nothing in it differs from the table that it was read from."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import (
    Catalog,
    CatalogError,
    PortSpec,
    Service,
    load_catalog,
)

GOLDEN = Path(__file__).with_name("catalog_golden.tsv")
TABLE = Path(__file__).parents[6] / "shared" / "readings.tsv"

Line = tuple[str, ...]


def table(path: Path) -> list[Line]:
    """Row, service, ports, transport, from, to, when, class and least of each reading; the rest are remarks."""
    with path.open(encoding="utf-8", newline="") as stream:
        return [(*line[:8], line[9]) for line in csv.reader(stream, delimiter="\t", quoting=csv.QUOTE_NONE)]


def catalog_lines(catalog: Catalog) -> Iterator[Line]:
    """The catalog in the form of the table."""
    yield ("row", "service", "ports", "transport", "from", "to", "when", "class", "least")
    for service in catalog.rows:
        transports = dict.fromkeys(port.transport for port in service.ports)
        numbers = {transport: numbers_of(service, transport) for transport in transports}
        assert len(set(numbers.values())) == 1, f"{service.service}: the table has the same ports for each transport"
        for reading in service.readings:
            yield (
                str(service.row),
                service.service,
                *set(numbers.values()),
                ",".join(transports),
                ",".join(reading.from_) or "-",
                ",".join(reading.to) or "-",
                reading.when or "-",
                service.klass,
                str(reading.least or "-"),
            )


def numbers_of(service: Service, transport: str) -> str:
    ports = [str(port) for port in service.ports if port.transport == transport]
    return "-" if ports == ["icmp"] else ",".join(port.removeprefix(f"{transport}/") for port in ports)


def test_size() -> None:
    catalog = load_catalog()
    assert len({service.row for service in catalog.rows}) == 72
    assert (len(catalog.rows), len(catalog.services)) == (76, 87)
    assert sum(len(service.readings) for service in catalog.rows) == 109


def test_as_the_golden_table() -> None:
    golden = table(GOLDEN)
    assert len(golden) == 1 + 109
    assert list(catalog_lines(load_catalog())) == golden


@pytest.mark.skipif(not TABLE.exists(), reason=f"{TABLE.name} is not beside this checkout")
def test_as_the_table_that_it_was_read_from() -> None:
    original = table(TABLE)
    assert list(catalog_lines(load_catalog())) == original
    assert table(GOLDEN) == original


@pytest.mark.parametrize("service", load_catalog().services, ids=lambda service: service.service)
def test_both_languages(service: Service) -> None:
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    assert not japanese.search(service.title.en + service.note.en)
    assert japanese.search(service.note.ja)
    assert service.note.en.endswith(".")
    assert service.note.ja.endswith("。")


@pytest.mark.parametrize("service", load_catalog().services, ids=lambda service: service.service)
def test_evidence_of_what_is_narrower(service: Service) -> None:
    japanese = re.compile(r"[\u3040-\u30ff\u4e00-\u9fff]")
    for reading in service.readings:
        assert (reading.least is None) == (reading.evidence is None)
        if reading.evidence is not None:
            assert reading.evidence.en.endswith(".")
            assert not japanese.search(reading.evidence.en)
            assert reading.evidence.ja.endswith("。")


@pytest.mark.parametrize("lang", ["en", "ja"])
def test_titles_tell_services_apart(lang: str) -> None:
    services = load_catalog().services
    assert len({service.title.in_language(lang) for service in services}) == len(services)


@pytest.mark.parametrize(
    ("text", "documented", "form"),
    [
        ("tcp/514", PortRange("tcp", 514, 514), {"transport": "tcp", "first": 514, "last": 514}),
        ("udp/40000-40010", PortRange("udp", 40000, 40010), {"transport": "udp", "first": 40000, "last": 40010}),
        ("tcp/dynamic>1024", PortRange("tcp", 1025, 65535), {"transport": "tcp", "dynamic": True, "above": 1024}),
        ("tcp/dynamic>32000", PortRange("tcp", 32001, 65535), {"transport": "tcp", "dynamic": True, "above": 32000}),
        ("udp/dynamic", PortRange("udp", 32768, 60999), {"transport": "udp", "dynamic": True, "above": None}),
        ("icmp", PortRange("icmp", 0, 0), {"transport": "icmp"}),
    ],
)
def test_port_forms(text: str, documented: PortRange, form: dict[str, object]) -> None:
    spec = PortSpec.parse(text)
    assert spec.range() == documented
    assert spec.as_dict() == form
    assert str(spec) == text


def test_one_entry() -> None:
    (entry,) = load_catalog().service("imq")
    shown = entry.as_dict()
    assert list(shown) == ["row", "service", "ports", "port_ranges", "class", "title", "readings", "note", "supplement"]
    assert shown["supplement"] is None
    assert shown["ports"] == ["tcp/7676-7677"]
    assert shown["port_ranges"] == [{"transport": "tcp", "first": 7676, "last": 7677}]
    assert shown["readings"] == [
        {"from": ["console"], "to": ["managed_host"], "when": "unencrypted", "least": None, "evidence": None}
    ]
    assert shown["title"] == {"en": "Message queue", "ja": "メッセージ・キュー"}


@pytest.mark.parametrize(
    ("service", "ports", "parts"),
    [
        ("imq_dynamic", ["tcp/32001-65535"], [{"transport": "tcp", "dynamic": True, "above": 32000}]),
        (
            "portmapper_dynamic",
            ["tcp/32768-60999", "udp/32768-60999"],
            [{"transport": transport, "dynamic": True, "above": None} for transport in ("tcp", "udp")],
        ),
        ("ha_icmp", ["icmp"], [{"transport": "icmp"}]),
        ("syslog", ["tcp/514", "udp/514"], [{"transport": t, "first": 514, "last": 514} for t in ("tcp", "udp")]),
    ],
)
def test_ports_have_one_form_and_their_parts(service: str, ports: list[str], parts: list[dict[str, object]]) -> None:
    shown = load_catalog().service(service)[0].as_dict()
    assert (shown["ports"], shown["port_ranges"]) == (ports, parts)


def test_ports_and_their_parts_are_in_the_same_order() -> None:
    for service in load_catalog().services:
        shown = service.as_dict()
        for text, parts in zip(shown["ports"], shown["port_ranges"], strict=True):
            port = PortRange.parse(text)
            assert port.transport == parts["transport"]
            if "first" in parts:
                assert (port.first, port.last) == (parts["first"], parts["last"])
            elif parts.get("above"):
                assert (port.first, port.last) == (parts["above"] + 1, 65535)


def test_unknown_service() -> None:
    with pytest.raises(CatalogError) as caught:
        load_catalog().service("ariel_queri")
    known = ", ".join(sorted(load_catalog().names()))
    assert str(caught.value) == (
        f"'ariel_queri' is not a service in the catalog. Did you mean ariel_query? Valid values: {known}."
    )


def test_read_once() -> None:
    assert load_catalog() is load_catalog()
