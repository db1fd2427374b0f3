# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which module utils a program of ours needs where nothing of Ansible is: at a boot, and when a timer puts rules back.

They are listed, and a test compares the lists with what the files import: working it out on the host would take longer
than a whole run with nothing to do.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PROVIDERS
from ansible_collections.portledger.qradar.plugins.module_utils._registry.providers import load_provider

#: whatever the provider
COMMON = (
    "_base.contract", "_base.errors", "_base.fields", "_base.text", "_host.files", "_host.holders", "_host.host",
    "_host.netlink", "_host.process", "_host.processes", "_host.systemd", "_host.unfinished", "_host.units",
    "_registry.providers", "_safe_apply.arm", "_safe_apply.boot", "_safe_apply.boot_program", "_safe_apply.boot_units",
    "_safe_apply.code", "_safe_apply.finish", "_safe_apply.lock", "_safe_apply.pending", "_safe_apply.persistence",
    "_safe_apply.program", "_safe_apply.put_back", "_safe_apply.saved", "_safe_apply.store", "_safe_apply.timer",
)


def code_of(providers):
    """Names of the module utils that these providers need, those that all need included.

    :param providers: names; one that this release does not know needs nothing
    :type providers: collections.Iterable[str]
    :rtype: list[str]
    """
    found = set(COMMON)
    for name in providers:
        if name in PROVIDERS:
            found.update(load_provider(name).CODE)
    return sorted(found)
