# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Questions to the catalog: by service, port, role, party, direction and class.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import (
    PortError,
    PortRange,
    looks_like_ports,
    parse_ports,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PARTIES, ROLES, SELF, plays
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import Catalog, load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import (
    CLASSES,
    LANGUAGES,
    Reading,
    Service,
)

DIRECTIONS: Final = ("in", "out")

TERM_REMEDY: Final = "Write a service such as ssh, a port such as 514 or tcp/514, or a range such as tcp/32000-32010"


@dataclass(frozen=True, slots=True)
class ReadingFilter:
    """Which readings are wanted.

    ``roles`` are those of one host, so ``managed_host`` fits unless ``console`` is among them. ``parties`` are
    alternatives. ``direction`` is ``in``, ``out`` or None for both. Where roles and parties are given, a reading has
    one on each side and the direction is the roles'.
    """

    roles: frozenset[str] = frozenset()
    parties: frozenset[str] = frozenset()
    direction: str | None = None

    def shows(self, reading: Reading) -> bool:
        """Whether a reading is asked for."""
        if not self.roles and not self.parties:
            return True
        if SELF in reading.from_:
            return not self.parties and self.direction is None
        return (self.direction != "in" and self._fits(reading.from_, reading.to)) or (
            self.direction != "out" and self._fits(reading.to, reading.from_)
        )

    def _fits(self, own: Sequence[str], other: Sequence[str]) -> bool:
        if not self.roles:
            return not self.parties.isdisjoint(own)
        has_role = any(plays(word, self.roles) for word in own)
        return has_role and (not self.parties or not self.parties.isdisjoint(other))


def select(
    terms: Iterable[object],
    *,
    role: Sequence[str] | None = None,
    direction: str | None = None,
    party: Sequence[str] | None = None,
    klass: Sequence[str] | None = None,
    lang: str | None = None,
    query: str | None = None,
    catalog: Catalog | None = None,
) -> list[Any]:
    """Entries of the catalog that answer a question, in row order, each once.

    Args:
        terms: services, ports (514, ``"514"``, ``"tcp/514"``, ``"20000-23000"``, ``"icmp"``) or lists of these, any
            of which may fit. Everything where there is none; nothing where there are only empty lists.
        role: the roles of one host; with it, entries come only with the readings that name it.
        direction: ``in`` or ``out``, seen from the role, else from the party.
        party: parties, any of which may fit; as with ``role``, only their readings come.
        klass: classes, any of which may fit.
        lang: ``en`` or ``ja``: titles and notes are texts in that language rather than dictionaries.
        query: a JMESPath expression, applied to the list; a result that is not a list is put into one.
        catalog: the catalog to ask, instead of the collection's own.

    Raises:
        InputError: an argument is not understood.
        CatalogError: the catalog's file is broken.
    """
    asked = load_catalog() if catalog is None else catalog
    wanted = ReadingFilter(
        frozenset(_words("role", role, ROLES)), frozenset(_words("party", party, PARTIES)), _direction(direction)
    )
    if wanted.direction and not wanted.roles and not wanted.parties:
        raise InputError(None, "direction", direction, "has no meaning alone", "Give role or party as well")
    classes = _words("klass", klass, CLASSES) or CLASSES
    if lang is not None and lang not in LANGUAGES:
        raise InputError(None, "lang", lang, "is not a language of the catalog", choices(lang, LANGUAGES))

    found = []
    for service in _matching(terms, asked):
        readings = tuple(reading for reading in service.readings if wanted.shows(reading))
        if readings and service.klass in classes:
            found.append(_result(dataclasses.replace(service, readings=readings), lang))
    return found if query is None else _search(query, found)


def _result(service: Service, lang: str | None) -> dict[str, Any]:
    result = service.as_dict()
    if lang is not None:
        result["title"] = service.title.in_language(lang)
        result["note"] = service.note.in_language(lang)
        for shown, reading in zip(result["readings"], service.readings, strict=True):
            shown["evidence"] = reading.evidence and reading.evidence.in_language(lang)
    return result


def _matching(terms: Iterable[object], catalog: Catalog) -> tuple[Service, ...]:
    """The services that one of the terms means."""
    given = list(terms)
    if not given:
        return catalog.services
    names: set[str] = set()
    ranges: list[PortRange] = []
    for term in flat(given):
        meaning = _term(term, catalog)
        if isinstance(meaning, str):
            names.add(meaning)
        else:
            ranges.extend(meaning)
    return tuple(service for service in catalog.services if service.service in names or _uses(service, ranges))


def services_with(ranges: Iterable[PortRange], catalog: Catalog) -> list[str]:
    """The names of services with a port in one of these ranges, in row order: the reverse look-up."""
    wanted = tuple(ranges)
    return list(dict.fromkeys(service.service for service in catalog.services if _uses(service, wanted)))


def flat(terms: Iterable[object]) -> Iterator[object]:
    """The items of a list, those of lists in it one by one. Filters of Jinja give lists of other types too."""
    for term in terms:
        if isinstance(term, Iterable) and not isinstance(term, str | bytes | Mapping):
            yield from flat(term)
        else:
            yield term


def _uses(service: Service, ranges: Iterable[PortRange]) -> bool:
    """Whether a port of the service lies in one of the ranges; a dynamic port counts with its documented range."""
    return any(port.range().common(wanted) for wanted in ranges for port in service.ports)


def _term(term: object, catalog: Catalog) -> str | tuple[PortRange, ...]:
    """A service's name, or the port ranges that a term stands for."""
    if isinstance(term, bool) or not isinstance(term, int | str):
        raise InputError(None, "term", term, "is neither a service nor a port", TERM_REMEDY)
    text = str(term).strip()
    if looks_like_ports(text):
        try:
            return parse_ports(text)
        except PortError as error:
            raise InputError(None, "term", term, error.problem, TERM_REMEDY) from None
    if text not in catalog.names():
        raise InputError(None, "term", term, "is not a service in the catalog", choices(text, catalog.names()))
    return text


def _words(option: str, given: Sequence[str] | None, allowed: tuple[str, ...]) -> tuple[str, ...]:
    if given is None:
        return ()
    words = (given,) if isinstance(given, str) else tuple(given)
    if not words:
        raise InputError(
            None, option, given, "is empty", f"Leave {option} out, or name one of: {', '.join(sorted(allowed))}"
        )
    for word in words:
        if word not in allowed:
            raise InputError(
                None, option, word, f"is not a {'class' if option == 'klass' else option}", choices(word, allowed)
            )
    return words


def _direction(given: str | None) -> str | None:
    if given is not None and given not in DIRECTIONS:
        raise InputError(None, "direction", given, "is not a direction", choices(given, DIRECTIONS))
    return given


def _search(expression: str, found: list[dict[str, Any]]) -> list[Any]:
    try:
        import jmespath
    except ImportError:
        raise InputError(
            None,
            "query",
            expression,
            "needs the Python library jmespath, which is missing on the controller",
            "Install it for the Python that runs Ansible: python3 -m pip install jmespath",
        ) from None
    try:
        answer = jmespath.search(str(expression), found)
    except jmespath.exceptions.JMESPathTypeError as error:
        # Its own text contains every row.
        reason = f"{error.function_name}() takes {' or '.join(error.expected_types)}, not {error.actual_type}"
    except jmespath.exceptions.JMESPathError as error:
        reason = " ".join(str(error).split()).rstrip(".")
    else:
        return answer if isinstance(answer, list) else [answer]
    raise InputError(
        None, "query", expression, f"is not a JMESPath expression that works here: {reason}", "See https://jmespath.org"
    )
