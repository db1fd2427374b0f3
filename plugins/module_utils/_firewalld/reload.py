# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reload of firewalld that loses no foreign setting and no foreign rule.

A reload forgets settings made at run time only, and most releases flush every iptables table, whichever backend they
use. Both are noted before, and restored after. The note is in /run/portledger until then, for whoever comes next where
this process is killed in between.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
import shlex

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import OBJECT, field
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.bus import call
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.command import ask
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.lost_rules import lost_rules
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.published import CHAIN
from ansible_collections.portledger.qradar.plugins.module_utils._host.firewalld_conf import backend
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import words_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.unfinished import Note
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import LONG_SECONDS
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.put_back import (
    can_read, finish, put_back_rules, read_rules,
)

# What zones and policies list, and the option that adds one.
_LISTS = {
    "interfaces": "interface",
    "sources": "source",
    "services": "service",
    "ports": "port",
    "protocols": "protocol",
    "forward-ports": "forward-port",
    "source-ports": "source-port",
    "icmp-blocks": "icmp-block",
    "rich rules": "rich-rule",
}
_SWITCHES = ("icmp-block-inversion", "forward", "masquerade")
_IPTABLES = ("iptables", "ip6tables")
_NAME = "firewalld"
_TRIES = 4
_LISTINGS = (("zone", ["--list-all-zones"]), ("policy", ["--list-all-policies"]))
# A word between marks may hold a line feed.
_DIRECT_LINE = re.compile(r"""(?:'[^']*'|"[^"\n]*"|[^'"\n])+""")
_DIRECT = ("chain", "rule", "passthrough")
# An array of nothing, as busctl writes it.
_NONE = re.compile(r"a\([a-z]+\) 0\s*\Z")


def reload_firewalld(host, scope):
    """Reload, and restore foreign settings that exist at run time only.

    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :raises RulesetError: the reload failed, or a foreign setting is lost, in the programs' own words.
    """
    problems = []
    try:
        finish_reload(host, scope)
    except RulesetError as error:
        problems.append(error.words)
    others, note = _Others.read(host), Note(host, scope, _NAME)
    note.write(others.as_data())
    if call(host, "reload", LONG_SECONDS) is None:
        code, out, err = host.run("firewall-cmd", ["--reload"], None, LONG_SECONDS)
        if code != 0:
            problems.append("firewall-cmd --reload: failed: %s." % words_of(code, out, err))
    try:
        others.put_back()
        finish(note, lambda data: _Others.from_data(host, data).put_back(), others.as_data())
    except RulesetError as error:
        # The note stays: whoever comes next tries once more.
        problems.append(error.words)
    if problems:
        raise RulesetError(" ".join(problems))


def finish_reload(host, scope):
    """Restore what a reload has cost whose process was killed before it could, or that failed to.

    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :raises RulesetError: a foreign setting is lost, in the programs' own words.
    """
    finish(Note(host, scope, _NAME), lambda data: _Others.from_data(host, data).put_back())


class _Others:
    """Foreign settings in force."""

    def __init__(self, host, settings, direct, tables):
        self.host = host
        self.problems, self.failed = [], False
        self.settings = settings
        self.direct = direct
        self.tables = tables

    @classmethod
    def read(cls, host):
        """What is in force now."""
        # All at once: whoever is locked out waits for the reload that comes behind it.
        kinds = _direct_kinds(host)
        answers = ask(host, _questions(kinds))
        tables = {}
        # With this backend the tables are firewalld's, and whoever uses it knows what a reload does to them.
        if backend(host) != "iptables":
            tables = dict((program, read_rules(host, program)) for program in _IPTABLES if can_read(host, program))
        return cls(host, _settings(answers), _direct(answers, kinds), tables)

    @classmethod
    def from_data(cls, host, data):
        """What was noted."""
        settings = dict(((place,), values) for place, values in field(data, "settings", OBJECT).items())
        return cls(host, settings, field(data, "direct", OBJECT), field(data, "tables", OBJECT))

    def as_data(self):
        """What JSON can hold."""
        settings = dict((place, values) for (place,), values in self.settings.items())
        return {"settings": settings, "direct": self.direct, "tables": self.tables}

    def put_back(self):
        """Add what a reload has removed, and remove what it has brought back."""
        kinds = [kind for kind in _DIRECT if self.direct.get(kind)]
        answers = ask(self.host, _questions(kinds))
        now = _settings(answers)
        for place in sorted(set(self.settings) & set(now)):
            for option, values in sorted(_changes(self.settings[place], now[place]).items()):
                self._command(list(place) + [_flag(option, value) for value in values])
        direct = _direct(answers, kinds)
        for kind in kinds:
            option = "--passthrough" if kind == "passthrough" else "--add-" + kind
            for line in self.direct[kind]:
                if line not in direct[kind]:
                    self._command(["--direct", option] + _words(line))
        for program, before in sorted(self.tables.items()):
            self._put_back_rules(program, before)
        if self.problems and self._is_lost(kinds):
            raise RulesetError("Foreign settings are lost: %s." % " ".join(self.problems).rstrip("."))

    def _command(self, arguments):
        code, out, err = self.host.run("firewall-cmd", arguments)
        if code != 0:
            self.problems.append("firewall-cmd %s: failed: %s." % (" ".join(arguments), words_of(code, out, err)))

    def _put_back_rules(self, program, before):
        try:
            for number in range(_TRIES):
                lost = self._lost_rules(program, before)
                # Once more only where somebody has changed the same chain meanwhile, so that the order is wrong.
                if not lost or (number and "\n-F " not in lost):
                    break
                put_back_rules(self.host, program, lost, lambda: self._lost_rules(program, before))
        except RulesetError as error:
            self.failed = True
            self.problems.append(error.words)

    def _lost_rules(self, program, before):
        return lost_rules(before, read_rules(self.host, program))

    def _is_lost(self, kinds):
        """Whether anything is missing. firewall-cmd may fail about what is there already, or what is gone."""
        answers = ask(self.host, _questions(kinds))
        now, direct = _settings(answers), _direct(answers, kinds)
        return self.failed or any(
            option.startswith("add-")
            for place in set(self.settings) & set(now)
            for option in _changes(self.settings[place], now[place])
        ) or any(line not in direct[kind] for kind in kinds for line in self.direct[kind])


def _questions(kinds):
    """About settings, and about direct chains, rules and passthroughs."""
    return [listing for _kind, listing in _LISTINGS] + [["--direct", "--get-all-%ss" % kind] for kind in kinds]


def _settings(answers):
    """Of zones and policies that are not ours."""
    found = {}
    for number, (kind, listing) in enumerate(_LISTINGS):
        code, out = answers[number]
        if code != 0:
            # With nothing noted, a reload could lose foreign settings.
            raise _failed(listing, code, out)
        for name, values in parse_listing(out).items():
            if not name.startswith("portledger-"):
                found[("--%s=%s" % (kind, name),)] = values
    return found


def _direct_kinds(host):
    """What firewalld has of direct chains, rules and passthroughs: all that it does not say to have none of."""
    kinds = []
    for kind in _DIRECT:
        answer = call(host, "getAll%ss" % kind.capitalize(), part="direct")
        if answer is None or not _NONE.match(answer):
            kinds.append(kind)
    return kinds


def _direct(answers, kinds):
    """Direct chains, foreign rules and passthroughs: of those kinds that were asked for."""
    found = dict((kind, []) for kind in _DIRECT)
    for number, kind in enumerate(kinds, len(_LISTINGS)):
        code, out = answers[number]
        if code != 0:
            raise _failed(["--direct", "--get-all-%ss" % kind], code, out)
        found[kind] = [line for line in _DIRECT_LINE.findall(out) if line.strip() and CHAIN not in line]
    return found


def _failed(question, code, out):
    return RulesetError("firewall-cmd %s: failed: %s." % (" ".join(question), words_of(code, out, "")))


def _words(line):
    """As a shell reads it: firewall-cmd quotes so."""
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def parse_listing(text):
    """Settings of each zone or policy in firewalld's listing.

    :type text: str
    :rtype: dict[str, dict[str, list[str]]]
    """
    found, values, last = {}, {}, None
    for line in text.split("\n"):
        if line and not line[0].isspace():
            values = found.setdefault(line.split()[0], {})
            last = None
        elif line.startswith("\t") and last:
            values[last].append(line.strip())
        elif ":" in line:
            word, _colon, rest = line.partition(":")
            last = word.strip()
            values[last] = [rest.strip()] if last == "forward-ports" and rest.strip() else rest.split()
    return found


def _changes(before, now):
    changes = {}
    for word, option in _LISTS.items():
        lost = [value for value in before.get(word, []) if value not in now.get(word, [])]
        came = [value for value in now.get(word, []) if value not in before.get(word, [])]
        if lost:
            changes["add-" + option] = lost
        if came:
            changes["remove-" + option] = came
    for word in _SWITCHES:
        if before.get(word, ["no"]) != now.get(word, ["no"]):
            changes[("add-" if before.get(word) == ["yes"] else "remove-") + word] = [None]
    return changes


def _flag(option, value):
    return "--%s" % option if value is None else "--%s=%s" % (option, value)
