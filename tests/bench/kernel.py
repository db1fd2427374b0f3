# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What rules cost a packet: new connections and datagrams a second through a gateway, and to a host.

    python -m tests.bench kernel --networks 100000 --provider nftables --rounds 5

Log sources, spread over so many networks, send to the console: without a firewall, with the rules of each provider,
and with a list of rules, one a network, as a loop or a template makes it. All in turn, in one lab; each number is of
one of:

connections  TCP, opened and reset by a program in Python: with all that both ends have to do.
new flows    datagrams, each from another address and port: the way through the kernel alone, from sender to receiver.
datagrams    of a thousand flows, again and again: one way, as syslog sends them, so that none is ever established.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.bench.four_hosts import networks
from tests.bench.machine import describe
from tests.bench.options import parser_of
from tests.bench.over_ssh import lab_file
from tests.bench.rounds import Times, ratio
from tests.lab.hosts.providers import PROVIDERS, Provider
from tests.lab.plays.playbook import run_playbook
from tests.lab.traffic.forget import forget_connections
from tests.lab.world.lab import Lab, RunningNode
from tests.results import keep

SENDER: Final = Path(__file__).with_name("sender.py")
PORT: Final = 514
NETWORKS: Final = (10, 1000, 10_000, 100_000)
NO_FIREWALL, STATE, LIST = "no firewall", "connection tracking alone", "a rule for each network"
MEASURES: Final = ("connections", "new flows", "datagrams")
_SECONDS = 2
_ADDRESSES: Final = 20_000


@dataclass(frozen=True)
class Place:
    """What is measured: where the rules are, and whence the packets come. hops: of nodes, the next one back."""

    name: str
    rules: str
    chain: str
    sender: str
    hops: Mapping[str, str]


PLACES: Final = {
    "gateway": Place("gateway", "gateway", "FORWARD", "source", {"gateway": "198.19.2.51", "console": "198.19.1.1"}),
    "host": Place("host", "console", "INPUT", "guest", {"console": "198.19.1.250"}),
}
_TARGET: Final = "198.19.1.11"


@contextlib.contextmanager
def _running(place: Place, chosen: list[str], folder: Path) -> Iterator[Lab]:
    with Lab.start(lab_file(folder, log_sources=chosen)) as lab:
        sender = lab[place.sender]
        # All addresses are the sender's.
        sender.run(["ip", "route", "add", "local", "10.0.0.0/8", "dev", "lo"])
        for node, hop in place.hops.items():
            lab[node].run(["ip", "route", "add", "10.0.0.0/8", "via", hop])
        step = max(1, len(chosen) // _ADDRESSES)
        addresses = [network.rpartition(".")[0] + f".{int(network.rpartition('.')[2][:-3]) + 5}" for network in chosen]
        (folder / "addresses").write_text("\n".join(addresses[::step]), encoding="ascii")
        taker = lab["console"].popen(
            [sys.executable, str(SENDER), "take", str(PORT)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert taker.stdout is not None
        taker.stdout.readline()
        try:
            yield lab
        finally:
            taker.kill()
            taker.communicate()


def _rates(lab: Lab, place: Place, folder: Path) -> dict[str, float]:
    """A second, of each measure.

    Raises:
        SystemExit: not everything came through: what was measured is not what was meant.
    """
    sender, file = lab[place.sender], str(folder / "addresses")

    def run(*words: str) -> tuple[int, float]:
        said = sender.run([sys.executable, str(SENDER), *words], timeout=600).stdout.split()
        return int(said[0]), int(said[0]) / float(said[1])

    found = {"connections": run("connect", file, _TARGET, str(PORT), str(_SECONDS))[1]}
    for name, new in (("new flows", "1"), ("datagrams", "0")):
        forget_connections(lab[place.rules])
        before = _received(lab["console"])
        sent, found[name] = run("send", file, _TARGET, str(PORT), str(_SECONDS), new)
        lost = sent - (_received(lab["console"]) - before)
        if lost > sent // 100:
            raise SystemExit(f"{name}: {lost} of {sent} datagrams did not come to the console")
    return found


def _received(node: RunningNode) -> int:
    """Datagrams that the kernel has handed to sockets, or dropped there since nobody reads them."""
    lines = [line.split() for line in node.run(["cat", "/proc/net/snmp"]).stdout.splitlines() if line[:4] == "Udp:"]
    counts = dict(zip(lines[0], lines[1], strict=True))
    return int(counts["InDatagrams"]) + int(counts["RcvbufErrors"])


def _site(lab: Lab, place: Place, provider: Provider, playbook: str) -> None:
    done = run_playbook(lab, playbook, "--limit", place.rules, *provider.arguments)
    if not done.ok:
        raise SystemExit(done.stdout)


def _listed(chain: str, policy: str, chosen: Sequence[str]) -> str:
    """As people write it: replies first, then each network, then what the policy does."""
    rules = ["-m conntrack --ctstate RELATED,ESTABLISHED"]
    for network in chosen:
        rules += [f"-s {network} -d {_TARGET}/32 -p {one} --dport {PORT}" for one in ("tcp", "udp")]
    lines = [f"*filter\n:{chain} {policy} [0:0]", *(f"-A {chain} {rule} -j ACCEPT" for rule in rules)]
    return "\n".join([*lines, "COMMIT\n"])


def measure(place: Place, count: int, provider: Provider, rounds: int, folder: Path) -> dict[str, Times]:
    """Rates by measure and by rules, a number a round."""
    found: dict[str, Times] = {name: {} for name in MEASURES}
    chosen = networks(count)
    with _running(place, chosen, folder) as lab, contextlib.ExitStack() as stack:
        node = lab[place.rules]

        def restore(text: str) -> None:
            node.run(["iptables-restore"], stdin=text, timeout=600)

        def nothing() -> None:
            node.run(["iptables", "-P", place.chain, "ACCEPT"])
            node.run(["iptables", "-F", place.chain], timeout=600)

        def site() -> None:
            # There alone: firewalld on the console, with no rules of ours, would let nothing in.
            provider.prepare_nodes([node], stack)
            _site(lab, place, provider, "playbooks/site.yml")

        def remove() -> None:
            _site(lab, place, provider, "playbooks/remove.yml")
            # firewalld has rules of its own, which none of the others shall have.
            stack.close()

        kinds: dict[str, tuple[Callable[[], object], Callable[[], object]]] = {
            NO_FIREWALL: (lambda: None, lambda: None),
            STATE: (lambda: restore(_listed(place.chain, "ACCEPT", ())), nothing),
            provider.name: (site, remove),
            LIST: (lambda: restore(_listed(place.chain, "DROP", chosen)), nothing),
        }
        for _round in range(rounds):
            for name, (load, unload) in kinds.items():
                load()
                for kind, rate in _rates(lab, place, folder).items():
                    found[kind].setdefault(name, []).append(round(rate, 1))
                unload()
    return found


def lines(title: str, found: Mapping[str, Times]) -> Iterator[str]:
    for kind, rates in found.items():
        for name, some in rates.items():
            middle = statistics.median(some)
            part, least, most = ratio(rates, name, NO_FIREWALL)
            yield f"{title:<34}{kind:<13}{name:<28}{middle:10,.0f}/s {part:6.2f} ({least:.2f} to {most:.2f})"


def main(arguments: Sequence[str] | None = None) -> int:
    parser = parser_of("kernel", __doc__)
    parser.add_argument("--place", action="append", choices=PLACES, help="repeatable; both where none is given")
    parser.add_argument("--networks", action="append", type=int, help="repeatable (default: 10 to 100,000)")
    options = parser.parse_args(arguments)
    for where in options.place or PLACES:
        for name in options.provider or PROVIDERS:
            if where == "gateway" and PROVIDERS[name].gateway != name:
                continue
            for count in options.networks or NETWORKS:
                _measure_one(PLACES[where], name, count, options)
    return 0


def _measure_one(place: Place, name: str, count: int, options: argparse.Namespace) -> None:
    with TemporaryDirectory() as folder:
        found = measure(place, count, PROVIDERS[name], options.rounds, Path(folder))
    title = f"{place.name}, {name}, {count:,} networks"
    print("\n".join(lines(title, found)), flush=True)
    kept = {"part": "kernel", "place": place.name, "provider": name, "networks": count}
    keep(options.results, f"kernel, {title}", {**kept, "machine": describe(), "rates": found})
