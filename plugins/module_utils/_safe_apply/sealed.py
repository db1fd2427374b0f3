# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a comparison looks at, for a seal: where an earlier run found no difference in the same, there is none."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import to_json
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence


class Sealed:
    """One scope of a host, as one call finds it."""

    def __init__(self, host, scope, seal, provider, management):
        """
        :type host: _host.host.Host
        :param scope: host or gateway
        :type scope: str
        :type seal: _kept.seal.Seal
        :type provider: _providers.provider.Provider
        :type management: _host.management.Management
        """
        self._host = host
        self._scope = scope
        self._seal = seal
        self._provider = provider
        self._management = management
        self._rules = None

    def fits(self):
        """Whether what is in force, and the file with the rules that a boot loads, are as an earlier run left them.

        :rtype: bool
        """
        self._rules = self._digest()
        if not self._seal.is_of_this_call():
            return False
        try:
            seen = self._provider.seen(self._host, self._scope)
        except RulesetError:
            # Who reads it has the words.
            return False
        return bool(seen) and self._seal.fits(self._all(seen))

    def renew(self, present):
        """Keep that there is no difference. What has changed since it was read may not have been compared.

        :param present: as it was compared
        :type present: State
        """
        seen = self._provider.seen_in(self._host, self._scope, present)
        if seen and self._digest() == self._rules:
            self._seal.write(self._all(seen))

    def _all(self, seen):
        return [self._provider.NAME, seen, to_json(self._management.as_data(), sort_keys=True), self._rules]

    def _digest(self):
        return Persistence(self._host, self._scope).rules_digest()
