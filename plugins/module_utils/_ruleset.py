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
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import APPLY, CONFIRM, Prepared
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import apply_safely, confirm, restore

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
    scope = options["scope"]
    change = options.get("change") or {"phase": APPLY}
    if change["phase"] != APPLY:
        return end_change(host, scope, change)
    provider = choose_provider(options["provider"])
    plan = management = None
    if options["state"] == "present":
        plan = read_plan(options["plan"], scope)
        management = find_management(host, options["management"])

    def prepare():
        present = provider.read(host, scope)
        wanted = provider.build(scope, present, plan, management, options["unlisted"], options["egress"])
        return Prepared(provider, present, wanted, provider.compare(host, scope, present, wanted))

    timed = (change["token"], options["confirm_seconds"]) if change.get("token") else None
    applied = apply_safely(
        host, scope, PROVIDERS, prepare, timed, {"check": check, "forget": options["state"] == "absent"}
    )
    lines = applied.prepared.lines
    result = {
        "changed": bool(lines),
        "provider": provider.NAME,
        "difference": lines,
        "diff": {"prepared": "".join(line + "\n" for line in lines)},
    }
    if management:
        result["management"] = management.as_data()
    if applied.timer:
        result["timer"] = applied.timer
    if applied.warnings:
        result["warnings"] = applied.warnings
    return result


def end_change(host, scope, change):
    """Confirm a change that is pending, or take it back.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
    :param scope: host or gateway
    :type scope: str
    :param change: the option "change"
    :type change: dict
    :returns: outcome and why
    :rtype: dict
    :raises RulesetError: the former rules could not be put back.
    """
    if change["phase"] == CONFIRM:
        return confirm(host, scope, PROVIDERS, change["token"], change["over_new_connection"])
    return restore(host, scope, PROVIDERS, change["token"])
