# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The way back from a change: what was there before it, whatever is there now."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import RESTORED
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, words_alone
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.arm import disarm
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence


def put_back(store, providers, pending, why):
    """Restore the former state of each provider. Call this with the lock.

    :type store: _safe_apply.store.Store
    :param providers: the providers by name
    :type providers: dict
    :param pending: the change
    :type pending: _safe_apply.pending.Pending
    :param why: for people
    :type why: str
    :raises RulesetError: not all is as it was.
    """
    problems = []
    try:
        recover(store, providers)
    except Exception as error:
        problems.append(words_alone(error))
    # What was loaded last goes first, so that a former provider is in force again before its successor leaves.
    for saved in reversed(pending.saved):
        try:
            _put_back(store, providers[saved.provider], saved.state)
        except Exception as error:
            problems.append("%s: %s" % (saved.provider, words_alone(error)))
    if problems:
        raise RulesetError(" ".join(problems), changed=True)
    disarm(store.host, store, pending)
    if pending.undo:
        Persistence(store.host, store.scope).remove_undo()
    store.end(pending, RESTORED, why)


def recover(store, providers):
    """Complete what a killed process has left half-way. Call this with the lock.

    :type store: _safe_apply.store.Store
    :param providers: the providers by name
    :type providers: dict
    :raises RulesetError: not all of it can be completed.
    """
    for name in store.unfinished():
        providers[name].recover(store.host, store.scope)


def _put_back(store, provider, state):
    host, scope = store.host, store.scope
    present = provider.read(host, scope)
    former = provider.former(state, present)
    if provider.compare(host, scope, present, former):
        provider.load(host, scope, present, former)
        present = provider.read(host, scope)
        left = provider.compare(host, scope, present, provider.former(state, present))
        if left:
            raise RulesetError("not all is as it was: %s." % "; ".join(left), changed=True)
