# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of the catalog's files: each is read in its form, or an error names its place.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError, choices, complaint
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import LANGUAGES, PortSpec, Text


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
class Place:
    """A place in the file, e.g. ``ports.yml: row 26 (imq)``."""

    name: str

    def refuse(self, field: str, value: object, problem: str, remedy: str) -> CatalogError:
        return CatalogError(self.name, field, complaint(self.name, field, value, problem, remedy))

    def missing(self, field: str) -> CatalogError:
        return CatalogError(self.name, field, f"{self.name}: {field} is missing. Write it.")


def ports_of(place: Place, value: object) -> tuple[PortSpec, ...]:
    specs: list[PortSpec] = []
    for index, item in enumerate(items(place, "ports", value)):
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


def both_languages(place: Place, field: str, value: object) -> Text:
    fields = mapping(place, field, value, LANGUAGES)
    return Text(*(text(place, f"{field}.{lang}", fields[lang]) for lang in LANGUAGES))


def mapping(
    place: Place, field: str, value: object, required: Iterable[str], optional: Iterable[str] = ()
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


def items(place: Place, field: str, value: object, *, empty: bool = False) -> list[object]:
    if not isinstance(value, list):
        raise place.refuse(field, value, "is not a list", "Write a list")
    if not value and not empty:
        raise place.refuse(field, value, "is empty", "Write at least one item")
    return value


def word(place: Place, field: str, value: object, allowed: tuple[str, ...], kind: str) -> str:
    if value not in allowed:
        raise place.refuse(field, value, f"is not a {kind}", choices(value, allowed))
    return str(value)


def text(place: Place, field: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise place.refuse(field, value, "is not a text", "Write a sentence or a few words")
    if value != value.strip():
        raise place.refuse(field, value, "starts or ends with white space", "Remove it")
    return value
