# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What else manages this host's firewall, and would undo what a provider has loaded."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os

from ansible_collections.portledger.qradar.plugins.module_utils._host import systemd
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.firewalld_conf import backend

QRADAR_TOOL = "opt/qradar/bin/iptables_update.pl"
# Services that set up iptables as a whole, and flush what they do not know, at each of their restarts.
_WHOLE_TABLES = ("shorewall", "shorewall6", "ferm")


def has_qradar(host):
    """Whether QRadar writes this host's iptables.

    :type host: _host.host.Host
    :rtype: bool
    """
    return os.path.isfile(host.file(QRADAR_TOOL))


def runs_firewalld(host):
    """Whether firewalld runs in the network that this process is in.

    :type host: _host.host.Host
    :rtype: bool
    """
    if not host.find("firewall-cmd"):
        return False
    if systemd.runs(host):
        return systemd.is_active(host, "firewalld")
    here = _network(host, "self")
    for process in sorted(os.listdir(host.file("proc"))):
        if process.isdigit() and "firewalld" in host.text("proc", process, "comm"):
            if _network(host, process) == here:
                return True
    return False


def _network(host, process):
    try:
        return os.readlink(host.file("proc", process, "ns/net"))
    except OSError:
        return None


def refuse_rivals(host, provider):
    """Refuse a provider whose rules somebody else who is active would undo.

    :type host: _host.host.Host
    :param provider: its name
    :type provider: str
    :raises RulesetError: naming who, and what to do.
    """
    if provider != "iptables":
        # A table of its own, firewalld's own policies and QRadar's own files are left alone by everybody.
        return
    if has_qradar(host):
        raise _rival("QRadar, which writes its iptables anew with /%s" % QRADAR_TOOL, "qradar")
    if runs_firewalld(host) and backend(host) == "iptables":
        why = "firewalld, which runs here with FirewallBackend=iptables and flushes them at each reload"
        raise _rival(why, "firewalld")
    for service in _WHOLE_TABLES:
        if systemd.is_active(host, service):
            raise _rival("%s, whose service is active here and flushes them at each restart" % service, "nftables")


def what_else_drops(host, provider):
    """Warnings about what else drops traffic that a provider permits: a packet has to be accepted by both.

    :type host: _host.host.Host
    :param provider: its name
    :type provider: str
    :rtype: list[str]
    """
    found = []
    if provider in ("iptables", "nftables"):
        if runs_firewalld(host):
            found.append(("firewalld, which runs here,", "firewalld"))
        elif has_qradar(host):
            found.append(("QRadar, which has iptables of its own here,", "qradar"))
    return [
        "provider: %s drops whatever it does not permit itself, even traffic that the rules of '%s' accept. "
        "Choose the provider %s, or leave it at auto." % (who, provider, instead)
        for who, instead in found
    ]


def _rival(who, instead):
    return RulesetError(
        "provider: the rules of 'iptables' would be undone by %s. Choose the provider %s, or leave it at auto."
        % (who, instead)
    )
