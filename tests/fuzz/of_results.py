# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return from hosts, as the controller takes it."""

from __future__ import annotations

import datetime
import json

import yaml

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import examine, with_pins
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import as_json, as_junit, as_lines
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import ANSWERED, OUTCOME, RULESET
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import checked
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.merged import merge, read_answer
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.yaml_text import as_yaml, pins_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.report import report_of
from tests.fuzz import planned
from tests.fuzz.target import Target, check_message, require
from tests.unit.plugins.plugin_utils._base.test_results import INFO, REACHED, TAKEN
from tests.unit.plugins.plugin_utils._dynamic_ports.asked import answer, deployment, imq, rmi

LIVE = answer(imq(40001, 40002), rmi(41001))
PINNED = deployment({"imq_dynamic": ["tcp/40001"], "rmi_dynamic": ["tcp/41002"]})
WHEN = datetime.datetime(2026, 1, 31, tzinfo=datetime.UTC)


def _loaded(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")


def _audit(raw: bytes) -> None:
    good = {**INFO, "dynamic_ports": LIVE}
    findings = [examine("ep1", "host", _loaded(raw)), examine("ep2", "host", good), examine("con1", "host", good)]
    findings, unused = with_pins(findings, PINNED)
    for line in as_lines(findings, [], unused):
        check_message(line)
    as_json(findings, [], unused)
    as_junit(findings, [], unused)


def _pins(raw: bytes) -> None:
    answers = {"ep1": read_answer(_loaded(raw), load_catalog()), "ep2": read_answer(LIVE, load_catalog())}
    services = merge(PINNED, {**answers, "con1": answers["ep2"]})
    text, pins = as_yaml(services, PINNED.deployment.settings.pins, WHEN), pins_of(services, {})
    check_message(text[:2000])
    require(set(yaml.safe_load(text)) == {"qradar_dynamic_ports"}, "a host writes YAML of its own")
    numbers = [int(port.removeprefix("tcp/")) for ports in pins.values() for port in ports]
    require(all(32001 <= number <= 65535 for number in numbers), f"{numbers} are pinned")


def _reachability(raw: bytes) -> None:
    for line in report_of({"con1": _loaded(raw), "con2": REACHED}).lines:
        check_message(line)


def _actions(raw: bytes) -> None:
    for form in (ANSWERED, RULESET, OUTCOME):
        checked(_loaded(raw), form)


TARGETS = (
    Target(
        "result-audit",
        (planned.as_json(INFO), planned.as_json({**INFO, "dynamic_ports": LIVE})),
        _audit,
        json=True,
        share=40,
    ),
    Target("result-pins", (planned.as_json(LIVE),), _pins, json=True, share=40),
    Target("result-reachability", (planned.as_json(REACHED),), _reachability, json=True, share=40),
    Target(
        "result-actions",
        tuple(planned.as_json(good) for _form, good in TAKEN.values()),
        _actions,
        (PortledgerError,),
        json=True,
        share=40,
    ),
)
