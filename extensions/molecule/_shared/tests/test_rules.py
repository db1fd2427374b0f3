# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rulesets by meaning: what is open by name, whose rules come first, and whether anything differs from the plan."""

from __future__ import annotations

import json
import re

import pytest
from testinfra.host import Host

from tests.systems.verify import expected, lasting_of, name_of, provider_of

# What a ruleset says of itself, beside the services.
_OWN = re.compile(
    r"loopback|replies|ICMP errors|neighbour discovery|multicast listeners|management.*|running connection"
    r"|unlisted.*|published|containers.*|[a-z]+ \(.*\)"
)


def comments(host: Host, provider: str) -> set[str]:
    """What the rules of the scope host are called, read from the kernel or, with firewalld, from what is in force."""
    if provider == "nftables":
        table = json.loads(host.check_output("nft -j list table inet portledger_host"))["nftables"]
        rules = [one["rule"] for one in table if "rule" in one]
        return {rule.get("comment", "") for rule in rules if not any("jump" in part for part in rule["expr"])}
    if provider == "firewalld":
        in_force = host.check_output("firewall-cmd --policy=portledger-host --list-rich-rules")
        found = set(re.findall(r'service name="(portledger-fh-[^"]+)"', in_force))
        texts = [host.check_output("firewall-cmd --permanent --service=%s --get-description", name) for name in found]
        return {word for text in texts for word in re.findall(r"[a-z_]+", text)}
    chain = "PORTLEDGER-QIN" if provider == "qradar" else "PORTLEDGER-IN"
    both = host.check_output("iptables-save -t filter; ip6tables-save -t filter")
    lines = [line for line in both.splitlines() if line.startswith(f"-A {chain}") and f"-j {chain}" not in line]
    return {one.strip('"') for line in lines for one in re.findall(r'--comment ("[^"]*"|\S+)', line)}


def test_services(host: Host) -> None:
    provider, wanted = provider_of(host), expected()["services"].get(name_of(host))
    if wanted is None:
        pytest.skip("its services are not listed in expected.yml")
    found = comments(host, provider)
    if provider == "firewalld":
        # A description has other words as well.
        assert set(wanted) <= found
        return
    assert {one for one in found if not _OWN.fullmatch(one)} == set(wanted)


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_no_difference_to_the_plan(host: Host, scope: str) -> None:
    provider = provider_of(host)
    if name_of(host) not in expected()["scopes"][scope]:
        pytest.skip(f"no rules of the scope {scope} here")
    found = host.ansible("portledger.qradar.ruleset_info", f"scope={scope} provider={provider}", check=False)
    assert (found["in_force"], found["difference"]) == (True, [])
    assert [one["provider"] for one in found["loaded"]] == [provider]
    assert (found["persistent"]["loaded_by"], found["persistent"]["difference"]) == (lasting_of(host), [])
    assert found["pending"] is None


def test_others_are_as_they_were(host: Host) -> None:
    """What prepare has put there: the lines of /root/others, in this order, among what is loaded."""
    others = host.file("/root/others")
    if not others.exists:
        pytest.skip("nobody else has a firewall here")
    wanted = others.content_string.splitlines()
    loaded = host.check_output("iptables-save; nft list ruleset; firewall-cmd --zone=public --list-all 2>&1 || :")
    found = [line for one in loaded.splitlines() for line in wanted if line in one]
    assert list(dict.fromkeys(found)) == wanted
