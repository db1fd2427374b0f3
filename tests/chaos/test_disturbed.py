# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change with somebody else at work: one of `python -m tests.chaos disturbed`, and how it is judged."""

from __future__ import annotations

from tests.chaos.flushes import Flush, Step, flushes
from tests.chaos.marked import only_marked, without_marked
from tests.chaos.test_points import chaos, needs_root

STATE = {
    "iptables": [
        "*filter -A INPUT -j PORTLEDGER-IN",
        '*filter -A INPUT -m comment --comment "disturber-2" -j DROP',
        "*filter :disturber - [0:0]",
        "*filter -A disturber -m comment --comment disturber-5 -j ACCEPT",
    ],
    "nft inet disturber": ["table inet disturber {", 'tcp dport 47004 drop comment "disturber-4"', "}"],
    "sets": ["add disturber 203.0.113.7", "create disturber hash:ip family inet"],
}


@needs_root
def test_a_change() -> None:
    done = chaos("disturbed", "--provider", "nftables", "--runs", "1")
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.splitlines()[-1] == "1 of 1 changes end as told, with somebody else at work; seed 12"


def test_what_somebody_adds_is_known_by_its_mark() -> None:
    left = {"iptables INPUT": [2], "iptables disturber": [5], "nft inet disturber": [4], "sets": [7]}
    assert only_marked(STATE) == left
    assert without_marked(STATE) == {"iptables": ["*filter -A INPUT -j PORTLEDGER-IN"]}


def test_what_comes_amid_a_flush() -> None:
    program = "iptables_update.pl"
    commands = ["iptables-restore --test", "iptables-save", "ip6tables-save", program, "iptables-restore --noflush"]
    times = [
        (number + late, kind, command)
        for number, command in enumerate(commands)
        for late, kind in ((0.0, "before"), (0.5, "after"))
    ]
    (flush,) = flushes(times)
    assert flush == Flush(read=1.0, flushed=3.5, back=4.5)
    steps = [Step(0, began, began + 0.1, "") for began in (0.8, 0.95, 3.4, 3.6, 4.4, 4.6)]
    assert [flush.may_cost(step) for step in steps] == [False, True, True, False, False, False]
    assert [flush.lasts(step) for step in steps] == [False, True, True, True, True, False]
