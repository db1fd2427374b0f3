# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a provider loads, made of a plan without a connection to the host.

The policy and the renderers are those that the module uses on the host, so there is one truth.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import PROVIDERS
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import published
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import render_files
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Builder
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Names as FirewalldNames
from ansible_collections.portledger.qradar.plugins.module_utils._iptables import render as iptables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import fill, kind_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import (
    Names,
    Tables,
    transaction,
    wanted_tables,
)
from ansible_collections.portledger.qradar.plugins.module_utils._nftables import render as nftables
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import TABLES, replacing, table_text
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import Policy
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import names_of, render_block
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.given import checked_policy, flag, word

Ruleset: TypeAlias = str | dict[str, str]

_OLDEST_FIREWALLD: Final = (0, 9)
_DESTINATION_SETS: Final = (1, 0)


@dataclass(frozen=True)
class HostFacts:
    """What the provider would find on the host.

    ``firewalld`` is the release of firewalld as numbers; empty: the newest.
    """

    ipset: bool
    containers: bool
    firewalld: tuple[int, ...]


def to_ruleset(
    plan: object,
    provider: object = None,
    unlisted: object = "drop",
    egress: object = "leave",
    management: object = (),
    ssh_ports: object = (22,),
    ipset: object = False,
    containers: object = False,
    firewalld_version: object = None,
) -> Ruleset:
    """The filter; see its documentation.

    Raises:
        PortledgerError: the plan or an option cannot be used, or the provider cannot express the policy.
    """
    render = _RENDERERS[word("provider", provider, PROVIDERS)]
    facts = HostFacts(flag("ipset", ipset), flag("containers", containers), _version(firewalld_version))
    policy = checked_policy(plan, unlisted, egress, management, ssh_ports)
    try:
        return render(policy, facts)
    except RulesetError as error:
        raise PortledgerError(error.words) from None


def _version(value: object) -> tuple[int, ...]:
    if value is None:
        return ()
    option, remedy = "firewalld_version", "Write a release such as '0.9' or '1.3.3', 0.9 or newer, in quotation marks"
    found = re.fullmatch(r"(\d+)\.(\d+)(?:[.\d]*)", value) if isinstance(value, str) else None
    if found is None:
        raise PortledgerError(complaint(None, option, value, "is not a release", remedy))
    numbers = int(found[1]), int(found[2])
    if numbers < _OLDEST_FIREWALLD:
        raise PortledgerError(complaint(None, option, value, "has no policies", remedy))
    return numbers


def _nftables(policy: Policy, _facts: HostFacts) -> Ruleset:
    name = TABLES[policy.scope]
    text: str = replacing(name, table_text(name, nftables.render(policy), counters=True))
    return text


def _iptables(policy: Policy, facts: HostFacts) -> Ruleset:
    names = Names(policy.scope)
    made = {family: iptables.render(policy, names, family, facts.ipset) for family in FAMILIES}
    texts: dict[str, str] = {
        family: transaction(Tables({}, [], False), wanted_tables(names, made[family].chains)) for family in FAMILIES
    }
    if facts.ipset:
        texts["ipset"] = _ipset(names, {name: members for one in made.values() for name, members in one.sets.items()})
    return texts


def _ipset(names: Names, sets: Mapping[str, set[str]]) -> str:
    prefix = names.set_prefix
    lines = [line for name in sorted(sets) for line in fill(name, kind_of(name, prefix), sets[name])]
    return "".join(f"{line}\n" for line in lines)


def _firewalld(policy: Policy, facts: HostFacts) -> Ruleset:
    names = FirewalldNames(policy.scope)
    model = Builder(names, policy, not facts.firewalld or facts.firewalld >= _DESTINATION_SETS).build()
    files = {name: content.decode("utf-8", "surrogateescape") for name, content in render_files(names, model).items()}
    if policy.published and facts.containers:
        rules = published.published_rules(policy, names, facts.ipset)
        direct: str | None = published.edit(None, rules)
        if direct is not None:
            files[published.FILE] = direct
    return files


def _qradar(policy: Policy, _facts: HostFacts) -> Ruleset:
    names = names_of(policy.scope)
    blocks = {}
    for family in FAMILIES:
        tables = wanted_tables(names, iptables.render(policy, names, family, False).chains)
        blocks[family] = render_block(policy.scope, tables, False).decode("utf-8", "surrogateescape")
    return blocks


_RENDERERS: Final[Mapping[str, Callable[[Any, HostFacts], Ruleset]]] = {
    "firewalld": _firewalld,
    "iptables": _iptables,
    "nftables": _nftables,
    "qradar": _qradar,
}
