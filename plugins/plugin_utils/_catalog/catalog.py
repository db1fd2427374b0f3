# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalog: every row of the vendor's table with its readings.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import choices
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.model import (
    PortSpec,
    Reading,
    Service,
    Source,
    Text,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.schema import (
    CatalogError,
    Document,
    read_document,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.supplement_schema import read_supplements

try:
    from yaml import CSafeLoader as _SafeLoader
except ImportError:  # PyYAML built without libyaml: the same, slower
    from yaml import SafeLoader as _SafeLoader  # type: ignore[assignment]

__all__ = ["Catalog", "CatalogError", "PortSpec", "Reading", "Service", "Source", "Text", "load_catalog"]

CATALOG_FILE: Final = Path(__file__).with_name("ports.yml")
SUPPLEMENT_FILE: Final = Path(__file__).with_name("supplement.yml")


@dataclass(frozen=True, slots=True)
class Catalog:
    """All entries in row order, those of supplements last, and where the rows come from."""

    source: Source
    services: tuple[Service, ...]

    @property
    def rows(self) -> tuple[Service, ...]:
        """The entries of the vendor's table."""
        return tuple(service for service in self.services if service.supplement is None)

    def supplements(self) -> dict[str, bool]:
        """Every supplement's name, and whether it is on where nobody chooses."""
        return {one.supplement.id: one.supplement.default for one in self.services if one.supplement}

    def names(self) -> tuple[str, ...]:
        """Every service's name, in row order."""
        return tuple(service.service for service in self.services)

    def service(self, name: str) -> tuple[Service, ...]:
        """The entries of a service.

        Raises:
            CatalogError: no row has that name; the error suggests similar names.
        """
        found = tuple(service for service in self.services if service.service == name)
        if not found:
            raise CatalogError(
                "", "service", f"{name!r} is not a service in the catalog. {choices(name, self.names())}."
            )
        return found


def load_catalog(path: Path | str | None = None) -> Catalog:
    """Read and check the catalog, once a process and file; its own files where no path is given.

    A file that is given is the table's, and has no supplements.

    Raises:
        CatalogError: the file cannot be read or breaks the schema.
    """
    return _load(Path(path) if path is not None else CATALOG_FILE, None if path is not None else SUPPLEMENT_FILE)


@functools.cache
def _load(path: Path, supplement: Path | None) -> Catalog:
    source, services = read_document(_content(path), path.name)
    if supplement is not None:
        services += read_supplements(_content(supplement), supplement.name, [service.service for service in services])
    return Catalog(source, services)


def _content(path: Path) -> object:
    try:
        with path.open(encoding="utf-8") as stream:
            return yaml.load(stream, _Loader)  # a subclass of the safe loader
    except (OSError, UnicodeDecodeError) as error:
        raise CatalogError(path.name, "", f"{path}: cannot be read: {error}. Reinstall the collection.") from error
    except yaml.YAMLError as error:
        raise CatalogError(path.name, "", f"{path.name}: {_where(error)} is not valid YAML.") from error


class _Loader(_SafeLoader):
    """Builds plain values only, and remembers keys that are written twice (YAML keeps the last one silently)."""


def _document(loader: _Loader, node: yaml.MappingNode) -> Document:
    result = Document()
    repeated = []
    for key, value in loader.construct_pairs(node, deep=True):
        if not isinstance(key, str):
            raise yaml.constructor.ConstructorError(None, None, f"the key {key!r} is not a string", node.start_mark)
        if key in result:
            repeated.append(key)
        result[key] = value
    result.repeated = tuple(repeated)
    return result


_Loader.add_constructor("tag:yaml.org,2002:map", _document)


def _where(error: yaml.YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = " ".join(str(getattr(error, "problem", None) or error).split())
    return f"line {mark.line + 1}: {problem}; this" if mark is not None else f"{problem}; this"
