# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether what the collection makes of an inventory is what the inventory says, or a refusal that helps."""

from __future__ import annotations

import datetime
import json
import random
import re
import socket
import traceback
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from unittest import mock

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import inventory_view
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.folder import PlanFolder
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.check import check
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.explain import explain
from tests.inventories.inventory import HostVars, Inventory
from tests.inventories.reading import Read, read
from tests.inventories.rules import wrong_rules
from tests.inventories.values import UnusableError

LONGEST: Final = 2000
RESOLVED: Final[Mapping[str, tuple[str, ...]]] = {
    f"h{number}.example.org": (
        f"198.18.{number % 4 + 1}.{number + 201}",
        f"2001:db8:{number % 4 + 1}::{number + 201:x}",
    )
    for number in range(10)
}
_SECRET: Final = "70707"
_TOLD: Final = re.compile(r"(?s).+[.?:] .+[.?]")
"""What is wrong, and the remedy."""


@dataclass
class Judgement:
    """outcome: used or refused. wrong: what must not be, in words; empty where all is well.

    hosts, gateways: how many plans were made. packets: how many were asked about.
    """

    outcome: str
    said: str = ""
    hosts: int = 0
    gateways: int = 0
    packets: int = 0
    wrong: list[str] = field(default_factory=list)


def judge(inventory: Inventory, chance: random.Random, today: datetime.date) -> Judgement:
    """Everything that the lookups and the roles do on the controller, and what hosts and gateways make of it."""
    with mock.patch("socket.getaddrinfo", _resolve), TemporaryDirectory() as folder:
        try:
            return _judge(inventory, chance, today, Path(folder))
        except Exception:
            return Judgement("traceback", wrong=[traceback.format_exc(limit=-6)[-3000:]])


def _judge(inventory: Inventory, chance: random.Random, today: datetime.date, folder: Path) -> Judgement:
    hostvars = HostVars(inventory)
    said: Read | UnusableError
    try:
        said = read(inventory, load_catalog(), today, RESOLVED)
    except UnusableError as unusable:
        said = unusable
    try:
        planner = make_planner(hostvars, inventory.groups)
    except PortledgerError as error:
        text = str(error)
        wrong = [*_wrong_words(text), *_without_remedy(text)]
        if isinstance(said, Read):
            wrong.append(f"refused, though it can be used: {text}")
        return Judgement("refused", text, wrong=wrong)
    if isinstance(said, UnusableError):
        return Judgement("used", wrong=[f"used, though it cannot be: {said}"])
    firewalls = Firewalls(inventory_view(hostvars))
    warnings = [one for scope in ("host", "gateway") for one in planner.warnings(scope)]
    wrong = [one for text in warnings for one in (*_wrong_words(text), *_without_remedy(text))]
    wrong += [one for text in _texts(planner, firewalls, said, chance) for one in _wrong_words(text)]
    plans = {
        (name, scope): PlanFolder(folder, "task", scope).plan(name, lambda: planner)
        for scope, names in (("host", planner.deployment.hosts), ("gateway", planner.deployment.gateways))
        for name in names
    }
    json.dumps(list(plans.values())).encode()
    if {name for name, scope in plans if scope == "host"} != {machine.name for machine in said.world.machines}:
        wrong.append("other hosts")
    if {name for name, scope in plans if scope == "gateway"} != set(said.gateways):
        wrong.append("other gateways")
    judgement = Judgement("used", hosts=len(said.world.machines), gateways=len(said.gateways), wrong=wrong)
    if not wrong:
        for count, found in wrong_rules(said, plans, firewalls, chance, today):
            judgement.packets += count
            wrong.extend(found)
    return judgement


def _texts(planner: Planner, firewalls: Firewalls, said: Read, chance: random.Random) -> Iterator[str]:
    """What people read about an inventory that can be used, when they ask."""
    ends = [*said.world.parties, *(machine.name for machine in said.world.machines), "console", "198.18.77.7"]
    source, destination, port = chance.choice(ends), chance.choice(ends), chance.choice(("tcp/514", "tcp/22", "icmp"))
    for ask in (
        partial(check, planner, firewalls),
        partial(explain, planner, firewalls, source=source, destination=destination, port=port),
    ):
        try:
            yield from ask()["text"]
        except PortledgerError as error:
            yield str(error)


def _wrong_words(text: str) -> Iterator[str]:
    if len(text) > LONGEST:
        yield f"a message of {len(text)} letters: {text[:200]!a}"
    if not text.isprintable():
        yield f"raw control characters: {text[:300]!a}"
    if _SECRET in text:
        yield f"what was encrypted: {text[:300]!a}"


def _without_remedy(text: str) -> Iterator[str]:
    # What is at the end of several messages in one, on misspelt names, may be cut off.
    if not _TOLD.fullmatch(text) or (text.endswith("...") and "is ignored" not in text):
        yield f"no remedy: {text}"


@cache
def _known(name: str) -> Sequence[str]:
    return RESOLVED.get(name, ())


def _resolve(name: str, *_arguments: Any, **_options: Any) -> list[tuple[Any, ...]]:
    name.encode("idna")
    if not _known(name):
        raise socket.gaierror(f"no such name: {name}")
    return [(0, 0, 0, "", (one, 0)) for one in _known(name)]
