# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a change that is pending: it stays, or it is taken back."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import ssh_connection
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.finish import finish
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.put_back import put_back
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store


def confirm(host, scope, providers, token, over_new_connection):
    """Let a change stay.

    :param over_new_connection: whether it must come over another SSH connection than the change did
    :type over_new_connection: bool
    :returns: outcome and why; problem, where the change stays but a boot would not load it
    :rtype: dict[str, str]
    :raises RulesetError: the former rules could not be put back after all, or that it stays could not be written.
    """
    store = Store(host, scope)
    with store.lock():
        pending = store.pending_as(token)
        if not pending:
            return _became(store, token)
        if not pending.confirmed:
            if host.uptime() > pending.deadline:
                put_back(store, providers, pending, "nobody confirmed it within %d s" % pending.seconds)
                return _became(store, token)
            connection = ssh_connection(host)
            if over_new_connection and connection and connection == pending.connection:
                return {"outcome": contract.SAME_CONNECTION, "why": connection}
            # From here on it stays, whatever becomes of this process.
            pending = pending._replace(confirmed=True)
            store.write(pending)
        return _as_answer(finish(store, pending))


def restore(host, scope, providers, token):
    """Put back what was there before a change, without waiting for the timer; one that is confirmed stays.

    :returns: outcome and why
    :rtype: dict[str, str]
    :raises RulesetError: not all is as it was.
    """
    store = Store(host, scope)
    with store.lock():
        pending = store.pending_as(token)
        if pending and pending.confirmed:
            return _as_answer(finish(store, pending))
        if pending:
            put_back(store, providers, pending, "the controller asked for it")
        return _became(store, token)


def _became(store, token):
    outcome = store.outcome()
    if not outcome or outcome.token != token:
        return {"outcome": contract.UNKNOWN, "why": "the host does not know this change"}
    return _as_answer(outcome)


def _as_answer(outcome):
    answer = {"outcome": outcome.outcome, "why": outcome.why}
    if outcome.problem:
        answer["problem"] = outcome.problem
    return answer
