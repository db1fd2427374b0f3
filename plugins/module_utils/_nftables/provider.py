# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables: one table of our own, with sets of intervals.

A chain's "accept" ends that chain only: foreign tables, before and after ours, have their say too. None of them is
touched, and none of their rules can lead into ours.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.as_it_is import generation, table_digest
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.listing import entries_of
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.meaning import counted_flows, table_difference
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.render import render
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import (
    TABLES, read_table, replacing, table_data, table_from, table_text,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import DAMAGED
from ansible_collections.portledger.qradar.plugins.module_utils._host.conntrack import track_ahead, wait_for
from ansible_collections.portledger.qradar.plugins.module_utils._providers.answers import LIST_TABLES, may_print
from ansible_collections.portledger.qradar.plugins.module_utils._providers.provider import Provider

_OLDEST = (0, 9, 3)
_WORDS = 600
# A comment may hold what looks like a line.
_HANDLE = re.compile(r'^[ \t]*((?=\S)(?:[^"\n]|"[^"]*")*[^{\s]) # handle (\d+)$', re.MULTILINE)
# A chain that nothing leads to, in the table that the ruleset then takes the place of.
_TRACKING = "add table inet {name}; add chain inet {name} tracking; add rule inet {name} tracking ct state established"


class NftablesState:
    """What is, what was, or what is to be."""

    def __init__(self, table, text=None, generation=None):
        """
        :param table: None where there is none
        :type table: _nftables.table.Table | None
        :param text: gives the table as nft listed it, where it was read
        :type text: Callable[[], str] | None
        :param generation: of all tables, before it was read
        :type generation: bytes | None
        """
        self.table = table
        self.text = text
        self.generation = generation


def _table(host, name):
    """A table of ours, as nft lists it."""
    arguments = ["-j", "list", "table", "inet", name]
    text = host.output("nft", arguments)
    try:
        entries = entries_of(text)
    except ValueError:
        raise RulesetError("nft -j: printed something other than JSON: %s" % _words(text))
    try:
        return read_table(entries)
    except DAMAGED as error:
        raise RulesetError(
            "nft %s: its answer has a form that cannot be read (%s: %s). Install another release of nft, or choose "
            "another provider." % (" ".join(arguments), type(error).__name__, error)
        )


def _line_of(name):
    """How nft begins to list a table of ours."""
    return "table inet %s {\n" % name


class _Texts:
    """Rules for people. What we would never write is looked up in nft's own listing."""

    def __init__(self, state):
        self.state = state
        self._lines = None

    def __call__(self, rule):
        if rule.known():
            return rule.text()
        if self._lines is None:
            found = _HANDLE.findall(self._listing())
            self._lines = dict((handle, text) for text, handle in found)
        return self._lines.get("%s" % rule.handle) or rule.text()

    def _listing(self):
        return self.state.text() if self.state.text else ""


def _untrack(host, name):
    """Remove the table that only asked for connections to be tracked. Gives what is wrong; nothing where it is gone."""
    arguments = ["delete table inet " + name]
    code, out, err = host.run("nft", arguments)
    said = _words(err or out) or "exit code %d" % code
    return "Putting back failed too: nft %s: failed: %s." % (arguments[0], said) if code != 0 else ""


def _carry_over(present, wanted):
    """Let rules that are there already go on counting from where they are."""
    for name in set(present.chains) & set(wanted.chains) if present else ():
        counts = dict((rule.key, rule.count) for rule in present.chains[name].rules)
        for rule in wanted.chains[name].rules:
            rule.count = counts.get(rule.key, rule.count)


def _place(err, script):
    """The first that nft did not like, and where; older versions cannot show the line of what they read from a pipe."""
    found = re.search(r"^\S*:(\d+):[\d-]+: (Error: .*)$", err, re.MULTILINE)
    lines = script.split("\n")
    if not found or int(found.group(1)) > len(lines):
        return None
    return "%s. The line is: %s" % (found.group(2).rstrip(". "), lines[int(found.group(1)) - 1].strip())


def _words(text):
    """What nft said, in one line: without the marks under the place that it points at."""
    lines = [line.strip() for line in text.splitlines()]
    words = " ".join(line for line in lines if line.strip("^~- ")).rstrip(".")
    return words if len(words) <= _WORDS else words[:_WORDS] + " ..."


class Nftables(Provider):
    """One table of our own, with sets of intervals."""

    NAME = "nftables"
    CODE = (
        "_base.intervals", "_base.networks", "_host.conntrack", "_nftables.as_it_is", "_nftables.listing",
        "_nftables.meaning", "_nftables.provider", "_nftables.render", "_nftables.rule", "_nftables.sets",
        "_nftables.table", "_plan.difference", "_plan.line", "_plan.plan", "_plan.policy", "_plan.rules",
        "_providers.answers", "_providers.provider",
    )

    def traces(self, host, scope):
        return may_print(host, "nft", LIST_TABLES, _line_of(TABLES[scope]))

    def version(self, host):
        return host.output("nft", ["--version"]).strip()

    def detect(self, host):
        if not host.find("nft"):
            raise RulesetError(
                "nft: not found in PATH (%s). Install the package nftables, or choose another provider."
                % ":".join(host.path)
            )
        said = self.version(host)
        numbers = re.search(r"v(\d+)\.(\d+)(?:\.(\d+))?", said)
        if not numbers or tuple(int(part or 0) for part in numbers.groups()) < _OLDEST:
            raise RulesetError(
                "nft: this is %s, and nothing before 0.9.3 will do. Update the package nftables, or choose another "
                "provider." % said
            )
        arguments = ["-j"] + LIST_TABLES
        code, out, err = host.run("nft", arguments)
        if code != 0 and "JSON support not compiled" in err:
            raise RulesetError(
                "nft: %s was built without JSON, so rules cannot be read back. Install a build with it, or choose "
                "another provider." % said
            )
        if code != 0:
            raise RulesetError("nft %s: failed: %s" % (" ".join(arguments), _words(err or out)))

    def read(self, host, scope):
        name = TABLES[scope]
        if _line_of(name) not in host.output("nft", LIST_TABLES):
            return NftablesState(None)
        before = generation(host)
        table = _table(host, name)
        return NftablesState(table, lambda: host.output("nft", ["-a", "list", "table", "inet", name]), before)

    def seen(self, host, scope):
        return table_digest(host, TABLES[scope])

    def seen_in(self, host, scope, present):
        found = table_digest(host, TABLES[scope])
        # Of all tables: what has changed since may not have been read.
        return found if present.generation and present.generation == generation(host) else None

    def build(self, scope, present, policy):
        if policy is None:
            return NftablesState(None)
        return NftablesState(render(policy))

    def compare(self, host, scope, present, wanted):
        if present.table is None and wanted.table is None:
            return []
        if present.table is not None and present.table.same(wanted.table):
            return []
        lines = table_difference(scope, present.table, wanted.table, _Texts(present))
        if not lines and wanted.table is None:
            return ["- table inet %s, which is empty" % TABLES[scope]]
        return lines or ["~ rules repaired that meant the same"]

    def load(self, host, scope, present, wanted):
        name = TABLES[scope]
        text = ""
        if wanted.text is not None:
            text = wanted.text()
        elif wanted.table is not None:
            _carry_over(present.table, wanted.table)
            text = table_text(name, wanted.table, counters=True)
        script = replacing(name, text)
        asked, known = [], None
        if present.table is None and text:
            known = track_ahead(host, lambda: asked.append(host.run("nft", [_TRACKING.format(name=name)])[0]))
        for arguments in (["-c", "-f", "-"], ["-f", "-"]):
            if "-c" not in arguments:
                wait_for(host, known)
            code, out, err = host.run("nft", arguments, script)
            if code != 0:
                words = _place(err, script) or _words(err or out) or "exit code %d" % code
                words = "nft %s: failed: %s." % (" ".join(arguments), words)
                left = _untrack(host, name) if 0 in asked else ""
                raise RulesetError(" ".join([words, left]).strip(), changed=bool(left))

    def save(self, state):
        if state.table is None:
            return {"table": None, "text": None}
        return {"table": table_data(state.table), "text": state.text() if state.text else None}

    def former(self, saved, present):
        if saved["table"] is None:
            return NftablesState(None)
        return NftablesState(table_from(saved["table"]), saved["text"] and (lambda: native(saved["text"])))

    def counters(self, host, scope):
        table = self.read(host, scope).table
        return counted_flows(scope, table) if table else []
