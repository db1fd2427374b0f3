# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel: names of any script, networks of any shape, many networks."""

from __future__ import annotations

import random

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from tests.unit.kernel.box import spent
from tests.unit.kernel.nftables.box import Box
from tests.unit.plugins.module_utils.support import golden_plan


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
    networks: set[str] = set()
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
    started = spent()
    box.apply(plan=plan)
    loaded = spent()
    assert not box.apply(plan=plan)["changed"]
    again = spent()
    print(f"10,000 networks a family: loaded in {loaded - started:.2f} s, again in {again - loaded:.2f} s")
    assert loaded - started < 20
    assert again - loaded < 5
    plan["sets"]["log_sources"]["ipv4"].pop()
    assert box.repaired(plan=plan) == ["~ log_sources: -198.18.78.30"]
    box.apply(state="absent")
