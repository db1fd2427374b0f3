# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Many networks without sets: chains that make a tree, so that a packet meets a few rules in the place of all.

A chain leads on by the next bits of an address, as often as there are too many networks below. What comes back from a
chain below goes on behind the rule that led there, as it would in one long list.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import BITS, interval_of, networks_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import is_network
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule

#: more networks than this get a tree
MANY = 100
# Networks that one chain lists, and bits by which it leads on where there are more.
_LEAF = 24
_STEP = 5
# A tree of ours has a chain for each step of an address at most.
_DEEPEST = 128

_LEADING = frozenset(["-s", "-d", "--comment", "-j"])


class Branch:
    """A network; where it has a chain of its own, the branches in there."""

    def __init__(self, network, branches=None):
        """
        :param network: canonical
        :type network: str
        :type branches: list[Branch] | None
        """
        self.network = network
        self.branches = branches


def branches(networks, family):
    """A tree of networks.

    :param networks: canonical
    :type networks: collections.Iterable[str]
    :param family: ipv4 or ipv6
    :type family: str
    :returns: what the first chain has, in order of addresses
    :rtype: list[Branch]
    """
    found = []
    for network in set(networks):
        found.append((interval_of(network, family)[0], int(network.rpartition("/")[2]), network))
    return _branches(sorted(found), 0, family)


def _branches(some, known, family):
    """Branches of networks that have the first bits in common."""
    if len(some) <= _LEAF:
        return [Branch(network) for _first, _length, network in some]
    bits = BITS[family]
    in_common = bits - (some[0][0] ^ some[-1][0]).bit_length()
    known = max(known, min([in_common] + [length for _first, length, _network in some]))
    below = {}
    for one in some:
        rest = bits - min(known + _STEP, one[1])
        below.setdefault((one[0] >> rest << rest, bits - rest), []).append(one)
    found = []
    for (first, length), inner in sorted(below.items()):
        if len(inner) == 1:
            found.append(Branch(inner[0][2]))
            continue
        cover, = networks_of((first, first + (1 << (bits - length)) - 1), family)
        found.append(Branch(cover, _branches(inner, length, family)))
    return found


def flattened(chains, names, family):
    """The same chains in which each network has its rule, as if there were no trees.

    :type chains: dict[str, list[Rule]]
    :type names: _iptables.tables.Names
    :param family: ipv4 or ipv6
    :type family: str
    :returns: those of trees only where no rule of ours leads to them
    :rtype: dict[str, list[Rule]]
    """
    trees = dict((name, rules) for name, rules in chains.items() if names.is_tree(name))
    if not trees:
        return chains
    reached, found = set(), {}
    for name, rules in chains.items():
        if name not in trees:
            found[name] = [one for rule in rules for one in _spread(rule, trees, family, reached, 0)]
    found.update((name, rules) for name, rules in trees.items() if name not in reached)
    return found


def _spread(rule, trees, family, reached, depth):
    """What a rule leads to, where that is a tree; else the rule. In ours, one rule alone leads to each tree."""
    target = rule.target()
    options = rule.options()
    end = [option for option in ("-s", "-d") if option in options]
    leads = set(options) <= _LEADING and len(options) == len(rule.key) and len(end) == 1
    if not leads or depth > _DEEPEST or target not in trees or target in reached:
        return [rule]
    if not is_network(options[end[0]][0], family):
        return [rule]
    reached.add(target)
    found = []
    for inner in trees[target]:
        narrowed = _narrowed(inner, end[0], options[end[0]][0], family)
        if narrowed is not None:
            found.extend(_spread(narrowed, trees, family, reached, depth + 1))
    return found


def _narrowed(rule, option, network, family):
    """A rule for packets that are of a network as well; None where there are none."""
    own = rule.options().get(option)
    if not own or not is_network(own[0], family):
        return Rule([option, network] + rule.tokens)
    first, last = interval_of(own[0], family)
    low, high = interval_of(network, family)
    if last < low or high < first:
        return None
    if low <= first and last <= high:
        return rule
    at = rule.tokens.index(option)
    return Rule(rule.tokens[:at] + [option, network] + rule.tokens[at + 2:])
