# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules in QRadar's files that are inserted before our block, wherever the block stands."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import lines_of, split
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.files import read_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.foreign import read_chains

_INSERT = re.compile(r"^[ \t]*-I[ \t]+(INPUT|FORWARD)[ \t]+(?:1[ \t]+)?(?=-)")


def find_opening(host, family, save):
    """Why a foreign rule would come before ours and accept something: it is live, and a file inserts it.

    A check knows of it before anything is loaded; whatever else comes before ours shows once it is.

    :type host: _host.host.Host
    :param family: ipv4 or ipv6
    :type family: str
    :param save: what iptables-save shows
    :type save: str
    :rtype: RulesetError | None
    """
    chains = read_chains(save).get("filter", {})
    for suffix in ("pre", "post"):
        path = host.file("opt", "qradar", "conf", "%s.%s" % (PREFIX[family], suffix))
        for line in lines_of(native(read_file(path) or b"")):
            found = _INSERT.match(line)
            if not found:
                continue
            rule = Rule(split(line[found.end() :]))
            live = chains[found.group(1)].rules if found.group(1) in chains else []
            if rule.target() == "ACCEPT" and rule.key in [one.key for one in live]:
                return RulesetError(
                    "%s: the rule '%s' is inserted (-I) into %s before ours, and may let pass what the plan does not "
                    "allow. Append it (-A), or insert it into QChain." % (path, rule.text(), found.group(1))
                )
    return None
