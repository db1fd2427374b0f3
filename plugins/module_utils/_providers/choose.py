# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers, and which of them fits a host.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._providers.rivals import has_qradar, refuse_rivals
from ansible_collections.portledger.qradar.plugins.module_utils._providers.rivals import runs_firewalld, who_else_closes
from ansible_collections.portledger.qradar.plugins.module_utils._providers.signs import has_sign

NAMES = ("firewalld", "iptables", "nftables", "qradar")
AUTO = "auto"


def load_provider(name):
    """The provider of this name. Compiling all of them takes longer than a run with nothing to do may take.

    :type name: str
    :returns: a module, see the head of _iptables/provider.py
    :raises KeyError: there is none.
    """
    if name == "firewalld":
        from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import provider as found
    elif name == "iptables":
        from ansible_collections.portledger.qradar.plugins.module_utils._iptables import provider as found
    elif name == "nftables":
        from ansible_collections.portledger.qradar.plugins.module_utils._nftables import provider as found
    elif name == "qradar":
        from ansible_collections.portledger.qradar.plugins.module_utils._qradar import provider as found
    else:
        raise KeyError(name)
    return found


class _Providers:
    """The providers by name."""

    def __getitem__(self, name):
        return load_provider(name)


PROVIDERS = _Providers()


def choose_provider(host, scope, name):
    """The provider of this name; "auto" takes the one that fits this host.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param name: a provider's name, or auto
    :type name: str
    :returns: a module, see the head of _iptables/provider.py
    :raises RulesetError: it cannot be used here, or somebody else would undo it.
    """
    provider = PROVIDERS[_fitting(host, scope) if name == AUTO else name]
    provider.detect(host)
    refuse_rivals(host, provider.NAME)
    return provider


def provider_warnings(host, provider):
    """What a result has to say of the provider on this host.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param provider: a module, see the head of _iptables/provider.py
    :rtype: list[str]
    """
    return who_else_closes(host, provider.NAME) + getattr(provider, "warnings", lambda host: [])(host)


def _fitting(host, scope):
    if has_qradar(host):
        return "qradar"
    if runs_firewalld(host):
        return "firewalld"
    # What was chosen stays: rules of others that came since do not make the rules change their place.
    for name in ("nftables", "iptables"):
        if _has_traces(host, scope, name):
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


def traces_of_others(host, scope, provider):
    """Providers, but for one, that have something on this host.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param provider: name of the one that is not asked; None asks all
    :type provider: str | None
    :rtype: list
    """
    return [PROVIDERS[name] for name in NAMES if name != provider and _has_traces(host, scope, name)]


def _has_traces(host, scope, name):
    return has_sign(host, name) and PROVIDERS[name].traces(host, scope)
