# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role audit_report: what it says of its options is so. What it does: tests/lab/audit/test_audit.py."""

from __future__ import annotations

from tests.unit.roles.test_roles import role_file, role_options

ROLE = "audit_report"


def test_defaults_are_those_of_the_argument_spec() -> None:
    defaults = {name: option["default"] for name, option in role_options(ROLE).items()}
    assert role_file(ROLE, "defaults/main.yml") == defaults
