# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes where a plan has many networks: of one of them, of any rule, and of the seal of what was compared."""

from __future__ import annotations

import random
from typing import Any

from tests.bench.four_hosts import networks
from tests.lab.damage.audited_rules import ground as audited
from tests.lab.damage.audited_rules.random_plan import random_plan
from tests.lab.damage.audited_rules.runs import DAMAGES
from tests.lab.damage.kept_code.change import KEPT, Change, Ground

SEALS = f"{KEPT}/seal-*"
_TABLE = "inet portledger_host"


def new_plan(chance: random.Random, many: int) -> dict[str, Any]:
    """A plan at random, one of whose sources has so many networks more."""
    plan = random_plan(chance, "host", ("core", "remote"))
    source = plan["sets"][plan["flows"][0]["source"]]
    source["ipv4"] = [*networks(many), *source["ipv4"]]
    return plan


def a_network(ground: Ground) -> Change:
    """One of many networks is gone, there is one more, or another is in its place."""
    there = max((one["ipv4"] for one in ground.options["plan"]["sets"].values()), key=len)
    gone, more = ground.chance.choice(there[: ground.many]), "11.0.0.0/26"
    if ground.provider == "nftables":
        name = ground.sh(f"nft -t list table {_TABLE} | sed -n 's/.*set \\(.*_v4_26\\) {{.*/\\1/p'").strip()
        remove, add = (
            f"nft {verb} element {_TABLE} {name} '{{ {network.partition('/')[0]} }}'"
            for verb, network in (("delete", gone), ("add", more))
        )
    else:
        name = ground.sh(f"ipset save | grep -m1 'add .* {gone}'").split()[1]
        remove, add = f"ipset del {name} {gone}", f"ipset add {name} {more}"
    how = ground.chance.choice((remove, add, f"{remove} && {add}"))
    ground.sh(how)
    return Change(how, ground.put_right)


def any_damage(ground: Ground) -> Change:
    """One of those that audits are tested with."""
    options = {name: ground.options[name] for name in ("scope", "provider", "plan", "unlisted", "egress", "management")}
    site = audited.Ground(ground.node, ground.inside, ground.provider, "host", options, ground.chance)
    kinds = list(DAMAGES[ground.provider].values())
    damage = None
    while damage is None:
        damage = ground.chance.choice(kinds)(site)
    for command in damage.commands:
        site.run(command)

    def undo() -> None:
        for command in damage.undo:
            site.run(command)

    # Foreign rules are told where an audit asks for the surroundings.
    return Change(damage.what, undo, noticed=any(words[0][:1] in "+-~" for words in damage.expected))


def a_seal(ground: Ground) -> Change:
    """What says that nothing is to be compared is damaged, gone, or something else."""
    how = ground.chance.choice(("printf x >>{}", ": >{}", "rm {}", "rm {}; mkdir {}", "sed -i s/[0-9]/0/g {}"))
    ground.sh(f"for f in {SEALS}; do {how.replace('{}', '$f')}; done")
    return Change(how, lambda: ground.sh(f"rm -rf {SEALS}"), noticed=False)


KINDS = {"network": a_network, "damage": any_damage, "seal": a_seal}
