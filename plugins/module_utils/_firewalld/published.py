# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What containers publish, under firewalld: direct rules of our own in mangle FORWARD.

Rich rules know nothing of the port that a packet was sent to before it was translated, and firewalld accepts what is
translated before it asks any policy. mangle comes before both its backends, and before the rules of container engines.
These rules only drop; what the plan permits is left to whatever translates.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import DROP, LEAVE
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import read_save
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import split_input
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import original_ports
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import LOG_BURST, LOG_PREFIX, LOG_RATE
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

FILE = "direct.xml"
CHAIN = "PORTLEDGER-PUB"
_HEADER = '<?xml version="1.0" encoding="utf-8"?>\n'
# Nobody else writes this, so a file that says no more than this was made by us.
_EMPTY = _HEADER + "<!-- Made for portledger.qradar -->\n<direct>\n</direct>\n"
_OURS = re.compile(
    r"(?<![ \t])[ \t]*<(?:chain\b[^<>]*\b%s\b[^<>]*/>|rule\b[^<>]*>[^<]*\b%s\b[^<]*</rule>"
    r"|rule\b[^<>]*\b%s\b[^<>]*>[^<]*</rule>)\n?" % (CHAIN, CHAIN, CHAIN)
)
_ENGINES = ("docker", "dockerd", "podman", "nerdctl")


def has_containers(host):
    """Whether this host can run containers. Without, it gets no direct rules: since firewalld 2.0 these make each
    reload flush foreign iptables rules.

    :rtype: bool
    """
    return any(host.find(program) for program in _ENGINES)


def published_rules(policy, names, with_sets):
    """Rules by family, each with its chain.

    :type policy: _plan.policy.Policy
    :type names: _firewalld.rules.Names
    :param with_sets: whether firewalld makes kernel sets: it needs ipset for that
    :type with_sets: bool
    :rtype: dict[str, list[tuple[str, list[str]]]]
    """
    rest = policy.published[-1]
    if rest.action == LEAVE:
        return {}
    found = {}
    for family in FAMILIES:
        entrance = ["-m", "conntrack", "--ctstate", "DNAT", "--ctdir", "ORIGINAL", "-j", CHAIN]
        rules = [
            ("FORWARD", entrance),
            (CHAIN, ["-m", "conntrack", "--ctstate", "RELATED,ESTABLISHED", "-j", "RETURN"]),
        ]
        for flow in policy.published:
            if not flow.is_between_sets() or family not in flow.families:
                continue
            sources = _sources(names, family, flow.source_set, policy.sets[flow.source_set][family], with_sets)
            for match in original_ports(flow):
                end = match + ["-m", "comment", "--comment", flow.name, "-j", "RETURN"]
                rules.extend((CHAIN, source + end) for source in sources)
        rules.append((CHAIN, _last(rest)))
        found[family] = rules
    return found


def _last(rest):
    comment = ["-m", "comment", "--comment", rest.name]
    if rest.action == DROP:
        return comment + ["-j", "DROP"]
    rate = ["-m", "limit", "--limit", "%d/min" % LOG_RATE, "--limit-burst", "%d" % LOG_BURST]
    return rate + comment + ["-j", "LOG", "--log-prefix", LOG_PREFIX]


def _sources(names, family, label, networks, with_sets):
    if with_sets:
        return [["-m", "set", "--match-set", names.set(family, label), "src"]]
    return [[] if network in ("0.0.0.0/0", "::/0") else ["-s", network] for network in networks]


def edit(text, rules):
    """firewalld's file with our rules in place of those that are in it.

    :param text: content of the file, None where there is none
    :type text: str | None
    :param rules: by family, each with its chain
    :type rules: dict[str, list[tuple[str, list[str]]]]
    :returns: None where nothing is left that anybody wrote
    :rtype: str | None
    """
    lines = []
    for family in sorted(rules):
        lines.append('  <chain ipv="%s" table="mangle" chain="%s"/>\n' % (family, CHAIN))
        for number, (chain, tokens) in enumerate(rules[family]):
            form = '  <rule ipv="%s" table="mangle" chain="%s" priority="%d">%s</rule>\n'
            lines.append(form % (family, chain, number, escape(Rule(tokens).text())))
    rest = _EMPTY if text is None else _OURS.sub("", text)
    if not lines:
        return None if rest == _EMPTY else rest
    before, end, after = rest.rpartition("</direct>")
    if not end:
        before, _end, after = rest.partition("<direct/>")
        return before + "<direct>\n" + "".join(lines) + "</direct>" + after
    return before + "".join(lines) + end + after


def parse(text):
    """Our rules in firewalld's file.

    :type text: str | None
    :rtype: dict[str, list[tuple[str, list[str]]]]
    :raises ValueError: it is not XML.
    """
    found = {}
    if not text or CHAIN not in text:
        return found
    try:
        root = ElementTree.fromstring(text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape"))
    except (ElementTree.ParseError, LookupError) as error:
        # An encoding that Python does not know, too.
        raise ValueError(str(error))
    rules = []
    for element in root.findall("rule"):
        chain, words = native(element.attrib.get("chain", "")), native(element.text or "")
        if element.attrib.get("table") == "mangle" and (chain == CHAIN or CHAIN in words):
            family = native(element.attrib.get("ipv", ""))
            rules.append((family, int(element.attrib.get("priority", 0)), chain, split_input(words)))
    for family, _priority, chain, tokens in sorted(rules, key=lambda rule: rule[:2]):
        found.setdefault(family, []).append((chain, tokens))
    return found


def parse_save(save):
    """Our rules in the output of iptables-save, of one family.

    :type save: str
    :rtype: list[tuple[str, list[str]]]
    """
    rules = []
    for table in read_save(save).values():
        for rule in table.rules:
            if rule.chain == CHAIN or CHAIN in rule.text:
                # The backend iptables has a chain of its own for what stands in FORWARD.
                rules.append(("FORWARD" if rule.chain == "FORWARD_direct" else rule.chain, rule.words()))
    return rules


def key(rules):
    """What is the same for rules that do the same.

    :type rules: list[tuple[str, list[str]]]
    :rtype: list
    """
    return [(chain, Rule(tokens).key) for chain, tokens in sorted(rules, key=lambda rule: rule[0] != "FORWARD")]


def key_of(by_family):
    """The same for rules by family.

    :type by_family: dict[str, list[tuple[str, list[str]]]]
    :rtype: dict
    """
    return dict((family, key(rules)) for family, rules in by_family.items() if rules)
