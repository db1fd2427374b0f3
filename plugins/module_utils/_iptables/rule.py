# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One rule as iptables-save writes it, and what it means whatever the order of its options."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import parse_network

# Options whose values may begin with a dash, or that take a number of values.
_VALUES = {"--comment": 1, "--log-prefix": 1, "--match-set": 2}
# Matches that show in their options; naming them alone says nothing.
_SHOWN_BY_OPTIONS = frozenset(
    ["tcp", "udp", "icmp", "icmp6", "multiport", "comment", "conntrack", "set", "limit", "hl"]
)
_PROTOCOLS = {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6", "ipv6-icmp": "icmpv6"}
# iptables-save leaves these out, and not in every release.
_DEFAULTS = frozenset(
    [
        ("", "--limit-burst", ("5",)),
        ("", "--log-level", ("4",)),
        ("", "--log-level", ("warning",)),
        ("", "-s", ("0.0.0.0/0",)),
        ("", "-d", ("0.0.0.0/0",)),
        ("", "-s", ("::/0",)),
        ("", "-d", ("::/0",)),
    ]
)
_KNOWN = {}
_MOST_KNOWN = 100000
_PLAIN = re.compile(r"^[A-Za-z0-9_./:,=+-]+\Z")


class Rule:
    """A rule without its chain."""

    __slots__ = ("key", "tokens")

    def __init__(self, tokens):
        """
        :param tokens: options and values in the order of iptables-save
        :type tokens: list[str]
        """
        # iptables-restore takes the rest of a comment with a line feed for a command.
        self.tokens = [token.replace("\n", " ") if "\n" in token else token for token in tokens]
        #: what the rule means: rules with the same key do the same
        self.key = _meaning_of(tuple(self.tokens))

    def text(self):
        """The rule as iptables-restore reads it.

        :rtype: str
        """
        return " ".join(_quote(token) for token in self.tokens)

    def options(self):
        """Values by option, without those that are negated.

        :rtype: dict[str, tuple[str]]
        """
        return dict((option, values) for negated, option, values in self.key if not negated)

    def target(self):
        """Where the rule leads: a chain, a verdict, or None.

        :rtype: str | None
        """
        options = self.options()
        found = options.get("-j") or options.get("-g")
        return found[0] if found else None


def _quote(token):
    if _PLAIN.match(token):
        return token
    return '"%s"' % re.sub(r'(["\\])', r"\\\1", token)


def _meaning_of(tokens):
    """The same, worked out once: rules that are there, that are wanted and that a file holds are mostly alike."""
    found = _KNOWN.get(tokens)
    if found is None:
        if len(_KNOWN) >= _MOST_KNOWN:
            _KNOWN.clear()
        found = _KNOWN[tokens] = _meaning(tokens)
    return found


def _meaning(tokens):
    """Options in a fixed order and form; what iptables adds by itself is left out."""
    found = []
    position = 0
    negated = ""
    while position < len(tokens):
        option = tokens[position]
        position += 1
        if option == "!":
            negated = "!"
            continue
        end = position + _VALUES.get(option, 0)
        if option not in _VALUES:
            while end < len(tokens) and tokens[end] != "!" and not tokens[end].startswith("-"):
                end += 1
        entry = (negated, option, _values(option, tokens[position:end]))
        position, negated = end, ""
        if entry in _DEFAULTS or (option == "-m" and entry[2] and entry[2][0] in _SHOWN_BY_OPTIONS):
            continue
        found.append(entry)
    return tuple(sorted(found))


def _values(option, values):
    if option in ("-s", "-d") and values:
        return (_network(values[0]),)
    if option == "-p" and values:
        return (_PROTOCOLS.get(values[0], values[0]),)
    if option == "--ctstate" and values:
        return (",".join(sorted(values[0].split(","))),)
    return tuple(values)


def _network(text):
    try:
        return parse_network(text)[1]
    except ValueError:
        return text
