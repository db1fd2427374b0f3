# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel: what containers publish obeys the plan."""

from __future__ import annotations

import time

from ansible_collections.portledger.qradar.plugins.module_utils._nftables import provider as _nftables
from tests.unit.kernel.nftables.published import Published
from tests.unit.plugins.module_utils.support import golden_plan


def test_published_ports_obey_the_plan(published: Published) -> None:
    box = published.box
    everybody = dict.fromkeys(published.published(), True)
    end = time.monotonic() + 20
    while published.published() != everybody and time.monotonic() < end:
        pass  # the links come up
    assert published.published() == everybody
    assert published.untouched()
    foreign = box.foreign()
    plan = golden_plan("host")
    plan["sets"] = {"component": {"ipv4": ["198.18.1.4/32"], "ipv6": ["2001:db8:1::4/128"]}}
    flow = {**plan["flows"][0], "service": "web", "source": "component"}
    plan["flows"] = [{**flow, "ports": ["tcp/8080"]}]
    allowed = {source: source.endswith("4") for source in everybody}
    for _again in range(2):
        box.apply(plan=plan, management=["198.18.1.0/24", "2001:db8:1::/64"])
        assert published.published() == allowed
        assert published.untouched()
        assert box.foreign() == foreign
    counted = {flow["service"]: flow["packets"] for flow in _nftables.counters(box.host(), "host")}
    assert counted["web"] == 4  # each in its own connection, in two runs: the counter went on
    assert counted["unlisted: drop"] >= 4
    # The port that the container listens on is not the one that the plan is about.
    box.apply(plan={**plan, "flows": [{**flow, "ports": ["tcp/80", "udp/8080"]}]})
    assert published.published() == dict.fromkeys(everybody, False)
    assert published.untouched()
    for unlisted in ("log", "leave"):
        box.apply(plan={**plan, "flows": []}, unlisted=unlisted)
        assert published.published() == everybody
    box.apply(state="absent")
    assert published.published() == everybody
