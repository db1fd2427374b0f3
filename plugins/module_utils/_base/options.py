# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Argument specifications of the modules whose code a host keeps: the module checks by them, or the controller does."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract

# The doc fragment "ruleset" documents them.
_SHARED = {
    "scope": {"type": "str", "choices": list(contract.SCOPES), "required": True},
    "provider": {"type": "str", "choices": [contract.AUTO] + list(contract.PROVIDERS), "default": contract.AUTO},
    "unlisted": {"type": "str", "choices": list(contract.POLICIES), "default": contract.DROP},
    "egress": {"type": "str", "choices": list(contract.POLICIES), "default": contract.LEAVE},
    "management": {"type": "list", "elements": "str", "default": []},
    "plan": {"type": "dict"},
    "keep": {"type": "str", "no_log": False},
}

_CHANGE = {
    "phase": {"type": "str", "choices": list(contract.PHASES), "default": contract.APPLY},
    # Not a secret: whoever may run this module may read it on the host.
    "token": {"type": "str", "required": True, "no_log": False},
    "over_new_connection": {"type": "bool", "default": False},
    "addresses": {"type": "list", "elements": "str", "default": []},
}

RULESET = dict(
    _SHARED,
    state={"type": "str", "choices": list(contract.STATES), "default": contract.PRESENT},
    confirm_seconds={"type": "int", "default": 30},
    probes={"type": "list", "elements": "str", "default": []},
    count_lost={"type": "bool", "default": False},
    gives_way={"type": "bool", "default": False},
    change={"type": "dict", "options": _CHANGE},
)

RULESET_INFO = dict(
    _SHARED,
    since={"type": "str", "default": "boot"},
    surroundings={"type": "bool", "default": False},
    permits={"type": "bool", "default": False},
)
