# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many networks without ipset are a tree of chains: the same packets pass, and what differs reads the same."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._iptables import render
from tests.unit.kernel.datagrams import judged
from tests.unit.kernel.iptables.box import BACKENDS, Box
from tests.unit.plugins.module_utils.support import golden_plan


@pytest.fixture(params=BACKENDS)
def box(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Box]:
    found = Box(tmp_path, request.param, with_sets=False)
    yield found
    found.close()


# What log sources may send to.
SYSLOG = "PORTLEDGER-IN-61f1fe758082"


def networks() -> dict[str, list[str]]:
    """Of many lengths; some lie in others, some touch."""
    dice = random.Random(16)
    four, six = {"10.2.0.1/32", "10.3.7.7/32"}, {"2001:db8:5::/64"}
    while len(four) < 400:
        length = dice.choice((32, 32, 32, 30, 29, 28, 26, 24, 22))
        number = 10 << 24 | dice.choice((1, 1, 1, 200)) << 16 | dice.getrandbits(16)
        number = number >> (32 - length) << (32 - length)
        four.add(".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0)) + f"/{length}")
    while len(six) < 130:
        six.add(f"2001:db8:5:{dice.randrange(1, 0xFFF):x}::/64")
    return {"ipv4": sorted(four), "ipv6": sorted(six)}


def wanted() -> dict[str, Any]:
    plan = golden_plan("host")
    plan["sets"]["log_sources"] = networks()
    return plan


def tree_rules(box: Box) -> list[list[str]]:
    """Rules of chains of trees: the chain, and what it has."""
    lines = box("iptables-save").splitlines()
    return [line.split(" ", 2)[1:] for line in lines if re.match("-A PORTLEDGER-IN-n", line)]


def leaf(box: Box, network: str) -> tuple[str, str]:
    """Chain and rule of a network, in the tree for what enters the host; network: a pattern."""
    found = re.compile(rf"-s {network} .* -j {SYSLOG}$")
    return next((chain, rule) for chain, rule in tree_rules(box) if found.match(rule))


def test_packets(box: Box) -> None:
    box.apply(plan=wanted())
    false_opens, false_closes, refused = judged(box, [one for some in networks().values() for one in some])
    assert (false_opens, false_closes) == (set(), set())
    assert len(refused) > 100
    assert len(tree_rules(box)) > 400


def test_few_rules_are_met(box: Box) -> None:
    """Not even the last packet meets a tenth of them."""
    box.apply(plan=wanted())
    main = [line for line in box("iptables-save").splitlines() if line.startswith("-A PORTLEDGER-IN ")]
    chains = [chain for chain, _rule in tree_rules(box)]
    assert max(chains.count(one) for one in chains) <= 32
    assert len(main) < 60


def test_drift(box: Box) -> None:
    box.apply(plan=wanted())
    good = box.rules()
    chain, rule = leaf(box, "10.3.7.7/32")
    box("iptables", "-D", chain, *rule.split())
    assert box.repaired(plan=wanted()) == ["~ log_sources: +10.3.7.7"]
    assert box.rules() == good
    chain, rule = leaf(box, "10.200[.0-9]*/32")
    lead = next(line for line in good.splitlines() if line.endswith(f" -j {chain}"))
    # More than the chain above leads there: no packet comes by it.
    box("iptables", "-A", chain, *re.sub(r"-s \S+", "-s 11.0.0.1/32", rule).split())
    assert box.repaired(plan=wanted()) == ["~ rules repaired that meant the same"]
    assert box.rules() == good
    box("iptables", "-I", chain, "-p", "tcp", "--dport", "9", "-j", "ACCEPT")
    (line,) = box.repaired(plan=wanted())
    cover = lead.split(" -s ")[1].split(" ")[0]
    assert line == f"- rule without a service: -s {cover} -p tcp -m tcp --dport 9 -j ACCEPT (IPv4)"
    assert box.rules() == good
    box("iptables", "-F", chain)
    line, *orphans = box.repaired(plan=wanted())
    assert line.startswith("~ log_sources: +10.200.")
    assert all(re.fullmatch(r"- chain PORTLEDGER-IN-n\w{11} that nothing leads to \(IPv4\)", one) for one in orphans)
    assert box.rules() == good
    _append, above, rule = lead.split(" ", 2)
    box("iptables", "-D", above, *rule.split())
    assert f"- chain {chain} that nothing leads to (IPv4)" in box.repaired(plan=wanted())
    assert box.rules() == good


def test_one_more_and_one_less(box: Box) -> None:
    box.apply(plan=wanted())
    plan = wanted()
    plan["sets"]["log_sources"]["ipv4"].remove("10.3.7.7/32")
    plan["sets"]["log_sources"]["ipv4"].append("10.99.1.0/24")
    assert box.repaired(plan=plan) == ["~ log_sources: +10.99.1.0/24, -10.3.7.7"]
    assert box.repaired(state="absent")
    assert "PORTLEDGER" not in box.rules()


def test_what_an_earlier_release_has_loaded(box: Box, monkeypatch: pytest.MonkeyPatch) -> None:
    """It had one long list."""
    monkeypatch.setattr(render, "MANY", 10_000)
    box.apply(plan=wanted())
    former = box.rules()
    monkeypatch.undo()
    assert box.repaired(plan=wanted()) == ["~ rules repaired that meant the same"]
    monkeypatch.setattr(render, "MANY", 10_000)
    assert box.repaired(plan=wanted()) == ["~ rules repaired that meant the same"]
    assert box.rules() == former
