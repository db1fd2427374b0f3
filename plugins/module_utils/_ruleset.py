# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the module ruleset does, whatever the provider: read, compare, load."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import words_alone
from ansible_collections.portledger.qradar.plugins.module_utils._host.interfaces import check_interfaces
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import find_management, holds_any
from ansible_collections.portledger.qradar.plugins.module_utils._registry.providers import PROVIDERS
from ansible_collections.portledger.qradar.plugins.module_utils._plan.line import with_addresses
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from ansible_collections.portledger.qradar.plugins.module_utils._providers.choose import (
    any_traces, choose_provider, other_traces, provider_warnings,
)
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import boot, timer
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.apply import Part, Prepared, apply_safely
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.confirm import confirm, restore
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import PROVIDER, Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import AtBoot, Saved, Wait
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.sealed import Sealed
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store

#: programs that outlive the module; named here, so that Ansible sends their code with it
PROGRAMS = (boot.main, timer.main)


def apply_ruleset(host, options, check, verbosity=0, seal=None):
    """Make this host's firewall enforce the plan, or remove all rules of this collection.

    :type host: _host.host.Host
    :param options: the module's options
    :type options: dict
    :param check: only report what would be done
    :type check: bool
    :param verbosity: of the run; from 1 on, the difference that is shown lists the addresses that it counts
    :type verbosity: int
    :param seal: of an earlier run without a difference, where the host keeps one
    :type seal: _kept.seal.Seal | None
    :returns: the module's result
    :rtype: dict
    :raises RulesetError: its field ``changed`` says whether anything was changed.
    """
    scope = options["scope"]
    change = options.get("change") or {"phase": contract.APPLY}
    if change["phase"] == contract.HOLDS:
        return {"changed": False, "holds": holds_any(host, change["addresses"])}
    if change["phase"] != contract.APPLY:
        return end_change(host, options)
    first = provider = management = sealed = None
    plan = _Plan(options)
    if options["state"] == "present":
        check_interfaces(host, plan.interfaces(bool(seal and seal.is_of_this_call())))
        management = find_management(host, options["management"])
        provider = choose_provider(PROVIDERS, host, scope, options["provider"])
        sealed = seal and Sealed(host, scope, seal, provider, management)
        if _is_asked_first(host, options, provider):
            first = _lost_rules(host, plan.read(), management, options)
            if first and not check:
                return dict(first, changed=False)

    def prepare():
        if change.get("token"):
            # What it loads may wait for others as long as it may wait for its confirmation.
            host.be_patient(options["confirm_seconds"])
        if sealed and sealed.fits() and not _rest(host, scope, provider):
            return Prepared([], [], AtBoot())
        prepared = prepare_change(host, options, provider, plan.read() if provider else None, management)
        if sealed and not prepared.lines:
            sealed.renew(prepared.parts[0].present)
        return prepared

    timed = (change["token"], options["confirm_seconds"]) if change.get("token") else None
    applied = apply_safely(host, scope, PROVIDERS, prepare, timed, {"check": check, "forget": provider is None})
    lines = applied.prepared.lines
    result = {
        "changed": bool(lines),
        "provider": _shown_provider(options["provider"], provider, applied.prepared),
        "difference": [str(line) for line in lines],
        "diff": {"prepared": "".join(line + "\n" for line in with_addresses(lines, verbosity))},
    }
    if provider:
        result["management"] = management.as_data()
        result["persistent"] = _persistent(host, scope, provider, check)
        applied.warnings.extend(provider_warnings(host, provider))
    if first:
        result.update(first)
    if applied.timer:
        result["timer"] = applied.timer
    if applied.warnings:
        result["warnings"] = applied.warnings
    return result


class _Plan:
    """The plan of the options, read once, and only where it is asked for: with many networks, that takes its time."""

    def __init__(self, options):
        self._options = options
        self._plan = None

    def read(self):
        self._plan = self._plan or read_plan(self._options["plan"], self._options["scope"])
        return self._plan

    def interfaces(self, was_read):
        """Of a gateway. was_read: whether an earlier run has read this very plan; if not, mistakes are told here."""
        return self._options["plan"].get("interfaces", []) if was_read else self.read().interfaces


def _is_asked_first(host, options, provider):
    """Whether to count what the first rules of ours that drop leave without effect."""
    drops = options.get("count_lost") and options["unlisted"] == contract.DROP
    return bool(drops and not any_traces(PROVIDERS, host, options["scope"], provider.NAME))


def _lost_rules(host, plan, management, options):
    """What the controller says before anything is loaded: empty, ``first`` with ``lost_rules``, or with ``why``."""
    # Not above: only a host without rules of ours needs it, and it takes longer to compile than all the rest to run.
    from ansible_collections.portledger.qradar.plugins.module_utils._packets.permits import count_lost

    try:
        count = count_lost(host, plan, management, options)
    except Exception as error:
        # What only warns keeps nobody from enforcing.
        return {"first": True, "why": words_alone(error) or type(error).__name__}
    return {"first": True, "lost_rules": count} if count else {}


def _persistent(host, scope, provider, check):
    """What is to load the rules at a boot; in check mode, what loads them now."""
    persistence = Persistence(host, scope)
    if provider.PERSISTS:
        return PROVIDER
    return persistence.loaded_by() if check else persistence.will_load()


def prepare_change(host, options, provider, plan, management):
    """Work out what is to do: the rules of the provider, the removal of those of a former one, and what a boot loads.

    :type host: _host.host.Host
    :param options: the module's options
    :type options: dict
    :param provider: None to remove all
    :type provider: _providers.provider.Provider | None
    :type plan: _plan.plan.Plan | None
    :type management: _host.management.Management | None
    :rtype: _safe_apply.apply.Prepared
    :raises RulesetError: the present rules cannot be read.
    """
    scope = options["scope"]

    def part(of, policy):
        present = of.read(host, scope)
        wanted = of.build(scope, present, policy)
        if policy:
            of.refuse(host, wanted)
        return Part(of, present, wanted, of.compare(host, scope, present, wanted))

    policy = plan and make_policy(plan, management, options["unlisted"], options["egress"])
    parts = [part(provider, policy)] if provider else []
    former = [part(other, None) for other in other_traces(PROVIDERS, host, scope, provider and provider.NAME)]
    lines = _whole_difference(parts, former)
    at_boot = _at_boot(host, provider, parts[0].wanted) if provider else AtBoot()
    return Prepared(parts + former, lines or _drift(host, scope, at_boot), at_boot)


def _rest(host, scope, provider):
    """What is to do beside what a seal knows: for former providers, and for a boot."""
    if other_traces(PROVIDERS, host, scope, provider.NAME):
        return True
    return _drift(host, scope, _at_boot(host, provider, None), known=True)


def _drift(host, scope, at_boot, known=False):
    waits = Store(host, scope).pending() is not None
    return Persistence(host, scope).drift(at_boot, waits, known)


def _at_boot(host, provider, wanted):
    """What a boot loads, or waits for: nothing where the provider's own service does all by itself, and in time.

    wanted: None where the rules themselves do not matter.
    """
    if not provider.PERSISTS:
        return AtBoot([Saved(provider.NAME, provider.save(wanted) if wanted else {})])
    return AtBoot([Saved(provider.NAME, None)], Wait.from_data(provider.boot_wait(host)))


def _whole_difference(parts, former):
    """Lines of all providers. What one permits and another no longer does, or the reverse, is not a difference."""
    if not parts:
        return [line for part in former for line in part.lines]
    lines = list(parts[0].lines)
    gone = [part for part in former if part.lines]
    if not gone:
        return lines
    names = ", ".join(part.provider.NAME for part in gone)
    if not lines:
        return ["- rules left behind by the provider %s" % names]
    blocked = [line for part in gone for line in part.lines if line.startswith("- ")]
    permitted = set(line[2:] for line in lines if line.startswith("+ "))
    both = permitted.intersection(line[2:] for line in blocked)
    rest = [line for line in lines + blocked if line[2:] not in both]
    return ["~ provider %s in place of %s" % (parts[0].provider.NAME, names)] + rest


def _shown_provider(asked, provider, prepared):
    if provider:
        return provider.NAME
    found = [part.provider.NAME for part in prepared.parts]
    return ", ".join(found) if found else asked


def end_change(host, options):
    """Confirm a change that is pending, or take it back.

    :type host: _host.host.Host
    :param options: the module's options
    :type options: dict
    :returns: outcome and why
    :rtype: dict
    :raises RulesetError: the former rules could not be put back.
    """
    scope, change = options["scope"], options["change"]
    if change["phase"] != contract.CONFIRM:
        return restore(host, scope, PROVIDERS, change["token"])
    outcome = confirm(host, scope, PROVIDERS, change["token"], change["over_new_connection"])
    if outcome["outcome"] == contract.UNKNOWN and options["state"] == "absent" and not _is_left(host, scope):
        # A removal that is confirmed leaves nothing that would know of it. Its first answer was lost on its way.
        return {"outcome": contract.CONFIRMED, "why": "nothing of this collection is left"}
    return outcome


def _is_left(host, scope):
    """Whether anything of this scope is there, in force or for a boot."""
    return bool(any_traces(PROVIDERS, host, scope) or Persistence(host, scope).drift(AtBoot()))
