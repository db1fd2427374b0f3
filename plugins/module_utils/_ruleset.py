# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The module's work, whatever the provider: read, compare, load.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils import _iptables
from ansible_collections.portledger.qradar.plugins.module_utils._management import find_management
from ansible_collections.portledger.qradar.plugins.module_utils._plan import read_plan

PROVIDERS = {_iptables.NAME: _iptables}
AUTO = "auto"


def choose_provider(name):
    """The provider of this name; "auto" takes the one that fits this host.

    :type name: str
    :returns: a module with detect, read, build, compare and load
    """
    return PROVIDERS[_iptables.NAME if name == AUTO else name]


def apply_ruleset(host, options, check):
    """Make this host's firewall say what the plan says, or nothing.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
    :param options: the module's options
    :type options: dict
    :param check: only tell what would be done
    :type check: bool
    :returns: the module's result
    :rtype: dict
    :raises RulesetError: nothing was changed, unless the text says otherwise.
    """
    provider = choose_provider(options["provider"])
    scope = options["scope"]
    plan = management = None
    if options["state"] == "present":
        plan = read_plan(options["plan"], scope)
        management = find_management(host, options["management"])
    present = provider.read(host, scope)
    wanted = provider.build(scope, present, plan, management, options["unlisted"], options["egress"])
    lines = provider.compare(host, scope, present, wanted)
    if lines and not check:
        provider.load(host, scope, present, wanted)
    result = {
        "changed": bool(lines),
        "provider": provider.NAME,
        "difference": lines,
        "diff": {"prepared": "".join(line + "\n" for line in lines)},
    }
    if management:
        result["management"] = management.as_data()
    return result
