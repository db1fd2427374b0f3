# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What our units run when the machine starts: load the rules that were confirmed, or undo files that were not.

    load         the rules of rules.json, else those of the file before it; the journal and boot.json say which
    load undo    for providers whose files a boot loads: the files from before a change that nobody confirmed

Both may be run at any time: where all is as it should be, nothing is done.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import sys

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, words_alone
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.boot_program import UNDO
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
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
    :param arguments: UNDO, or nothing
    :type arguments: list[str]
    :returns: whether all is as it should be
    :rtype: bool
    """
    host = Host(run_program, root=root)
    work = undo if arguments == [UNDO] else load
    return work(Persistence(host, scope), providers, Store(host, scope))


def load(persistence, providers, store):
    """Load what was confirmed last.

    :type persistence: _safe_apply.persistence.Persistence
    :type providers: dict
    :type store: _safe_apply.store.Store
    :returns: whether the newest rules are loaded
    :rtype: bool
    """
    _let_pending_end(store)
    with store.lock(_LOCK_SECONDS):
        problems = []
        for outcome, read in ((LOADED, persistence.rules), (LAST_GOOD, persistence.last_rules)):
            try:
                rules = read()
                if rules is None:
                    continue
                for saved in rules.saved:
                    _load(store, providers[saved.provider], saved.state)
            except Exception as error:
                problems.append("%s: %s" % (outcome, words_alone(error)))
                _say("the rules of the scope %s could not be loaded: %s" % (store.scope, words_alone(error)))
                continue
            if problems:
                _say("the rules that were confirmed before these are loaded in their place")
            store.write_boot(outcome, "; ".join(problems))
            return not problems
        store.write_boot(FAILED, "; ".join(problems) or "nothing to load was found")
        return False


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
    """Put back files from before a change that was pending when the machine went down.

    :type persistence: _safe_apply.persistence.Persistence
    :type providers: dict
    :type store: _safe_apply.store.Store
    :returns: whether nothing is left to do
    :rtype: bool
    """
    unconfirmed = persistence.undo()
    if unconfirmed is None or unconfirmed.boot == store.boot():
        return True
    problems = []
    for saved in reversed(unconfirmed.saved):
        provider = providers[saved.provider]
        if not provider.PERSISTS:
            continue
        try:
            provider.put_back_files(store.host, saved.state)
        except (RulesetError, IOError, OSError) as error:
            problems.append("%s: %s" % (saved.provider, words_alone(error)))
    if problems:
        _say("files of the scope %s could not be put back: %s" % (store.scope, "; ".join(problems)))
        return False
    _say("a change of the scope %s was never confirmed: the files from before it are back" % store.scope)
    persistence.remove_undo()
    return True


def _say(text):
    sys.stderr.write("portledger: %s\n" % text)
