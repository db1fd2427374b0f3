# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The inventory's variables, templated only where they hold a template, and decrypted only where they are encrypted.

Templating a list of thousands of networks once for every host that shares it would take minutes. Hosts get the very
objects that group variables share, so that a reader can see that they are the same.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import (
    Secret,
    any_encrypted,
    is_encrypted,
)


class HostVars(Protocol):
    """What is used of Ansible's ``hostvars``."""

    def raw_get(self, host_name: str) -> Mapping[str, Any]:
        """A host's variables, templates as they are written."""

    def __getitem__(self, host_name: str) -> Mapping[str, Any]:
        """A host's variables, templates resolved."""

    def __iter__(self) -> Iterator[str]:
        """The names of all hosts."""


class _Contents(NamedTuple):
    """What is somewhere in a value."""

    template: bool = False
    encrypted: bool = False
    itself: bool = False


def inventory_view(hostvars: HostVars) -> dict[str, Mapping[str, object]]:
    """Every host of the inventory with its variables, each read once.

    Raises:
        InputError: on reading a variable with a broken template, or one that cannot be decrypted or contains itself.
    """
    memo = _Memo()
    return {name: _HostVariables(name, hostvars, memo) for name in hostvars}


def is_registered(variables: Mapping[str, object], variable: str) -> bool:
    """Whether a task has registered a variable: nobody has written it, and none of ours is like that."""
    try:
        value = variables[variable]
    except InputError:  # a broken template of something without effect
        return False
    return isinstance(value, Mapping) and "failed" in value


class _HostVariables(Mapping[str, object]):
    def __init__(self, name: str, hostvars: HostVars, memo: _Memo) -> None:
        self._name = name
        self._hostvars = hostvars
        self._raw = hostvars.raw_get(name)
        self._memo = memo

    def __getitem__(self, variable: str) -> object:
        value = self._raw[variable]
        contents = self._memo.contents(value)
        if contents.itself:
            remedy = "Write it without an anchor (&) that is used (*) within itself"
            raise InputError(self._name, variable, value, "contains itself", remedy)
        if contents.encrypted:
            value = self._try(variable, value, "decrypted", "Give Ansible the password of the vault", self._decrypted)
        if contents.template:
            templated = self._try(
                variable,
                value,
                "templated",
                "Fix the template or the variables that it uses",
                lambda _value: self._hostvars[self._name][variable],
            )
            return _marked(templated, set(_secrets(value)) if contents.encrypted else set())
        return value

    def _try(
        self, variable: str, value: object, verb: str, remedy: str, function: Callable[[object], object]
    ) -> object:
        try:
            return function(value)
        except InputError:
            raise
        except Exception as error:  # whatever this ansible-core raises
            raise InputError(self._name, variable, value, f"cannot be {verb} ({_words(error)})", remedy) from error

    def _decrypted(self, value: object) -> object:
        return self._memo.decrypted(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)


def _secrets(value: object) -> Iterator[str]:
    """What was decrypted in a value."""
    if isinstance(value, Secret):
        yield str(value)
    elif isinstance(value, Mapping):
        for item in (*value.keys(), *value.values()):
            yield from _secrets(item)
    elif isinstance(value, list):
        for item in value:
            yield from _secrets(item)


def _marked(value: object, secrets: set[str]) -> object:
    """A templated value, in which templates may have put what was encrypted."""
    if isinstance(value, Mapping):
        return {_marked(key, secrets): _marked(one, secrets) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_marked(one, secrets) for one in value]
    if is_encrypted(value) or (isinstance(value, str) and value in secrets):
        return Secret(str(value))
    return value


def _words(error: Exception) -> str:
    """What an error says, without the dot at its end."""
    return " ".join(str(error).split()).rstrip(".")


class _Memo:
    """What is in values, each looked at once. Objects are kept, so that nothing else can get their id."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[object, _Contents]] = {}
        self._decrypted: dict[int, tuple[object, object]] = {}

    def contents(self, value: object) -> _Contents:
        if not isinstance(value, Mapping | list | tuple):
            return _of_scalars((value,))
        if id(value) not in self._known:
            self._known[id(value)] = (value, _of_container(value))
        return self._known[id(value)][1]

    def decrypted(self, value: object) -> object:
        """The same with text in the place of what is encrypted."""
        if is_encrypted(value):
            return Secret(str(value))
        if not isinstance(value, Mapping | list | tuple):
            return value
        if id(value) not in self._decrypted:
            made: object = (
                {self.decrypted(key): self.decrypted(one) for key, one in value.items()}
                if isinstance(value, Mapping)
                else [self.decrypted(one) for one in value]
            )
            self._decrypted[id(value)] = (value, made)
        return self._decrypted[id(value)][1]


def _of_scalars(values: Collection[object]) -> _Contents:
    if any_encrypted(values):
        return _Contents(any(map(_is_template, (one for one in values if not is_encrypted(one)))), encrypted=True)
    return _Contents(any(map(_is_template, values)))


def _is_template(value: object) -> bool:
    return isinstance(value, str) and ("{{" in value or "{%" in value)


def _of_container(value: Mapping[Any, Any] | list[Any] | tuple[Any, ...]) -> _Contents:
    """Without recursion: a value may be deep, or contain itself."""
    template = encrypted = False
    inside: set[int] = set()
    done: set[int] = set()
    stack: list[tuple[object, Iterator[Any]]] = []

    def enter(container: Mapping[Any, Any] | list[Any] | tuple[Any, ...]) -> None:
        nonlocal template, encrypted
        scalars, containers = _parted(container)
        found = _of_scalars(scalars)
        template, encrypted = template or found.template, encrypted or found.encrypted
        stack.append((container, iter(containers)))
        inside.add(id(container))

    enter(value)
    while stack:
        container, items = stack[-1]
        for item in items:
            if id(item) in inside:
                return _Contents(itself=True)
            if id(item) not in done:
                enter(item)
                break
        else:
            stack.pop()
            inside.discard(id(container))
            done.add(id(container))
    return _Contents(template, encrypted)


def _parted(value: Mapping[Any, Any] | list[Any] | tuple[Any, ...]) -> tuple[list[Any], list[Any]]:
    """What is in a container: scalars, and further containers. Types are few, where items may be many."""
    items = [*value.keys(), *value.values()] if isinstance(value, Mapping) else list(value)
    kinds = {kind for kind in set(map(type, items)) if issubclass(kind, Mapping | list | tuple)}
    if not kinds:
        return items, []
    return [one for one in items if type(one) not in kinds], [one for one in items if type(one) in kinds]
