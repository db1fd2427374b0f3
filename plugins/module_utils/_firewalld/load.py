# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How firewalld comes to do what our files say: single commands where these do, else one reload."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import published
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.bus import call
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.direct import put_direct_in_force
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import rich_text, write_files
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.reload import reload_firewalld
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Names
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import read_runtime, wanted_runtime
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.state import (
    FormerFirewalldState, as_bytes, direct_text, kernel_sets, other_sets, same_files, same_policy, same_runtime,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import words_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import LONG_SECONDS


def load_state(host, scope, present, wanted):
    """Lead from what is to what is to be: write and test our files, then commands, or one reload.

    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :type present: _firewalld.state.FirewalldState
    :type wanted: _firewalld.state.FirewalldState
    :raises RulesetError: with firewalld's own words; what was there is there still.
    """
    before, after = dict(present.files), dict(wanted.files)
    if same_files(present, wanted) and wanted.model.policy:
        # Same meaning: the text of somebody else's editor is as good as ours.
        after = dict(before)
    if published.key_of(present.rules) != published.key_of(wanted.rules):
        # A foreign file in which only our lines are ours.
        text = direct_text(host)
        before[published.FILE] = as_bytes(text)
        after[published.FILE] = as_bytes(published.edit(text, wanted.rules))
    try:
        write_files(host, before, after)
    except RulesetError as error:
        error.changed = bool(error.changed)
        raise
    if present.runtime is None:
        return
    try:
        # What was there once needs no test, and whoever waits for it may be locked out.
        if not isinstance(wanted, FormerFirewalldState):
            _test(host)
    except RulesetError as error:
        try:
            write_files(host, before=after, after=before)
        except RulesetError as undoing:
            raise RulesetError("%s Putting back failed too: %s" % (error.words, undoing.words), changed=True)
        error.changed = False
        raise error
    try:
        _make_current(host, scope, present, wanted)
    except RulesetError as error:
        raise _undo(host, scope, present, (after, before), error.words)


def _test(host):
    if call(host, "checkPermanentConfig", LONG_SECONDS) is not None:
        return
    code, out, err = host.run("firewall-cmd", ["--check-config"], None, LONG_SECONDS)
    if code != 0:
        raise RulesetError("firewall-cmd --check-config: failed: %s." % words_of(code, out, err))


def _undo(host, scope, present, files, words):
    """Put back files and rules. Gives the error that says what became of it."""
    try:
        write_files(host, *files)
        reload_firewalld(host, scope)
        put_direct_in_force(host, present.rules, present.rules_in_force)
        _forget_kernel_sets(host, Names(scope), present.about["kernel_sets"])
        there = read_runtime(host, Names(scope), [present.model])
        if same_runtime(there, wanted_runtime(present.model)):
            return RulesetError(words, changed=False)
        return RulesetError("%s The former files are back, but not all of them is in force." % words, changed=True)
    except RulesetError as error:
        return RulesetError("%s Putting back failed too: %s" % (words, error.words), changed=True)


def _make_current(host, scope, present, wanted):
    """Have firewalld do what our files say."""
    names = Names(scope)
    direct = published.key_of(present.rules_in_force) != published.key_of(wanted.rules_in_force)
    there = present.runtime
    if not direct and _commands_do(there, present, wanted):
        _use_commands(host, names, there, present, wanted)
        there = read_runtime(host, names, [wanted.model])
        if same_runtime(there, wanted.runtime):
            return
    reload_firewalld(host, scope)
    put_direct_in_force(host, wanted.rules, wanted.rules_in_force)
    _forget_kernel_sets(host, names, wanted.about.get("kernel_sets", wanted.model.sets))
    there = read_runtime(host, names, [wanted.model])
    if other_sets(there, wanted.runtime):
        # FlushAllOnReload=no keeps the entries that a set had at run time.
        _change_sets(host, there, wanted)
        there = read_runtime(host, names, [wanted.model])
    if wanted.runtime.there and not there.there and scope == GATEWAY:
        raise RulesetError(
            "firewalld does not ask the policy %s: since 2.0 it asks policies only about interfaces in a zone. "
            "Put each of them into one: firewall-cmd --permanent --zone=ZONE --add-interface=NAME." % names.policy
        )
    if not same_runtime(there, wanted.runtime):
        raise RulesetError("firewalld has reloaded, and does not do what its files say. Its log says why.")


def _forget_kernel_sets(host, names, stay):
    """Since 1.0, firewalld makes sets for ipset where direct rules are, and leaves them there when these go."""
    for name in kernel_sets(host, names):
        if name not in stay:
            # One that a rule still asks stays.
            host.run("ipset", ["destroy", name])


def _commands_do(there, present, wanted):
    """Whether single commands do: only rules and entries of sets differ."""
    if not there.there or not wanted.model.policy or there.target != wanted.runtime.target:
        return False
    return present.model.same_shape(wanted.model) and set(wanted.model.sets) <= set(there.sets)


def _use_commands(host, names, there, present, wanted):
    _change_sets(host, there, wanted)
    if same_policy(there, wanted.runtime):
        return
    wants = [rich_text(rule) for rule in wanted.model.policy.rules]
    policy = "--policy=" + names.policy
    has = [line.strip() for line in host.run("firewall-cmd", [policy, "--list-rich-rules"])[1].split("\n")]
    # Opening comes first: nothing that stays open is closed in between.
    add = ["--add-rich-rule=" + text for text in wants if text not in has]
    remove = ["--remove-rich-rule=" + text for text in has if text and text not in wants]
    for options in (add, remove):
        if options:
            host.run("firewall-cmd", [policy] + options)


def _change_sets(host, there, wanted):
    """Entries of sets, without a reload."""
    for name in other_sets(there, wanted.runtime):
        option = "--ipset=" + name
        code, out, _err = host.run("firewall-cmd", [option, "--get-entries"])
        if code != 0:
            continue
        has, wants = set(out.split()), wanted.model.sets[name].members
        texts = dict((_entry(member), member) for member in has)
        for flag, entries in (("--remove-entry=", set(texts) - wants), ("--add-entry=", wants - set(texts))):
            if entries:
                host.run("firewall-cmd", [option] + [flag + texts.get(entry, entry) for entry in sorted(entries)])


def _entry(text):
    return text if "/" in text else text + ("/128" if ":" in text else "/32")
