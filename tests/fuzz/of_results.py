# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the modules return from hosts, as the controller takes it."""

from __future__ import annotations

import json

from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.findings import examine
from ansible_collections.portledger.qradar.plugins.plugin_utils._audit.report import as_json, as_junit, as_lines
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import ANSWERED, OUTCOME, RULESET
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import checked
from ansible_collections.portledger.qradar.plugins.plugin_utils._reach.report import report_of
from tests.fuzz import planned
from tests.fuzz.target import Target, check_message
from tests.unit.plugins.plugin_utils._base.test_results import INFO, REACHED, TAKEN


def _loaded(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return raw.decode("utf-8", "replace")


def _audit(raw: bytes) -> None:
    findings = [examine("ep1", "host", _loaded(raw)), examine("ep2", "host", INFO)]
    for line in as_lines(findings):
        check_message(line)
    as_json(findings)
    as_junit(findings)


def _reachability(raw: bytes) -> None:
    for line in report_of({"con1": _loaded(raw), "con2": REACHED}).lines:
        check_message(line)


def _actions(raw: bytes) -> None:
    for form in (ANSWERED, RULESET, OUTCOME):
        checked(_loaded(raw), form)


TARGETS = (
    Target("result-audit", (planned.as_json(INFO),), _audit, json=True, share=40),
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
