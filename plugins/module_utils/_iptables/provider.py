# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider iptables: chains of our own with one jump, sets through ipset where it works.

A provider has these names:

    NAME, PERSISTS          PERSISTS: what it loads is what a boot loads; else a unit of ours does that
    traces, detect, version whether it has something here, whether it can be used here, what people call it
    read, build, compare    what is, what is to be, and the lines that lead there
    load                    leads there in one step, or leaves what was there
    keep, kept              what is, as data, and the way back from that data in another process
    counters                packets and bytes by flow, or None
    put_back_files          where PERSISTS: at boot, the files of what keep has kept
    boot_wait               optional, where PERSISTS: what a boot is to wait for
    warnings                optional: what the result has to say

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import by_family, difference
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import SetChange, SetState, read_sets
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.counters import count
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.meaning import read_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import Renderer
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.restore import Restore
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule, split
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names, Tables, missing_jumps
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import read_tables, repairs
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import same_tables, wanted_tables
from ansible_collections.portledger.qradar.plugins.module_utils._host.conntrack import track_ahead

NAME = "iptables"
PERSISTS = False
_WAIT = ["-w", "10"]
_PREFIX = {"ipv4": "iptables", "ipv6": "ip6tables"}


class State:
    """What is, or what is to be: tables by family, and sets."""

    def __init__(self, tables, sets, used_elsewhere=()):
        """
        :param tables: by family
        :type tables: dict[str, ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables.Tables]
        :param sets: None where there is no ipset
        :type sets: ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset.SetState | None
        :param used_elsewhere: names of our sets that rules of others use
        :type used_elsewhere: collections.Iterable[str]
        """
        self.tables = tables
        self.sets = sets
        self.used_elsewhere = frozenset(used_elsewhere)

    def members(self):
        """Members of each set.

        :rtype: dict[str, set[str]]
        """
        return self.sets.members if self.sets else {}


def detect(host):
    """The families that this host filters.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :rtype: list[str]
    :raises RulesetError: a program is missing.
    """
    families = ["ipv4", "ipv6"] if os.path.exists(host.file("proc/net/if_inet6")) else ["ipv4"]
    for family in families:
        for program in (_PREFIX[family] + "-save", _PREFIX[family] + "-restore"):
            if not host.find(program):
                raise RulesetError(_missing(program, family, host))
    return families


def traces(host, scope):
    """Whether something of ours may be here: chains in a family, or sets.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :rtype: bool
    """
    names = Names(scope)
    looks = [(_PREFIX[family] + "-save", [], ":%s " % names.main) for family in ("ipv4", "ipv6")]
    looks.append(("ipset", ["list", "-n"], names.set_prefix))
    return any(host.find(program) and mark in host.run(program, arguments)[1] for program, arguments, mark in looks)


def version(host):
    """The release, and what carries it in the kernel: "iptables v1.8.9 (nf_tables)".

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :rtype: str
    """
    return host.run("iptables", ["--version"])[1].strip() or NAME


def _missing(program, family, host):
    why = " The kernel has IPv6, which would stay open." if family == "ipv6" else ""
    return "%s: not found in PATH (%s).%s Install the package iptables, or choose another provider." % (
        program,
        ":".join(host.path),
        why,
    )


def read(host, scope):
    """What is ours in the kernel.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :rtype: State
    :raises RulesetError: the rules cannot be read.
    """
    names = Names(scope)
    tables, used = {}, set()
    for family in detect(host):
        program = _PREFIX[family] + "-save"
        save = host.output(program, [])
        # nf_tables says so in the output where somebody used what iptables cannot show.
        if "is incompatible, use 'nft' tool" in save and "*filter" not in save.split("\n"):
            raise RulesetError(
                "%s: cannot read the table filter, for it holds rules that only nft can show. "
                "Move these into a table of their own." % program
            )
        tables[family] = read_tables(save, names)
        used.update(_used_elsewhere(save, names))
    return State(tables, read_sets(host, names.set_prefix), used)


def _used_elsewhere(save, names):
    """Names of our sets in rules of others."""
    own = "-A " + names.main
    for line in save.splitlines():
        if names.set_prefix in line and not line.startswith(own):
            for token in line.split():
                if token.startswith(names.set_prefix):
                    yield token


def build(scope, present, plan, management, unlisted, egress):
    """What is to be.

    :param scope: host or gateway
    :type scope: str
    :param present: what is, for its families and whether there are sets
    :type present: State
    :param plan: None for nothing at all
    :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan | None
    :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management | None
    :param unlisted: drop, log or leave
    :type unlisted: str
    :param egress: drop, log or leave
    :type egress: str
    :rtype: State
    """
    names = Names(scope)
    tables, sets = {}, {}
    for family in present.tables:
        chains = {}
        if plan is not None:
            renderer = Renderer(names, family, present.sets is not None)
            if scope == "host":
                ruleset = renderer.host(plan, management, unlisted)
            else:
                ruleset = renderer.gateway(plan, management, unlisted, egress)
            chains = ruleset.chains
            sets.update(ruleset.sets)
        tables[family] = wanted_tables(names, chains)
    return State(tables, SetState(sets, {}) if present.sets is not None else None)


def compare(host, scope, present, wanted):
    """Lines that lead from what is to what is to be; none where nothing is to do.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :type present: State
    :type wanted: State
    :rtype: list[str]
    """
    names = Names(scope)
    families = sorted(wanted.tables)
    sets = _set_change(host, names, present, wanted)
    same = all(same_tables(present.tables[family], wanted.tables[family]) for family in families)
    if same and not (sets and sets.needed()):
        return []
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


def load(host, scope, present, wanted):
    """Lead from what is to what is to be: sets, then a test of both families, then both families.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :type present: State
    :type wanted: State
    :raises RulesetError: with the tool's own words; what was there is there still.
    """
    names = Names(scope)
    sets = _set_change(host, names, present, wanted)
    restores = [
        Restore(host, _PREFIX[family] + "-restore", present.tables[family], wanted.tables[family])
        for family in sorted(wanted.tables)
        if not same_tables(present.tables[family], wanted.tables[family])
    ]
    first = bool(restores) and not any(tables.chains for tables in present.tables.values())
    if sets:
        sets.prepare()
    done, asked = [], False
    try:
        for restore in restores:
            restore.test()
        if first:
            asked = track_ahead(host, lambda: _track(host, names, sorted(wanted.tables)))
        for restore in restores:
            restore.load()
            done.append(restore)
    except RulesetError as error:
        problems = [str(error)]
        for restore in reversed(done):
            try:
                restore.undo()
            except RulesetError as undoing:
                problems.append("Putting back failed too: %s" % undoing)
        if asked:
            _untrack(host, names, sorted(wanted.tables))
        if sets:
            sets.abandon()
        if len(problems) == 1:
            problems.append("Nothing was changed.")
        raise RulesetError(" ".join(problems))
    if sets:
        sets.finish()


def _track(host, names, families):
    """Ask for connections to be tracked, in a chain that nothing leads to and that the ruleset then takes."""
    for family in families:
        host.run(_PREFIX[family], _WAIT + ["-N", names.main])
        host.run(_PREFIX[family], _WAIT + ["-A", names.main, "-m", "conntrack", "--ctstate", "ESTABLISHED"])


def _untrack(host, names, families):
    for family in families:
        for command in ("-F", "-X"):
            host.run(_PREFIX[family], _WAIT + [command, names.main])


def keep(present):
    """What is, as data from which :func:`kept` makes it again in another process.

    :type present: State
    :returns: what JSON can hold
    :rtype: dict
    """
    tables = {}
    for family, there in present.tables.items():
        tables[family] = {
            "chains": dict((name, [rule.text() for rule in rules]) for name, rules in there.chains.items()),
            "jumps": [[chain, position, rule.text()] for chain, position, rule in there.jumps],
            "first": there.first,
        }
    sets = present.sets and {
        "members": dict((name, sorted(members)) for name, members in present.sets.members.items()),
        "kinds": present.sets.kinds,
    }
    return {"tables": tables, "sets": sets}


def kept(data, present):
    """What was.

    Rules of others may have come and gone since: where a jump would no longer have a place, it comes first.

    :param data: what :func:`keep` gave
    :type data: dict
    :param present: what is now
    :type present: State
    :rtype: State
    """
    tables = {}
    for family in set(data["tables"]) & set(present.tables):
        there = data["tables"][family]
        chains = dict((name, [Rule(split(text)) for text in rules]) for name, rules in there["chains"].items())
        room = dict(present.tables[family].room)
        jumps = []
        for chain, position, text in there["jumps"]:
            if chain in room:
                room[chain] += 1
                jumps.append((chain, min(position, room[chain]), Rule(split(text))))
        tables[family] = Tables(chains, jumps, there["first"])
    sets = data["sets"] and SetState(
        dict((name, set(members)) for name, members in data["sets"]["members"].items()), data["sets"]["kinds"]
    )
    return State(tables, sets)


def counters(host, scope):
    """How many packets each flow had until somebody replied, both families together.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :rtype: list[dict]
    :raises RulesetError: the rules cannot be read.
    """
    names = Names(scope)
    saves = dict((family, host.output(_PREFIX[family] + "-save", ["-c"])) for family in detect(host))
    sets = read_sets(host, names.set_prefix)
    return count(saves, sets.members if sets else {}, names)
