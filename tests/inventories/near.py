# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A value that is nearly the one that stands there: what a tired hand, a spreadsheet or another tool makes of it."""

from __future__ import annotations

import datetime
import ipaddress
import random
import re
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import Secret

_ALIKE = str.maketrans("aceopxy019", "асеорху٠١９")
"""Letters and digits of other scripts that look like these."""

_LARGEST = 10**300


def nearly(chance: random.Random, value: Any) -> Any:
    """value changed a little, after what it is: an address or a network, a port, a date, a number, any other text."""
    if isinstance(value, bool) or value is None:
        return chance.choice((not value, str(value), str(value).lower(), int(bool(value)), [value]))
    if isinstance(value, int) and abs(value) > _LARGEST:
        # Python writes no such number out.
        return chance.choice((value + 1, -value, _LARGEST))
    if isinstance(value, int | float):
        return chance.choice((value + 1, -value, str(value), f"{value}.0", f" {value}", float(value)))
    if isinstance(value, datetime.date):
        return chance.choice(
            (value.isoformat().replace("-", "/"), value.strftime("%d.%m.%Y"), value.strftime("%Y%m%d"))
        )
    if not isinstance(value, str):
        return [value]
    if isinstance(value, Secret):
        return Secret(_nearly_text(chance, str(value)))
    if "%" in value:
        # An address with a scope: ipaddress reads it, and fails to write it out.
        return _nearly_text(chance, value)
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        return _nearly_port(chance, value) if re.match("(tcp|udp)/", value) else _nearly_text(chance, value)
    return _nearly_network(chance, network, value) if chance.random() < 0.8 else _nearly_text(chance, value)


def _nearly_network(
    chance: random.Random, network: ipaddress.IPv4Network | ipaddress.IPv6Network, text: str
) -> str | list[str]:
    first, last, length = network.network_address, network.broadcast_address, network.prefixlen
    shorter = chance.randint(0, length)
    forms = (
        # Host bits, by a mask that was mistaken, or an address in the place of its network.
        *(f"{first}/{shorter}", f"{last}/{length}", f"{last}/{shorter}"),
        # The larger and the smaller network that it may have been: these can be used.
        *(str(network.supernet(new_prefix=shorter)), f"{first}/{chance.randint(length, first.max_prefixlen)}"),
        *(f"{first}/{first.max_prefixlen + 1}", f"{first}/-1", f"{first}/0{length}", f"{first}/{length}/{length}"),
        *(f"{first}/{network.netmask}", f"{first}/{network.hostmask}", f"{first}-{last}", f"{first} {length}"),
        *(f"{first}%eth0", f"[{first}]", f"{first}:443", f"{first},{last}", f"!{text}", f"{text}.", f"{first}/"),
        *(f"::ffff:{first}", str(int(first)), first.exploded, re.sub("[0-9]+", r"0\g<0>", text, count=1)),
    )
    return chance.choice((*forms, [text, f"{last}/{shorter}"]))


def _nearly_port(chance: random.Random, text: str) -> str:
    transport, _slash, ports = text.partition("/")
    first, _dash, last = ports.partition("-")
    forms = (
        *(f"{transport.upper()}/{ports}", f"{ports}/{transport}", ports, transport, f"{transport}:{ports}"),
        *(f"{transport}/0{ports}", f"{transport}/+{ports}", f"{transport}/{ports}-", f"{transport}/{first}:{last}"),
        *(f"{transport}/{last or 9}-{first}", f"{transport}/{ports}-65536", f"{transport}/{first}-65535"),
        *(f"{transport}/{ports},{first}", f"{transport}/ {ports}", f"tcp+udp/{ports}", f"sctp/{ports}", f"{text}/1"),
    )
    return chance.choice(forms)


def _nearly_text(chance: random.Random, text: str) -> str:
    at = chance.randrange(len(text) or 1)
    forms = (
        *(
            f"{text} ",
            f" {text}",
            f"{text}\n",
            f"{text}\r",
            f"\ufeff{text}",
            f"{text}\u200b",
            f"{text}\x00",
            f'"{text}"',
        ),
        *(text[:at] + text[at + 1 :], text[:at] + text[at : at + 1] + text[at:], text[:at], text[at:]),
        *(text.upper(), text.title(), text.replace("_", "-"), text.replace("-", "\u2013"), text.translate(_ALIKE)),
    )
    return chance.choice(forms)
