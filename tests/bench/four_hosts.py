# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long runs on four hosts take over SSH, a gateway among them, with few and with many networks of log sources.

    python -m tests.bench four-hosts --provider nftables --networks 0 --networks 100000

Beside them, a play of pings to the same four. The networks stand in the inventory's own YAML, or, with --group-vars, in
group_vars/all.json beside it, where Ansible reads them once.
"""

from __future__ import annotations

import random
from collections.abc import Sequence

from tests.bench.machine import describe
from tests.bench.options import parser_of
from tests.bench.ours import few_kinds
from tests.bench.over_ssh import bench
from tests.bench.rounds import Times, in_turn, lines
from tests.lab.hosts.providers import PROVIDERS
from tests.results import keep

NETWORKS = (0, 10_000, 100_000)


def networks(count: int) -> list[str]:
    """So many networks of 64 addresses of 10.0.0.0/8 that do not touch."""
    starts = ((10 << 24) + number * 128 for number in random.Random(count).sample(range(1 << 17), count))
    return [f"{one >> 24}.{one >> 16 & 255}.{one >> 8 & 255}.{one & 255}/26" for one in starts]


def measure(name: str, count: int, rounds: int, group_vars: bool = False) -> Times:
    """Seconds of each kind of run."""
    provider = PROVIDERS[name]
    parties = {"log_sources": networks(count)} if count else {}
    with bench("all", provider, **parties) as four:
        if group_vars:
            four.into_group_vars("qradar_parties")
        kinds = few_kinds(four, provider)
        return in_turn(kinds, rounds, lambda line: print(f"{name}, {count:,} networks: {line}", flush=True))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of("four-hosts", __doc__)
    parser.add_argument("--networks", action="append", type=int, help="repeatable (default: 0, 10,000 and 100,000)")
    parser.add_argument("--group-vars", action="store_true", help="keep the networks in group_vars/all.json")
    options = parser.parse_args(arguments)
    for name in options.provider or PROVIDERS:
        for count in options.networks or NETWORKS:
            times = measure(name, count, options.rounds, options.group_vars)
            print("\n".join(lines(name, times)), flush=True)
            found = {"part": "four hosts", "provider": name, "networks": count, "machine": describe(), "times": times}
            where = {"where": "group_vars"} if options.group_vars else {}
            keep(options.results, ", ".join(["four hosts", name, f"{count} networks", *where.values()]), found | where)
    return 0
