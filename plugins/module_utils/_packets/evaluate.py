# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of the first packet of a connection, by foreign rules and by ours.

Rules of iptables and of nft are read into the same form, and sets of packets are led through them. What such a rule
looks at and this code does not know makes its outcome unsure, and the rule says why: nothing is guessed.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import bounds, meets
from ansible_collections.portledger.qradar.plugins.module_utils._packets.parts import Parts

ACCEPT, DROP, RETURN, JUMP, GOTO, TRANSLATE, UNKNOWN, GO_ON = (
    "accept", "drop", "return", "jump", "goto", "translate", "unknown", "go on",
)
#: what ends at a rule of ours
OURS = "ours"
#: what is known of packets at some place: that they are there; that they are, unless they were dropped before; that
#: they may be there, or have gone another way; that they may have been changed
SURE, UNLESS_DROPPED, UNSURE, CHANGED = 3, 2, 1, 0
_DEPTH = 24
# Chains that are entered from many places cost their rules each time. Ten times what large firewalls have.
_MOST_RULES = 100000


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
        #: how many packets met it; None where nothing counts them, or nobody has asked
        self.packets = None


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

    def __init__(self, chains, chain, policy, turn=None):
        """
        :type chains: Chains
        :type chain: str
        :param policy: ACCEPT or DROP
        :type policy: str
        :param turn: when the kernel leads to it; None where no other chain can have the same turn
        :type turn: _packets.turns.Turn | None
        """
        self.chains = chains
        self.chain = chain
        self.policy = policy
        self.turn = turn

    @property
    def place(self):
        """For people: "iptables filter INPUT".

        :rtype: str
        """
        return "%s %s" % (self.chains.name, self.chain)


class Effect:
    """What a rule does with some packets."""

    def __init__(self, hooked, chain, rule, verdict, parts, sure, doubts):
        self.hooked = hooked
        #: the chain that has the rule; the hooked one leads to it
        self.chain = chain
        self.rule = rule
        self.verdict = verdict
        #: packets, and what is known of each
        self.parts = parts
        self.boxes = [box for box, _known in parts]
        #: whether it is known that it does
        self.sure = sure
        #: how many rules of the walk before it left something unsure
        self.doubts = doubts


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

    def __init__(self, family, interfaces, sets, local, tracked, hook):
        """
        :param family: ipv4 or ipv6
        :type family: str
        :type interfaces: Interfaces
        :param sets: as the reader takes them
        :param local: whether the packets asked about are for this host
        :type local: bool
        :param tracked: whether the kernel knows connections there: before that, all is invalid; None: it may
        :type tracked: bool | None
        :param hook: prerouting, input, forward or postrouting: not each knows both interfaces
        :type hook: str
        """
        self.family = family
        self.interfaces = interfaces
        self.sets = sets
        self.local = local
        self.tracked = tracked
        self.hook = hook
        self.whole = bounds(family, len(interfaces))

    def interface(self, name):
        """Numbers of the interfaces that a name in a rule stands for.

        :type name: str
        :rtype: list[tuple[int, int]]
        :raises ValueError: it is not among those that are told from others.
        """
        found = self.interfaces.intervals(name)
        if not found:
            raise ValueError("interface %s" % name)
        return found


class Walk:
    """Leads packets through one hooked chain."""

    def __init__(self, hooked, ours=None, without=False):
        """
        :type hooked: Hooked
        :param ours: whether a chain of this name is ours; packets that reach one go no further
        :type ours: Callable[[str], bool] | None
        :param without: packets pass by our chains, as if these were not there
        :type without: bool
        """
        self.hooked = hooked
        self.effects = []
        #: what leaves it unsure what is known of packets: a rule, or an order; and these packets
        self.doubts = []
        self._rules_left = _MOST_RULES
        self._ours = ours or (lambda name: False)
        self._without = without

    def through(self, parts):
        """
        :param parts: packets that come here, and what is known of each
        :type parts: list[tuple[tuple, int]]
        :returns: packets that go on to the next hooked chain, or may, and what is known of each
        :rtype: list[tuple[tuple, int]]
        """
        left = self._chain(self.hooked.chain, parts, ())
        if self.hooked.policy == "DROP":
            self._effect(self.hooked.chain, PacketRule([{}], DROP, None, "policy DROP"), DROP, left)
            left = []
        for effect in self.effects:
            if effect.verdict in (ACCEPT, OURS, UNKNOWN):
                left.extend(effect.parts)
        # What was changed, nobody knows how, is of all rules that follow.
        left.extend(part for part in parts if part[1] == CHANGED)
        passed = {}
        for box, known in left:
            passed[box] = min(known, passed.get(box, known))
        return sorted((box, self._known_after(box, known, parts)) for box, known in passed.items())

    def _known_after(self, box, known, parts):
        """What is known of packets behind this chain: it does not matter by which of its rules they came through."""
        if known in (CHANGED, SURE):
            return known
        known = SURE
        for one, before in parts:
            if before == UNLESS_DROPPED and meets(one, box):
                known = UNLESS_DROPPED
        for effect in self.effects:
            if effect.verdict in (DROP, TRANSLATE, UNKNOWN) and any(meets(one, box) for one in effect.boxes):
                known = min(known, UNLESS_DROPPED if effect.verdict == DROP else CHANGED)
        return known

    def reached(self):
        """Whether some packets come to a chain of ours.

        :rtype: bool
        """
        return any(effect.verdict == OURS for effect in self.effects)

    def _effect(self, chain, rule, verdict, parts):
        enough = UNLESS_DROPPED if verdict == DROP else SURE
        for sure in (True, False):
            some = [part for part in parts if (part[1] >= enough) == sure]
            if some:
                self.effects.append(Effect(self.hooked, chain, rule, verdict, some, sure, len(self.doubts)))

    def _chain(self, name, parts, callers):
        """Packets that come out at the end of a chain, or return from it. callers: the chains that led here."""
        returned, chains, callers = [], self.hooked.chains.rules, callers + (name,)
        left = Parts(parts)
        for rule in chains.get(name, ()):
            if not left:
                break
            self._rules_left -= 1
            if rule.verdict == GO_ON or (self._without and rule.target is not None and self._ours(rule.target)):
                continue
            inside = _matched(left, rule)
            if not inside:
                continue
            verdict, back = rule.verdict, []
            if verdict in (JUMP, GOTO) and self._ours(rule.target):
                verdict = OURS
            elif verdict in (JUMP, GOTO) and not self._can_enter(rule.target, callers):
                verdict = UNKNOWN
            if verdict == RETURN:
                returned.extend(inside)
            elif verdict in (JUMP, GOTO):
                back = self._chain(rule.target, inside, callers)
            else:
                if verdict == UNKNOWN:
                    inside = [(box, CHANGED) for box, _known in inside]
                self._effect(name, rule, verdict, inside)
            if rule.unsure is not None or verdict == UNKNOWN:
                self.doubts.append((rule, [box for box, _known in inside]))
            if verdict == GOTO:
                returned.extend(back)
            # Where it is unsure whether a rule matches, all of its packets went on already.
            elif rule.unsure is None:
                left.add(inside if verdict == UNKNOWN else back)
        return _once(list(left) + returned)

    def _can_enter(self, target, callers):
        """Chains that lead back to themselves are in no kernel, but in what somebody shows in its place."""
        known = target in self.hooked.chains.rules and target not in callers
        return known and len(callers) <= _DEPTH and self._rules_left > 0


def _matched(parts, rule):
    """Packets that a rule matches, taken out of those that go on. Where it is unsure which, they stay as unsure."""
    most = UNLESS_DROPPED if rule.verdict == DROP else UNSURE
    if rule.unsure is not None and len(rule.products) == 1:
        found = parts.lower(rule.products[0], most)
    else:
        found = [part for product in rule.products for part in parts.take(product)]
        if rule.unsure is not None:
            # Products may have packets in common, which are matched once.
            parts.add([(box, min(known, most)) for box, known in found])
    return found if rule.unsure is None else [(box, min(known, UNSURE)) for box, known in found]


def _once(parts):
    """The same without repetition, in their order."""
    seen, found = set(), []
    for part in parts:
        if part not in seen:
            seen.add(part)
            found.append(part)
    return found
