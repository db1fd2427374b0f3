# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The column ``least``: its forms, and what does not fit a reading."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import CatalogError, load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.least import LEAST_REMEDY, Least

TEXT = """
source: {{title: T, address: A, edition: E, licence: L, rows: 1}}
services:
  - row: 1
    service: rmi
    ports: [{ports}]
    class: network
    title: {{en: RMI, ja: RMI}}
    readings: [{{from: [component], to: [component]{reading}}}]
    note: {{en: A note., ja: 注記。}}
"""
WHY = ", evidence: {en: Why., ja: 理由。}"
PLACE = "ports.yml: row 1 (rmi): readings[0]"


def load(folder: Path, ports: str, reading: str) -> Least | None:
    path = folder / "ports.yml"
    path.write_text(TEXT.format(ports=ports, reading=reading), encoding="utf-8")
    return load_catalog(path).services[0].readings[0].least


@pytest.mark.parametrize(
    ("text", "least"),
    [
        ("closed", Least("closed", closed=True)),
        ("pinned", Least("pinned", pinned=True)),
        ("when=rpc", Least("when=rpc", when="rpc")),
        ("ports=49152-65535", Least("ports=49152-65535", ports=(49152, 65535))),
        ("console>app_host", Least("console>app_host", ends=("console", "app_host"))),
        (
            "console>app_host when=app_host_unencrypted",
            Least(
                "console>app_host when=app_host_unencrypted", when="app_host_unencrypted", ends=("console", "app_host")
            ),
        ),
    ],
)
def test_forms(text: str, least: Least, tmp_path: Path) -> None:
    assert Least.parse(text) == least
    assert str(least) == text
    assert load(tmp_path, "tcp/dynamic>1024", f", least: {text}{WHY}") == least


@pytest.mark.parametrize(
    "value",
    ["", "open", "when=", "ports=1", "ports=1-2-3", "a>", "closed when=rpc", "when=rpc a>b", " closed", 1, None],
)
def test_other_forms(value: object) -> None:
    with pytest.raises(ValueError, match=r"\Ais not a value of the profile least\Z"):
        Least.parse(value)


@pytest.mark.parametrize(
    ("ports", "reading", "message"),
    [
        ("tcp/1", ", least: closed", f"{PLACE}.evidence is missing. Write it."),
        ("tcp/1", WHY, f"{PLACE}.least is missing. Write it."),
        (
            "tcp/1",
            f", least: shut{WHY}",
            f"{PLACE}.least: 'shut' is not a value of the profile least. {LEAST_REMEDY}.",
        ),
        (
            "tcp/1",
            f", when: encrypted, least: when=rpc{WHY}",
            f"{PLACE}.least: 'when=rpc' is a second condition. Write one condition a reading.",
        ),
        (
            "tcp/1",
            f", least: pinned{WHY}",
            f"{PLACE}.least: 'pinned' is about ports that are not dynamic. Write it for dynamic ports only.",
        ),
        (
            "tcp/dynamic>1024",
            f", least: ports=1024-2000{WHY}",
            f"{PLACE}.least: 'ports=1024-2000' is not part of the documented range. Write a part of it.",
        ),
        (
            "tcp/dynamic>1024",
            f", least: ports=3000-2000{WHY}",
            f"{PLACE}.least: 'ports=3000-2000' is not part of the documented range. Write a part of it.",
        ),
    ],
)
def test_what_does_not_fit(ports: str, reading: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        load(tmp_path, ports, reading)
    assert str(caught.value) == message


@pytest.mark.parametrize(("text", "word"), [("when=rcp", "rcp"), ("consol>app_host", "consol")])
def test_unknown_words(text: str, word: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        load(tmp_path, "tcp/1", f", least: {text}{WHY}")
    assert str(caught.value).startswith(f"{PLACE}.least: {word!r} is not a ")
