# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be so after a point: in the kernel, on the disk, at a boot, and for the runs that follow."""

from __future__ import annotations

import re
from collections.abc import Sequence

from tests.chaos.boots import Boot
from tests.chaos.controller import Told
from tests.chaos.disk import Tree
from tests.chaos.operations import CONFIRM
from tests.chaos.reference import Reference
from tests.chaos.rules import is_flushed, is_mixed
from tests.lab.hosts.state import State, differences

_LONGEST = 100
OLD, NEW, NOTHING = "old", "new", "nothing"
_BLOCK = re.compile(rb"# BEGIN portledger\.qradar.*?# END portledger\.qradar[^\n]*\n?", re.DOTALL)
_OURS = re.compile(rb"^.*PORTLEDGER.*\n?", re.MULTILINE)


def name_of(rules: State, reference: Reference) -> str:
    """What rules are, for people."""
    for name, state in ((NEW, reference.new), (OLD, reference.old), (NOTHING, reference.bare)):
        if rules == state:
            return name
    if is_mixed(rules, reference.old, reference.new):
        keys = sorted({*rules, *reference.old, *reference.new})
        like = {
            key: [name for name, one in ((OLD, reference.old), (NEW, reference.new)) if one.get(key) == rules.get(key)]
            for key in keys
        }
        parts = [f"{key} {' and '.join(names) or 'neither'}" for key, names in like.items() if len(names) < 2]
        return f"partly old, partly new ({', '.join(parts)})"
    shown = min((differences(one, rules) for one in (reference.old, reference.new)), key=len)
    lines = [line if len(line) < _LONGEST else f"{line[:_LONGEST]} ..." for line in shown[:2]]
    return f"neither old nor new: {'; '.join(lines)} ({len(shown)} lines differ)"


def allowed(told: Told, reference: Reference) -> tuple[str, ...]:
    """What may be in force once nothing waits any longer."""
    if reference.operation.end != CONFIRM or not told.confirms:
        return (OLD,)
    if told.outcome == "confirmed":
        return (NEW,)
    return (OLD,) if told.outcome == "restored" else (OLD, NEW)


def may_wait(now: State, reference: Reference) -> bool:
    """Whether a host may be like this until the timer, the next run or the next boot comes."""
    if now in (reference.old, reference.new) or is_mixed(now, reference.old, reference.new):
        return True
    # firewalld's reload and QRadar's program flush iptables, and what is loaded after it may be what fails.
    kind = reference.operation.kind
    return (kind.firewalld or kind.qradar) and is_flushed(now, reference.old, reference.new)


def narrowed(may: tuple[str, ...], rules: State, reference: Reference) -> tuple[str, ...]:
    """Of what may be, what is; all of it, where none is."""
    return tuple(one for one in may if rules == {OLD: reference.old, NEW: reference.new}[one]) or may


def judge_rules(when: str, rules: State, may: Sequence[str], reference: Reference) -> list[str]:
    """Lines about rules that are not among those that may be."""
    if any(rules == {OLD: reference.old, NEW: reference.new}[one] for one in may):
        return []
    return [f"{when}: {name_of(rules, reference)} in place of {' or '.join(may)}"]


def judge_boot(when: str, boot: Boot, may: Sequence[str], told: Told, reference: Reference) -> list[str]:
    """Lines about a boot: it loads what may be, or what was there before and says so."""
    states = {OLD: reference.old_boot, NEW: reference.new}
    said = f", and says: {'; '.join(boot.failed)}" if boot.failed else ", and does not say so"
    if any(boot.rules == states[one] for one in may):
        if boot.failed and not told.problem:
            return [f"{when}: loads what it should{said}"]
        return []
    if boot.rules in states.values() and (boot.failed or told.warned):
        return []
    return [f"{when}: {name_of(boot.rules, reference)} in place of {' or '.join(may)}{said}"]


def judge_good_boot(when: str, boot: Boot, reference: Reference) -> list[str]:
    """Lines about a boot behind a run that said that all is well."""
    if boot.rules == reference.new and not boot.failed:
        return []
    said = f", and says: {'; '.join(boot.failed)}" if boot.failed else ""
    return [f"{when}: {name_of(boot.rules, reference)} in place of new{said}"]


def judge_files(when: str, tree: Tree, reference: Reference) -> list[str]:
    """Lines about files of others that are not as they were, our own lines in them aside."""
    found = []
    for path, entry in reference.bare_tree.items():
        if path.startswith("etc/sysconfig/"):
            # Written by QRadar's program each time.
            continue
        now = tree.get(path)
        if now is None or now.kind != entry.kind:
            found.append(f"{when}: /{path} of others is gone")
        elif _foreign(now.data) != _foreign(entry.data):
            found.append(f"{when}: /{path} of others has changed")
    return found


def _foreign(data: bytes) -> bytes:
    return _OURS.sub(b"", _BLOCK.sub(b"", data))


def judge_remains(tree: Tree, strays: Sequence[str], reference: Reference) -> list[str]:
    """Lines about what is left of ours after all was removed."""
    bare = reference.bare_tree
    left = [f"/{path} is left" for path in sorted(tree) if path not in bare]
    other = [f"/{path} is not as it was" for path in sorted(bare) if path in tree and tree[path] != bare[path]]
    gone = [f"/{path} is gone" for path in sorted(bare) if path not in tree]
    stray = [f"/{path} is left" for path in strays]
    lines = left + other + gone + stray
    return [f"after remove: {', '.join(lines[:4])}{' ...' if len(lines) > 4 else ''}"] if lines else []
