# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words for sets of addresses: never more than is meant, and short where there is a word."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Iterable

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.intervals import Intervals, of_addresses, union
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks, parse_network
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.describe import Describer
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._plan.test_planner import make

HOSTS = ("con1", "con2", "ep1", "ep2", "dn1", "app1", "vs1", "ec1")


@pytest.fixture(scope="module")
def describer() -> Describer:
    sources = [f"10.{number}.0.0/24" for number in range(20)]
    parties = {"users": ["198.18.60.0/24"], "log_sources": sources, "ntp_servers": ["2001:db8:3::5", "198.18.3.5"]}
    return Describer(make({}, qradar_parties=parties).deployment)


def of(*names: str) -> Intervals:
    """Every address of some hosts."""
    hosts = make({}).deployment.hosts
    return of_addresses(address for name in names for address in hosts[name].all_addresses)


def networks(texts: Iterable[str]) -> Intervals:
    return Networks.merged(map(parse_network, texts)).intervals


@pytest.mark.parametrize(
    ("hosts", "words"),
    [
        (HOSTS, ("component",)),
        (HOSTS[2:], ("managed_host",)),
        (HOSTS[:2], ("con1", "con2")),
        (HOSTS[1:], ("con2", *HOSTS[2:])),
        (("con1", "con2", "ep1", "ep2", "ec1"), ("event_listener",)),
        (("con1", "con2", "ep1", "ec1"), ("con1", "con2", "ep1", "ec1")),
        (("ec1",), ("ec1",)),
    ],
)
def test_hosts(describer: Describer, hosts: tuple[str, ...], words: tuple[str, ...]) -> None:
    described = describer.describe(of(*hosts))
    assert described.words == words
    assert set(described.hosts) == set(hosts)


def test_all_but_the_other_end_are_all(describer: Describer) -> None:
    others = [name for name in HOSTS if name != "dn1"]
    assert [end.words for end in describer.describe_both(of(*others), of("dn1"))] == [("component",), ("dn1",)]
    assert [end.words for end in describer.describe_both(of("dn1"), of(*others))] == [("dn1",), ("component",)]
    rest = describer.describe_both(of(*others), of("ep1"))
    assert rest[0].words == tuple(others)


def test_parties_and_the_rest(describer: Describer) -> None:
    assert describer.describe(networks(["198.18.60.0/24", "198.18.61.0/24"])).words == ("users", "198.18.61.0/24")
    assert describer.describe(networks(["198.18.60.0/25", "198.18.3.5"])).words == ("ntp_servers", "198.18.60.0/25")
    some = [f"10.{number}.0.0/24" for number in range(9)]
    assert describer.describe(networks(some)).words == ("9 ranges of log_sources",)
    assert describer.describe(networks(some[:8])).words == tuple(some[:8])
    assert describer.describe(union((of("ep1"), networks(["203.0.113.7"])))).words == ("ep1", "203.0.113.7")


def test_a_part_of_a_host_is_its_addresses(describer: Describer) -> None:
    part = of_addresses([ipaddress.ip_address("198.18.1.1")])
    described = describer.describe(part)
    assert (described.words, described.hosts) == (("198.18.1.1",), ())


def test_time_grows_with_hosts_and_ranges_together() -> None:
    """Not with their product: 1,000 hosts and 10,000 networks of log sources took minutes to compare."""

    def seconds(size: int) -> float:
        hosts = {
            f"ec{number}": {
                "qradar_roles": ["event_collector"],
                "qradar_addresses": [f"198.19.{number // 250}.{number % 250}"],
            }
            for number in range(size)
        }
        sources = [f"10.{number // 128}.{2 * number % 256}.0/24" for number in range(4 * size)]
        planner = make({}, hosts, qradar_parties={"log_sources": sources})
        everything = union((planner.deployment.addresses, networks(sources[1:])))
        best = 60.0
        for _attempt in range(3):
            describer = Describer(planner.deployment)
            began = time.process_time()
            described = describer.describe(everything)
            best = min(best, time.process_time() - began)
            assert described.words == ("component", f"{4 * size - 1:,} ranges of log_sources")
        return best

    # Eight times as much of each: 8 or 64 times the time.
    assert seconds(1600) < 24 * seconds(200)
