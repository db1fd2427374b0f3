# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long runs on one host take over SSH, whole processes: ours, a bare ping, and what people use in our place.

    python -m tests.bench one-host --provider nftables --rounds 5 --results tests/bench/results.json

The host has 61 ports beside those of the vendor's table. All kinds of runs are measured in turn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from tests.bench import peers
from tests.bench.machine import describe
from tests.bench.options import parser_of
from tests.bench.ours import every_kind
from tests.bench.over_ssh import Bench, bench
from tests.bench.rounds import Seconds, Times, in_turn, lines
from tests.lab.hosts.providers import PROVIDERS
from tests.results import keep

AGAIN = ", nothing to do"
PEERS: dict[str, tuple[Callable[[Bench], peers.Peer], ...]] = {
    "iptables": (peers.template, peers.state, peers.iptables_loop),
    "firewalld": (peers.firewalld_loop,),
}


def theirs(peer: peers.Peer) -> dict[str, Seconds]:
    """The first run of a peer, and one with nothing to do; nothing of it is left then."""

    def again() -> float:
        seconds = peer.apply()
        peer.reset()
        return seconds

    return {peer.name: peer.apply, f"{peer.name}{AGAIN}": again}


def measure(name: str, rounds: int, with_peers: bool) -> tuple[Times, dict[str, int]]:
    """Seconds of each kind, and how many calls each peer makes."""
    provider = PROVIDERS[name]
    with bench(peers.HOST, provider) as one:
        kinds, calls = every_kind(one, provider), {}
        for make in PEERS.get(name, ()) if with_peers else ():
            peer = make(one)
            kinds.update(theirs(peer))
            calls[peer.name] = peer.calls
        return in_turn(kinds, rounds, lambda line: print(f"{name}: {line}", flush=True)), calls


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of("one-host", __doc__)
    parser.add_argument("--alone", action="store_true", help="without what people use in our place")
    options = parser.parse_args(arguments)
    for name in options.provider or PROVIDERS:
        times, calls = measure(name, options.rounds, not options.alone)
        print("\n".join(lines(name, times)), flush=True)
        found = {"part": "one host", "provider": name, "machine": describe(), "times": times, "calls": calls}
        keep(options.results, f"one host, {name}", found)
    return 0
