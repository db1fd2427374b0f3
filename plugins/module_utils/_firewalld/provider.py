# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider firewalld: a policy for each scope, with services and ipsets of our own.

Our files under /etc/firewalld are written whole, tested by firewalld, and loaded by one reload, or by single commands
where these do. What is in force is read from firewalld's own table. Zones and everything else that is foreign stays.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import published
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.direct import direct_in_force
from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import by_family, difference
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import (
    FOLDER, parse_files, read_files, render_files, write_files,
)
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.meaning import file_meaning, runtime_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.load import load_state
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.reload import finish_reload
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Builder, Model, Names
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import read_runtime, wanted_runtime
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.state import (
    FirewalldState, FormerFirewalldState, as_bytes, direct_text, kernel_sets, same_files, same_runtime,
)
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.daemon import numbers, version_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.firewalld_conf import backend
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._providers.provider import Provider

_OLDEST = (0, 9)
_DESTINATION_SETS = (1, 0)
# From here on, policies are asked only about interfaces in a zone.
_ZONES_ONLY = (2, 0)


def _interfaces_in_zones(host):
    out = host.output("firewall-cmd", ["--get-active-zones"])
    return set(re.findall(r"[^\s,]+", " ".join(re.findall(r"^[ \t]+interfaces:(.*)$", out, re.MULTILINE))))


def _refuse_unzoned(present, policy):
    """What crosses between two interfaces in no zone would escape the policy."""
    for interface in policy.interfaces() if "zoned" in present.about else ():
        if interface not in present.about["zoned"]:
            raise RulesetError(
                "qradar_gateway_segments: the interface '%s' is in no zone of firewalld, which since 2.0 asks policies "
                "only about interfaces in one. Put it into a zone: firewall-cmd --permanent --zone=ZONE "
                "--add-interface=%s, then firewall-cmd --reload." % (interface, interface)
            )


def _parse_direct(host):
    text = direct_text(host)
    try:
        return published.parse(text)
    except ValueError as error:
        raise RulesetError(
            "%s: cannot be read: %s. Fix it, or remove it." % (host.file(FOLDER, published.FILE), error)
        )


def _published_lines(present, wanted):
    found = {"+ ": {}, "- ": {}, "~ ": {}}
    text = ["rules for what containers publish"]
    pairs = [(present.rules, wanted.rules)]
    if present.runtime:
        pairs.append((present.rules_in_force, wanted.rules_in_force))
    for family in set(family for pair in pairs for rules in pair for family in rules):
        states = [[published.key(rules.get(family, [])) for rules in pair] for pair in pairs]
        if all(there == wants for there, wants in states):
            continue
        wants = any(wants for _there, wants in states)
        sign = "- " if not wants else ("~ " if any(there for there, _wants in states) else "+ ")
        found[sign][family] = text
    lines = []
    for sign in ("+ ", "- ", "~ "):
        if found[sign]:
            lines.extend(by_family(sign, found[sign], dict((family, text) for family in FAMILIES)))
    return lines


def _as_lists(by_family):
    return dict((family, [list(rule) for rule in rules]) for family, rules in by_family.items())


def _saved_rules(by_family):
    return dict(
        (native(family), [(native(chain), [native(token) for token in tokens]) for chain, tokens in rules])
        for family, rules in by_family.items()
    )


class Firewalld(Provider):
    """A policy for each scope, with services and ipsets of our own."""

    NAME = "firewalld"
    PERSISTS = True
    CODE = (
        "_base.intervals", "_base.networks", "_firewalld.bus", "_firewalld.command", "_firewalld.daemon",
        "_firewalld.direct", "_firewalld.files", "_firewalld.load", "_firewalld.lost_rules", "_firewalld.meaning",
        "_firewalld.provider", "_firewalld.published", "_firewalld.reload", "_firewalld.rules", "_firewalld.runtime",
        "_firewalld.state", "_host.firewalld_conf", "_iptables.ipset", "_iptables.lock", "_iptables.put_back",
        "_iptables.render", "_iptables.restore", "_iptables.rule", "_iptables.save", "_iptables.tables",
        "_iptables.trees", "_iptables.words", "_nftables.listing", "_plan.difference", "_plan.line", "_plan.plan",
        "_plan.policy", "_plan.rules", "_providers.answers", "_providers.provider",
    )

    def detect(self, host):
        if not host.find("firewall-cmd"):
            raise RulesetError(
                "firewall-cmd: not found in PATH (%s). Install the package firewalld, or choose another provider."
                % ":".join(host.path)
            )
        found = version_of(host)
        if found is None:
            raise RulesetError(
                "firewalld is not running. Start it (systemctl start firewalld), or choose another provider."
            )
        if numbers(found) < _OLDEST:
            raise RulesetError(
                "firewalld %s has no policies; needs 0.9 or newer. Choose the provider iptables or nftables, and stop "
                "firewalld." % found
            )
        if backend(host) != "iptables" and not host.find("nft"):
            raise RulesetError(
                "nft: not found in PATH (%s). It reads back what firewalld has loaded. Install the package nftables."
                % ":".join(host.path)
            )

    def traces(self, host, scope):
        try:
            if read_files(host, Names(scope)):
                return True
        except (RulesetError, OSError):
            # Reading them says why.
            return True
        return scope == HOST and published.CHAIN in host.text(FOLDER, published.FILE)

    def version(self, host):
        try:
            return "firewalld %s" % (version_of(host) or "(not running)")
        except RulesetError:
            return "firewalld"

    def boot_wait(self, host):
        return {"service": "firewalld.service", "command": "%s --state" % host.find("firewall-cmd")}

    def warnings(self, host):
        if published.has_containers(host) and not host.find("iptables"):
            return ["iptables: not found. What containers publish does not obey the plan, for direct rules need it."]
        return []

    def read(self, host, scope):
        names = Names(scope)
        files = read_files(host, names)
        model = parse_files(names, files)
        about = {"scope": scope, "version": numbers(version_of(host) or "")}
        about["containers"] = published.has_containers(host) and bool(host.find("iptables"))
        about["with_sets"] = bool(host.find("ipset"))
        about["kernel_sets"] = kernel_sets(host, names)
        if scope == GATEWAY and about["version"] >= _ZONES_ONLY:
            about["zoned"] = _interfaces_in_zones(host)
        rules, in_force = {}, {}
        if scope == HOST:
            rules = _parse_direct(host)
            if rules or about["containers"]:
                in_force = direct_in_force(host)
        runtime = read_runtime(host, names, [model]) if about["version"] else None
        return FirewalldState(files, model, runtime, (rules, in_force), about)

    def build(self, scope, present, policy):
        names = Names(scope)
        model, rules = Model(), {}
        if policy is not None:
            if scope == HOST:
                if present.about["containers"]:
                    rules = published.published_rules(policy, names, present.about["with_sets"])
            else:
                _refuse_unzoned(present, policy)
            model = Builder(names, policy, present.about["version"] >= _DESTINATION_SETS).build()
        files = render_files(names, model)
        return FirewalldState(files, model, wanted_runtime(model), (rules, rules), {"scope": scope})

    def compare(self, host, scope, present, wanted):
        names = Names(scope)
        lines, meant = [], file_meaning(names, wanted.model)
        if not same_files(present, wanted):
            lines.extend(difference(file_meaning(names, present.model), meant))
        if present.runtime and not same_runtime(present.runtime, wanted.runtime):
            models = [wanted.model, present.model]
            there = runtime_meaning(names, present.runtime, models)
            for meaning in there.values():
                known = wanted.runtime.unrecognised
                meaning.unrecognised = [text for text in meaning.unrecognised if text not in known]
            lines.extend(line for line in difference(there, meant) if line not in lines)
        lines.extend(_published_lines(present, wanted))
        if not lines and not (same_files(present, wanted) and same_runtime(present.runtime, wanted.runtime)):
            lines = ["~ rules repaired that meant the same"]
        return lines

    def load(self, host, scope, present, wanted):
        load_state(host, scope, present, wanted)

    def recover(self, host, scope):
        finish_reload(host, scope)

    def save(self, state):
        return {
            "scope": state.about["scope"],
            # Latin-1 knows every byte.
            "files": dict((path, content.decode("latin-1")) for path, content in state.files.items()),
            "rules": _as_lists(state.rules),
            # Another than those of the file, where somebody has changed that since.
            "rules_in_force": _as_lists(state.rules_in_force),
            "unrecognised": state.runtime.unrecognised if state.runtime else [],
            "kernel_sets": state.about["kernel_sets"],
        }

    def former(self, saved, present):
        files = dict((native(path), content.encode("latin-1")) for path, content in saved["files"].items())
        model = parse_files(Names(saved["scope"]), files)
        rules = _saved_rules(saved["rules"])
        # A former release did not save those in force.
        in_force = _saved_rules(saved["rules_in_force"]) if "rules_in_force" in saved else rules
        runtime = wanted_runtime(model)
        runtime.unrecognised = [native(text) for text in saved["unrecognised"]]
        about = {"scope": saved["scope"], "kernel_sets": [native(name) for name in saved["kernel_sets"]]}
        return FormerFirewalldState(files, model, runtime, (rules, in_force), about)

    def put_back_files(self, host, saved):
        names = Names(saved["scope"])
        before = read_files(host, names)
        after = dict((native(path), content.encode("latin-1")) for path, content in saved["files"].items())
        if saved["scope"] == HOST:
            text = direct_text(host)
            before[published.FILE] = as_bytes(text)
            after[published.FILE] = as_bytes(published.edit(text, _saved_rules(saved["rules"])))
        write_files(host, before, after)
