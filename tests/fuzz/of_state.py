# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's own files on a host, which anybody may have damaged."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import CONFIRMED
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import DAMAGED
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset_info import _pending
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import BootOutcome, Outcome, Pending
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import (
    AtBoot,
    Rules,
    Saved,
    Undo,
    Wait,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from tests.fuzz.guard import own_folder
from tests.fuzz.machine import REFUSALS, Machine, says
from tests.fuzz.of_iptables import FOREIGN, SETS, printing
from tests.fuzz.planned import as_json, golden, policy, provider
from tests.fuzz.target import Target, require

BOOT = "0f9a6a9d-2c0a-3b4e-8f00-000000000001"
STATES = (Saved("iptables", {"tables": {}, "sets": None}), Saved("nftables", {"table": None, "text": None}))
AT_BOOT = AtBoot(STATES, Wait("docker.service", "docker info"))
PENDING = Pending(
    *(
        "6f1d",
        BOOT,
        30,
        5030.5,
        "198.18.9.7 40000 198.18.1.1 22",
        False,
        ["/usr/sbin"],
        "systemd",
        STATES,
        AT_BOOT,
        True,
        False,
    ),
)


@cache
def _folder() -> Path:
    """A host's folders, of this process."""
    folder = own_folder() / "host"
    for name in ("run/portledger/host", "etc/portledger/host", "proc/sys/kernel/random"):
        (folder / name).mkdir(parents=True)
    (folder / "proc/sys/kernel/random/boot_id").write_text(BOOT + "\n", encoding="ascii")
    (folder / "proc/uptime").write_text("5000.25 1.00\n", encoding="ascii")
    return folder


def _file(name: str, ask: Callable[[Host], Any]) -> Callable[[bytes], object]:
    """Ask with this file there."""

    def read(raw: bytes) -> object:
        (_folder() / name).write_bytes(raw)
        try:
            return ask(Host(lambda *_call: (1, "", "none"), path=[], environ={}, root=str(_folder())))
        finally:
            (_folder() / name).unlink()

    return read


def _waiting(host: Host) -> None:
    store = Store(host, "host")
    pending = store.pending()
    if pending:
        require(
            Pending.from_data(from_json(to_json(pending.as_data()))) == pending, "a change reads back as another one"
        )
        _pending(host, pending)
        store.pending_as("x")
    store.mark()


def _outcomes(host: Host) -> None:
    store = Store(host, "host")
    for found in (store.outcome(), store.boot_outcome()):
        if found:
            require(
                type(found).from_data(from_json(to_json(found.as_data()))) == found,
                "an outcome reads back as another one",
            )


def _boot(host: Host) -> None:
    persistence = Persistence(host, "host")
    for ask in (persistence.rules, persistence.undo):
        try:
            found = ask()
        except REFUSALS:
            raise
        if found:
            require(
                type(found).from_data(from_json(to_json(found.as_data()))) == found, "rules read back as other ones"
            )
    persistence.has_undo()
    persistence.loaded_by()
    persistence.problem_at_boot()


def _saved(name: str, machine: Machine) -> tuple[bytes, Callable[[bytes], object]]:
    """A state that a provider has saved; and how those are read that wait, or that a boot loads."""
    chosen = provider(name)
    present = chosen.read(machine, "host") if name != "qradar" else None
    wanted = chosen.build("host", present, policy("host"))
    if name == "nftables":
        wanted.text = None
    if name == "firewalld":
        wanted.about["kernel_sets"] = []

    def read(raw: bytes) -> None:
        former = chosen.former(from_json(raw.decode("utf-8", "surrogateescape")), present)
        chosen.compare(machine, "host", present, former)

    return to_json(chosen.save(wanted)).encode(), read


def _states() -> list[Target]:
    ours = {
        "nft list flowtables": b"table inet portledger_host {\n}\n",
        "nft -j list table inet portledger_host": golden("nftables/host-1.1.3.json")[0],
    }
    machines = {
        "iptables": Machine(answers=printing(FOREIGN, SETS)),
        "nftables": Machine(answers={**ours, "nft": b""}),
        "firewalld": Machine(),
    }
    found = []
    for name, machine in machines.items():
        seed, read = _saved(name, machine)
        # Whoever reads such a state reports whatever goes wrong: put_back.py, boot.py, _ruleset_info.py.
        found.append(Target(f"saved-{name}", (seed,), read, (*DAMAGED, *REFUSALS), says, json=True, share=10))
    return found


OUTCOMES = (
    as_json(Outcome("6f1d", CONFIRMED, "over a new connection", None).as_data()),
    as_json(BootOutcome("loaded", "").as_data()),
)
TARGETS = (
    Target(
        "pending",
        (as_json(PENDING.as_data()),),
        _file("run/portledger/host/pending.json", _waiting),
        REFUSALS,
        says,
        json=True,
        share=40,
    ),
    Target(
        "outcome",
        OUTCOMES[:1],
        _file("run/portledger/host/outcome.json", _outcomes),
        REFUSALS,
        says,
        json=True,
        share=20,
    ),
    Target(
        "boot-outcome",
        OUTCOMES[1:],
        _file("run/portledger/host/boot.json", _outcomes),
        REFUSALS,
        says,
        json=True,
        share=20,
    ),
    Target(
        "rules",
        (as_json(Rules("ab12", STATES).as_data()),),
        _file("etc/portledger/host/rules.json", _boot),
        REFUSALS,
        says,
        json=True,
        share=20,
    ),
    Target(
        "undo",
        (as_json(Undo("ab12", BOOT, STATES, AT_BOOT).as_data()),),
        _file("etc/portledger/host/undo.json", _boot),
        REFUSALS,
        says,
        json=True,
        share=20,
    ),
    *_states(),
)
