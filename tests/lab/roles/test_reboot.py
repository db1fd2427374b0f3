# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot loads, after each of the things that can happen before it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.hosts.reboot import enabled_units, reboot
from tests.lab.hosts.rules import FAMILIES, saved
from tests.lab.plays.half import half_a_play, play_half
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

UNITS = {"console": "portledger-host.service", "collector": "portledger-host.service"}
UNITS |= {"gateway": "portledger-gateway.service"}
KERNEL_ONLY = ["iptables", "nftables"]


def provided(name: str) -> tuple[str, ...]:
    return ("-e", f"host_firewall_provider={name}", "-e", f"gateway_firewall_provider={name}")


def loaded(node: RunningNode) -> dict[str, list[str]]:
    """What the kernel holds, of anybody. Chains and members of sets have no order; rules in a chain do.

    Tables of iptables that hold nothing are as good as none: some programs make them by looking.
    """
    kept = {tool: _without_empty(saved(node, tool)) for tool in FAMILIES}
    kept["sets"] = sorted(node.run(["sh", "-c", "ipset save | sed 's/ initval 0x[0-9a-f]*//'"]).stdout.splitlines())
    listed = node.run(["nft", "-s", "list", "ruleset"]).stdout
    tables = re.findall(r"^table .*?^}$", listed, re.MULTILINE | re.DOTALL)
    # iptables shows its own.
    own = re.compile(r"table ip6? (filter|nat|mangle|raw|security) ")
    kept["nft"] = sorted(table for table in tables if not own.match(table))
    return kept


def _without_empty(save: str) -> list[str]:
    tables = re.findall(r"^\*.*?^COMMIT$", save, re.MULTILINE | re.DOTALL)
    empty = re.compile(r"\*\w+\n(:[A-Z]+ ACCEPT [^\n]*\n)*COMMIT")
    lines = [line for table in tables if not empty.fullmatch(table) for line in table.splitlines()]
    return sorted(lines, key=lambda line: line.split()[:2])


def files(node: RunningNode) -> list[str]:
    """Ours that a boot reads."""
    found = node.run(["find", "/etc/portledger", "/etc/systemd/system", "-path", "*portledger*"], check=False).stdout
    return sorted(path for path in found.split() if "/program-" not in path)


def said(run: Recorded, host: str) -> dict[str, object]:
    return next(one for one in reversed(run.results[host]) if "difference" in one or one.get("failed"))


@pytest.fixture(params=KERNEL_ONLY)
def lab(request: pytest.FixtureRequest) -> Iterator[tuple[Lab, tuple[str, ...]]]:
    with Lab.start(SMALL) as running:
        provider = provided(request.param)
        first = record_playbook(running, SITE, *provider)
        assert first.run.ok, first.run.stdout
        yield running, provider


def test_a_boot_loads_the_same_rules(lab: tuple[Lab, tuple[str, ...]]) -> None:
    running, provider = lab
    for name, unit in UNITS.items():
        node = running[name]
        before = loaded(node)
        assert enabled_units(node) == [unit]
        done = reboot(node)
        assert {unit: (one.returncode, one.stderr) for unit, one in done.items()} == {unit: (0, "")}
        assert loaded(node) == before
        # A restart of the unit changes nothing.
        node.run(["/bin/sh", f"/etc/portledger/{'gateway' if name == 'gateway' else 'host'}/load"])
        assert loaded(node) == before
    assert record_playbook(running, SITE, *provider).run.changed == {}


def test_nothing_of_others_is_saved(lab: tuple[Lab, tuple[str, ...]]) -> None:
    running, provider = lab
    node = running["console"]
    node.run(["iptables", "-A", "FORWARD", "-s", "198.19.9.9", "-j", "DROP"])
    assert record_playbook(running, SITE, *provider, "-e", "host_firewall_unlisted=log").run.ok
    reboot(node)
    assert "198.19.9.9" not in saved(node, "iptables")


# What is damaged; the repair itself asks everybody.
CONSOLE = ("--limit", "console")
DAMAGES = {
    "gone": ("rm /etc/portledger/host/rules.json", "rm -r /etc/portledger"),
    "damaged": (
        "echo '{' > /etc/portledger/host/rules.json",
        "rm /etc/systemd/system/sysinit.target.wants/portledger-host.service",
        "rm /etc/systemd/system/nftables.service.wants/portledger-host-again.service",
        "echo > /etc/systemd/system/portledger-host.service",
        "rm -r /etc/portledger/host/program-*",
    ),
}


@pytest.mark.parametrize("damages", DAMAGES)
@pytest.mark.parametrize("lab", ["iptables"], indirect=True)
def test_what_a_boot_would_load_is_repaired(lab: tuple[Lab, tuple[str, ...]], damages: str) -> None:
    running, provider = lab
    node = running["console"]
    good = files(node)
    for damage in DAMAGES[damages]:
        node.run(["sh", "-c", damage])
        check = record_playbook(running, SITE, *provider, "--check", *CONSOLE)
        repair = record_playbook(running, SITE, *provider)
        assert check.run.changed == repair.run.changed == {"console": 1}, damage
        assert said(repair, "console")["difference"] == ["~ rules that a boot loads: written again"]
        assert check.differences()["console"] == repair.differences()["console"]
        assert set(files(node)) >= set(good) - {"/etc/portledger/host/rules.last.json"}
        assert record_playbook(running, SITE, *provider, *CONSOLE).run.changed == {}
    before = loaded(node)
    assert reboot(node)["portledger-host.service"].returncode == 0
    assert loaded(node) == before


def test_a_failing_load_keeps_the_last_good_rules(lab: tuple[Lab, tuple[str, ...]]) -> None:
    running, provider = lab
    node = running["console"]
    before = loaded(node)
    assert record_playbook(running, SITE, *provider, "-e", "host_firewall_unlisted=log").run.ok
    assert loaded(node) != before
    node.run(["sh", "-c", 'sed -i \'s/"provider": "[a-z]*"/"provider": "gone"/\' /etc/portledger/host/rules.json'])
    done = reboot(node)["portledger-host.service"]
    assert done.returncode == 1
    assert done.stderr == (
        "portledger: the rules of the scope host could not be loaded: the provider 'gone' is not known here\n"
        "portledger: the rules that were confirmed before these are loaded in their place\n"
    )
    assert loaded(node) == before
    outcome = json.loads(node.run(["cat", "/run/portledger/host/boot.json"]).stdout)
    assert outcome == {"outcome": "last good", "why": "the provider 'gone' is not known here"}


def test_removal_leaves_nothing_for_a_boot(lab: tuple[Lab, tuple[str, ...]]) -> None:
    running, _provider = lab
    assert record_playbook(running, REMOVE).run.ok
    for name in UNITS:
        assert files(running[name]) == []
        assert reboot(running[name]) == {}
    assert record_playbook(running, REMOVE).run.changed == {}


def test_a_boot_before_the_confirmation_comes_up_with_the_old(lab: tuple[Lab, tuple[str, ...]], tmp_path: Path) -> None:
    """A change is made, as the module alone makes it, and its controller is never heard of again."""
    running, provider = lab
    node = running["console"]
    before = loaded(node)

    def changed() -> bool:
        pending = node.run(["cat", "/run/portledger/host/pending.json"], check=False).stdout
        return '"timer": "process"' in pending and loaded(node) != before

    play_half(running, half_a_play(tmp_path, provider[1].partition("=")[2], 600), changed, 20)
    assert reboot(node)["portledger-host.service"].returncode == 0
    assert loaded(node) == before
    again = record_playbook(running, SITE, *provider)
    assert again.run.changed == {}, again.run.stdout
