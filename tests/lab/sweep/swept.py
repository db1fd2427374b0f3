# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a sweep has found."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.lab.oracle import report
from tests.lab.oracle.oracle import Oracle
from tests.lab.traffic import ports as portsets
from tests.lab.traffic.probe import Key, Reached
from tests.lab.world.topology import Topology


@dataclass
class Swept:
    """listed, dropped, untouched: counts of probes as in report.Findings. opens, closes: false ones, as sets of ports.

    lost: packets that the kernel lost in spite of all attempts: with any, a sweep proves nothing.
    seconds: by the clock. processor: those that the probers have worked, whatever else the machine does.
    """

    pairs: int = 0
    sent: int = 0
    again: int = 0
    lost: int = 0
    seconds: float = 0.0
    processor: float = 0.0
    listed: int = 0
    dropped: int = 0
    untouched: int = 0
    opens: dict[Key, int] = field(default_factory=dict)
    closes: dict[Key, int] = field(default_factory=dict)

    @property
    def false_opens(self) -> int:
        return sum(mask.bit_count() for mask in self.opens.values())

    @property
    def false_closes(self) -> int:
        return sum(mask.bit_count() for mask in self.closes.values())

    @property
    def exact(self) -> bool:
        """Neither a false open nor a false close, of probes of both kinds, none of which was lost."""
        return not (self.opens or self.closes or self.lost) and bool(self.listed and self.dropped)

    def take(self, reached: Reached, oracle: Oracle) -> None:
        """Add what arrived over some pairs."""
        self.pairs += len(reached.pairs)
        for one in report.compare(reached, oracle):
            self.listed += one.listed.bit_count()
            self.untouched += one.untouched.bit_count()
            self.dropped += one.dropped.bit_count()
            key = (one.pair.source_address, one.pair.destination_address, one.transport)
            for wrong, mask in ((self.opens, one.false_opens), (self.closes, one.false_closes)):
                if mask:
                    wrong[key] = mask

    def mistakes(self, topology: Topology) -> list[str]:
        """What is wrong, a line for each direction and transport."""
        return [
            f"{title}: {topology.holders[source].name} {source} -> {topology.holders[destination].name} {destination} "
            f"{_words(transport, mask)}"
            for title, wrong in (("false open", self.opens), ("false close", self.closes))
            for (source, destination, transport), mask in wrong.items()
        ]


def _words(transport: str, mask: int) -> str:
    if transport == "icmp":
        return "icmp echo"
    spans = portsets.spans(mask)
    words = ", ".join(f"{first}-{last}" if last > first else str(first) for first, last in spans[:5])
    return f"{transport}/{words}" + (f" and {len(spans) - 5:,} ranges more" if len(spans) > 5 else "")
