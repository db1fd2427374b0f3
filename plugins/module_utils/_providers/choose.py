# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which provider fits a host."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._providers.rivals import (
    has_qradar, refuse_rivals, runs_firewalld, what_else_drops,
)
from ansible_collections.portledger.qradar.plugins.module_utils._providers.signs import has_sign


def choose_provider(providers, host, scope, name):
    """The provider of this name; "auto" takes the one that fits this host.

    :param providers: the providers by name
    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param name: a provider's name, or auto
    :type name: str
    :rtype: _providers.provider.Provider
    :raises RulesetError: it cannot be used here, or somebody else would undo it.
    """
    provider = providers[_fitting(providers, host, scope) if name == contract.AUTO else name]
    provider.detect(host)
    refuse_rivals(host, provider.NAME)
    return provider


def provider_warnings(host, provider):
    """What a result has to say of the provider on this host.

    :type host: _host.host.Host
    :type provider: _providers.provider.Provider
    :rtype: list[str]
    """
    return what_else_drops(host, provider.NAME) + provider.warnings(host)


def _fitting(providers, host, scope):
    if has_qradar(host):
        return "qradar"
    if runs_firewalld(host):
        return "firewalld"
    # What was chosen stays: foreign rules that were added since do not make the rules change their place.
    for name in ("nftables", "iptables"):
        if _has_traces(providers, host, scope, name):
            return name
    if host.find("nft") and not _foreign_iptables(host):
        return "nftables"
    return "iptables"


def _foreign_iptables(host):
    """Whether somebody filters or translates with iptables: a rule, a chain or a policy."""
    for program in ("iptables-save", "ip6tables-save"):
        if host.find(program):
            code, out, _err = host.run(program, [])
            if code != 0 or "is incompatible" in out or re.search(r"^(-A |:\S+ (-|DROP) )", out, re.MULTILINE):
                return True
    return False


def other_traces(providers, host, scope, provider):
    """Providers, but for one, that have something on this host.

    :param providers: the providers by name
    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param provider: name of the one that is not asked; None asks all
    :type provider: str | None
    :rtype: list
    """
    names = [name for name in contract.PROVIDERS if name != provider]
    return [providers[name] for name in names if _has_traces(providers, host, scope, name)]


def any_traces(providers, host, scope, likely=None):
    """Whether any provider has something on this host.

    :param providers: the providers by name
    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param likely: name of the one that is asked first, where one is likelier than others
    :type likely: str | None
    :rtype: bool
    """
    names = sorted(contract.PROVIDERS, key=lambda name: name != likely)
    return any(_has_traces(providers, host, scope, name) for name in names)


def _has_traces(providers, host, scope, name):
    return has_sign(host, name) and providers[name].traces(host, scope)
