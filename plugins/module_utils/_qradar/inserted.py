# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules in QRadar's files that are inserted before our block, wherever the block stands."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX, save_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import lines_of, split_input
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.files import read_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.foreign import read_chains

_INSERT = re.compile(r"^[ \t]*-I[ \t]+(INPUT|FORWARD)[ \t]+(?:1[ \t]+)?(?=-)")


def refuse_opening(host, families):
    """Refuse a foreign rule that comes before ours and accepts something: it is live, and a file inserts it.

    A check knows of it before anything is loaded; whatever else comes before ours shows once it is.

    :type host: _host.host.Host
    :type families: list[str]
    :raises RulesetError: naming the file and the rule.
    """
    for family in families:
        inserted = list(_inserted(host, family))
        if not inserted:
            continue
        chains = read_chains(save_of(host, family)).get("filter", {})
        for path, chain, rule in inserted:
            if chain in chains and rule.key in [one.key for one in chains[chain].rules]:
                raise RulesetError(
                    "%s: the rule '%s' is inserted (-I) into %s before ours, and may let pass what the plan does not "
                    "allow. Append it (-A), or insert it into QChain." % (path, rule.text(), chain)
                )


def _inserted(host, family):
    """Rules that accept something, each with its file and chain."""
    for suffix in ("pre", "post"):
        path = host.file("opt", "qradar", "conf", "%s.%s" % (PREFIX[family], suffix))
        for line in lines_of(native(read_file(path) or b"")):
            found = _INSERT.match(line)
            rule = found and Rule(split_input(line[found.end():]))
            if rule and rule.target() == "ACCEPT":
                yield path, found.group(1), rule
