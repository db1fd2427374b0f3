# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: what it refuses, what fails, and what it warns of."""

from __future__ import annotations

import time

import pytest

from tests.lab.hosts.background import start_in_background
from tests.lab.hosts.qradar.stand_in import CONF, TOOL, install_stand_in, read_bytes, write_file
from tests.lab.plays.record import record_playbook
from tests.lab.plays.site import SITE
from tests.lab.qradar.hosts import LOG, MARKERS, change, everything, pre, said
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL


def refused(lab: Lab, *arguments: str) -> str:
    """A run that changes nothing at the console; what it says."""
    node = lab["console"]
    before = everything(node)
    run = record_playbook(lab, SITE, "--limit", "console", *arguments)
    assert not run.run.ok
    assert everything(node) == before
    assert node.run(["find", "/opt/qradar", "-name", "*portledger*"]).stdout == ""
    return run.messages()["console"]


def test_damaged_markers_are_refused(ruled: Lab) -> None:
    change(ruled["console"], pre("ip6tables"), MARKERS[1], "")
    line = (read_bytes(ruled["console"], pre("ip6tables")) or b"").split(b"\n").index(MARKERS[0].strip().encode()) + 1
    assert refused(ruled) == (
        f"{pre('ip6tables')}: line {line} '# BEGIN portledger.qradar host' begins a block that no line ends. "
        "Take the lines between '# BEGIN portledger.qradar SCOPE' and '# END portledger.qradar SCOPE', and these two, "
        "out of the file by hand, for either scope; the next run writes them anew. Nothing was changed."
    )


def test_a_rule_of_others_that_opens_before_ours_is_refused(lab: Lab) -> None:
    node = lab["console"]
    node.run(["sh", "-c", f"echo 'iptables -I INPUT 1 -p tcp --dport 9 -j ACCEPT' >>{TOOL}; {TOOL}"])
    assert refused(lab) == (
        f"{TOOL}: ran, but what is live in IPv4 is not what {pre('iptables')} says: "
        "the rule '-p tcp -m tcp --dport 9 -j ACCEPT' stands in INPUT before ours, and may let pass what the plan does "
        "not allow. Find it in QRadar's files, often iptables.post, and append it (-A) or insert it into QChain. "
        "Nothing was changed."
    )


@pytest.mark.parametrize("file", ["pre", "post"])
def test_a_rule_of_others_that_a_file_inserts_is_refused_by_a_check_too(lab: Lab, file: str) -> None:
    node = lab["console"]
    node.run(["sh", "-c", f"echo '-I INPUT -p tcp --dport 9 -j ACCEPT' >>{CONF}/iptables.{file}; {TOOL}"])
    message = (
        f"{CONF}/iptables.{file}: the rule '-p tcp --dport 9 -j ACCEPT' is inserted (-I) into INPUT before ours, and "
        "may let pass what the plan does not allow. Append it (-A), or insert it into QChain."
    )
    assert refused(lab, "--check") == message
    assert refused(lab) == message


@pytest.mark.parametrize("lab_state", ["first run", "change"])
def test_a_program_that_fails_leaves_what_was_there(lab: Lab, lab_state: str) -> None:
    node = lab["console"]
    arguments: tuple[str, ...] = ()
    if lab_state == "change":
        assert record_playbook(lab, SITE).run.ok
        arguments = LOG
    # IPv4 is loaded before IPv6 fails.
    node.run(["sed", "-i", r's/^    "$tables-restore".*/    [ $tables = iptables ] || exit 3\n&/', TOOL])
    assert refused(lab, *arguments).startswith(
        f"{TOOL}: failed (exit 3): iptables_update.pl (stand-in of portledger.qradar, not IBM): loading "
    )


def test_a_file_of_others_that_does_not_load_is_told(lab: Lab) -> None:
    write_file(lab["console"], f"{CONF}/iptables.post", "-A QChain -p nonsense -j ACCEPT\n")
    message = refused(lab)
    assert message.startswith("/opt/qradar/bin/iptables_update.pl: failed (exit ")
    assert "nonsense" in message
    assert message.endswith(" Nothing was changed.")


def test_a_program_that_does_not_read_the_file_is_told(lab: Lab) -> None:
    lab["console"].run(["sed", "-i", "s/copy .*\\.pre.*/:/", TOOL])
    lab["console"].run([TOOL])
    assert refused(lab) == (
        f"{TOOL}: ran, but what is live in IPv4 is not what {pre('iptables')} says: "
        "none of our chains is there. Does QRadar read that file? See docs/providers/qradar.md. Nothing was changed."
    )


def test_a_full_disk_leaves_the_old_files(lab: Lab) -> None:
    node = lab["console"]
    copy = f"cp -a {CONF} /run/conf && mount -t tmpfs -o size=44k tmpfs {CONF} && cp -a /run/conf/. {CONF}"
    node.run(["sh", "-c", copy])
    # What is left is not enough for a block.
    node.run(["sh", "-c", f"head -c 1000000 /dev/zero >{CONF}/filling; true"])
    message = refused(lab)
    assert message == f"{pre('iptables')}: cannot be written: No space left on device. Nothing was changed."
    node.run(["rm", f"{CONF}/filling"])


def test_no_qradar_is_refused() -> None:
    with Lab.start(SMALL, extra_variables={"host_firewall_provider": "qradar"}) as lab:
        run = record_playbook(lab, SITE, "--limit", "console")
        assert run.messages()["console"] == (
            f"{TOOL}: no such program. This is not a QRadar host, or QRadar is not installed yet: "
            "install it first, or choose another provider."
        )


def test_ipv6_before_7_5_0_up10_is_warned_of(lab: Lab) -> None:
    install_stand_in(lab["collector"], "7.5.0 UpdatePackage 9")
    run = record_playbook(lab, SITE)
    assert "warnings" not in said(run, "console")
    assert said(run, "collector")["warnings"] == [
        "QRadar 7.5.0 UP9 is older than 7.5.0 UP10. Before that release, QRadar's own IPv6 rules are unreliable, and "
        "so is what stands beside them. Ours are read back when they are loaded; check that they are there after a "
        "deploy and a restart."
    ]


def a_deploy(node: RunningNode, seconds: int) -> str:
    """A process that looks like QRadar's program as it runs in a deploy; its number."""
    return start_in_background(node, f"bash -c 'exec -a {TOOL} sleep {seconds}'", TOOL)


def test_a_deploy_in_progress_is_waited_for(lab: Lab) -> None:
    a_deploy(lab["console"], 6)
    started = time.monotonic()
    run = record_playbook(lab, SITE, "--limit", "console")
    assert run.run.ok, run.run.stdout
    assert time.monotonic() - started > 5


def test_a_deploy_that_does_not_end_is_refused(lab: Lab) -> None:
    number = a_deploy(lab["console"], 60)
    assert refused(lab, "-e", "host_firewall_confirm_seconds=8") == (
        f"{TOOL}: process {number} runs it already, and that did not end within 10 s. Wait until it has ended, such as "
        "a deploy, and run this again. Nothing was changed."
    )
