# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our units run when the machine starts: load the rules that were confirmed, or undo files that were not.

    load         the rules of rules.json, else those of the file before it; the journal and boot.json say which
    load check   loads nothing, and prints which these are
    load remove  removes all rules of this collection, and what a boot loads, as if it had never run
    undo         for providers whose files a boot loads: the files from before a change that nobody confirmed, or
                 what is still to be written of one that was

All may be run at any time: where all is as it should be, nothing is done. A file at a time: the script "load" starts
this with rules.json, and where that fails with rules.last.json, each with the code that the file names.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, words_alone
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_program import (
    CHECK, REMOVE, RULES, UNDO,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import AtBoot, to_load
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store

LOADED = "loaded"
LAST_GOOD = "last good"
FAILED = "failed"

_POLL_SECONDS = 0.25
_GRACE_SECONDS = 15.0
_LOCK_SECONDS = 60.0


def main(providers, root, scope, arguments):
    """The program.

    :param providers: the providers by name
    :type providers: dict
    :param root: directory that /etc and /run are looked for in
    :type root: str
    :param scope: host or gateway
    :type scope: str
    :param arguments: the name of a file, and UNDO, CHECK or nothing
    :type arguments: list[str]
    :returns: whether all is as it should be
    :rtype: bool
    """
    host = Host(run_program, root=root)
    persistence, store = Persistence(host, scope), Store(host, scope)
    if arguments[1:] == [UNDO]:
        return undo(persistence, providers, store)
    if arguments[1:] == [CHECK]:
        return check(persistence, providers, store, arguments[0])
    if arguments[1:] == [REMOVE]:
        return remove(persistence, providers, store, arguments[0])
    return load(persistence, providers, store, arguments[0])


def load(persistence, providers, store, name):
    """Load what one of the files holds.

    :type persistence: _safe_apply.persistence.Persistence
    :type providers: dict
    :type store: _safe_apply.store.Store
    :param name: RULES or LAST_RULES
    :type name: str
    :returns: whether its rules are loaded
    :rtype: bool
    """
    _let_pending_end(store)
    with store.lock(_LOCK_SECONDS):
        try:
            for saved in to_load(_rules(persistence, name).saved):
                _load(store, providers[saved.provider], saved.state)
        except Exception as error:
            words = _words(error)
            _say("the rules of the scope %s could not be loaded: %s" % (store.scope, words))
            _write_outcome(store, FAILED, words)
            return False
        if name == RULES:
            _write_outcome(store, LOADED, "")
        else:
            _say("the rules that were confirmed before these are loaded in their place")
            failed = store.boot_outcome()
            words = failed.why if failed and failed.outcome == FAILED else "%s cannot be used" % RULES
            _write_outcome(store, LAST_GOOD, words)
        return True


def check(persistence, providers, store, name):
    """Print what a boot would load of one of the files, with the code that it would do it with.

    :type persistence: _safe_apply.persistence.Persistence
    :type providers: dict
    :type store: _safe_apply.store.Store
    :param name: RULES or LAST_RULES
    :type name: str
    :returns: whether it could be loaded, as far as can be told without loading it
    :rtype: bool
    """
    try:
        rules = _rules(persistence, name)
        for saved in to_load(rules.saved):
            provider = providers[saved.provider]
            present = provider.read(store.host, store.scope)
            provider.compare(store.host, store.scope, present, provider.former(saved.state, present))
    except Exception as error:
        _say("the rules of the scope %s could not be loaded: %s" % (store.scope, _words(error)))
        return False
    found = {"file": name, "providers": [saved.provider for saved in to_load(rules.saved)]}
    sys.stdout.write(json.dumps(found, sort_keys=True) + "\n")
    return True


def remove(persistence, providers, store, name):
    """Remove what one of the files holds, in force and for a boot. For people who have no Ansible at hand.

    :type persistence: _safe_apply.persistence.Persistence
    :type providers: dict
    :type store: _safe_apply.store.Store
    :param name: RULES or LAST_RULES
    :type name: str
    :returns: whether nothing is left
    :rtype: bool
    """
    _let_pending_end(store)
    try:
        with store.lock(_LOCK_SECONDS):
            for saved in _rules(persistence, name).saved:
                provider = providers[saved.provider]
                present = provider.read(store.host, store.scope)
                wanted = provider.build(store.scope, present, None)
                if provider.compare(store.host, store.scope, present, wanted):
                    provider.load(store.host, store.scope, present, wanted)
            # Last, so that what was interrupted can be repeated.
            persistence.write(AtBoot())
            store.forget()
    except Exception as error:
        _say("the rules of the scope %s could not be removed: %s" % (store.scope, _words(error)))
        return False
    sys.stdout.write("portledger: the rules of the scope %s are removed\n" % store.scope)
    return True


def _rules(persistence, name):
    rules = persistence.rules_of(name)
    if rules is None:
        raise RulesetError("%s is missing" % name)
    return rules


def _words(error):
    if isinstance(error, KeyError):
        return "the provider %s is not known here" % error
    return words_alone(error)


def _write_outcome(store, outcome, why):
    try:
        store.write_boot(outcome, why)
    except RulesetError as error:
        _say(error.words)


def _let_pending_end(store):
    """A change that waits for its confirmation is loaded: what was confirmed comes back only if it is not."""
    pending = store.pending()
    while pending and store.host.uptime() < pending.deadline + _GRACE_SECONDS:
        store.host.sleep(_POLL_SECONDS)
        pending = store.pending()


def _load(store, provider, state):
    present = provider.read(store.host, store.scope)
    wanted = provider.former(state, present)
    if provider.compare(store.host, store.scope, present, wanted):
        provider.load(store.host, store.scope, present, wanted)


def undo(persistence, providers, store):
    """End a change that was pending when the machine went down.

    :type persistence: _safe_apply.persistence.Persistence
    :type providers: dict
    :type store: _safe_apply.store.Store
    :returns: whether nothing is left to do
    :rtype: bool
    """
    try:
        waiting = persistence.undo()
        if waiting is None or waiting.boot == store.boot():
            return True
        if waiting.confirmed is not None:
            return _finish(persistence, providers, store, waiting.confirmed)
        problems = _put_back_files(store, providers, waiting.saved)
        if problems:
            _say("files of the scope %s could not be put back: %s" % (store.scope, "; ".join(problems)))
            return False
        persistence.remove_undo()
    except RulesetError as error:
        _say(error.words)
        return False
    _say("a change of the scope %s was never confirmed: the files from before it are back" % store.scope)
    return True


def _finish(persistence, providers, store, at_boot):
    """Write the rest of what was confirmed. A unit that it writes is too late for this boot: its work is done here."""
    persistence.confirm_at_boot(at_boot)
    if not to_load(at_boot.saved):
        return True
    loaded = load(persistence, providers, store, RULES)
    persistence.load_again()
    return loaded


def _put_back_files(store, providers, states):
    """What went wrong."""
    problems = []
    for saved in reversed(states):
        try:
            provider = providers[saved.provider]
            if provider.PERSISTS:
                provider.put_back_files(store.host, saved.state)
        except Exception as error:
            problems.append("%s: %s" % (saved.provider, words_alone(error)))
    return problems


def _say(text):
    sys.stderr.write("portledger: %s\n" % text)
