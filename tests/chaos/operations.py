# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is stopped: each operation of the module, as the calls that a controller makes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.chaos.hosts import Kind
from tests.unit.plugins.module_utils.support import golden_plan

PROVIDERS = ("iptables", "nftables", "firewalld", "qradar")
SCOPES = ("host", "gateway")
SECONDS = 600
CONFIRM, RESTORE, TIMER = "confirm", "restore", "timer"
TOKEN = "chaos"

_DRIFTS = {
    "iptables": "iptables -F $(iptables -S | sed -n 's/^-N \\(PORTLEDGER-[A-Z]*\\)$/\\1/p' | head -1)",
    "nftables": "nft delete table inet portledger_{scope}",
    "firewalld": "sed -i /PORTLEDGER/d /etc/firewalld/direct.xml",
    "qradar": "iptables -F $(iptables -S | sed -n 's/^-N \\(PORTLEDGER-Q[A-Z]*\\)$/\\1/p' | head -1)",
}


def options(scope: str, provider: str | None, version: int) -> dict[str, Any]:
    """Of the first or of the second state that a host is to have; without a provider, all goes."""
    plan = golden_plan(scope)
    if version == 2:
        plan["flows"] = plan["flows"][1:]
        first = next(iter(plan["sets"].values()))
        first["ipv4"] = [*first["ipv4"], "198.18.77.0/24"]
    return {
        "scope": scope,
        "provider": provider or "auto",
        "state": "present" if provider else "absent",
        "unlisted": "drop" if version == 1 or scope == "gateway" else "log",
        "egress": "leave" if version == 1 else "log",
        "management": ["198.18.9.0/24", "2001:db8:9::/64"],
        "plan": plan if provider else None,
        "confirm_seconds": SECONDS,
    }


def phase_of(phase: str, token: str = TOKEN) -> dict[str, Any]:
    """The module's option change: what a call is for."""
    return {"phase": phase, "token": token, "over_new_connection": False}


@dataclass(frozen=True)
class Operation:
    """From a state that a provider has loaded and that is confirmed, or from nothing, to another.

    end: how the change ends that the operation begins with: it is confirmed, taken back, or left to the timer.
    drift: what somebody does to the rules before, for the operation to repair.
    upgraded: whether a former release of the collection has made the rules before.
    """

    name: str
    scope: str
    before: str | None
    after: str | None
    end: str = CONFIRM
    drift: str = ""
    upgraded: bool = False

    @property
    def kind(self) -> Kind:
        return Kind.of(self.before, self.after)

    @property
    def provider(self) -> str:
        return self.before or self.after or ""

    @property
    def prior(self) -> dict[str, Any] | None:
        return options(self.scope, self.before, 1) if self.before else None

    @property
    def wanted(self) -> dict[str, Any]:
        return options(self.scope, self.after, 2 if self.before and not self.drift else 1)


def operations() -> list[Operation]:
    """Every one, for every provider and scope."""
    found = []
    for scope in SCOPES:
        for provider in PROVIDERS:
            found += [
                Operation("first", scope, None, provider),
                Operation("change", scope, provider, provider),
                Operation("unconfirmed", scope, provider, provider, TIMER),
                Operation("restore", scope, provider, provider, RESTORE),
                Operation("remove", scope, provider, None),
                Operation("upgrade", scope, provider, provider, upgraded=True),
            ]
            # A gateway has no direct rules, and firewalld reads its other files anew in each world.
            if (provider, scope) != ("firewalld", "gateway"):
                drift = _DRIFTS[provider].format(scope=scope)
                found.append(Operation("repair", scope, provider, provider, drift=drift))
            found += [
                Operation(f"to {other}", scope, provider, other)
                for other in PROVIDERS
                # Where QRadar is, the provider iptables is refused.
                if other != provider and {provider, other} != {"iptables", "qradar"}
            ]
    return found
