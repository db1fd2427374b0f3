# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong in an inventory: a value that is nearly right, one that is hostile, a name, a group, a host."""

from __future__ import annotations

import datetime
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import Secret, shown
from tests.inventories.inventory import Inventory
from tests.inventories.near import nearly
from tests.inventories.valid import PARTIES, ROLES

NEARLY: Final[tuple[Any, ...]] = (
    *(None, "", [], {}, 0, 1, -1, True, False, 2.5, "yes", "no", "1", "0", "22", 22, "none", "null", "~"),
    *(
        "198.18.1.1",
        "198.18.1.1/24",
        "198.18.1.0/24 ",
        "198.18.1.0-198.18.1.9",
        "198.18.1",
        "198.18.1.256",
        "1.2.3.4/33",
    ),
    *("10.0.0.0/0.0.0.255", "10.0.0.0/255.255.255.0", "10.0.0.0/08", "010.0.0.1", "255.255.255.255", "240.0.0.1"),
    *(
        "127.0.0.1",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "::",
        "0.0.0.0",
        "224.0.0.1",
        "::ffff:198.18.1.1",
        "0.0.0.0/0",
    ),
    *(
        "::/0",
        "2001:db8::/32",
        "2001:db8::1/64",
        "2001:db8:1::1",
        "198.18.9.1",
        "198.18.1.101",
        "h1.example.org",
        "nowhere",
    ),
    *(
        "tcp/0",
        "tcp/65536",
        "tcp/9-8",
        "tcp",
        "udp/",
        "sctp/9",
        "tcp/00080",
        "TCP/80",
        "tcp/80,443",
        "443",
        "icmp",
        "icmp/8",
    ),
    *(
        "tcp/1-65535",
        "udp/514 ",
        " tcp/514",
        "tcp/514\n",
        "console",
        "consol",
        "event_processor",
        "self",
        "ha_peer",
        "component",
    ),
    *(
        "users",
        "user",
        "7.5",
        "7.5.0 UP",
        "7.5.0up10",
        "7",
        "2026-02-30",
        "2026-11-23",
        "20261123",
        "tomorrow",
        "h0",
        "h1",
        "gw0",
    ),
    *(
        "imq_dynamic",
        "rmi_dynamic",
        "ssh",
        "risk_manager",
        "{{ x }}",
        "{% if x %}",
        "{{",
        "eth0",
        "core@if7",
        "core:0",
        "drop",
    ),
    *(
        "a b",
        "a\tb",
        "a\nb",
        "log",
        "leave",
        "absent",
        datetime.date(2026, 11, 23),
        datetime.datetime(2026, 1, 1, 2, 3),
    ),
    *(
        datetime.date(1, 1, 1),
        datetime.date(9999, 12, 31),
        ["h0"],
        ["console"],
        ["users"],
        [["users"]],
        {"users": None},
        {"users": "lan"},
    ),
    *(
        ["198.18.1.0/24", None],
        {"console": []},
        ["tcp/514", "tcp/514"],
        {"imq_dynamic": []},
        {"ssh": ["tcp/22"]},
        ("console",),
    ),
    *(
        {"from": "users"},
        [{"from": "users", "to": "console", "ports": ["tcp/1"], "expire": 1}],
        2**31,
        10**9,
        7.5,
        b"198.18.1.1",
    ),
)
HOSTILE: Final[tuple[Any, ...]] = (
    *(
        10**5000,
        -(10**5000),
        "9" * 5000,
        f"tcp/{'1' * 5000}",
        f"7.{'5' * 5000}",
        "x" * 100_000,
        ["198.18.60.1/8"] * 3000,
    ),
    *(
        "\x1b[2J\x1b]0;owned\x07",
        "\x9b31m",
        "\u202eevil\u2066",
        "a\nb\rc\x85d\u2028e\u2029f",
        "\udc80\ud800",
        "\uffff\ufffe",
    ),
    *(
        "\x00",
        " \t\u3000\u00a0",
        "\u3000",
        "\ufdd0",
        "東京" * 50,
        "e\u0301" * 200,
        "\u200b",
        "\U0001f512",
        "１９８.18.1.1",
        "198．18．1．1",
    ),
    *("10.0.0.0/\u0668", "tcp/\u0661", "\u0661", "²", "tcp/²", "2026-0\u0661-01", "ＴＣＰ/80", "ﬁ", "ı", "K"),
    *(
        b"\xff\x00",
        float("inf"),
        float("nan"),
        1e-320,
        -0.0,
        {1, 2},
        frozenset(),
        {1: 2, None: 3, (1, 2): 4},
        {10**5000: 5},
    ),
    *(
        object(),
        range(3),
        complex(1, 2),
        Secret("tcp/70707"),
        [Secret("198.18.70.7/8")],
        {Secret("70707"): 1},
        bytearray(b"x"),
    ),
    *(
        "%s%n",
        "${IFS}",
        "$(reboot)",
        "; reboot",
        "' OR 1=1",
        "../../etc/passwd",
        "-A INPUT -j ACCEPT",
        "}; flush ruleset",
        "&amp;<x>",
    ),
)
VARIABLES: Final = (
    *(
        "qradar_roles",
        "qradar_addresses",
        "qradar_nat_group",
        "qradar_public_addresses",
        "qradar_encrypted",
        "qradar_ha_peer",
    ),
    *("qradar_cluster_addresses", "qradar_parties", "qradar_features", "qradar_dynamic_ports", "qradar_version"),
    *("qradar_excluded_services", "qradar_extra_flows", "qradar_gateway_segments", "ansible_host", "ansible_port"),
    *("host_firewall_unlisted", "host_firewall_management", "gateway_firewall_egress", "gateway_firewall_management"),
)
GROUPS: Final = ("qradar", "qradar_gateways", "qradar_consol", "qradar_gateway", "qradar_hosts", "web", "qradar_")


def damage(chance: random.Random, inventory: Inventory) -> None:
    """Once; what was done is noted in the inventory."""
    name, action = chance.choice(_ACTIONS)
    done = action(chance, inventory)
    inventory.damage.append(f"{name}: {done}")


def _value(chance: random.Random) -> Any:
    kind = chance.randrange(10)
    if kind == 0:
        return _itself(chance)
    if kind == 1:
        value: Any = chance.choice(NEARLY)
        for _level in range(chance.choice((1, 3, 60, 5000))):
            value = [value]
        return value
    return chance.choice(HOSTILE if kind < 5 else NEARLY)


def _itself(chance: random.Random) -> Any:
    if chance.random() < 0.5:
        one: list[Any] = [chance.choice(NEARLY)]
        one.append(one)
        return one
    other: dict[str, Any] = {"users": []}
    other["users"].append(other)
    return other


def _hashable(value: Any) -> Any:
    try:
        hash(value)
    except TypeError:
        return "key"
    return value


def _set(chance: random.Random, inventory: Inventory) -> str:
    """A whole variable."""
    name, variable, value = chance.choice([*inventory.hosts]), chance.choice(VARIABLES), _value(chance)
    names = [name] if chance.random() < 0.7 else [*inventory.hosts]
    for one in names:
        inventory.hosts[one][variable] = value
    return f"{variable} of {names!a}"


def _within(chance: random.Random, inventory: Inventory) -> str:
    """Something within a variable."""
    places = _all_places(inventory)
    if not places:
        return "nothing"
    container, key = chance.choice(places)
    value = _value(chance)
    how = chance.randrange(4)
    if how == 0 and isinstance(container, dict):
        container[_hashable(value)] = container.pop(key)
    elif how == 1 and isinstance(container, list):
        container.append(value)
    elif how == 2:
        del container[key]
    else:
        container[key] = value
    return f"at {shown(key)}"


def _nearly_itself(chance: random.Random, inventory: Inventory) -> str:
    """A single value that stands somewhere, changed a little."""
    single = [(some, key) for some, key in _all_places(inventory) if not isinstance(some[key], dict | list)]
    if not single:
        return "nothing"
    container, key = chance.choice(single)
    former = container[key]
    container[key] = nearly(chance, former)
    return f"{shown(former)} is {shown(container[key])}"


def _all_places(inventory: Inventory) -> list[tuple[Any, Any]]:
    """Containers, each with each of its keys."""
    return [place for host in inventory.hosts.values() for place in _places(host, 0)]


def _places(container: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    if depth > 6 or not isinstance(container, dict | list):
        return
    for key, value in list(container.items() if isinstance(container, dict) else enumerate(container)):
        yield container, key
        yield from _places(value, depth + 1)


def _misspell(chance: random.Random, inventory: Inventory) -> str:
    name = chance.choice([*inventory.hosts])
    variables = inventory.hosts[name]
    known = [one for one in variables if isinstance(one, str)]
    if not known:
        return "nothing"
    variable = chance.choice(known)
    at = chance.randrange(len(variable) or 1)
    variables[chance.choice((variable[:at] + variable[at + 1 :], variable + "s", variable.upper()))] = variables.pop(
        variable
    )
    return f"{shown(variable)} of {shown(name)}"


def _odd_variable(chance: random.Random, inventory: Inventory) -> str:
    key = _hashable(_value(chance))
    inventory.hosts[chance.choice([*inventory.hosts])][key] = _value(chance)
    return "a variable's name"


def _group(chance: random.Random, inventory: Inventory) -> str:
    groups, names = inventory.groups, [*inventory.hosts]
    group = chance.choice((*groups, *GROUPS, *(f"qradar_{role}" for role in ROLES), f"qradar_{chance.choice(PARTIES)}"))
    how = chance.randrange(4)
    if how == 0:
        groups.pop(group, None)
    elif how == 1:
        groups[group] = chance.sample(names, chance.randint(0, len(names)))
    elif how == 2:
        groups.setdefault(group, []).append(chance.choice(names))
    else:
        groups[
            str(chance.choice((group.upper(), group + "s", "x" * 300, "\x1b[2J", "qradar_\u202e", "qradar_consoles")))
        ] = names
    return f"{group} {how}"


def _remove(chance: random.Random, inventory: Inventory) -> str:
    if len(inventory.hosts) > 1:
        name = chance.choice([*inventory.hosts])
        del inventory.hosts[name]
        for names in inventory.groups.values():
            names[:] = [one for one in names if one != name]
        return f"{name!a}"
    return "nothing"


def _rename(chance: random.Random, inventory: Inventory) -> str:
    """Where groups and peers name it: as if it had been called that from the start, or in one place alone."""
    old = chance.choice([*inventory.hosts])
    texts = [value for value in (*NEARLY, *HOSTILE) if isinstance(value, str) and value and value.__class__ is str]
    new = chance.choice(texts)[:2000]
    inventory.hosts = {new if name == old else name: variables for name, variables in inventory.hosts.items()}
    for names in inventory.groups.values():
        names[:] = [new if name == old else name for name in names]
    if chance.random() < 0.7:
        for variables in inventory.hosts.values():
            if variables.get("qradar_ha_peer") == old:
                variables["qradar_ha_peer"] = new
    return f"{shown(old)} to {shown(new)}"


def _same(chance: random.Random, inventory: Inventory) -> str:
    """One host's values on another: addresses used twice, peers that name a third."""
    one, other = (chance.choice([*inventory.hosts]) for _number in range(2))
    inventory.hosts[other] = {**inventory.hosts[other], **inventory.hosts[one]}
    return f"{shown(other)} like {shown(one)}"


_ACTIONS: Final[tuple[tuple[str, Callable[[random.Random, Inventory], str]], ...]] = (
    *((("value", _set),) * 4),
    *((("within", _within),) * 6),
    *((("nearly itself", _nearly_itself),) * 6),
    ("misspelt", _misspell),
    ("odd variable", _odd_variable),
    *((("group", _group),) * 2),
    ("removed", _remove),
    ("renamed", _rename),
    ("same", _same),
)
