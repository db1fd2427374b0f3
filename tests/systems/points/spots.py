# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The moments that matter most, for each provider: around the load, the timer, the confirmation, what a boot reads."""

from __future__ import annotations

from dataclasses import dataclass

from tests.systems.points.spot import APPLY, CONFIRM, KILL, NEW, OLD, POWER, TIMER, Spot

CHANGE, FIRST, REMOVE, TO_OTHER = "change", "first", "remove", "to another provider"
OTHERS = {"iptables": "nftables", "nftables": "iptables", "firewalld": "nftables", "qradar": "nftables"}

_RUN, _ETC, _UNITS = "/run/portledger/host", "/etc/portledger/host", "/etc/systemd/system"
_PENDING, _OUTCOME = f"rename {_RUN}/pending.json", f"rename {_RUN}/outcome.json"
# The name stands, but is not synced yet.
_MARKED = f"fsync {_RUN}"
_NO_UNDO = f"unlink {_UNITS}/portledger-host-undo.service"
_NO_UNIT = f"unlink {_UNITS}/sysinit.target.wants/portledger-host.service"


@dataclass(frozen=True)
class _Loads:
    """How a provider loads: between, where something of the new is there and something of the old; last, its end.

    at_boot: the rename that decides what a boot loads. saved: whether a boot has files of its own to put back.
    """

    first: str
    between: str
    last: str
    at_boot: str = f"rename {_ETC}/rules.json"
    saved: bool = False


_UNDO = f"rename {_ETC}/undo.json"
_LOADS = {
    "iptables": _Loads(
        "before iptables-restore --noflush -w ??",
        "after iptables-restore --noflush -w ??",
        "after ip6tables-restore --noflush -w ??",
    ),
    "nftables": _Loads("before nft -f -", "before nft -f -", "after nft -f -"),
    "firewalld": _Loads(
        "before busctl *.FirewallD1 reload",
        "rename /etc/firewalld/policies/portledger-host.xml",
        "after busctl *.FirewallD1 reload",
        _UNDO,
        True,
    ),
    "qradar": _Loads(
        "before iptables_update.pl",
        "rename /opt/qradar/conf/ip6tables.pre",
        "after iptables_update.pl",
        _UNDO,
        True,
    ),
}


def spots(provider: str) -> list[Spot]:
    """About thirty."""
    loads = _LOADS[provider]
    found = [
        # The timer does not run yet; it runs, and nobody has noted it; all is loaded, and the deadline not moved.
        (CHANGE, APPLY, KILL, _PENDING, OLD),
        (CHANGE, APPLY, KILL, "after systemd-run *", OLD),
        (CHANGE, APPLY, KILL, loads.first, OLD),
        (CHANGE, APPLY, KILL, loads.between, OLD),
        (CHANGE, APPLY, KILL, loads.last, OLD),
        (CHANGE, APPLY, POWER, loads.last, OLD),
        # The confirmation is not noted; is noted; is written for a boot; is told.
        (CHANGE, CONFIRM, KILL, _PENDING, OLD),
        (CHANGE, CONFIRM, KILL, _MARKED, NEW),
        (CHANGE, CONFIRM, POWER, _MARKED, OLD),
        (CHANGE, CONFIRM, KILL, loads.at_boot, NEW),
        (CHANGE, CONFIRM, POWER, loads.at_boot, OLD),
        (CHANGE, CONFIRM, POWER, _NO_UNDO, NEW),
        (CHANGE, CONFIRM, KILL, _OUTCOME, NEW),
        (CHANGE, CONFIRM, POWER, _OUTCOME, NEW),
        (CHANGE, CONFIRM, KILL, f"unlink {_RUN}/pending.json", NEW),
        # The timer's program dies: systemd starts it again.
        (CHANGE, TIMER, KILL, loads.first, OLD),
        (CHANGE, TIMER, KILL, loads.between, OLD),
        (CHANGE, TIMER, KILL, loads.last, OLD),
        (CHANGE, TIMER, KILL, _OUTCOME, OLD),
        (CHANGE, TIMER, POWER, loads.first, OLD),
        (CHANGE, TIMER, POWER, loads.between, OLD),
        (REMOVE, APPLY, KILL, loads.last, OLD),
        (REMOVE, CONFIRM, KILL, _MARKED, NEW),
        (FIRST, APPLY, POWER, loads.last, OLD),
    ]
    if loads.saved:
        found += [(CHANGE, APPLY, POWER, loads.first, OLD), (CHANGE, APPLY, POWER, loads.between, OLD)]
    else:
        found += [
            (FIRST, CONFIRM, KILL, f"rename {_UNITS}/portledger-host.service", NEW),
            # Rules without a unit that loads them are not loaded; removed rules are none once nothing starts them.
            (FIRST, CONFIRM, POWER, f"rename {_UNITS}/portledger-host.service", OLD),
            (REMOVE, CONFIRM, POWER, _NO_UNIT, OLD),
            (REMOVE, CONFIRM, POWER, f"unlink {_ETC}/rules.json", NEW),
        ]
    other = _LOADS[OTHERS[provider]]
    # Where a boot has files to put back, their note says first that it is not to.
    at_boot = _UNDO if loads.saved or other.saved else other.at_boot
    found += [
        (TO_OTHER, APPLY, KILL, other.last, OLD),
        (TO_OTHER, CONFIRM, KILL, at_boot, NEW),
        (TO_OTHER, CONFIRM, POWER, at_boot, OLD),
        (TO_OTHER, TIMER, KILL, loads.last, OLD),
    ]
    return list(dict.fromkeys(Spot(provider, *one) for one in found))
