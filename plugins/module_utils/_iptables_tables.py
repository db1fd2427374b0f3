# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our chains are called, and how the tables of one family look to us.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib

from ansible_collections.portledger.qradar.plugins.module_utils._iptables_rule import Rule, split

# A chain's name has at most 28 characters, a set's 31. Both scopes may be on one machine, so their names differ.
_HOOKS = {"host": "INPUT", "gateway": "FORWARD"}
_CHAINS = {"host": "PORTLEDGER-IN", "gateway": "PORTLEDGER-FWD"}
_SETS = {"host": "portledger-h", "gateway": "portledger-g"}


class Names:
    """What is ours in one scope."""

    def __init__(self, scope):
        """
        :param scope: host or gateway
        :type scope: str
        """
        self.hook = _HOOKS[scope]
        self.main = _CHAINS[scope]
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

    def set(self, family, members):
        """A set's name says its content, so a change of content is a change of name, and rules switch in one step.

        :rtype: str
        """
        return "%s%s-%s" % (self.set_prefix, family[-1], _hash("\n".join(sorted(members)))[:16])

    def owns_chain(self, name):
        """Whether a chain is ours.

        :rtype: bool
        """
        return name == self.main or name.startswith(self.main + "-")

    def jump(self):
        """The one rule of ours outside our chains.

        :rtype: Rule
        """
        return Rule(["-j", self.main])


class Tables:
    """Of one family's filter table: what is ours."""

    def __init__(self, chains, jumps, first, room=None):
        """
        :param chains: rules of each of our chains
        :type chains: dict[str, list[Rule]]
        :param jumps: rules elsewhere that lead into our chains: chain, position from 1, rule
        :type jumps: list[tuple[str, int, Rule]]
        :param first: whether the first rule of INPUT or FORWARD is our jump, and no other leads to us
        :type first: bool
        :param room: number of rules in each chain of others, our jumps not counted
        :type room: dict[str, int] | None
        """
        self.chains = chains
        self.jumps = jumps
        self.first = first
        self.room = room or {}


def wanted_tables(names, chains):
    """The tables that these chains make.

    :type names: Names
    :type chains: dict[str, list[Rule]]
    :rtype: Tables
    """
    return Tables(chains, [(names.hook, 1, names.jump())] if chains else [], bool(chains))


def read_tables(save, names):
    """What is ours in the output of iptables-save, legacy or nf_tables.

    :type save: str
    :type names: Names
    :rtype: Tables
    """
    chains, jumps, positions = {}, [], {names.hook: 0}
    for line in _filter_table(save):
        if line.startswith(":"):
            name = line[1:].split(None, 1)[0]
            if names.owns_chain(name):
                chains[name] = []
            else:
                positions.setdefault(name, 0)
        elif line.startswith("-A "):
            _dash, chain, rest = (line.split(None, 2) + [""])[:3]
            if names.owns_chain(chain):
                chains.setdefault(chain, []).append(Rule(split(rest)))
                continue
            positions[chain] = positions.get(chain, 0) + 1
            if names.main in rest:
                rule = Rule(split(rest))
                if names.owns_chain(rule.target() or ""):
                    jumps.append((chain, positions[chain], rule))
    jump = names.jump().key
    first = len(jumps) == 1 and jumps[0][:2] == (names.hook, 1) and jumps[0][2].key == jump
    room = dict(positions)
    for chain, _position, _rule in jumps:
        room[chain] -= 1
    return Tables(chains, jumps, first, room)


def _filter_table(save):
    inside = False
    for line in save.splitlines():
        if line.startswith("*"):
            inside = line.strip() == "*filter"
        elif inside:
            yield line


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
        lines.extend("-I %s %d %s" % (chain, position, rule.text()) for chain, position, rule in wanted.jumps)
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


def same_tables(present, wanted):
    """Whether nothing is to do.

    :rtype: bool
    """
    return (
        set(present.chains) == set(wanted.chains)
        and all(same_chain(present, wanted, name) for name in wanted.chains)
        and same_jumps(present, wanted)
    )


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
