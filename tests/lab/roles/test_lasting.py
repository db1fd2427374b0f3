# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Each provider through its life: it takes another's place, stays over a reboot, gives its place up, and is removed.

After each step packets tell whether exactly the documented flows pass.
"""

from __future__ import annotations

import contextlib

import pytest

from tests.lab.hosts.firewalld import Firewalld, start_firewalld
from tests.lab.hosts.providers import EVERY, PROVIDERS, Provider, managed
from tests.lab.hosts.reboot import come_up, go_down
from tests.lab.oracle.exact import assert_exact
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import REMOVE, SITE
from tests.lab.roles.test_reboot import loaded
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

HOSTS = ("console", "collector", "gateway")
# What the others begin with, and what takes their place.
OTHER = {"iptables": "nftables", "nftables": "iptables", "firewalld": "nftables", "qradar": "nftables"}


def files_of_others(node: RunningNode) -> str:
    """What is written under the folders that providers write to."""
    folders = "/etc/portledger /etc/firewalld /etc/sysconfig /opt/qradar /etc/systemd/system"
    return node.run(["sh", "-c", f"find {folders} -type f | sort | xargs -r md5sum"], check=False).stdout


def restart(node: RunningNode, provider: Provider, stack: contextlib.ExitStack) -> None:
    """A reboot: the kernel's rules and /run are gone, then units of ours run, then what the machine itself loads."""
    running = provider.name == "firewalld"
    if running:
        Firewalld(node, node.popen(["true"])).stop()
    go_down(node)
    done = come_up(node)
    assert {unit: (one.returncode, one.stderr) for unit, one in done.items() if one.returncode or one.stderr} == {}
    if running:
        stack.enter_context(start_firewalld(node))
    # As the services of iptables do, which QRadar uses.
    load = "for t in iptables ip6tables; do test ! -e /etc/sysconfig/$t || $t-restore /etc/sysconfig/$t; done"
    node.run(["sh", "-c", load])


def changed_everywhere(lab: Lab, provider: Provider, former: str) -> None:
    """Run, and see that every host says what takes whose place; then that nothing is left to do."""
    check = record_playbook(lab, SITE, "--check", *provider.arguments)
    run = record_playbook(lab, SITE, *provider.arguments)
    assert run.run.ok, run.run.stdout
    assert check.run.changed == run.run.changed
    assert check.differences() == run.differences()
    for host in HOSTS:
        new = provider.gateway if host == "gateway" else provider.host
        old = PROVIDERS[former].gateway if host == "gateway" else PROVIDERS[former].host
        if old != new:
            assert run.differences()[host][0] == f"~ provider {new} in place of {old}"
            # The flows are the same, so none of them is a difference.
            assert [line for line in run.differences()[host] if " from " in line] == []
    again = record_playbook(lab, SITE, *provider.arguments)
    assert again.run.changed == {}, again.run.stdout


@pytest.mark.parametrize("provider", EVERY, ids=str)
def test_exact_all_along(provider: Provider) -> None:
    other = OTHER[provider.name]
    with Lab.start(SMALL) as lab, contextlib.ExitStack() as stack:
        provider.prepare(lab, stack)
        nodes = managed(lab)
        before = [(loaded(node), files_of_others(node)) for node in nodes]
        # What is said of the other's first run, and its second one, are for its own turn.
        assert record_playbook(lab, SITE, *PROVIDERS[other].arguments).run.ok
        changed_everywhere(lab, provider, other)
        assert_exact(lab, f"after the change from {other}")
        for node in nodes:
            restart(node, provider, stack)
        assert_exact(lab, "after a reboot")
        run = record_playbook(lab, SITE, *provider.arguments)
        assert run.run.changed == {}, run.differences()
        changed_everywhere(lab, PROVIDERS[other], provider.name)
        if provider.name in ("iptables", "nftables"):
            # firewalld and QRadar go on closing what they close by themselves, whatever a table beside them accepts.
            assert_exact(lab, f"after the change to {other}")
        assert record_playbook(lab, REMOVE).run.ok
        for node, (rules, files) in zip(nodes, before, strict=True):
            assert files_of_others(node) == files
            assert loaded(node) == rules
