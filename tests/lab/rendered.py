# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes all that every provider renders: for each host and gateway of the labs, and for random plans.

    python -m tests.lab.rendered FOLDER [--plans 500]

A change that is to change no rule is made between two such folders: `diff -r` has nothing to say.
"""

from __future__ import annotations

import argparse
import datetime
import hashlib
import itertools
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import render_files
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.published import edit, published_rules
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Builder
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Names as FirewalldNames
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import Management
from ansible_collections.portledger.qradar.plugins.module_utils._iptables import render as iptables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import (
    Names,
    Tables,
    transaction,
    wanted_tables,
)
from ansible_collections.portledger.qradar.plugins.module_utils._nftables import render as nftables
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.table import TABLES, table_text
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._plan.policy import make_policy
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import names_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from tests.lab.damage.audited_rules.random_plan import random_plan
from tests.lab.oracle.plans import make_planner
from tests.lab.world.labs import LABS
from tests.lab.world.topology import load_topology

DAY: Final = datetime.date(2026, 11, 26)
MANAGEMENT: Final = (
    Management(None, [], [22]),
    Management(("198.18.9.7", 2222), ["198.18.9.0/24", "2001:db8:9::/64"], [22, 2222]),
    Management(("2001:db8:9::7", 22), ["0.0.0.0/0", "::/0"], [22, *range(3000, 3020)]),
)
INTERFACES: Final = ("eth0", "eth1", "core*", "veth-x")


def texts(policy: Any) -> Iterator[str]:
    """What each provider makes of a policy, in each way that a host may need."""
    for names in (Names(policy.scope), names_of(policy.scope)):
        for family, with_sets in itertools.product(FAMILIES, (True, False)):
            made = iptables.render(policy, names, family, with_sets)
            yield f"# {names.main} {family} sets={with_sets}"
            yield transaction(Tables({}, [], False), wanted_tables(names, made.chains))
            yield from (f"# {name}: {' '.join(sorted(made.sets[name]))}" for name in sorted(made.sets))
    yield table_text(TABLES[policy.scope], nftables.render(policy))
    names = FirewalldNames(policy.scope)
    for destination_sets in (True, False):
        yield f"# firewalld, destination sets={destination_sets}"
        try:
            files = render_files(names, Builder(names, policy, destination_sets).build())
        except RulesetError as error:
            yield str(error)
            continue
        yield from (f"# {name}\n{files[name].decode()}" for name in sorted(files))
    for with_sets in (True, False) if policy.published else ():
        yield str(edit(None, published_rules(policy, names, with_sets)))


def plans_of_labs() -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and plan of each host and gateway."""
    for path in sorted(LABS.glob("*.yml")):
        topology = load_topology(path)
        if not any(topology.is_qradar(node) for node in topology.nodes.values()):
            continue
        planner = make_planner(topology, DAY)
        for node, scope in itertools.product(topology.nodes.values(), contract.SCOPES):
            if node.managed:
                try:
                    yield f"{path.stem}-{node.name}-{scope}", planner.plan(node.name, scope)
                except PortledgerError:
                    continue


def plans_at_random(count: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Plans with what labs have not: echo, many ports, sets without a family or of everything, awkward names."""
    chance = random.Random(1)
    for number in range(count):
        scope = chance.choice(contract.SCOPES)
        interfaces = tuple(chance.sample(INTERFACES, chance.randrange(len(INTERFACES))))
        plan = random_plan(chance, scope, interfaces)
        for flow in plan["flows"]:
            many = [f"tcp/{port}" for port in range(1000, 1080, 2)]
            flow["ports"] = chance.choice([flow["ports"]] * 6 + [[*flow["ports"], "icmp"], ["icmp"], many])
            flow["comment"] = chance.choice([None] * 9 + ['a "quoted" über % comment ' * chance.randrange(1, 6)])
        for networks in plan["sets"].values():
            networks["ipv4"] = chance.choice([networks["ipv4"]] * 18 + [["0.0.0.0/0"], []])
            networks["ipv6"] = chance.choice([networks["ipv6"]] * 16 + [["::/0"], [], [], []])
        yield f"random-{number:04d}", plan


def write(folder: Path, count: int) -> int:
    """Write it all. Gives how many files that are."""
    folder.mkdir(parents=True, exist_ok=True)
    written = 0
    for name, data in itertools.chain(plans_of_labs(), plans_at_random(count)):
        plan = read_plan(data, data["scope"])
        choices = list(itertools.product(range(len(MANAGEMENT)), contract.POLICIES, contract.POLICIES))
        if name.startswith("random"):
            choices = [random.Random(name).choice(choices)]
        for management, unlisted, egress in choices:
            text = "\n".join(texts(make_policy(plan, MANAGEMENT[management], unlisted, egress)))
            (folder / f"{name}-{management}-{unlisted}-{egress}").write_text(text + "\n", encoding="utf-8")
            written += 1
    return written


def main() -> None:
    """The program."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--plans", type=int, default=500, help="random ones (default: 500)")
    options = parser.parse_args()
    written = write(options.folder, options.plans)
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(options.folder.iterdir()))).hexdigest()
    print(f"{written} renderings, {digest[:16]}")


if __name__ == "__main__":
    main()
