# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The end of a change that is confirmed: what a boot does is written, and then nothing waits any longer.

Until then the change is pending, marked as confirmed. Where whoever confirmed it dies, its timer, a repeated
confirmation or the next run ends it in this way, so that a boot knows of each confirmation that was answered.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import CONFIRMED
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.arm import disarm
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import Outcome
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence


def finish(store, pending):
    """End a change that is confirmed. Call this with the lock.

    :type store: _safe_apply.store.Store
    :param pending: the change, whose field ``confirmed`` is set
    :type pending: _safe_apply.pending.Pending
    :returns: what became of it
    :rtype: _safe_apply.pending.Outcome
    """
    problem = _persist(Persistence(store.host, store.scope), pending)
    disarm(store.host, store, pending)
    why = "over a new connection"
    store.end(pending, CONFIRMED, why, problem)
    if pending.forget:
        store.forget()
    return Outcome(pending.token, CONFIRMED, why, problem)


def _persist(persistence, pending):
    """Have a boot load what was confirmed. Why that failed, or None."""
    try:
        if pending.undo:
            persistence.confirm(pending.at_boot)
        else:
            persistence.write(pending.at_boot)
    except (RulesetError, IOError, OSError) as error:
        return str(error)
    return None
