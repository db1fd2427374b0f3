# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that the modules ``ruleset`` and ``ruleset_info`` share. The doc fragment ``ruleset`` documents them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract

RULESET_OPTIONS = {
    "scope": {"type": "str", "choices": list(contract.SCOPES), "required": True},
    "provider": {"type": "str", "choices": [contract.AUTO] + list(contract.PROVIDERS), "default": contract.AUTO},
    "unlisted": {"type": "str", "choices": list(contract.POLICIES), "default": contract.DROP},
    "egress": {"type": "str", "choices": list(contract.POLICIES), "default": contract.LEAVE},
    "management": {"type": "list", "elements": "str", "default": []},
    "plan": {"type": "dict"},
}
