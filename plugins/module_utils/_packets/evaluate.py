# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the first packet of a connection, by foreign rules and by ours.

Rules of iptables and of nft are read into the same form, and sets of packets are led through them. What such a rule
looks at and this code does not know makes its outcome unsure, and the rule says why: nothing is guessed.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import bounds, split

ACCEPT, DROP, RETURN, JUMP, GOTO, TRANSLATE, UNKNOWN, GO_ON = (
    "accept", "drop", "return", "jump", "goto", "translate", "unknown", "go on",
)
#: what ends at a rule of ours
OURS = "ours"
_DEPTH = 24


class PacketRule:
    """A rule, whoever has written it."""

    def __init__(self, products, verdict, target, text, unsure=None):
        """
        :param products: what it matches: one of these
        :type products: list[dict[int, list[tuple[int, int]]]]
        :param verdict: one of those above
        :type verdict: str
        :param target: chain of a jump or goto
        :type target: str | None
        :param text: for people
        :type text: str
        :param unsure: what it looks at that cannot be known here; it matches some of its products' packets
        :type unsure: str | None
        """
        self.products = products
        self.verdict = verdict
        self.target = target
        self.text = text
        self.unsure = unsure


class Chains:
    """Chains that can lead to each other: those of one table."""

    def __init__(self, name):
        """
        :param name: of the table, for people
        :type name: str
        """
        self.name = name
        #: rules by chain
        self.rules = {}


class Hooked:
    """A chain that the kernel leads to."""

    def __init__(self, chains, chain, policy):
        """
        :type chains: Chains
        :type chain: str
        :param policy: ACCEPT or DROP
        :type policy: str
        """
        self.chains = chains
        self.chain = chain
        self.policy = policy

    @property
    def place(self):
        """For people: "iptables filter INPUT".

        :rtype: str
        """
        return "%s %s" % (self.chains.name, self.chain)


class Effect:
    """What a rule does with some packets."""

    def __init__(self, hooked, rule, verdict, boxes, sure):
        self.hooked = hooked
        self.rule = rule
        self.verdict = verdict
        self.boxes = boxes
        #: whether it is known that it does
        self.sure = sure


class Interfaces:
    """Numbers for interfaces: each name that rules use, names that begin as a wildcard does, and any other."""

    def __init__(self, names):
        """
        :param names: as nft writes them: an asterisk at the end stands for more
        :type names: collections.Iterable[str]
        """
        tokens = set(name[:-1] + "\0" if name.endswith("*") else name for name in names)
        self.tokens = ["lo"] + sorted(tokens - set(["lo"])) + ["\0"]

    def __len__(self):
        return len(self.tokens)

    def intervals(self, name):
        """Numbers of the interfaces that a name stands for.

        :type name: str
        :rtype: list[tuple[int, int]]
        """
        if name.endswith("*"):
            found = [number for number, token in enumerate(self.tokens) if token.startswith(name[:-1])]
        else:
            found = [number for number, token in enumerate(self.tokens) if token == name]
        return [(number, number) for number in found]

    def number(self, name):
        """Number of one interface, whether rules name it or not.

        :type name: str
        :rtype: int
        """
        if name in self.tokens:
            return self.tokens.index(name)
        begins = [token for token in self.tokens if token.endswith("\0") and name.startswith(token[:-1])]
        return self.tokens.index(max(begins, key=len))


class RuleReader:
    """What readers of rules know, whatever program shows these."""

    def __init__(self, family, interfaces, sets, local, tracked):
        """
        :param family: ipv4 or ipv6
        :type family: str
        :type interfaces: Interfaces
        :param sets: as the reader takes them
        :param local: whether the packets asked about are for this host
        :type local: bool
        :param tracked: whether the kernel knows connections there: before that, all is invalid
        :type tracked: bool
        """
        self.family = family
        self.interfaces = interfaces
        self.sets = sets
        self.local = local
        self.tracked = tracked
        self._bounds = bounds(family, len(interfaces))


class Walk:
    """Leads packets through one hooked chain."""

    def __init__(self, hooked, ours=None):
        """
        :type hooked: Hooked
        :param ours: whether a chain of this name is ours; packets that reach one go no further
        :type ours: Callable[[str], bool] | None
        """
        self.hooked = hooked
        self.effects = []
        self._ours = ours or (lambda name: False)

    def through(self, boxes):
        """
        :param boxes: packets that come here
        :type boxes: list[tuple]
        :returns: packets that go on to the next hooked chain; where that is unsure, they may
        :rtype: list[tuple]
        """
        left = self._chain(self.hooked.chain, [(box, True) for box in boxes], 0)
        if self.hooked.policy == "DROP":
            self._effect(PacketRule([{}], DROP, None, "policy DROP"), DROP, left)
            left = []
        passed = set(box for box, _sure in left)
        for effect in self.effects:
            if effect.verdict in (ACCEPT, OURS):
                passed.update(effect.boxes)
        return sorted(passed)

    def reached(self):
        """Whether some packets come to a chain of ours.

        :rtype: bool
        """
        return any(effect.verdict == OURS for effect in self.effects)

    def _effect(self, rule, verdict, parts):
        for sure in (True, False):
            boxes = [box for box, known in parts if known == sure]
            if boxes:
                self.effects.append(Effect(self.hooked, rule, verdict, boxes, sure))

    def _chain(self, name, parts, depth):
        """Packets that come out at the end of a chain, or return from it."""
        returned = []
        for rule in self.hooked.chains.rules.get(name, ()):
            if not parts:
                break
            if rule.verdict == GO_ON:
                continue
            inside, outside = _divide(parts, rule)
            if not inside:
                continue
            verdict, back = rule.verdict, []
            if verdict in (JUMP, GOTO) and self._ours(rule.target):
                verdict = OURS
            if verdict == RETURN:
                returned.extend(inside)
            elif verdict in (JUMP, GOTO) and depth < _DEPTH:
                back = self._chain(rule.target, inside, depth + 1)
            else:
                self._effect(rule, UNKNOWN if verdict in (JUMP, GOTO) else verdict, inside)
            # Where it is unsure whether a rule matches, all of its packets went on already.
            if rule.unsure is None:
                if verdict == GOTO:
                    returned.extend(back)
                else:
                    outside.extend(back)
                if verdict == UNKNOWN:
                    outside.extend((box, False) for box, _sure in inside)
            parts = outside
        return parts + returned


def trace(path, boxes, ours=None):
    """Lead packets through hooked chains, one after the other.

    :type path: list[Hooked]
    :type boxes: list[tuple]
    :param ours: see :class:`Walk`
    :type ours: Callable[[str], bool] | None
    :returns: packets that come through, or may; and the walk of each chain
    :rtype: tuple[list[tuple], list[Walk]]
    """
    walks = []
    for hooked in path:
        walks.append(Walk(hooked, ours))
        boxes = walks[-1].through(boxes)
    return boxes, walks


def _divide(parts, rule):
    """Packets that a rule matches, and those that go on. Where it is unsure which, they are in both, and unsure."""
    inside, outside = [], parts
    for product in rule.products:
        rest = []
        for box, sure in outside:
            hit, missed = split(box, product)
            inside.extend((one, sure and rule.unsure is None) for one in hit)
            rest.extend((one, sure) for one in missed)
        outside = rest
    if rule.unsure is not None:
        outside = outside + [(box, False) for box, _sure in inside]
    return inside, outside
