# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What QRadar says of its host: release, HA role, cluster address, console, encryption; and its own firewall rules.

That ``myver -v`` prints lines such as "IP address is '...'" is known. What the other lines are called is assumed, see
docs/providers/qradar.md: what is not found is unknown, and is compared with nothing.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native, printable
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import lines_of, split_input
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.files import read_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.foreign import read_chains
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import generated_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.version import ask_myver, read_version

_MOST_LINES = 1000
_LONGEST = 255
_MOST_RULES = 500
_OURS = "PORTLEDGER-Q"
_LINE = re.compile(r"^[ \t]*([A-Za-z][A-Za-z0-9 _/-]{0,60}?)[ \t]*(?:[ \t]is[ \t]|[:=])[ \t]*(.*?)[ \t]*$")
_TRUE, _FALSE = ("true", "yes", "on", "enabled", "1"), ("false", "no", "off", "disabled", "0", "")
# What a fact may be called, in small letters.
_NAMES = {
    "address": ("ip address", "management ip", "private ip"),
    "cluster_address": ("virtual ip", "virtual ip address", "ha virtual ip", "cluster ip", "cluster virtual ip"),
    "ha_role": ("ha role", "ha status", "ha node", "ha state", "ha"),
    "console": ("console", "is console", "host is a console"),
    "console_address": ("console ip", "console ip address", "console address"),
    "encrypted": ("encryption", "encrypted", "is encrypted", "host encryption"),
}
_ROLES = (("primary", "primary"), ("secondary", "secondary"), ("standby", "secondary"), ("active", "primary"))


def read_appliance(host):
    """What myver says, each fact None where it does not say it.

    :type host: _host.host.Host
    :returns: release, address, cluster_address, ha_role, console, console_address, encrypted; and problem
    :rtype: dict
    """
    out, problem = ask_myver(host)
    found = dict((name, None) for name in _NAMES)
    found.update(read_facts(out), problem=problem or None)
    return found


def read_facts(text):
    """
    :param text: what myver prints
    :type text: str
    :rtype: dict
    """
    said = {}
    for line in text.split("\n")[:_MOST_LINES]:
        match = _LINE.match(line)
        if match:
            said.setdefault(match.group(1).lower(), match.group(2).strip("'\"")[:_LONGEST])
    version = read_version(text)
    found = {"release": None if version is None else "%d.%d.%d" % version[:3]}
    for fact, names in _NAMES.items():
        values = [said[name] for name in names if name in said]
        found[fact] = _value(fact, values[0]) if values else None
    return found


def _value(fact, text):
    small = text.strip().lower()
    if fact.endswith("address"):
        try:
            return text if "/" not in text and parse_network(text) else None
        except ValueError:
            return None
    if fact == "ha_role":
        roles = [role for word, role in _ROLES if word in small]
        return roles[0] if roles else "none" if small in _FALSE + ("none", "n/a") else None
    return True if small in _TRUE else False if small in _FALSE else None


def own_rules(host, families):
    """Rules of the table filter that QRadar's program has written, with where each comes from.

    QRadar keeps what the user interface and Global Iptables Access permit in a place of its own and adds the rules
    itself, so they are those that stand in none of the files of people.

    :type host: _host.host.Host
    :type families: list[str]
    :returns: family, chain, rule, and origin: the name of a file, or QRadar
    :rtype: list[dict]
    """
    found = []
    for family in families:
        try:
            written = read_file(generated_file(host, family)) or b""
            files = _of_people(host, family)
        except RulesetError:
            continue
        for chain, content in sorted(read_chains(native(written)).get("filter", {}).items()):
            for rule in () if chain.startswith(_OURS) else content.rules:
                if (rule.target() or "").startswith(_OURS):
                    continue
                origin = files.get((chain, rule.key), "QRadar")
                text = printable(rule.text())[: 4 * _LONGEST]
                found.append({"family": family, "chain": printable(chain), "rule": text, "origin": origin})
    return found[:_MOST_RULES]


def _of_people(host, family):
    """By chain and rule, the file that has it."""
    names = ["%s.pre" % PREFIX[family], "%s.post" % PREFIX[family]]
    folder = host.file("opt", "qradar", "conf", "%s.d" % PREFIX[family], "post")
    try:
        names.extend("%s.d/post/%s" % (PREFIX[family], name) for name in sorted(os.listdir(folder))[:_LONGEST])
    except OSError:
        pass
    found = {}
    for name in names:
        for line in lines_of(native(read_file(host.file("opt", "qradar", "conf", *name.split("/"))) or b"")):
            words = split_input(line.strip())
            if words[:1] in (["-A"], ["-I"]) and len(words) > 2:
                rest = words[3:] if words[0] == "-I" and words[2].isdigit() else words[2:]
                found.setdefault((words[1], Rule(rest).key), printable(name))
    return found
