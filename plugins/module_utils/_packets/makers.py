# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Who has made a foreign rule, as far as its chain, or one of QRadar's files, tells."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._host.files import names_in
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX, read_save
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import split

_CONF = ("opt", "qradar", "conf")
_ZONE = re.compile(r"^(?:(?:filter|nat|mangle|raw)_)?(?:IN|FWD|FWDI|FWDO|FORWARD|PRE)_(policy_)?(.+?)"
                   r"(?:_(?:pre|log|deny|allow|post))?$")
_CHAINS = (
    (re.compile(r"^ufw6?-"), "UFW"),
    (re.compile(r"^DOCKER"), "docker"),
    (re.compile(r"^(?:LIBVIRT_|LIBWRT)"), "libvirt"),
    (re.compile(r"^(?:CNI|NETAVARK)"), "podman"),
    (re.compile(r"^KUBE-"), "kubernetes"),
    (re.compile(r"^f2b-"), "fail2ban"),
    (re.compile(r"^(?:shorewall|net2|loc2)"), "Shorewall"),
)


class Makers:
    """Knows QRadar's files of one host."""

    def __init__(self, host):
        """
        :type host: _host.host.Host
        """
        self._host = host
        self._files = dict((family, list(self._read(family))) for family in PREFIX)

    def of(self, family, place, chain, rule):
        """
        :type family: str
        :param place: of the chain that the kernel leads to
        :type place: str
        :param chain: that has the rule
        :type chain: str
        :type rule: str
        :returns: "firewalld zone public", "iptables.pre", "iptables"
        :rtype: str
        """
        zone = _ZONE.match(chain)
        if zone and (place.startswith("nft inet firewalld") or "_" in chain):
            return "firewalld %s %s" % ("policy" if zone.group(1) else "zone", zone.group(2))
        for form, name in _CHAINS:
            if form.match(chain):
                return name
        program = place.split(" ")[0]
        if program.startswith("ip"):
            key = Rule(split(rule)).key
            for name, rules in self._files[family]:
                if (chain, key) in rules:
                    return name
        return program

    def _read(self, family):
        """Rules in files that people edit, by the file's name."""
        prefix = PREFIX[family]
        folder = self._host.file(*_CONF)
        for part in ("pre", "post"):
            beside = os.path.join(folder, prefix + ".d", part)
            names = ["%s.d/%s/%s" % (prefix, part, one) for one in names_in(beside)]
            for name in [prefix + "." + part] + names:
                # These files have rules alone.
                tables = read_save("*filter\n" + self._host.text(*(_CONF + tuple(name.split("/")))))
                yield name, set((rule.chain, rule.rule().key) for one in tables.values() for rule in one.rules)
