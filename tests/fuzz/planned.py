# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be in force on the hosts of all targets."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from ansible_collections.portledger.qradar.plugins.module_utils._registry.providers import PROVIDERS
from tests.fuzz.machine import Machine

GOLDEN = Path(__file__).resolve().parents[1] / "unit/plugins/module_utils/golden"
SCOPES = ("host", "gateway")
MANAGEMENT = Management(("198.18.9.7", 2222), ["198.18.9.0/24", "2001:db8:9::/64"], [22, 2222])
OPTIONS = {"unlisted": "drop", "egress": "drop"}


def as_json(value: object) -> bytes:
    """A seed."""
    return json.dumps(value).encode()


def golden(pattern: str) -> tuple[bytes, ...]:
    """Files that tests of the product compare with."""
    return tuple(path.read_bytes() for path in sorted(GOLDEN.glob(pattern)))


@cache
def plan(scope: str) -> Any:
    """A plan with everything in it."""
    return read_plan(json.loads((GOLDEN / f"{scope}.json").read_text(encoding="utf-8")), scope)


@cache
def policy(scope: str) -> Any:
    """Its policy."""
    return make_policy(plan(scope), MANAGEMENT, "drop", "log")


def provider(name: str) -> Any:
    """By its name."""
    return PROVIDERS[name]


def compared(name: str, scope: str, machine: Machine) -> Any:
    """What a provider reads there, told from the plan, saved, and read from what was saved."""
    chosen = provider(name)
    present = chosen.read(machine, scope)
    wanted = chosen.build(scope, present, policy(scope))
    lines = [str(line) for line in chosen.compare(machine, scope, present, wanted)]
    former = chosen.former(json.loads(json.dumps(chosen.save(present))), present)
    left = [str(line) for line in chosen.compare(machine, scope, present, former)]
    return lines, left
