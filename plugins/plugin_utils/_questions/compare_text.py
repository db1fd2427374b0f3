# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What differs between two inventories, as lines for people.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import message
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.shortened import shortened
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.where import where

_WORDS: Final = 8
_PORTS: Final = 6
_HEADS: Final = (("allowed", "newly allowed", "+"), ("denied", "newly denied", "-"))


def text_of(result: Mapping[str, Any]) -> list[str]:
    """The lines of a comparison."""
    lines = [*_flows(result, "")]
    for name, found in result["gateways"].items():
        lines += _flows(found, f" through gateway {name}")
    for key, word in (("only_before", "before"), ("only_after", "now")):
        lines += [f"{name} is a gateway only {word}, and is not compared." for name in result[key]]
    for option in result["options"]:
        whose = f" of {shortened(option['hosts'], _WORDS)}" if option["hosts"] else ""
        lines.append(f"{option['variable']}{whose}: {option['before']} before, {option['after']} now.")
    return list(map(message, lines)) or ["No flow differs."]


def _flows(found: Mapping[str, Any], where: str) -> Iterator[str]:
    for key, words, sign in _HEADS:
        if found[key]:
            yield f"{words}{where}:"
        for flow in found[key]:
            yield f"  {sign} {_flow(flow)}"


def _flow(flow: Mapping[str, Any]) -> str:
    place = where(flow["row"], flow["supplement"], flow["service"])
    name = f"{flow['service']} ({place})" if place else flow["service"]
    comment = f", {flow['comment']}" if flow["comment"] else ""
    ends = [shortened(flow[end]["words"], _WORDS) for end in ("source", "destination")]
    return f"{shortened(flow['ports'], _PORTS)} {name}: {ends[0]} to {ends[1]}{comment}"
