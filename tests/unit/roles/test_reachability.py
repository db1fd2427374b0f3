# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The role reachability beside its module: the same options, the same defaults."""

from __future__ import annotations

import json

from tests.unit.roles.test_roles import role_file, role_options, run

ROLE = "reachability"
MODULE = "portledger.qradar.reachability"
# What the role does by itself.
OWN = {"reachability_contradicted"}


def test_defaults_are_those_of_the_argument_spec() -> None:
    assert role_file(ROLE, "defaults/main.yml") == {
        name: option["default"] for name, option in role_options(ROLE).items()
    }


def test_each_variable_is_handed_to_the_module() -> None:
    handed = role_file(ROLE, "tasks/main.yml")[0][MODULE]
    words = {name: name for name in role_options(ROLE) if name not in OWN}
    # Where nothing is enforced, nothing is expected to be dropped.
    words["reachability_negative"] += " if host_firewall_unlisted | default('drop') == 'drop' else 0"
    assert handed == {name.removeprefix("reachability_"): "{{ " + text + " }}" for name, text in words.items()}


def test_the_role_takes_what_the_module_takes() -> None:
    said = run("ansible-doc", "--type", "module", "--json", MODULE)
    assert said.returncode == 0, said.stderr
    documented = json.loads(said.stdout)[MODULE]["doc"]["options"]
    for name, option in role_options(ROLE).items():
        if name not in OWN:
            for key in ("type", "default"):
                assert option.get(key) == documented[name.removeprefix("reachability_")].get(key), f"{name}: {key}"
