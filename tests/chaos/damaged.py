# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One damage of one host, and what is wrong after it."""

from __future__ import annotations

import random
import re
from dataclasses import dataclass
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._host.module import OUT_OF_MEMORY
from tests.chaos.boots import Boot, Boots, come_up
from tests.chaos.control import MODULE, Control
from tests.chaos.controller import Told, change
from tests.chaos.damage_kinds import Damage, measured
from tests.chaos.damaged_disks import DiskDamage
from tests.chaos.disk import without_run
from tests.chaos.follow import Follow
from tests.chaos.judge import NEW, OLD, allowed, judge_files, judge_rules, may_wait, name_of, narrowed
from tests.chaos.operations import CONFIRM, RESTORE, SECONDS, TIMER, Operation, operations, phase_of
from tests.chaos.reference import Reference, work_out
from tests.chaos.rules import observed
from tests.chaos.torn_files import BOOTED, CONFIRMED, TornFile
from tests.chaos.world import World

_TO = {"iptables": "to nftables", "nftables": "to iptables", "firewalld": "to nftables", "qradar": "to nftables"}
_NAMED = re.compile(r"/(etc|run|opt|var)/\S|\b(nft|ip6?tables\S*|ipset|firewall-cmd|iptables_update\.pl|python\S*)\b")


@dataclass(frozen=True)
class Found:
    """What a run was, what came of it, what is wrong with that, and what failing calls said."""

    what: str
    outcome: str
    why: tuple[str, ...]
    said: tuple[str, ...]


class _Known:
    """What is worked out once for an operation."""

    def __init__(self, operation: Operation, control: Control) -> None:
        self.reference: Reference = work_out(operation, control)
        self.boots = Boots(operation.kind, control)
        self.follow = Follow(self.reference, self.boots)


class Damaged:
    """The hosts of one provider."""

    def __init__(self, provider: str, control: Control) -> None:
        self._provider = provider
        self._control = control
        names = ("first", "change", "remove", _TO[provider])
        self._operations = {
            one.name: one
            for one in operations()
            if one.provider == provider and one.scope == "host" and one.name in names
        }
        self._known: dict[str, _Known] = {}

    def run(self, damage: Damage | TornFile, chosen: random.Random) -> Found:
        if isinstance(damage, TornFile):
            return self._torn(damage, chosen)
        known = self._know(chosen.choice([*self._operations]))
        if isinstance(damage, DiskDamage) and not self._has(known, damage.place):
            known = self._know("change")
        end = chosen.choice((CONFIRM, CONFIRM, RESTORE, TIMER))
        name = getattr(damage, "name", "")
        runs = sum(str(point).startswith(f"before {name} ") for point in known.reference.points[MODULE])
        damage = measured(damage, chosen, runs)
        self._control.arm(None)
        with known.reference.begin(self._control) as world:
            more = damage.inflict(world)
            told = self._play(world, {**known.reference.operation.wanted, **more}, end)
            now = observed(world)
            self._let_time_pass(world)
            damage.mend(world)
            why = [] if may_wait(now, known.reference) else [f"at once: {name_of(now, known.reference)}"]
            why += self._after(world, known, told, "")
        return self._found(f"{damage}, {known.reference.operation.name}, {end}", told, why)

    def _torn(self, damage: TornFile, chosen: random.Random) -> Found:
        known = self._know("change")
        wanted = known.reference.operation.wanted
        end = "" if damage.when in (CONFIRMED, BOOTED) else chosen.choice((CONFIRM, RESTORE, TIMER, "restart"))
        self._control.arm(None)
        world = known.reference.begin(self._control)
        try:
            if end:
                told = Told(answers=[world.call({**wanted, "change": phase_of("apply")})])
            else:
                told = change(world, wanted)
                world.wait_for_programs()
            if damage.when == BOOTED:
                world = self._restart(world, known)[0]
            path = damage.tear(world, self._provider, chosen)
            if end == "restart":
                world, boot = self._restart(world, known)
                why = _judge_boot("the boot", boot, allowed(told, known.reference), told, known.reference, path)
                why += judge_files("after the boot", world.tree(), known.reference) + known.follow.judge(world)
            else:
                if end in (CONFIRM, RESTORE):
                    told.confirms = end == CONFIRM
                    answer = world.call({**wanted, "change": phase_of(end)})
                    told.answers += [answer]
                    if answer.get("failed"):
                        told.answers += [world.call({**wanted, "change": phase_of(end)})]
                self._let_time_pass(world)
                why = self._after(world, known, told, path)
        finally:
            world.stop()
        return self._found(f"{damage}" + (f", {end}" if end else ""), told, why)

    def _restart(self, world: World, known: _Known) -> tuple[World, Boot]:
        tree = world.tree()
        world.stop()
        return come_up(known.reference.operation.kind, self._control, without_run(tree))

    def _know(self, name: str) -> _Known:
        if name not in self._known:
            self._known[name] = _Known(self._operations[name], self._control)
        return self._known[name]

    def _has(self, known: _Known, place: str) -> bool:
        return place in ("/etc", "/run", "/var/lib") or place[1:] in known.reference.old_tree

    def _play(self, world: World, options: dict[str, Any], end: str) -> Told:
        if end != TIMER:
            return change(world, options, end)
        return Told(answers=[world.call({**options, "change": phase_of("apply")})])

    def _let_time_pass(self, world: World) -> None:
        """Until what waits has to put back; it tries again while that fails."""
        self._control.advance(2 * SECONDS)
        world.wait_for_programs(1)

    def _after(self, world: World, known: _Known, told: Told, path: str) -> list[str]:
        """What is wrong once nothing waits any longer, and with the runs that follow."""
        reference = known.reference
        why = [f"what puts back does not end: {left[0]}"] if (left := world.wait_for_programs()) else []
        rules, tree = observed(world), world.tree()
        may = allowed(told, reference)
        why += judge_files("on the disk", tree, reference)
        why += judge_rules("after the timer", rules, may, reference)
        may = narrowed(may, rules, reference)
        why += _judge_boot("a boot", known.boots.of(tree), may, told, reference, path)
        return why + known.follow.judge(world)

    def _found(self, what: str, told: Told, why: list[str]) -> Found:
        said = [" ".join(str(one[key]).split()) for one in told.answers for key in ("msg", "problem") if one.get(key)]
        why += [f"a traceback: {one['msg'][-400:]}" for one in told.answers if one.get("traceback")]
        why += [f"died: {told.died}"] if told.died else []
        why += [
            f"names no path and no program: {words}"
            for words in said
            if not _NAMED.search(words) and words != OUT_OF_MEMORY
        ]
        failed = "failed" if told.failed else "problem" if told.warned else ""
        outcome = " ".join(filter(None, (failed, told.outcome))) or ("pending" if told.answers else "no answer")
        return Found(what, outcome, tuple(dict.fromkeys(why)), tuple(dict.fromkeys(said)))


def _judge_boot(when: str, boot: Boot, may: tuple[str, ...], told: Told, reference: Reference, path: str) -> list[str]:
    """Lines about a boot that loads anything but what it may, and nobody says so."""
    states = {OLD: reference.old_boot, NEW: reference.new}
    if any(boot.rules == states[one] for one in may) or boot.failed or told.warned:
        return []
    if path.startswith("etc/systemd/"):
        # systemd itself says what it thinks of such a unit.
        return []
    return [f"{when}: {name_of(boot.rules, reference)} in place of {' or '.join(may)}, and does not say so"]
