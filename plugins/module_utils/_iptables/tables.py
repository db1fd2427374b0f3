# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our chains are called, and how the tables of one family look to us."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import read_filter
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import split

# A chain's name has at most 28 characters, a set's 31. Both scopes may be on one machine, so their names differ.
_HOOKS = {HOST: "INPUT", GATEWAY: "FORWARD"}
_CHAINS = {HOST: "PORTLEDGER-IN", GATEWAY: "PORTLEDGER-FWD"}
# The place of a jump that has to come before whatever may accept.
FIRST = 0
# What any of our chains begins with, whichever scope and provider has made it.
_OURS = "PORTLEDGER-"
# None: a rule that only counts.
_CLOSING = frozenset(["DROP", "REJECT", "LOG", "NFLOG", None])
_DEPTH = 8
_SETS = {HOST: "portledger-h", GATEWAY: "portledger-g"}


class Names:
    """What is ours in one scope."""

    def __init__(self, scope, chains=None):
        """
        :param scope: host or gateway
        :type scope: str
        :param chains: main chain of each scope, where it is not the usual one: at most 15 characters
        :type chains: dict[str, str] | None
        """
        self.hook = _HOOKS[scope]
        self.main = (chains or _CHAINS)[scope]
        self.set_prefix = _SETS[scope]

    def chain(self, word):
        """A chain beside the main one.

        :rtype: str
        """
        return "%s-%s" % (self.main, word)

    def hashed_chain(self, *labels):
        """A chain for a source set, or for a source and a destination set.

        :rtype: str
        """
        return self.chain(_hash("\0".join(labels))[:12])

    def tree(self, *words):
        """A chain that leads on by the next bits of an address.

        :rtype: str
        """
        return self.chain("n" + _hash("\0".join(words))[:11])

    def is_tree(self, name):
        """Whether a chain is such a one.

        :rtype: bool
        """
        return name.startswith(self.chain("n"))

    def set(self, family, members):
        """A set's name says its content, so a change of content is a change of name, and rules switch in one step.

        :rtype: str
        """
        return "%s%s-%s" % (self.set_prefix, family[-1], _hash("\n".join(sorted(members)))[:16])

    @property
    def published(self):
        """The chain that judges what containers publish.

        :rtype: str
        """
        return self.chain("published")

    def owns_chain(self, name):
        """Whether a chain is ours.

        :rtype: bool
        """
        return name == self.main or name.startswith(self.main + "-")

    def jumps(self, chains):
        """The rules of ours outside our chains: where, and which. None where there are no chains.

        :param chains: names of our chains
        :type chains: collections.Container[str]
        :rtype: list[tuple[str, Rule]]
        """
        found = [(self.hook, Rule(["-j", self.main]))] if self.main in chains else []
        if self.published in chains:
            match = ["-m", "conntrack", "--ctstate", "DNAT", "--ctdir", "ORIGINAL"]
            found.append(("FORWARD", Rule(match + ["-j", self.published])))
        return found


class Tables:
    """Of one family's filter table: what is ours."""

    def __init__(self, chains, jumps, first, room=None, ahead=None):
        """
        :param chains: rules of each of our chains
        :type chains: dict[str, list[Rule]]
        :param jumps: rules elsewhere that lead into our chains: chain, position from 1 or FIRST, rule
        :type jumps: list[tuple[str, int, Rule]]
        :param first: whether our jumps are there, each once, before any foreign rule that may accept
        :type first: bool
        :param room: number of foreign rules in each foreign chain
        :type room: dict[str, int] | None
        :param ahead: number of rules at the top of INPUT and FORWARD, our jumps not counted, that can only drop
        :type ahead: dict[str, int] | None
        """
        self.chains = chains
        self.jumps = jumps
        self.first = first
        self.room = room or {}
        self.ahead = ahead or {}


def wanted_tables(names, chains):
    """The tables that these chains make.

    :type names: Names
    :type chains: dict[str, list[Rule]]
    :rtype: Tables
    """
    return Tables(chains, [(hook, FIRST, rule) for hook, rule in names.jumps(chains)], bool(chains))


def read_tables(save, names):
    """What is ours in the output of iptables-save, legacy or nf_tables.

    :type save: str
    :type names: Names
    :rtype: Tables
    """
    chains, jumps = {}, []
    # A table that nobody has used yet is not printed, and has these chains all the same.
    foreign = {"INPUT": [], "FORWARD": []}
    for name, rules in read_filter(save).chains().items():
        if names.owns_chain(name):
            chains[name] = [rule.rule() for rule in rules]
            continue
        there = foreign.setdefault(name, [])
        own = 0
        for saved in rules:
            rule = saved.rule() if names.main in saved.text else None
            if rule and names.owns_chain(rule.target() or ""):
                own += 1
                jumps.append((name, len(there) + own, rule))
            else:
                there.append(saved.text)
    ahead = dict((hook, _closing(foreign[hook], foreign)) for hook in ("INPUT", "FORWARD"))
    room = dict((chain, len(rules)) for chain, rules in foreign.items())
    return Tables(chains, jumps, _in_place(names, chains, jumps, ahead), room, ahead)


def _in_place(names, chains, jumps, ahead):
    """Whether each jump is there once, and no rule before it may accept."""
    wanted = names.jumps(chains)
    there = dict((chain, (position, rule)) for chain, position, rule in jumps)
    if not wanted or len(jumps) != len(wanted) or set(there) != set(hook for hook, _rule in wanted):
        return False
    return all(there[hook][1].key == rule.key and there[hook][0] <= ahead[hook] + 1 for hook, rule in wanted)


def _closing(rules, chains, depth=0):
    """How many rules at the beginning can only drop: those that drop, and those that lead to nothing else.

    What our other scope or provider has put there counts as such: neither has to come before the other.

    :param rules: of one chain, as iptables-save writes them
    :type rules: list[str]
    :param chains: rules of each foreign chain
    :type chains: dict[str, list[str]]
    :rtype: int
    """
    for number, rule in enumerate(rules):
        target = Rule(split(rule)).target()
        if target in _CLOSING or (target or "").startswith(_OURS) or (depth and target == "RETURN"):
            continue
        # What is left with -g does not come back here.
        there = chains.get(target)
        if there is None or " -g " in " " + rule or depth > _DEPTH or _closing(there, chains, depth + 1) < len(there):
            return number
    return len(rules)


def transaction(present, wanted):
    """Input of iptables-restore --noflush that leads from one state to another in one step.

    Chains that stay as they are keep their counters. The way back is the same with the two swapped.

    :type present: Tables
    :type wanted: Tables
    :rtype: str
    """
    lines = ["*filter"]
    stale = sorted(set(present.chains) - set(wanted.chains))
    changed = sorted(name for name in wanted.chains if not same_chain(present, wanted, name))
    lines.extend(":%s - [0:0]" % name for name in changed + stale)
    for name in changed:
        lines.extend("-A %s %s" % (name, rule.text()) for rule in wanted.chains[name])
    if not same_jumps(present, wanted):
        lines.extend("-D %s %s" % (chain, rule.text()) for chain, _position, rule in present.jumps)
        for chain, position, rule in wanted.jumps:
            place = present.ahead.get(chain, 0) + 1 if position == FIRST else position
            lines.append("-I %s %d %s" % (chain, place, rule.text()))
    lines.extend("-X %s" % name for name in stale)
    return "\n".join(lines + ["COMMIT", ""])


def same_chain(present, wanted, name):
    """Whether a wanted chain is there as wanted.

    :rtype: bool
    """
    there = present.chains.get(name)
    return there is not None and [rule.key for rule in there] == [rule.key for rule in wanted.chains[name]]


def same_jumps(present, wanted):
    """Whether the rules that lead into our chains are as wanted.

    :rtype: bool
    """
    if wanted.first:
        return present.first
    there, want = (
        [(chain, position, rule.key) for chain, position, rule in tables.jumps] for tables in (present, wanted)
    )
    return there == want


def missing_jumps(names, present, wanted):
    """Foreign chains in which our chains are there without their jump, or with one that comes too late.

    :type names: Names
    :type present: Tables
    :type wanted: Tables
    :rtype: list[str]
    """
    if not wanted.first or present.first:
        return []
    found = []
    for hook, rule in names.jumps(wanted.chains):
        there = [(position, jump) for chain, position, jump in present.jumps if chain == hook]
        good = len(there) == 1 and there[0][1].key == rule.key and there[0][0] <= present.ahead.get(hook, 0) + 1
        if rule.target() in present.chains and not good:
            found.append(hook)
    return found


def same_tables(present, wanted):
    """Whether nothing is to do.

    :rtype: bool
    """
    if set(present.chains) != set(wanted.chains) or not same_jumps(present, wanted):
        return False
    return all(same_chain(present, wanted, name) for name in wanted.chains)


def repairs(present, wanted):
    """What else is put right: order and duplicates of rules that are wanted.

    :type present: Tables
    :type wanted: Tables
    :rtype: list[str]
    """
    found = set()
    for name, rules in wanted.chains.items():
        there = [rule.key for rule in present.chains.get(name, [])]
        want = [rule.key for rule in rules]
        both = set(there) & set(want)
        once, seen = [], set()
        for key in there:
            if key in both and key not in seen:
                seen.add(key)
                once.append(key)
        if len(once) != sum(1 for key in there if key in both):
            found.add("duplicate rules removed")
        if once != [key for key in want if key in both]:
            found.add("order of rules repaired")
    return sorted(found)


def _hash(text):
    return hashlib.sha256(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")).hexdigest()
