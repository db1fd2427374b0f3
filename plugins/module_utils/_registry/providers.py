# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers by name: the only place that knows them all."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type


def load_provider(name):
    """The provider of this name. Compiling all of them takes longer than a run with nothing to do may take.

    :type name: str
    :rtype: _providers.provider.Provider
    :raises KeyError: there is none.
    """
    if name == "firewalld":
        from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.provider import Firewalld

        return Firewalld()
    if name == "iptables":
        from ansible_collections.portledger.qradar.plugins.module_utils._iptables.provider import Iptables

        return Iptables()
    if name == "nftables":
        from ansible_collections.portledger.qradar.plugins.module_utils._nftables.provider import Nftables

        return Nftables()
    if name == "qradar":
        from ansible_collections.portledger.qradar.plugins.module_utils._qradar.provider import Qradar

        return Qradar()
    raise KeyError(name)


class _Providers:
    """The providers by name."""

    def __getitem__(self, name):
        return load_provider(name)


PROVIDERS = _Providers()
