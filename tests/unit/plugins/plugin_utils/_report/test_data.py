# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of the report: every figure is what the lookups say."""

from __future__ import annotations

import itertools
import json
import random
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.words import PARTIES, ROLES
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.check import check
from ansible_collections.portledger.qradar.plugins.plugin_utils._questions.flows import query_flows
from ansible_collections.portledger.qradar.tests.unit.plugins.plugin_utils._report.deployments import (
    audit,
    drifted,
    planners,
    report,
)

ROOT = Path(__file__).resolve().parents[5]
SCHEMA = json.loads((ROOT / "docs/report.schema.json").read_text(encoding="utf-8"))
PLANNERS = planners()

pytestmark = pytest.mark.parametrize("name", PLANNERS)


def lookup_form(data: Mapping[str, Any], flow: Mapping[str, Any], ends: Mapping[str, int]) -> dict[str, Any]:
    """A flow of the report as the lookup returns it."""
    sides = {}
    for end in ("source", "destination"):
        found = data["sets"][ends[end]]
        hosts = sorted(data["hosts"][number]["name"] for number in found["hosts"])
        touched = [data["hosts"][number]["roles"] for number in (*found["own"], *found["other"])]
        sides[end] = {
            "label": found["label"],
            "hosts": hosts,
            "roles": {role for roles in touched for role in roles},
            "parties": set(found["parties"]),
            "addresses": found["addresses"],
        }
    return {key: flow[key] for key in ("service", "row", "ports", "when", "comment")} | sides


def same(found: dict[str, Any]) -> dict[str, Any]:
    """What :func:`lookup_form` gives, out of the lookup's answer."""
    sides = {
        end: {**found[end], "roles": set(ROLES) & set(found[end]["roles"]), "parties": set(found[end]["parties"])}
        for end in ("source", "destination")
    }
    return {key: found[key] for key in ("service", "row", "ports", "when", "comment")} | sides


def test_flows_are_those_of_the_lookup(name: str) -> None:
    data = report(PLANNERS[name])
    asked = [same(flow) for flow in query_flows(PLANNERS[name])]
    assert len(asked) > 20
    assert [lookup_form(data, flow, flow) for flow in data["flows"]] == asked


def test_flows_of_each_gateway_are_those_of_the_lookup(name: str) -> None:
    data = report(PLANNERS[name])
    assert data["gateways"]
    for gateway in data["gateways"]:
        asked = [same(flow) for flow in query_flows(PLANNERS[name], gateway=gateway["name"])]
        assert [lookup_form(data, data["flows"][one["flow"]], one) for one in gateway["flows"]] == asked
        crossing = [number for number, flow in enumerate(data["flows"]) if gateway["name"] in flow["gateways"]]
        assert crossing == [one["flow"] for one in gateway["flows"]]


def held(data: Mapping[str, Any], found: Mapping[str, Any], end: tuple[str, Any]) -> int | None:
    """What of a set is at an end: nothing (None), a host's own addresses alone (its number), or more (-1)."""
    kind, which = end
    if kind == "all":
        return -1 if found["sole"] is None else int(found["sole"])
    if kind == "party":
        party: int | None = found["parties"].get(which)
        return party
    members = {which} if kind == "host" else {n for n, h in enumerate(data["hosts"]) if which in h["roles"]}
    own, other = members.intersection(found["own"]), members.intersection(found["other"])
    if not own and not other:
        return None
    return next(iter(own)) if len(own) == 1 and not other else -1


def between(data: Mapping[str, Any], source: tuple[str, Any], destination: tuple[str, Any]) -> int:
    """How many flows the page shows for a cell of the matrix, by the rule in the page."""
    count = 0
    for flow in data["flows"]:
        one, other = (
            held(data, data["sets"][flow[key]], end) for key, end in (("source", source), ("destination", destination))
        )
        count += one is not None and other is not None and not (one == other and one >= 0)
    return count


def test_each_cell_of_the_matrix_is_what_the_lookup_says(name: str) -> None:
    planner = PLANNERS[name]
    data = report(planner)
    hosts = {("host", number): host["name"] for number, host in enumerate(data["hosts"])}
    roles = {("role", role): role for role in ROLES if any(role in host["roles"] for host in data["hosts"])}
    parties = {("party", party["name"]): party["name"] for party in data["parties"]}
    assert set(parties.values()) <= set(PARTIES)
    everyone: tuple[str, Any] = ("all", None)
    ends: dict[tuple[str, Any], str | None] = {everyone: None, **hosts, **roles, **parties}
    pairs = list(itertools.product(ends, repeat=2))
    # Each end on both sides with all others together, and a part of the rest: the lookup takes its time.
    some = [pair for pair in pairs if everyone in pair] + random.Random(name).sample(pairs, k=min(100, len(pairs)))
    asked = {pair: len(query_flows(planner, source=ends[pair[0]], destination=ends[pair[1]])) for pair in some}
    assert Counter({pair: between(data, *pair) for pair in asked}) == Counter(asked)
    assert len(set(asked.values())) > 5


def test_findings_are_those_of_the_lookup(name: str) -> None:
    data = report(PLANNERS[name])
    asked = check(PLANNERS[name], Firewalls({}))
    assert data["check"] == {key: asked[key] for key in ("findings", "warnings", "notes")}
    wide = [finding for finding in asked["findings"] if finding["kind"] == "wide"]
    assert [one["variable"] for one in data["wide"]] == [finding["variable"] for finding in wide]
    for one, finding in zip(data["wide"], wide, strict=True):
        assert f"permits {one['count']:,} ports, row {one['row']}" in finding["text"]
        assert {data["flows"][flow]["service"] for flow in one["flows"]} == {one["service"]}
    blocked = [one["service"] for one in data["not_permitted"] if one["kind"] == "unspecified"]
    assert len(blocked) == sum(finding["kind"] == "unspecified" for finding in asked["findings"])


def test_each_row_is_permitted_or_has_a_reason(name: str) -> None:
    """Each reading, from each word to each word, is a flow, or stands among what is not permitted, with a reason."""
    data = report(PLANNERS[name])
    permitted = {(flow["service"], flow["row"]) for flow in data["flows"]}
    blocked = {(one["service"], one["row"]) for one in data["not_permitted"]}
    for service in data["catalog"]["services"]:
        assert (service["service"], service["row"]) in permitted | blocked
    assert all(
        one["variable"] or one["kind"] in ("local", "unspecified", "pair", "alone") for one in data["not_permitted"]
    )
    for one in data["not_permitted"]:
        if one["kind"] in ("local", "unspecified", "excluded"):
            assert (one["service"], one["row"]) not in permitted


def test_it_has_the_form_of_its_schema(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)
    data = report(PLANNERS[name], audit(drifted("con1")))
    jsonschema.validate(json.loads(json.dumps(data)), SCHEMA)
    assert SCHEMA["properties"]["version"] == {"const": data["version"], "description": "Of this form."}


def test_the_schema_refuses_what_it_does_not_name(name: str) -> None:
    data = report(PLANNERS[name])
    for place in (data, data["flows"][0], data["sets"][0], data["hosts"][0], data["not_permitted"][0]):
        place["surprise"] = 1
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(data, SCHEMA)
        del place["surprise"]
    jsonschema.validate(data, SCHEMA)


def test_sites(name: str) -> None:
    data = report(PLANNERS[name])
    placed = sorted(number for site in data["sites"] for number in site["hosts"])
    assert placed == list(range(len(data["hosts"]))), "each host is at one site"
    for link in data["links"]:
        place = {one["gateway"]: one["interface"] for one in data["sites"][link["site"]]["place"]}
        assert place[link["gateway"]] == link["interface"]
