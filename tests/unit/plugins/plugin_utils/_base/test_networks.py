# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The algebra of networks, against the standard library counting addresses one by one."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import (
    Address,
    NetworkError,
    Networks,
    parse_address,
    parse_interval,
    parse_network,
    union,
)

# Two small corners of the address space, one of them at its very end, where carrying over goes wrong.
CORNERS = (
    ipaddress.ip_network("198.18.7.224/27"),
    ipaddress.ip_network("255.255.255.240/28"),
    ipaddress.ip_network("2001:db8::ffe0/123"),
)
ADDRESSES: list[Address] = [address for corner in CORNERS for address in corner]


@st.composite
def prefixes(draw: st.DrawFn) -> str:
    corner = draw(st.sampled_from(CORNERS))
    length = draw(st.integers(corner.prefixlen, corner.max_prefixlen))
    address = corner[draw(st.integers(0, corner.num_addresses - 1))]
    return str(ipaddress.ip_network(f"{address}/{length}", strict=False))


sets = st.lists(prefixes(), max_size=8).map(lambda texts: Networks.merged(map(parse_network, texts)))


def members(networks: Networks) -> set[Address]:
    """Every address, counted by the standard library."""
    return {address for text in texts(networks) for address in ipaddress.ip_network(text)}


def texts(networks: Networks) -> list[str]:
    return networks.ipv4 + networks.ipv6


# What people write, and what comes close to it.
ODD = st.one_of(
    prefixes(),
    st.from_regex(r"[0-9]{1,3}(\.[0-9]{1,3}){2,4}(/[0-9]{0,3})?\n?", fullmatch=True),
    st.from_regex(r"(10|010|0x0a|١٠)\.0\.0\.0(/(8|08|[+]8| 8|٨|33|-1|))?", fullmatch=True),
    st.text("0123456789abf.:/%\0\ud800 ", max_size=24),
    st.none() | st.integers() | st.binary(max_size=4),
)


@given(ODD)
def test_an_interval_is_that_of_the_network(value: object) -> None:
    def refused(read: Callable[[object], object]) -> str | None:
        try:
            read(value)
        except NetworkError as error:
            return str(error)
        return None

    assert refused(parse_interval) == refused(parse_network)
    if refused(parse_network) is None:
        assert Networks((parse_interval(value),)) == Networks.merged([parse_network(value)])


@pytest.mark.parametrize(
    ("written", "whole"),
    [
        (["0.0.0.0/0"], ("0.0.0.0/0",)),
        (["128.0.0.0/1", "0.0.0.0/1", "::/0"], ("0.0.0.0/0", "::/0")),
        (["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "::1/128"], ()),
        ([], ()),
    ],
)
def test_whole(written: list[str], whole: tuple[str, ...]) -> None:
    assert Networks.merged(map(parse_network, written)).whole == whole


def is_normal(networks: Networks) -> bool:
    """The fewest prefixes, sorted."""
    fewest = [
        str(one)
        for version in (networks.ipv4, networks.ipv6)
        for one in ipaddress.collapse_addresses(ipaddress.ip_network(text) for text in version)  # type: ignore[type-var]
    ]
    return texts(networks) == fewest


@given(st.lists(prefixes(), max_size=8))
def test_merged(given_texts: list[str]) -> None:
    merged = Networks.merged(map(parse_network, given_texts))
    assert members(merged) == {address for text in given_texts for address in ipaddress.ip_network(text)}
    assert is_normal(merged)


@given(sets, sets)
def test_union(one: Networks, other: Networks) -> None:
    assert members(one | other) == members(one) | members(other)
    assert is_normal(one | other)
    assert (one | other) == (other | one) == union([one, other])


@given(sets, sets)
def test_intersection(one: Networks, other: Networks) -> None:
    assert members(one & other) == members(one) & members(other)
    assert is_normal(one & other)
    assert (one & other) == (other & one)


@given(sets, st.sampled_from(ADDRESSES))
def test_membership(networks: Networks, address: Address) -> None:
    assert (address in networks) is (address in members(networks))


@given(sets)
def test_truth(networks: Networks) -> None:
    assert bool(networks) is bool(members(networks))


@given(st.lists(st.sampled_from(ADDRESSES)))
def test_addresses(addresses: list[Address]) -> None:
    networks = Networks.of_addresses(addresses)
    assert members(networks) == set(addresses)
    assert is_normal(networks)


def test_everything_of_both_families() -> None:
    everything = Networks.merged([parse_network("::/0"), parse_network("0.0.0.0/0"), parse_network("198.18.0.0/15")])
    some = Networks.merged([parse_network("2001:db8::/32"), parse_network("255.255.255.255")])
    assert texts(everything) == ["0.0.0.0/0", "::/0"]
    assert everything & some == some
    assert everything | some == everything


@pytest.mark.parametrize(
    ("text", "network"),
    [
        ("198.18.1.1", "198.18.1.1/32"),
        ("198.18.0.0/15", "198.18.0.0/15"),
        ("2001:DB8:0:0::1", "2001:db8::1/128"),
        ("2001:db8::/32", "2001:db8::/32"),
        ("::/0", "::/0"),
    ],
)
def test_parse_network(text: str, network: str) -> None:
    assert str(parse_network(text)) == network


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        (None, "is not a string"),
        (3321888772, "is not a string"),
        (b"198.18", "is not a string"),
        ("", "is neither an address nor a network"),
        ("198.18.1", "is neither an address nor a network"),
        ("198.18.001.1", "is neither an address nor a network"),
        ("198.18.1.1/", "is neither an address nor a network"),
        ("198.18.1.0/24/24", "is neither an address nor a network"),
        ("users", "is neither an address nor a network"),
        ("198.18.1.0/23", "has host bits set"),
        ("2001:db8::1/0", "has host bits set"),
        ("198.18.0.0/255.254.0.0", "does not end in a plain length"),
        ("10.0.0.0/0.0.0.255", "does not end in a plain length"),
        ("10.0.0.0/08", "does not end in a plain length"),
        ("fe80::%eth0/64", "has a zone, which only one host knows"),
        ("::ffff:198.18.1.1", "is IPv4 written as IPv6"),
        ("::ffff:0:0/96", "is IPv4 written as IPv6"),
    ],
)
def test_parse_network_refuses(value: object, problem: str) -> None:
    with pytest.raises(NetworkError) as refusal:
        parse_network(value)
    assert refusal.value.problem == problem


def test_parse_address() -> None:
    assert parse_address("2001:DB8::1") == ipaddress.IPv6Address("2001:db8::1")
    assert parse_address("198.18.1.1") == ipaddress.IPv4Address("198.18.1.1")


@pytest.mark.parametrize("value", ["", "host", "198.18.1.1/32", "198.18.1.256", "2001:db8::1::"])
def test_parse_address_leaves_names_to_the_caller(value: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 address"):
        parse_address(value)
