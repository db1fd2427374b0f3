# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is not permitted, and why: readings of the table, and extra flows, that give no flow here.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PAIR_CONDITIONS, PARTIES
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Reading, Service
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import ExtraFlow
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.flows import (
    EXTRA_SERVICE,
    active_features,
    version_below,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.profiles import (
    Profiled,
    as_documented,
    in_profile,
    service_ports,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.sides import Sides

LOCAL: Final = "local"
UNSPECIFIED: Final = "unspecified"
RETIRED: Final = "retired"
EXCLUDED: Final = "excluded"
FEATURE: Final = "feature"
VERSION: Final = "version"
PARTY: Final = "party"
ROLE: Final = "role"
PAIR: Final = "pair"
ALONE: Final = "alone"
EXPIRED: Final = "expired"
IDLE: Final = "idle"
PROFILE: Final = "profile"
SUPPLEMENT: Final = "supplement"

KINDS: Final = (
    *(PARTY, FEATURE, PROFILE, SUPPLEMENT, UNSPECIFIED, RETIRED, EXCLUDED),
    *(LOCAL, ROLE, PAIR, ALONE, VERSION, EXPIRED, IDLE),
)
"""Reasons why something is not permitted, those that an operator can change first."""


_PROFILE: Final = "qradar_profile"


def not_permitted(planner: Planner) -> list[dict[str, Any]]:
    """One entry for each service and reason.

    Returns:
        Dictionaries with ``kind``, ``service``, ``row``, ``supplement``, ``ports``, ``from``, ``to``, ``when``,
        ``lacks`` (names of what is missing), ``variable`` (of the inventory, that decides) and ``comment`` (of an extra
        flow).
    """
    return list(_Blocked(planner).find())


class _Blocked:
    def __init__(self, planner: Planner) -> None:
        self._planner = planner
        self._settings = planner.deployment.settings
        self._features = active_features(planner.deployment)
        self._sides = Sides(planner.deployment)
        self._used = {id(flow.reading) for flow in planner.flows}

    def find(self) -> Iterator[dict[str, Any]]:
        for service in self._planner.catalog.services:
            if service.klass in (LOCAL, UNSPECIFIED):
                yield _entry(service.klass, service, service_ports(service, self._settings), service.readings)
            elif service.service in self._settings.excluded_services:
                yield self._of(EXCLUDED, service, service.readings, variable="qradar_excluded_services")
            elif service.supplement and not self._settings.chooses(service):
                yield self._of(SUPPLEMENT, service, service.readings, [service.supplement.id], "qradar_supplements")
            else:
                for reading in service.readings:
                    here = in_profile(service, reading, self._settings)
                    if here != as_documented(service, reading, self._settings):
                        lacks = [str(reading.least)]
                        yield _entry(
                            PROFILE, service, service_ports(service, self._settings), [reading], lacks, _PROFILE
                        )
                    if here is not None:
                        yield from self._of_reading(service, reading, here)
        for extra in self._settings.ended_flows:
            yield _extra_entry(EXPIRED, extra, [], f"{extra.place}.expires")
        for extra in self._settings.extra_flows:
            lacks = [word for word in (*extra.from_, *extra.to) if not self._sides.named(word)]
            if all(not self._sides.named(word) for word in extra.from_) or all(
                not self._sides.named(word) for word in extra.to
            ):
                yield _extra_entry(IDLE, extra, lacks, extra.place)

    def _of_reading(self, service: Service, written: Reading, here: Profiled) -> Iterator[dict[str, Any]]:
        when, reading = here.when, Reading(here.from_, here.to, here.when)
        if when is not None and when not in PAIR_CONDITIONS:
            if when.startswith("version<"):
                if not version_below(self._settings.version, when.removeprefix("version<")):
                    kind = RETIRED if service.klass == RETIRED else VERSION
                    yield self._of(kind, service, [reading], [when], "qradar_version")
                    return
            elif when not in self._features:
                variable = "qradar_roles" if when in ("risk_manager", "vulnerability_manager") else "qradar_features"
                yield self._of(FEATURE, service, [reading], [when], variable)
                return
        by_lack: dict[tuple[str, ...], list[tuple[str, str]]] = {}
        for from_ in reading.from_:
            for to in reading.to:
                lacks = tuple(dict.fromkeys(word for word in (from_, to) if not self._sides.named(word)))
                by_lack.setdefault(lacks, []).append((from_, to))
        whole = by_lack.pop((), [])
        for lacks, pairs in by_lack.items():
            party = next((word for word in lacks if word in PARTIES), None)
            variable = "qradar_roles" if party is None else f"qradar_parties.{party}"
            ends = [Reading(_once(one for one, _to in pairs), _once(to for _one, to in pairs), when)]
            yield self._of(PARTY if party else ROLE, service, ends, lacks, variable)
        if whole and id(written) not in self._used:
            kind = PAIR if when in PAIR_CONDITIONS else ALONE
            ends = [Reading(_once(one for one, _to in whole), _once(to for _one, to in whole), when)]
            yield self._of(kind, service, ends, [when] if when and kind == PAIR else [])

    def _of(
        self,
        kind: str,
        service: Service,
        readings: Sequence[Reading],
        lacks: Sequence[str] = (),
        variable: str | None = None,
    ) -> dict[str, Any]:
        return _entry(kind, service, service_ports(service, self._settings), readings, lacks, variable)


def _once(words: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(words))


def _entry(
    kind: str,
    service: Service,
    ports: Sequence[PortRange],
    readings: Sequence[Reading],
    lacks: Sequence[str] = (),
    variable: str | None = None,
) -> dict[str, Any]:
    whens = _once(str(reading.when) for reading in readings if reading.when)
    return {
        "kind": kind,
        "service": service.service,
        "row": service.row,
        "supplement": service.supplement.id if service.supplement else None,
        "ports": [str(port) for port in ports],
        "from": list(_once(word for reading in readings for word in reading.from_)),
        "to": list(_once(word for reading in readings for word in reading.to)),
        "when": whens[0] if len(readings) == 1 and whens else None,
        "lacks": list(lacks),
        "variable": variable,
        "comment": None,
    }


def _extra_entry(kind: str, extra: ExtraFlow, lacks: Sequence[str], variable: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "service": EXTRA_SERVICE,
        "row": None,
        "supplement": None,
        "ports": [str(port) for port in extra.ports],
        "from": list(extra.from_),
        "to": list(extra.to),
        "when": None,
        "lacks": list(dict.fromkeys(lacks)) or ([str(extra.expires)] if kind == EXPIRED else []),
        "variable": variable,
        "comment": extra.comment,
    }
