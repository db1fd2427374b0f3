# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The schema of the catalog's file: its document becomes sources and services, or an error that names the place.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, choices, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import (
    FEATURES,
    PAIR_CONDITIONS,
    PARTIES,
    ROLE_FEATURES,
    ROLES,
    SELF,
    SHARED_WORDS,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.least import LEAST_REMEDY, Least
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import (
    CLASSES,
    LANGUAGES,
    PortSpec,
    Reading,
    Service,
    Source,
    Text,
)

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


class Document(dict[str, object]):
    """A mapping of the file that remembers which keys were written twice."""

    repeated: tuple[str, ...] = ()


class CatalogError(PortledgerError):
    """The catalog's file is broken; ``place`` is its row, ``field`` what is wrong there."""

    def __init__(self, place: str, field: str, message: str) -> None:
        self.place = place
        self.field = field
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class _Place:
    """A place in the file, e.g. ``ports.yml: row 26 (imq)``."""

    name: str

    def refuse(self, field: str, value: object, problem: str, remedy: str) -> CatalogError:
        return CatalogError(self.name, field, complaint(self.name, field, value, problem, remedy))

    def missing(self, field: str) -> CatalogError:
        return CatalogError(self.name, field, f"{self.name}: {field} is missing. Write it.")


def read_document(document: object, file: str) -> tuple[Source, tuple[Service, ...]]:
    """Check a whole file.

    Args:
        document: the file's content, as YAML gives it.
        file: its name, for errors.

    Raises:
        CatalogError: the file breaks the schema.
    """
    top = _Place(file)
    content = _mapping(top, "", document, ("source", "services"))
    source = _source(top, content["source"])
    services: list[Service] = []
    for number, entry in enumerate(_list(top, "services", content["services"]), 1):
        service = _service(file, number, entry)
        _check_order(_Place(f"{file}: row {service.row} ({service.service})"), service, services)
        services.append(service)
    last = services[-1].row
    if last != source.rows:
        raise top.refuse("source.rows", source.rows, f"is not the last row, {last}", "Add the rows that are missing")
    return source, tuple(services)


def _source(top: _Place, value: object) -> Source:
    fields = _mapping(top, "source", value, ("title", "address", "edition", "licence", "rows"))
    title, address, edition, licence = (
        _text(top, f"source.{name}", fields[name]) for name in ("title", "address", "edition", "licence")
    )
    return Source(title, address, edition, licence, _row(top, "source.rows", fields["rows"]))


def _service(file: str, number: int, value: object) -> Service:
    place = _Place(_place_name(file, number, value))
    fields = _mapping(place, "", value, ("row", "service", "ports", "class", "title", "readings", "note"))
    row = _row(place, "row", fields["row"])
    name = _text(place, "service", fields["service"])
    if not _SERVICE.fullmatch(name):
        raise place.refuse("service", name, "is not a service name", "Use small letters, digits and underscores")
    klass = _word(place, "class", fields["class"], CLASSES, "class")
    ports = _ports(place, fields["ports"])
    readings = _readings(place, fields["readings"], klass, ports)
    title = _both_languages(place, "title", fields["title"])
    return Service(row, name, ports, klass, title, readings, _both_languages(place, "note", fields["note"]))


def _place_name(file: str, number: int, value: object) -> str:
    """The row and the service where these can be read, else the number of the entry in the file."""
    row = value.get("row") if isinstance(value, Mapping) else None
    service = value.get("service") if isinstance(value, Mapping) else None
    if not isinstance(row, int) or isinstance(row, bool):
        return f"{file}: entry {number}" + (f" ({service})" if isinstance(service, str) else "")
    return f"{file}: row {row}" + (f" ({service})" if isinstance(service, str) else "")


def _check_order(place: _Place, service: Service, before: list[Service]) -> None:
    for other in before:
        if other.service == service.service:
            raise place.refuse(
                "service",
                service.service,
                f"is already the name of an entry of row {other.row}",
                "Name each entry once",
            )
    last = before[-1].row if before else 0
    if service.row < last:
        raise place.refuse("row", service.row, f"comes after row {last}", "Put the rows in order")
    if service.row > last + 1:
        raise place.refuse("row", service.row, f"follows row {last}", f"Add row {last + 1}")


def _ports(place: _Place, value: object) -> tuple[PortSpec, ...]:
    specs: list[PortSpec] = []
    for index, item in enumerate(_list(place, "ports", value)):
        field = f"ports[{index}]"
        try:
            spec = PortSpec.parse(item)
        except PortError as error:
            remedy = "Write tcp/514, udp/40000-40010, tcp/dynamic, tcp/dynamic>32000 or icmp"
            raise place.refuse(field, item, error.problem, remedy) from None
        for other in specs:
            if other.transport == spec.transport and other.first <= spec.last and spec.first <= other.last:
                raise place.refuse(field, item, f"overlaps {str(other)!r}", "Write each port once")
        specs.append(spec)
    return tuple(specs)


def _readings(place: _Place, value: object, klass: str, ports: tuple[PortSpec, ...]) -> tuple[Reading, ...]:
    readings: list[Reading] = []
    for index, item in enumerate(_list(place, "readings", value)):
        field = f"readings[{index}]"
        fields = _mapping(place, field, item, ("from", "to"), ("when", "least", "evidence"))
        sides = [_side(place, f"{field}.{side}", fields[side]) for side in ("from", "to")]
        when = _condition(place, f"{field}.when", fields["when"]) if "when" in fields else None
        reading = Reading(sides[0], sides[1], when, *_least(place, field, fields))
        _check_reading(place, field, item, reading, klass)
        _check_least(place, field, reading, ports)
        if reading in readings:
            raise place.refuse(field, item, "is written twice", "Keep one")
        readings.append(reading)
    return tuple(readings)


def _check_reading(place: _Place, field: str, item: object, reading: Reading, klass: str) -> None:
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


def _least(place: _Place, field: str, fields: Mapping[str, object]) -> tuple[Least | None, Text | None]:
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
    return least, _both_languages(place, f"{field}.evidence", fields["evidence"])


def _check_least(place: _Place, field: str, reading: Reading, ports: tuple[PortSpec, ...]) -> None:
    """What is left of a reading is part of it."""
    least, field = reading.least, f"{field}.least"
    if least is None:
        return
    if least.when is not None:
        _condition(place, field, least.when)
        if reading.when is not None:
            raise place.refuse(field, str(least), "is a second condition", "Write one condition a reading")
    for word in least.ends or ():
        _word(place, field, word, SIDES, "role or party")
    dynamic = [spec for spec in ports if spec.dynamic]
    if (least.pinned or least.ports) and len(dynamic) != len(ports):
        raise place.refuse(field, str(least), "is about ports that are not dynamic", "Write it for dynamic ports only")
    if least.ports and not all(spec.first <= least.ports[0] <= least.ports[1] <= spec.last for spec in dynamic):
        raise place.refuse(field, str(least), "is not part of the documented range", "Write a part of it")


def _side(place: _Place, field: str, value: object) -> tuple[str, ...]:
    words: list[str] = []
    for index, item in enumerate(_list(place, field, value, empty=True)):
        word = _word(place, f"{field}[{index}]", item, SIDES, "role or party")
        if word in words:
            raise place.refuse(f"{field}[{index}]", word, "is written twice", "Keep one")
        words.append(word)
    return tuple(words)


def _condition(place: _Place, field: str, value: object) -> str:
    if isinstance(value, str) and _BEFORE_VERSION.fullmatch(value):
        return value
    if value not in CONDITIONS:
        raise place.refuse(field, value, "is not a condition", choices(value, (*CONDITIONS, "version<X")))
    return str(value)


def _both_languages(place: _Place, field: str, value: object) -> Text:
    fields = _mapping(place, field, value, LANGUAGES)
    return Text(*(_text(place, f"{field}.{lang}", fields[lang]) for lang in LANGUAGES))


def _mapping(
    place: _Place, field: str, value: object, required: Iterable[str], optional: Iterable[str] = ()
) -> Mapping[str, object]:
    """A mapping with these keys only; ``field`` is empty for the row itself."""
    prefix = f"{field}." if field else ""
    known = (*required, *optional)
    if not isinstance(value, Mapping):
        raise place.refuse(field or "the entry", value, "is not a mapping", f"Write its fields: {', '.join(known)}")
    for name in value:
        if name not in known:
            raise place.refuse(f"{prefix}{name}", value[name], "is in an unknown field", choices(name, known))
    if isinstance(value, Document) and value.repeated:
        name = value.repeated[0]
        raise place.refuse(
            f"{prefix}{name}", value[name], "is not the only value of this field", "Write each field once"
        )
    for name in required:
        if name not in value:
            raise place.missing(f"{prefix}{name}")
    return value


def _list(place: _Place, field: str, value: object, *, empty: bool = False) -> list[object]:
    if not isinstance(value, list):
        raise place.refuse(field, value, "is not a list", "Write a list")
    if not value and not empty:
        raise place.refuse(field, value, "is empty", "Write at least one item")
    return value


def _row(place: _Place, field: str, value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise place.refuse(field, value, "is not a row number", "Write the line of the table, counted from 1")
    return value


def _word(place: _Place, field: str, value: object, allowed: tuple[str, ...], kind: str) -> str:
    if value not in allowed:
        raise place.refuse(field, value, f"is not a {kind}", choices(value, allowed))
    return str(value)


def _text(place: _Place, field: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise place.refuse(field, value, "is not a text", "Write a sentence or a few words")
    if value != value.strip():
        raise place.refuse(field, value, "starts or ends with white space", "Remove it")
    return value
