# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The providers, and which of them fits a host.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils import _firewalld, _iptables, _nftables, _qradar
from ansible_collections.portledger.qradar.plugins.module_utils._managers import has_qradar, refuse_rivals
from ansible_collections.portledger.qradar.plugins.module_utils._managers import runs_firewalld

PROVIDERS = dict((provider.NAME, provider) for provider in (_firewalld, _iptables, _nftables, _qradar))
AUTO = "auto"


def choose_provider(host, scope, name):
    """The provider of this name; "auto" takes the one that fits this host.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
    :param scope: host or gateway
    :type scope: str
    :param name: a provider's name, or auto
    :type name: str
    :returns: a module, see the head of _iptables.py
    :raises RulesetError: it cannot be used here, or somebody else would undo it.
    """
    provider = PROVIDERS[_fitting(host, scope) if name == AUTO else name]
    provider.detect(host)
    refuse_rivals(host, provider.NAME)
    return provider


def _fitting(host, scope):
    if has_qradar(host):
        return "qradar"
    if runs_firewalld(host):
        return "firewalld"
    # What was chosen stays: rules of others that came since do not make the rules change their place.
    for name in ("nftables", "iptables"):
        if PROVIDERS[name].traces(host, scope):
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

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
    :param scope: host or gateway
    :type scope: str
    :param provider: the one that is not asked; None asks all
    :rtype: list
    """
    others = [PROVIDERS[name] for name in sorted(PROVIDERS) if PROVIDERS[name] is not provider]
    return [other for other in others if other.traces(host, scope)]
