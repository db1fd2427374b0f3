# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of supplement.yml: what deployments need and the vendor's table does not list.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import HA_NODE, OWN_CONTAINERS
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.fields import (
    Place,
    both_languages,
    items,
    mapping,
    ports_of,
    text,
    word,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import (
    TRUSTS,
    Reading,
    Service,
    Supplement,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.schema import SIDES, condition, side

_NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
_FIELDS: Final = ("id", "service", "ports", "readings", "default", "trust", "source", "date", "title", "note")
_FROM: Final = (*SIDES, HA_NODE, OWN_CONTAINERS)


def read_supplements(document: object, file: str, known: Iterable[str]) -> tuple[Service, ...]:
    """Check a whole file.

    Args:
        document: the file's content, as YAML gives it.
        file: its name, for errors.
        known: services of the table: no supplement has the name of one.

    Raises:
        CatalogError: the file breaks the schema.
    """
    top = Place(file)
    content = mapping(top, "", document, ("supplements",))
    names, defaults = set(known), dict[str, bool]()
    services = []
    for number, entry in enumerate(items(top, "supplements", content["supplements"]), 1):
        place = _place(file, number, entry)
        service, supplement = _entry(place, entry)
        if service.service in names:
            raise place.refuse("service", service.service, "is already the name of an entry", "Name each entry once")
        if defaults.setdefault(supplement.id, supplement.default) != supplement.default:
            raise place.refuse(
                "default", supplement.default, f"differs from another entry of {supplement.id}", "Write it alike"
            )
        names.add(service.service)
        services.append(service)
    return tuple(services)


def _place(file: str, number: int, entry: object) -> Place:
    names = [entry.get(key) for key in ("id", "service")] if isinstance(entry, Mapping) else []
    fitting = [name for name in names if isinstance(name, str)]
    return Place(f"{file}: entry {number}" + (f" ({' '.join(fitting)})" if fitting else ""))


def _entry(place: Place, value: object) -> tuple[Service, Supplement]:
    fields = mapping(place, "", value, _FIELDS)
    default, date = fields["default"], fields["date"]
    if not isinstance(default, bool):
        raise place.refuse("default", default, "is neither true nor false", "Write true or false")
    if not isinstance(date, datetime.date):
        raise place.refuse("date", date, "is not a date", "Write it as 2026-11-23")
    supplement = Supplement(
        _name(place, "id", fields["id"]),
        default,
        word(place, "trust", fields["trust"], TRUSTS, "kind of trust"),
        text(place, "source", fields["source"]),
        date.isoformat(),
    )
    readings = items(place, "readings", fields["readings"])
    return (
        Service(
            None,
            _name(place, "service", fields["service"]),
            ports_of(place, fields["ports"]),
            "network",
            both_languages(place, "title", fields["title"]),
            tuple(_reading(place, f"readings[{index}]", item) for index, item in enumerate(readings)),
            both_languages(place, "note", fields["note"]),
            supplement,
        ),
        supplement,
    )


def _reading(place: Place, field: str, item: object) -> Reading:
    fields = mapping(place, field, item, ("from", "to"), ("when",))
    ends = [side(place, f"{field}.{end}", fields[end], allowed) for end, allowed in (("from", _FROM), ("to", SIDES))]
    if not all(ends):
        raise place.refuse(field, item, "leaves an end empty", "Name both sides")
    when = condition(place, f"{field}.when", fields["when"]) if "when" in fields else None
    return Reading(ends[0], ends[1], when)


def _name(place: Place, field: str, value: object) -> str:
    name = text(place, field, value)
    if not _NAME.fullmatch(name):
        raise place.refuse(field, name, "is not a name", "Use small letters, digits and underscores")
    return name
