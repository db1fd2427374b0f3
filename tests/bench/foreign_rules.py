# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a host with thousands of foreign rules takes to say what these do to the plan, and what they permit.

    python -m tests.bench foreign-rules --rounds 3 --results tests/bench/results.json

Each is a whole run of ansible-playbook with one task: ruleset_info, as the playbooks audit and adopt have it.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from tests.bench.machine import describe
from tests.bench.options import parser_of
from tests.bench.rounds import Times, in_turn
from tests.lab.audit.ruleset_info.asking import play
from tests.lab.plays.record import record_playbook
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL
from tests.results import keep

SIZES: Final = (0, 1_000, 10_000)
ASKED: Final = {"audit": {"surroundings": True}, "adopt": {"permits": True}}

_HOST: Final = "console"
_PROVIDER: Final = "nftables"


def _bans(size: int) -> list[str]:
    """Addresses from the whole of IPv4, in disorder."""
    chance = random.Random(size)
    return [f"{chance.randrange(1, 223)}.{number >> 8 & 255}.{number & 255}.9" for number in range(size)]


def bans_by_iptables(node: RunningNode, size: int) -> None:
    """As fail2ban has them with iptables."""
    rules = [f"-A f2b -s {one}/32 -j REJECT --reject-with icmp-port-unreachable" for one in _bans(size)]
    text = "\n".join(["*filter", ":f2b - [0:0]", "-I INPUT -p tcp --dport 22 -j f2b", *rules, "COMMIT", ""])
    node.run(["iptables-restore", "--noflush"], stdin=text)


def bans_by_nft(node: RunningNode, size: int) -> None:
    """The same as rules of nft."""
    rules = "\n".join(f"tcp dport 22 ip saddr {one} reject" for one in _bans(size))
    node.run(
        ["nft", "-f", "-"],
        stdin=f"table inet f2b {{\nchain in {{\ntype filter hook input priority -1\n{rules}\n}}\n}}\n",
    )


def services(node: RunningNode, size: int) -> None:
    """As Kubernetes has them: for each service a rule that leads to its chain, and one that translates there."""
    lines = ["*nat", ":SERVICES - [0:0]", *(f":SVC-{number} - [0:0]" for number in range(size // 2))]
    lines.append("-A PREROUTING -j SERVICES")
    for number in range(size // 2):
        place = f"{number // 250}.{number % 250 + 1}"
        lines.append(f"-A SERVICES -d 10.96.{place}/32 -p tcp --dport {1024 + number} -j SVC-{number}")
        lines.append(f"-A SVC-{number} -p tcp -j DNAT --to-destination 10.244.{place}:8080")
    node.run(["iptables-restore", "--noflush"], stdin="\n".join([*lines, "COMMIT", ""]))


KINDS: Final[Mapping[str, Callable[[RunningNode, int], None]]] = {
    "bans, iptables": bans_by_iptables,
    "bans, nft": bans_by_nft,
    "services, iptables": services,
}


def measure(kind: str, size: int, rounds: int, folder: Path) -> Times:
    """Seconds of each question.

    Raises:
        SystemExit: a run failed.
    """
    with Lab.start(SMALL) as lab:
        options = {"scope": "host", "provider": _PROVIDER}
        _run(lab, play(folder, _HOST, "ruleset", **options))
        KINDS[kind](lab[_HOST], size)

        def asked(**more: bool) -> Callable[[], float]:
            def seconds() -> float:
                return _run(lab, play(folder, _HOST, "ruleset_info", **options, **more))

            return seconds

        return in_turn({name: asked(**more) for name, more in ASKED.items()}, rounds, print)


def _run(lab: Lab, playbook: Path) -> float:
    done = record_playbook(lab, playbook)
    if not done.run.ok:
        raise SystemExit(done.run.stdout)
    return done.run.seconds


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of("foreign-rules", __doc__, providers=False)
    parser.add_argument("--rules", type=int, action="append", help="how many; repeatable (default: 0, 1,000, 10,000)")
    options = parser.parse_args(arguments)
    for kind in KINDS:
        for size in options.rules or SIZES:
            with tempfile.TemporaryDirectory() as folder:
                times = measure(kind, size, options.rounds, Path(folder))
            words = ", ".join(f"{name} {statistics.median(some):.2f} s" for name, some in times.items())
            print(f"{size:6,} {kind}: {words}", flush=True)
            found = {"part": "foreign rules", "kind": kind, "rules": size, "machine": describe(), "times": times}
            keep(options.results, f"foreign rules, {kind}, {size}", found)
    return 0
