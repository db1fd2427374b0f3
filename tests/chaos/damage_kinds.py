# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of damage, by provider."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.chaos.damaged_disks import FULL, IMMUTABLE, NO_INODES, READ_ONLY, DiskDamage
from tests.chaos.damaged_limits import LIMITS, LimitDamage
from tests.chaos.damaged_programs import LACKS, VANISHES, ProgramDamage
from tests.chaos.torn_files import BOOTED, CONFIRMED, HOWS, PENDING, TornFile

#: of a host, as long as something happens on it
Damage = DiskDamage | LimitDamage | ProgramDamage

KINDS = (
    *(FULL, READ_ONLY, NO_INODES, IMMUTABLE, LimitDamage.kind, VANISHES, LACKS),
    *(f"torn, {when}" for when in (CONFIRMED, PENDING, BOOTED)),
)

_PLACES = ("/etc", "/run", "/var/lib")
_LOADED = ("iptables", "nftables")
_UNIT = "/etc/systemd/system/portledger-host.service"
_OURS = ("/etc/portledger", "/etc/portledger/host", "/etc/portledger/host/rules.json", _UNIT)
_IMMUTABLE = {
    **dict.fromkeys(_LOADED, _OURS),
    "firewalld": ("/etc/firewalld", "/etc/firewalld/direct.xml", "/etc/firewalld/policies/portledger-host.xml"),
    "qradar": ("/opt/qradar/conf", "/opt/qradar/conf/iptables.pre"),
}
_TOOLS = ("iptables-save", "iptables-restore", "ip6tables-restore", "ipset", "nft")
_PROGRAMS = {
    "iptables": _TOOLS,
    "nftables": ("nft", "iptables-save", "ipset"),
    "firewalld": ("firewall-cmd", "busctl", "python3", *_TOOLS),
    "qradar": (*_TOOLS, "/opt/qradar/bin/iptables_update.pl"),
}
_FEATURES_OF_IPTABLES = (
    ("iptables-restore", "-m set "),
    ("iptables-restore", "-m conntrack "),
    ("iptables-restore", "-m comment "),
    ("iptables-restore", "-m multiport "),
    ("iptables-restore", " -w "),
    ("iptables-restore", "--test"),
    ("ip6tables-restore", "-m hl "),
    ("ipset", "hash:net"),
)
_FEATURES = {
    "iptables": _FEATURES_OF_IPTABLES,
    "nftables": (
        *(("nft", word) for word in ("ct original", "flags interval", "log prefix", "limit rate", "comment")),
        *(("nft", option) for option in (" -j ", " -c ")),
    ),
    "firewalld": (
        *(("firewall-cmd", option) for option in ("--check-config", "--reload", "--version")),
        *(("busctl", word) for word in ("get-property", " call ")),
        ("iptables-restore", " -w "),
        ("nft", " -j "),
    ),
    "qradar": _FEATURES_OF_IPTABLES,
}
_TORN_CONFIRMED = {
    **dict.fromkeys(_LOADED, ("rules.json", "rules.last.json", "load", "program", "unit", "unit again")),
    "firewalld": ("policy", "ipset", "service", "unit wait"),
    "qradar": ("block", "block of IPv6"),
}
_TORN_PENDING = {
    **dict.fromkeys(_LOADED, ("rules.json", "load", "program")),
    "firewalld": ("undo.json", "undo", "unit undo", "program", "policy"),
    "qradar": ("undo.json", "undo", "unit undo", "program", "block"),
}
_IN_RUN = ("pending.json", "copy of pending.json", "restore.py", "code.zip", "outcome.json")


def damages(provider: str) -> list[Damage | TornFile]:
    """Every one."""
    found: list[Damage | TornFile] = []
    places = (*_PLACES, "/opt/qradar") if provider == "qradar" else _PLACES
    found += [DiskDamage(how, place) for how in (FULL, READ_ONLY, NO_INODES) for place in places]
    found += [DiskDamage(IMMUTABLE, path) for path in ("/etc/systemd/system", *_IMMUTABLE[provider])]
    found += [LimitDamage(name) for name in LIMITS]
    found += [ProgramDamage(name) for name in _PROGRAMS[provider]]
    found += [ProgramDamage(name, feature) for name, feature in _FEATURES[provider]]
    for when, names in (
        (CONFIRMED, (*_TORN_CONFIRMED[provider], "outcome.json", "unfinished")),
        (PENDING, (*_TORN_PENDING[provider], *_IN_RUN)),
        (BOOTED, ("boot.json",) if provider in _LOADED else ()),
    ):
        found += [TornFile(name, how, when) for name in names for how in HOWS]
    return found


_MOST = {"FSIZE": 40_000, "NOFILE": 8, "AS": 32 << 20, "NPROC": 1}


def measured(damage: Damage, chosen: random.Random, runs: int) -> Damage:
    """The same, and how much of it.

    :param runs: how often a program is run where it does not vanish
    """
    if isinstance(damage, LimitDamage):
        return replace(damage, value=chosen.randint(0, _MOST[damage.name]))
    if isinstance(damage, ProgramDamage) and not damage.feature and not damage.name.startswith("/"):
        return replace(damage, times=chosen.randint(0, runs))
    return damage
