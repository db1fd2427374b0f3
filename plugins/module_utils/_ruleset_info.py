# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is there of ours, what is missing to the plan, and what met it. Changes nothing.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._iptables_render import LOG_PREFIX
from ansible_collections.portledger.qradar.plugins.module_utils._kernel_log import read_kernel_log
from ansible_collections.portledger.qradar.plugins.module_utils._log_flows import LoggedFlows
from ansible_collections.portledger.qradar.plugins.module_utils._management import find_management
from ansible_collections.portledger.qradar.plugins.module_utils._pending import Store
from ansible_collections.portledger.qradar.plugins.module_utils._plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import PROVIDERS, choose_provider
from ansible_collections.portledger.qradar.plugins.module_utils._since import read_since

_OTHER = {"host": "gateway", "gateway": "host"}


def ruleset_info(host, options):
    """All that is known of our rules on this host.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
    :param options: the module's options
    :type options: dict
    :returns: the module's result
    :rtype: dict
    :raises RulesetError: an option is wrong, or the rules cannot be read.
    """
    scope = options["scope"]
    plan = read_plan(options["plan"], scope)
    since = read_since(host, options["since"])
    management = find_management(host, options["management"])
    provider = choose_provider(options["provider"])
    present = provider.read(host, scope)
    wanted = provider.build(scope, present, plan, management, options["unlisted"], options["egress"])
    lines = provider.compare(host, scope, present, wanted)
    store = Store(host, scope)
    counters = provider.counters(host, scope)
    logged, log = _logged(host, plan, since, counters or [])
    return {
        "changed": False,
        "provider": provider.NAME,
        "loaded": _loaded(host, scope, provider),
        "persistent": _persistent(host, scope),
        "pending": _pending(host, store.pending()),
        "outcome": _outcome(store.outcome()),
        "difference": lines,
        "in_force": not lines,
        "management": management.as_data(),
        "counters": counters,
        "logged": logged,
        "log": log,
    }


def _loaded(host, scope, provider):
    """Each provider that has something of ours here."""
    found = [known for known in PROVIDERS.values() if known.traces(host, scope)]
    return [
        {"provider": known.NAME, "version": known.version(host), "used": known.NAME == provider.NAME}
        for known in sorted(found, key=lambda known: known.NAME)
    ]


def _persistent(host, scope):
    """What a boot would load."""
    return {"loads": None}


def _pending(host, change):
    """A change that waits for its confirmation. Its token stays here: who has it could confirm."""
    if not change:
        return None
    # Client's address and port, this host's address and port.
    ends = (change["connection"] or "").split()
    connection = None
    if len(ends) == 4:
        connection = {"address": ends[0], "address_port": int(ends[1]), "port": int(ends[3])}
    return {
        "seconds": change["seconds"],
        "seconds_left": max(0, int(change["deadline"] - host.uptime())),
        "connection": connection,
        "timer": change["timer"],
    }


def _outcome(outcome):
    """What became of the last change."""
    return {"outcome": outcome["outcome"], "why": outcome["why"]} if outcome else None


def _logged(host, plan, since, counters):
    """Flows that were logged, and what there is to say of the log."""
    other = any(provider.traces(host, _OTHER[plan.scope]) for provider in PROVIDERS.values())
    kernel_log = read_kernel_log(host, since, LOG_PREFIX)
    flows = LoggedFlows(plan, other)
    for moment, text in kernel_log.lines:
        flows.add(moment, text)
    met = dict(
        (entry["service"], entry["packets"])
        for entry in counters
        if entry["source"] is None and entry["service"].endswith(": log")
    )
    notes = []
    if kernel_log.why:
        notes.append("%s." % kernel_log.why)
    if kernel_log.read_from and since.is_boot and sum(met.values()) and not kernel_log.lines:
        notes.append(
            "Packets met a rule that logs, and the kernel's log has no line of it. In a network namespace other than "
            "the first, the kernel logs nothing unless net.netfilter.nf_log_all_netns is 1."
        )
    return flows.as_data(), {
        "read_from": kernel_log.read_from,
        "since": kernel_log.since,
        "complete": kernel_log.complete,
        "packets": flows.packets,
        # Rules that log have a limited rate.
        "lower_bound": True,
        "unparsed": flows.unparsed,
        "flows_left_out": flows.left_out(),
        "met": met,
        "notes": notes,
    }
