# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of the catalog's file: its document becomes sources and services, or an error that names the place.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import (
    FEATURES,
    PAIR_CONDITIONS,
    PARTIES,
    ROLE_FEATURES,
    ROLES,
    SELF,
    SHARED_WORDS,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.fields import (
    CatalogError,
    Document,
    Place,
    both_languages,
    items,
    mapping,
    ports_of,
    text,
    word,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.least import LEAST_REMEDY, Least
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import (
    CLASSES,
    PortSpec,
    Reading,
    Service,
    Source,
    Text,
)

__all__ = ["CONDITIONS", "SIDES", "CatalogError", "Document", "condition", "read_document", "side"]

SIDES: Final = (*ROLES, *SHARED_WORDS, *PARTIES, SELF)
CONDITIONS: Final = (*PAIR_CONDITIONS, *FEATURES, *ROLE_FEATURES)

_SERVICE: Final = re.compile(r"[a-z][a-z0-9_]*")
_BEFORE_VERSION: Final = re.compile(r"version<[0-9]+(\.[0-9]+)*")

_SIDES_OF_CLASS: Final = {
    "network": "A network row names both sides, and self on neither",
    "retired": "A retired row names both sides, and self on neither",
    "local": "A local row is from self to self",
    "unspecified": "An unspecified row leaves from and to empty",
}


def read_document(document: object, file: str) -> tuple[Source, tuple[Service, ...]]:
    """Check a whole file.

    Args:
        document: the file's content, as YAML gives it.
        file: its name, for errors.

    Raises:
        CatalogError: the file breaks the schema.
    """
    top = Place(file)
    content = mapping(top, "", document, ("source", "services"))
    source = _source(top, content["source"])
    services: list[Service] = []
    for number, entry in enumerate(items(top, "services", content["services"]), 1):
        service = _service(file, number, entry)
        _check_order(Place(f"{file}: row {service.row} ({service.service})"), service, services)
        services.append(service)
    last = services[-1].row
    if last != source.rows:
        raise top.refuse("source.rows", source.rows, f"is not the last row, {last}", "Add the rows that are missing")
    return source, tuple(services)


def _source(top: Place, value: object) -> Source:
    fields = mapping(top, "source", value, ("title", "address", "edition", "licence", "rows"))
    title, address, edition, licence = (
        text(top, f"source.{name}", fields[name]) for name in ("title", "address", "edition", "licence")
    )
    return Source(title, address, edition, licence, _row(top, "source.rows", fields["rows"]))


def _service(file: str, number: int, value: object) -> Service:
    place = Place(_place_name(file, number, value))
    fields = mapping(place, "", value, ("row", "service", "ports", "class", "title", "readings", "note"))
    row = _row(place, "row", fields["row"])
    name = text(place, "service", fields["service"])
    if not _SERVICE.fullmatch(name):
        raise place.refuse("service", name, "is not a service name", "Use small letters, digits and underscores")
    klass = word(place, "class", fields["class"], CLASSES, "class")
    ports = ports_of(place, fields["ports"])
    readings = _readings(place, fields["readings"], klass, ports)
    title = both_languages(place, "title", fields["title"])
    return Service(row, name, ports, klass, title, readings, both_languages(place, "note", fields["note"]))


def _place_name(file: str, number: int, value: object) -> str:
    """The row and the service where these can be read, else the number of the entry in the file."""
    row = value.get("row") if isinstance(value, Mapping) else None
    service = value.get("service") if isinstance(value, Mapping) else None
    if not isinstance(row, int) or isinstance(row, bool):
        return f"{file}: entry {number}" + (f" ({service})" if isinstance(service, str) else "")
    return f"{file}: row {row}" + (f" ({service})" if isinstance(service, str) else "")


def _check_order(place: Place, service: Service, before: list[Service]) -> None:
    for other in before:
        if other.service == service.service:
            raise place.refuse(
                "service",
                service.service,
                f"is already the name of an entry of row {other.row}",
                "Name each entry once",
            )
    row, last = service.row or 0, (before[-1].row or 0) if before else 0
    if row < last:
        raise place.refuse("row", row, f"comes after row {last}", "Put the rows in order")
    if row > last + 1:
        raise place.refuse("row", row, f"follows row {last}", f"Add row {last + 1}")


def _readings(place: Place, value: object, klass: str, ports: tuple[PortSpec, ...]) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    for index, item in enumerate(items(place, "readings", value)):
        field = f"readings[{index}]"
        fields = mapping(place, field, item, ("from", "to"), ("when", "least", "evidence"))
        sides = [side(place, f"{field}.{end}", fields[end]) for end in ("from", "to")]
        when = condition(place, f"{field}.when", fields["when"]) if "when" in fields else None
        reading = Reading(sides[0], sides[1], when, *_least(place, field, fields))
        _check_reading(place, field, item, reading, klass)
        _check_least(place, field, reading, ports)
        if reading in readings:
            raise place.refuse(field, item, "is written twice", "Keep one")
        readings.append(reading)
    return tuple(readings)


def _check_reading(place: Place, field: str, item: object, reading: Reading, klass: str) -> None:
    """Check the parts of a reading against each other."""
    words = (*reading.from_, *reading.to)
    fits = {
        "local": reading.from_ == (SELF,) == reading.to,
        "unspecified": not words,
    }.get(klass, bool(reading.from_ and reading.to) and SELF not in words)
    if not fits:
        raise place.refuse(field, item, f"does not fit class {klass}", _SIDES_OF_CLASS[klass])
    pair = reading.from_ == ("ha_peer",) == reading.to
    if ("ha_peer" in words) != pair or pair != (reading.when == "ha"):
        raise place.refuse(
            field,
            item,
            "is only partly about the nodes of a pair",
            "Write ha_peer alone on both sides and when: ha, or none of these",
        )
    if (klass == "retired") != (reading.when or "").startswith("version<"):
        raise place.refuse(field, item, f"does not fit class {klass}", "when: version<X goes with class retired alone")


def _least(place: Place, field: str, fields: Mapping[str, object]) -> tuple[Least | None, Text | None]:
    """What the profile leaves of a reading, and why: both, or neither."""
    for one, other in (("least", "evidence"), ("evidence", "least")):
        if one in fields and other not in fields:
            raise place.missing(f"{field}.{other}")
    if "least" not in fields:
        return None, None
    try:
        least = Least.parse(fields["least"])
    except ValueError as error:
        raise place.refuse(f"{field}.least", fields["least"], str(error), LEAST_REMEDY) from None
    return least, both_languages(place, f"{field}.evidence", fields["evidence"])


def _check_least(place: Place, field: str, reading: Reading, ports: tuple[PortSpec, ...]) -> None:
    """What is left of a reading is part of it."""
    least, field = reading.least, f"{field}.least"
    if least is None:
        return
    if least.when is not None:
        condition(place, field, least.when)
        if reading.when is not None:
            raise place.refuse(field, str(least), "is a second condition", "Write one condition a reading")
    for end in least.ends or ():
        word(place, field, end, SIDES, "role or party")
    dynamic = [spec for spec in ports if spec.dynamic]
    if (least.pinned or least.ports) and len(dynamic) != len(ports):
        raise place.refuse(field, str(least), "is about ports that are not dynamic", "Write it for dynamic ports only")
    if least.ports and not all(spec.first <= least.ports[0] <= least.ports[1] <= spec.last for spec in dynamic):
        raise place.refuse(field, str(least), "is not part of the documented range", "Write a part of it")


def side(place: Place, field: str, value: object, allowed: tuple[str, ...] = SIDES) -> tuple[str, ...]:
    """One end of a reading."""
    words: list[str] = []
    for index, item in enumerate(items(place, field, value, empty=True)):
        found = word(place, f"{field}[{index}]", item, allowed, "role or party")
        if found in words:
            raise place.refuse(f"{field}[{index}]", found, "is written twice", "Keep one")
        words.append(found)
    return tuple(words)


def condition(place: Place, field: str, value: object) -> str:
    if isinstance(value, str) and _BEFORE_VERSION.fullmatch(value):
        return value
    if value not in CONDITIONS:
        raise place.refuse(field, value, "is not a condition", choices(value, (*CONDITIONS, "version<X")))
    return str(value)


def _row(place: Place, field: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise place.refuse(field, value, "is not a row number", "Write the line of the table, counted from 1")
    return value
