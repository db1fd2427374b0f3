# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a change that is pending: it stays, or it is taken back."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import ssh_connection
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.arm import disarm
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.put_back import put_back
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store


def confirm(host, scope, providers, token, over_new_connection):
    """Let a change stay.

    :param over_new_connection: whether it must come over another SSH connection than the change did
    :type over_new_connection: bool
    :returns: outcome and why; problem, where the change stays but a boot would not load it
    :rtype: dict[str, str]
    :raises RulesetError: the former rules could not be put back after all.
    """
    store = Store(host, scope)
    with store.lock():
        pending = store.pending_as(token)
        if not pending:
            return _became(store, token)
        if host.uptime() > pending.deadline:
            put_back(store, providers, pending, "nobody confirmed it within %d s" % pending.seconds)
            return _became(store, token)
        connection = ssh_connection(host)
        if over_new_connection and connection and connection == pending.connection:
            return {"outcome": contract.SAME_CONNECTION, "why": connection}
        store.end(pending, contract.CONFIRMED, "over a new connection")
        outcome = _became(store, token)
        disarm(host, store, pending)
        problem = _persist(Persistence(host, scope), pending)
        if problem:
            outcome["problem"] = problem
        if pending.forget:
            store.forget()
        return outcome


def _persist(persistence, pending):
    """Have a boot load what was confirmed. Why that failed, or nothing."""
    try:
        if pending.undo:
            persistence.remove_undo()
        persistence.write(pending.at_boot)
    except (RulesetError, OSError) as error:
        return str(error)
    return ""


def restore(host, scope, providers, token):
    """Put back what was there before a change, without waiting for the timer.

    :returns: outcome and why
    :rtype: dict[str, str]
    :raises RulesetError: not all is as it was.
    """
    store = Store(host, scope)
    with store.lock():
        pending = store.pending_as(token)
        if pending:
            put_back(store, providers, pending, "the controller asked for it")
        return _became(store, token)


def _became(store, token):
    outcome = store.outcome()
    if not outcome or outcome.token != token:
        return {"outcome": contract.UNKNOWN, "why": "the host does not know this change"}
    return {"outcome": outcome.outcome, "why": outcome.why}
