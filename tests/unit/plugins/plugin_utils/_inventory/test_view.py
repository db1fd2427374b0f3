# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Variables are templated where they hold a template, and only there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import inventory_view


class FakeHostVars:
    """Ansible's ``hostvars``: whatever is read through it counts as templated."""

    def __init__(self, raw: Mapping[str, Mapping[str, Any]]) -> None:
        self._raw = raw
        self.templated: list[str] = []

    def raw_get(self, host_name: str) -> Mapping[str, Any]:
        return self._raw[host_name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __getitem__(self, host_name: str) -> Mapping[str, Any]:
        return _Templated(self, host_name)


class _Templated(dict[str, Any]):
    def __init__(self, hostvars: FakeHostVars, host_name: str) -> None:
        super().__init__(hostvars.raw_get(host_name))
        self._hostvars = hostvars

    def __getitem__(self, variable: str) -> Any:
        self._hostvars.templated.append(variable)
        if "undefined" in str(super().__getitem__(variable)):
            raise LookupError("'undefined' is undefined")
        return "templated"


PLAIN = (None, 5, True, "198.18.1.1", ["a", {"b": "c"}], {"users": ["198.18.1.0/24"]}, "a { b }", "%}")
TEMPLATES = (
    "{{ x }}",
    "{% if x %}y{% endif %}",
    ["a", "{{ x }}"],
    {"a": {"b": ["{{ x }}"]}},
    {"{{ x }}": "a"},
    ("{{ x }}",),
)


@pytest.mark.parametrize("value", PLAIN, ids=str)
def test_plain_values_are_handed_out_as_they_are(value: object) -> None:
    hostvars = FakeHostVars({"h": {"v": value}})
    assert inventory_view(hostvars)["h"]["v"] is value
    assert hostvars.templated == []


@pytest.mark.parametrize("value", TEMPLATES, ids=str)
def test_templates_are_resolved(value: object) -> None:
    hostvars = FakeHostVars({"h": {"v": value, "unread": "{{ x }}"}})
    assert inventory_view(hostvars)["h"]["v"] == "templated"
    assert hostvars.templated == ["v"]


def test_a_broken_template_names_host_and_variable() -> None:
    with pytest.raises(InputError) as refusal:
        inventory_view(FakeHostVars({"h": {"v": ["{{ undefined }}"]}}))["h"].get("v")
    assert str(refusal.value) == (
        "h: v: ['{{ undefined }}'] cannot be templated ('undefined' is undefined). Fix the template or the variables "
        "that it uses."
    )


def test_a_broken_template_that_nobody_reads_is_nobody_s_business() -> None:
    view = inventory_view(FakeHostVars({"h": {"v": "{{ undefined }}", "w": 1}}))
    assert view["h"]["w"] == 1
    assert sorted(view["h"]) == ["v", "w"]
    assert len(view["h"]) == 2
    assert view["h"].get("missing") is None


class EncryptedString:
    """As Ansible's: its repr is the ciphertext, its text the secret."""

    def __init__(self, secret: str | None) -> None:
        self._secret = secret

    def __str__(self) -> str:
        if self._secret is None:
            raise ValueError("no vault secrets were found.")
        return self._secret

    def __repr__(self) -> str:
        return "EncryptedString(ciphertext='$ANSIBLE_VAULT;6162')"


@pytest.mark.parametrize("put", [lambda one: one, lambda one: [one], lambda one: {"a": ["b", {"c": one}]}])
def test_encrypted_values_are_decrypted_and_never_printed(put: Callable[[object], object]) -> None:
    read = inventory_view(FakeHostVars({"h": {"v": put(EncryptedString("198.18.1.0/24"))}}))["h"]["v"]
    assert read == put("198.18.1.0/24")
    assert "198" not in repr(read)
    assert str(InputError("h", "v", read, "is wrong", "Change it")).count("(encrypted)") == 1


def test_what_cannot_be_decrypted() -> None:
    with pytest.raises(InputError) as refusal:
        inventory_view(FakeHostVars({"h": {"v": ["a", EncryptedString(None)]}}))["h"].get("v")
    assert str(refusal.value) == (
        "h: v: ['a', (encrypted)] cannot be decrypted (no vault secrets were found). "
        "Give Ansible the password of the vault."
    )


def test_a_value_that_contains_itself() -> None:
    value: list[object] = ["a"]
    value.append({"b": value})
    with pytest.raises(InputError) as refusal:
        inventory_view(FakeHostVars({"h": {"v": value}}))["h"].get("v")
    assert str(refusal.value) == (
        "h: v: ['a', {'b': [...]}] contains itself. Write it without an anchor (&) that is used (*) within itself."
    )
