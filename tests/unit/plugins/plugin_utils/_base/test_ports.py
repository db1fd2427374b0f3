# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A transport and its ports as one value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError, PortRange, merge_ports

CORNERS = (st.integers(1, 12), st.integers(65525, 65535))


@st.composite
def ranges(draw: st.DrawFn) -> PortRange:
    first, last = sorted(draw(st.sampled_from(CORNERS).flatmap(lambda corner: st.tuples(corner, corner))))
    return draw(
        st.sampled_from((PortRange("tcp", first, last), PortRange("udp", first, last), PortRange("icmp", 0, 0)))
    )


def members(ports: tuple[PortRange, ...] | list[PortRange]) -> set[tuple[str, int]]:
    return {(one.transport, number) for one in ports for number in range(one.first, one.last + 1)}


@given(ranges())
def test_text_and_back(one: PortRange) -> None:
    assert PortRange.parse(str(one)) == one


@given(st.lists(ranges(), max_size=8))
def test_merge(ports: list[PortRange]) -> None:
    merged = merge_ports(ports)
    assert members(merged) == members(ports)
    assert list(merged) == sorted(merged)
    for one in merged:
        before, after = (one.transport, one.first - 1), (one.transport, one.last + 1)
        assert not {before, after} & members(merged), "adjacent ranges would be one"


@given(ranges(), ranges())
def test_part_of(one: PortRange, other: PortRange) -> None:
    assert (one in other) is (members([one]) <= members([other]))


@pytest.mark.parametrize(
    ("text", "port"),
    [
        ("icmp", PortRange("icmp", 0, 0)),
        ("tcp/1", PortRange("tcp", 1, 1)),
        ("udp/65535", PortRange("udp", 65535, 65535)),
        ("tcp/1-65535", PortRange("tcp", 1, 65535)),
        ("tcp/7-7", PortRange("tcp", 7, 7)),
    ],
)
def test_parse(text: str, port: PortRange) -> None:
    assert PortRange.parse(text) == port


def test_a_single_port_is_written_as_one() -> None:
    assert [str(PortRange.parse(text)) for text in ("tcp/7-7", "udp/7")] == ["tcp/7", "udp/7"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("tcp/0", "'tcp/0' names port 0, which is outside 1 to 65535"),
        ("tcp/0-5", "'tcp/0-5' names port 0, which is outside 1 to 65535"),
        ("udp/65536", "'udp/65536' names port 65536, which is outside 1 to 65535"),
        ("udp/65536-1", "'udp/65536-1' names port 65536, which is outside 1 to 65535"),
        ("tcp/2-1", "'tcp/2-1' is a range that runs backwards"),
        ("udp/007", "'udp/007' has a number that begins with 0"),
        ("tcp/00080", "'tcp/00080' has a number that begins with 0"),
        ("tcp/1-02", "'tcp/1-02' has a number that begins with 0"),
        ("tcp", "'tcp' is not a transport with a port"),
        ("tcp/", "'tcp/' is not a transport with a port"),
        ("tcp/1\n", "'tcp/1\\n' is not a transport with a port"),
        ("tcp/1,2", "'tcp/1,2' is not a transport with a port"),
        ("tcp/-1", "'tcp/-1' is not a transport with a port"),
        ("514", "'514' is not a transport with a port"),
        ("sctp/1", "'sctp/1' names the transport 'sctp', which is neither tcp nor udp"),
        (514, "514 is not a transport with a port"),
        (None, "None is not a transport with a port"),
        (["icmp"], "['icmp'] is not a transport with a port"),
    ],
)
def test_parse_refuses(value: object, text: str) -> None:
    with pytest.raises(PortError) as refusal:
        PortRange.parse(value)
    assert str(refusal.value) == text
