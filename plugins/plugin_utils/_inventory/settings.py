# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Settings of the deployment as a whole, on which all its hosts must agree.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final, TypeVar

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import (
    DOCUMENTED,
    FEATURES,
    PARTIES,
    PROFILES,
    ROLE_FEATURES,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.deployment import (
    DEFAULT_VERSION,
    ExtraFlow,
    Settings,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.extra_flows import is_over, read_extra_flows
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.pins import known_service, read_pins
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import (
    as_list,
    as_mapping,
    as_networks,
    as_words,
)

Source = tuple[str, Mapping[str, object]]
T = TypeVar("T")

_PARTIES_FORM: Final = "a party and its networks, such as {log_sources: [198.18.0.0/24]}"


class SettingsReader:
    """Reads the deployment's variables of many hosts; collects ``warnings``."""

    def __init__(self, catalog: Catalog, host_names: Iterable[str], today: datetime.date) -> None:
        self._catalog = catalog
        self._host_names = frozenset(host_names)
        self._today = today
        self.warnings: list[str] = []

    def read(self, sources: Sequence[Source]) -> Settings:
        """Read and compare.

        Args:
            sources: name and variables of every QRadar host and gateway; one that does not set a variable does
                not count for it.

        Raises:
            InputError: a value cannot be used, or two hosts disagree.
        """
        extra_flows = self._agreed("qradar_extra_flows", sources, self._extra_flows) or ()
        return Settings(
            parties=self._agreed("qradar_parties", sources, self._parties) or {},
            features=self._agreed("qradar_features", sources, self._features) or frozenset(),
            version=self._agreed("qradar_version", sources, _version) or DEFAULT_VERSION,
            profile=self._agreed("qradar_profile", sources, _profile) or DOCUMENTED,
            supplements=self._supplements(sources),
            pins=self._agreed("qradar_dynamic_ports", sources, self._pins) or {},
            excluded_services=self._agreed("qradar_excluded_services", sources, self._excluded) or frozenset(),
            extra_flows=tuple(flow for flow in extra_flows if not is_over(flow, self._today)),
            ended_flows=tuple(flow for flow in extra_flows if is_over(flow, self._today)),
        )

    def _agreed(self, variable: str, sources: Sequence[Source], parse: Callable[[str, str, object], T]) -> T | None:
        """The value that all hosts with this variable agree on; hosts that share one object are compared once."""
        first: tuple[str, T] | None = None
        done: dict[int, object] = {}
        for host, variables in sources:
            value = variables.get(variable)
            if value is None or id(value) in done:
                continue
            done[id(value)] = value
            warned = len(self.warnings)
            parsed = parse(host, variable, value)
            if first is None:
                first = (host, parsed)
                continue
            # The same value gives the same warnings.
            del self.warnings[warned:]
            if parsed != first[1]:
                raise InputError(
                    f"{first[0]} and {host}",
                    variable,
                    value,
                    f"on {host} differs from {first[0]}, but it applies to the deployment as a whole",
                    "Set it once, on a group that has all QRadar hosts and gateways",
                )
        return first[1] if first else None

    def _warn(self, text: str) -> None:
        if text not in self.warnings:
            self.warnings.append(text)

    def _parties(self, host: str, variable: str, value: object) -> Mapping[str, Networks]:
        parties: dict[str, Networks] = {}
        for party, networks in as_mapping(host, variable, value, _PARTIES_FORM).items():
            if party not in PARTIES:
                raise InputError(host, variable, party, "is not a party", choices(party, PARTIES))
            parties[party] = as_networks(host, f"{variable}.{party}", networks)
            for family in parties[party].whole:
                self._warn(
                    complaint(
                        host,
                        f"{variable}.{party}",
                        family,
                        "contains every address, so the ports of this party are open to the world",
                        "List the networks of the party",
                    )
                )
        return parties

    def _features(self, host: str, variable: str, value: object) -> frozenset[str]:
        features = as_list(host, variable, value)
        for feature in features:
            if isinstance(feature, str) and feature in ROLE_FEATURES:
                raise InputError(
                    host,
                    variable,
                    feature,
                    "follows from the roles present and is not set by hand",
                    f"Give a host the role {' or '.join(ROLE_FEATURES[feature])}",
                )
            if feature not in FEATURES:
                raise InputError(host, variable, feature, "is not a feature", choices(feature, FEATURES))
        return frozenset(str(feature) for feature in features)

    def _supplements(self, sources: Sequence[Source]) -> frozenset[str]:
        chosen = self._agreed("qradar_supplements", sources, self._chosen)
        known = self._catalog.supplements()
        return frozenset(name for name, on in known.items() if on) if chosen is None else chosen

    def _chosen(self, host: str, variable: str, value: object) -> frozenset[str]:
        known = self._catalog.supplements()
        return frozenset(as_words(host, variable, value, tuple(known), "supplement"))

    def _excluded(self, host: str, variable: str, value: object) -> frozenset[str]:
        names = as_list(host, variable, value)
        for name in names:
            known_service(host, variable, name, self._catalog)
        return frozenset(str(name) for name in names)

    def _pins(self, host: str, variable: str, value: object) -> Mapping[str, tuple[PortRange, ...]]:
        pins, warnings = read_pins(host, variable, value, self._catalog)
        for warning in warnings:
            self._warn(warning)
        return pins

    def _extra_flows(self, host: str, variable: str, value: object) -> tuple[ExtraFlow, ...]:
        flows, warnings = read_extra_flows(host, variable, value, self._host_names, self._today)
        for warning in warnings:
            self._warn(warning)
        return flows


def _profile(host: str, variable: str, value: object) -> str:
    if value not in PROFILES:
        raise InputError(host, variable, value, "is not a profile", choices(value, PROFILES))
    return str(value)


def _version(host: str, variable: str, value: object) -> str:
    text = str(value) if isinstance(value, str | float) else ""
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){1,3}( ?UP ?[0-9]{1,9})?", text):
        raise InputError(host, variable, value, "is not a version of QRadar", "Write it as 7.5.0 or 7.5.0 UP10")
    return text
