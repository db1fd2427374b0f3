# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ruleset_info reports: what is loaded, how it differs from the plan, what was logged."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, words_alone
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import DAMAGED
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import LOG_PREFIX
from ansible_collections.portledger.qradar.plugins.module_utils._log.kernel_log import read_kernel_log
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.find import find_dynamic_ports
from ansible_collections.portledger.qradar.plugins.module_utils._host.connections import connections
from ansible_collections.portledger.qradar.plugins.module_utils._host.listeners import (
    numbered_listeners, without_numbers,
)
from ansible_collections.portledger.qradar.plugins.module_utils._log.flows import LoggedFlows
from ansible_collections.portledger.qradar.plugins.module_utils._host.interfaces import check_interfaces
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import find_management, is_port
from ansible_collections.portledger.qradar.plugins.module_utils._packets.foreign import others
from ansible_collections.portledger.qradar.plugins.module_utils._packets.permits import foreign_permits
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import (
    PROVIDER, UNIT, Persistence,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import to_load
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._providers.choose import (
    any_traces, choose_provider, other_traces, provider_warnings,
)
from ansible_collections.portledger.qradar.plugins.module_utils._registry.providers import PROVIDERS
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import prepare_change
from ansible_collections.portledger.qradar.plugins.module_utils._log.since import read_since

_OTHER = {HOST: GATEWAY, GATEWAY: HOST}


def ruleset_info(host, options):
    """Everything that is known about our rules on this host.

    :type host: _host.host.Host
    :param options: the module's options
    :type options: dict
    :returns: the module's result
    :rtype: dict
    :raises RulesetError: an option is wrong, or the rules cannot be read.
    """
    scope = options["scope"]
    plan = read_plan(options["plan"], scope)
    check_interfaces(host, plan.interfaces)
    management = find_management(host, options["management"])
    since = read_since(host, options["since"])
    provider = choose_provider(PROVIDERS, host, scope, options["provider"])
    prepared = prepare_change(host, options, provider, plan, management)
    loaded = other_traces(PROVIDERS, host, scope, None)
    counters = _counters(host, scope, loaded)
    store = Store(host, scope)
    logged, log = _logged(host, plan, since, counters or [])
    result = {
        "changed": False,
        "provider": provider.NAME,
        "loaded": [
            {"provider": known.NAME, "version": known.version(host), "used": known.NAME == provider.NAME}
            for known in loaded
        ],
        "persistent": _persistent(host, store, loaded),
        "pending": _pending(host, store.pending()),
        "outcome": _outcome(store.outcome()),
        "difference": [str(line) for line in prepared.lines],
        "in_force": not prepared.changes(),
        "management": management.as_data(),
        "counters": counters,
        "logged": logged,
        "log": log,
    }
    if options.get("surroundings") or options.get("permits"):
        # What listens on a gateway is unrelated to what it forwards.
        listening = numbered_listeners(host) if scope == HOST else []
        result["listeners"] = without_numbers(listening)
    if options.get("surroundings"):
        if scope == HOST:
            result["dynamic_ports"] = find_dynamic_ports(listening)
        found, unread = others(host, plan, management, options) if loaded else ([], [])
        result.update({"others": found, "unread": unread})
        appliance = provider.appliance(host)
        if appliance:
            result["appliance"] = appliance
    if options.get("permits"):
        permits, unread = foreign_permits(host, plan, management, options)
        seen, left_out = connections(host, scope, result["listeners"])
        result.update({"foreign_permits": permits, "foreign_unread": unread})
        result.update({"connections": seen, "connections_left_out": left_out})
    warnings = provider_warnings(host, provider)
    if warnings:
        result["warnings"] = warnings
    return result


def _counters(host, scope, loaded):
    """What each of these providers has counted; None where none of them can."""
    found = [known.counters(host, scope) for known in loaded]
    counted = [entries for entries in found if entries is not None]
    return None if found and not counted else [entry for entries in counted for entry in entries]


def _persistent(host, store, loaded):
    """What a boot would load, and how that differs from what is loaded."""
    persistence = Persistence(host, store.scope)
    by = persistence.loaded_by()
    last_boot = store.boot_outcome()
    found = {
        "loaded_by": PROVIDER if by != UNIT and any(known.PERSISTS for known in loaded) else by,
        "providers": [],
        "difference": [],
        "undo": False,
        "problem": None,
        "last_boot": last_boot and last_boot.as_data(),
    }
    try:
        found["undo"] = persistence.has_undo()
        rules = persistence.rules()
        loaded_by_us = to_load(rules.saved) if rules else []
        found["providers"] = [saved.provider for saved in loaded_by_us]
        for saved in loaded_by_us:
            provider = PROVIDERS[saved.provider]
            present = provider.read(host, store.scope)
            wanted = provider.former(saved.state, present)
            found["difference"].extend(provider.compare(host, store.scope, present, wanted))
    except DAMAGED + (RulesetError,) as error:
        found["problem"] = "%s: cannot be used: %s" % (persistence.folder, words_alone(error))
    if by == UNIT and not found["problem"]:
        found["problem"] = persistence.problem_at_boot()
    if found["loaded_by"] == PROVIDER:
        found["providers"] = [known.NAME for known in loaded if known.PERSISTS]
    return found


def _pending(host, pending):
    """A change that waits for its confirmation. Its token stays here: whoever has it could confirm."""
    if not pending:
        return None
    # Client's address and port, this host's address and port.
    ends = (pending.connection or "").split()
    connection = None
    if len(ends) == 4 and is_port(ends[1]) and is_port(ends[3]):
        connection = {"address": ends[0], "address_port": int(ends[1]), "port": int(ends[3])}
    return {
        "seconds": pending.seconds,
        "seconds_left": max(0, int(pending.deadline - host.uptime())),
        "connection": connection,
        "timer": pending.timer,
    }


def _outcome(outcome):
    """What became of the last change."""
    return {"outcome": outcome.outcome, "why": outcome.why} if outcome else None


def _logged(host, plan, since, counters):
    """Flows that were logged, and what is known about the log."""
    other = any_traces(PROVIDERS, host, _OTHER[plan.scope])
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
    if other and plan.scope == HOST:
        notes.append(
            "This host is a gateway, too: what its containers publish is left out, for it looks the same in the log."
        )
    if kernel_log.read_from and since.is_boot and sum(met.values()) and not kernel_log.lines:
        notes.append(
            "Packets met a rule that logs, but the kernel's log has no line about them. In a network namespace other "
            "than the first, the kernel logs nothing unless net.netfilter.nf_log_all_netns is 1."
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
