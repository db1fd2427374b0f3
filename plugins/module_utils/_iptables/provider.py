# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider iptables: chains of our own with one jump, sets through ipset where it works."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import by_family, difference
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import digest_of, words_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import (
    SetChange, SetState, ask_ipset, parse_sets, read_sets,
)
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.counters import count
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.lock import (
    is_locked_out, waiting, who_holds,
)
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.meaning import read_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import render
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.restore import Restore
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import (
    PREFIX, read_save, save_of, without_counts,
)
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.state import (
    IptablesState, former_state, save_state,
)
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import (
    Names, missing_jumps, read_tables, repairs, same_tables, wanted_tables,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.conntrack import track_ahead, wait_for
from ansible_collections.portledger.qradar.plugins.module_utils._providers.answers import may_print
from ansible_collections.portledger.qradar.plugins.module_utils._providers.provider import Provider


def filtered_families(host):
    """The families that this host filters.

    :type host: _host.host.Host
    :rtype: list[str]
    :raises RulesetError: a program is missing.
    """
    families = ["ipv4", "ipv6"] if os.path.exists(host.file("proc/net/if_inet6")) else ["ipv4"]
    for family in families:
        for program in (PREFIX[family] + "-save", PREFIX[family] + "-restore"):
            if not host.find(program):
                raise RulesetError(_missing(program, family, host))
    return families


def _missing(program, family, host):
    why = " The kernel has IPv6, which would stay open." if family == "ipv6" else ""
    return "%s: not found in PATH (%s).%s Install the package iptables, or choose another provider." % (
        program,
        ":".join(host.path),
        why,
    )


def _used_elsewhere(save, names):
    """Names of our sets in foreign rules."""
    if names.set_prefix not in save:
        return
    for table in read_save(save).values():
        for rule in table.rules:
            if not names.owns_chain(rule.chain):
                for word in rule.words():
                    if word.startswith(names.set_prefix):
                        yield word


def _meanings(names, state):
    return dict(
        (family, read_meaning(tables.chains, state.members(), names, family))
        for family, tables in state.tables.items()
    )


def _sets_of(state):
    """Names of the sets that our rules use."""
    for tables in state.tables.values():
        for rules in tables.chains.values():
            for rule in rules:
                found = rule.options().get("--match-set")
                if found:
                    yield found[0]


def _set_change(host, names, present, wanted):
    if present.sets is None:
        return None
    return SetChange(host, names.set_prefix, present.sets, wanted.sets or SetState({}, {}), present.used_elsewhere)


def _lost_sets(present, wanted):
    """Whether there was an ipset when what is wanted was saved, and none is found now."""
    return present.sets is None and wanted.sets is not None


def _refuse_lost_sets(present):
    """Sets of our rules are in the kernel, and cannot be removed. Rules that stay do without sets meanwhile."""
    used = sorted(set(_sets_of(present)))
    if present.sets is None and used:
        raise RulesetError(
            "ipset: not found, but rules that are to go use its sets (%s%s). Install the package ipset again, then run "
            "this again." % (used[0], " and %d more" % (len(used) - 1) if used[1:] else "")
        )


def _track(host, names, families, asked):
    """Ask for connections to be tracked, in a chain that nothing leads to and that the ruleset then takes."""
    for family in families:
        asked.append(family)
        _command(host, family, ["-N", names.main])
        _command(host, family, ["-A", names.main, "-m", "conntrack", "--ctstate", "ESTABLISHED"])


def _untrack(host, names, families):
    for family in families:
        for command in ("-F", "-X"):
            _command(host, family, [command, names.main])


def _command(host, family, arguments):
    """Where the program knows no such rule, the ruleset says so in a moment."""
    wait, seconds = waiting(host)
    code, out, err = host.run(PREFIX[family], wait + arguments, None, seconds)
    words = words_of(code, out, err)
    if code != 0 and is_locked_out(words):
        said = " ".join([PREFIX[family]] + arguments + ["failed", " ".join(words.split())])
        raise RulesetError(said + "." + who_holds(host, words))


def _undo(problems, function, *arguments):
    """Take back a step; where that fails, say so beside what went wrong before."""
    try:
        function(*arguments)
    except RulesetError as error:
        problems.append("Putting back failed too: %s" % error.words)


def _told(host):
    """What the programs print: the rules of each family, and all sets, or None."""
    return dict((family, save_of(host, family)) for family in filtered_families(host)), ask_ipset(host, ["save"])


def _digest(names, saves, sets):
    # Foreign sets differ from moment to moment where addresses are banned for a time.
    ours = re.compile("^(?:create|add) %s.*" % re.escape(names.set_prefix), re.MULTILINE)
    told = [part for family in sorted(saves) for part in (family, without_counts(saves[family]))]
    return digest_of(told + ([] if sets is None else ["\n".join(ours.findall(sets))]))


class Iptables(Provider):
    """Chains of our own with one jump, sets through ipset where it works."""

    NAME = "iptables"
    CODE = (
        "_base.intervals", "_base.networks", "_host.conntrack", "_iptables.counters", "_iptables.ipset",
        "_iptables.lock", "_iptables.meaning", "_iptables.provider", "_iptables.render", "_iptables.restore",
        "_iptables.rule", "_iptables.save", "_iptables.state", "_iptables.tables", "_iptables.trees",
        "_iptables.words", "_plan.counters", "_plan.difference", "_plan.line", "_plan.plan", "_plan.policy",
        "_plan.rules", "_providers.answers", "_providers.provider",
    )

    def detect(self, host):
        filtered_families(host)

    def traces(self, host, scope):
        names = Names(scope)
        for family in ("ipv4", "ipv6"):
            if may_print(host, PREFIX[family] + "-save", [], ":%s " % names.main):
                return True
        return may_print(host, "ipset", ["list", "-n"], names.set_prefix)

    def version(self, host):
        code, out, _err = host.run("iptables", ["--version"])
        return out.strip() if code == 0 and out.strip() else self.NAME

    def read(self, host, scope):
        names = Names(scope)
        saves, sets = _told(host)
        tables, used = {}, set()
        for family, save in saves.items():
            tables[family] = read_tables(save, names)
            used.update(_used_elsewhere(save, names))
        members = None if sets is None else parse_sets(sets, names.set_prefix)
        return IptablesState(tables, members, used, (saves, sets))

    def seen(self, host, scope):
        return _digest(Names(scope), *_told(host))

    def seen_in(self, host, scope, present):
        return _digest(Names(scope), *present.told)

    def build(self, scope, present, policy):
        if policy is None:
            _refuse_lost_sets(present)
        names = Names(scope)
        tables, sets = {}, {}
        for family in present.tables:
            chains = {}
            if policy is not None:
                ruleset = render(policy, names, family, present.sets is not None)
                chains = ruleset.chains
                sets.update(ruleset.sets)
            tables[family] = wanted_tables(names, chains)
        return IptablesState(tables, SetState(sets, {}) if present.sets is not None else None)

    def compare(self, host, scope, present, wanted):
        names = Names(scope)
        families = sorted(wanted.tables)
        sets = _set_change(host, names, present, wanted)
        same = all(same_tables(present.tables[family], wanted.tables[family]) for family in families)
        if same and not (sets and sets.needed()):
            return ["~ sets cannot be read: ipset is not found any more"] if _lost_sets(present, wanted) else []
        lines = difference(_meanings(names, present), _meanings(names, wanted))
        repaired, misplaced, jumps = {}, {}, {}
        for family in families:
            there, want = present.tables[family], wanted.tables[family]
            repaired[family] = repairs(there, want)
            jumps[family] = ["jump in %s restored" % hook for hook, _rule in names.jumps(want.chains)]
            misplaced[family] = ["jump in %s restored" % hook for hook in missing_jumps(names, there, want)]
        lines.extend(by_family("~ ", misplaced, jumps))
        lines.extend(by_family("~ ", repaired, repaired))
        if sets:
            used = set(_sets_of(present))
            lines.extend("- set %s that no rule uses" % name for name in sets.stale if name not in used)
        return lines or ["~ rules repaired that meant the same"]

    def load(self, host, scope, present, wanted):
        names = Names(scope)
        sets = _set_change(host, names, present, wanted)
        restores = [
            Restore(host, PREFIX[family] + "-restore", present.tables[family], wanted.tables[family])
            for family in sorted(wanted.tables)
            if not same_tables(present.tables[family], wanted.tables[family])
        ]
        first = bool(restores) and not any(tables.chains for tables in present.tables.values())
        if sets:
            sets.prepare()
        done, asked = [], []
        try:
            known = track_ahead(host, lambda: _track(host, names, sorted(wanted.tables), asked)) if first else None
            for restore in restores:
                restore.test()
            wait_for(host, known)
            for restore in restores:
                restore.load()
                done.append(restore)
        except RulesetError as error:
            problems = [error.words]
            for restore in reversed(done):
                _undo(problems, restore.undo)
            if asked:
                _undo(problems, _untrack, host, names, asked)
            if sets:
                sets.abandon()
            raise RulesetError(" ".join(problems), changed=len(problems) > 1)
        if sets:
            sets.finish()
        elif _lost_sets(present, wanted):
            raise RulesetError(
                "ipset: not found any more. The rules are in force, but sets that none of them uses may be left. "
                "Install the package ipset again.",
                changed=True,
            )

    def save(self, state):
        return save_state(state)

    def former(self, saved, present):
        return former_state(saved, present)

    def counters(self, host, scope):
        names = Names(scope)
        saves = dict((family, host.output(PREFIX[family] + "-save", ["-c"])) for family in filtered_families(host))
        sets = read_sets(host, names.set_prefix)
        return count(saves, sets.members if sets else {}, names)
