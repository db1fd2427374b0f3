# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The pins of a deployment, and what they look like for a person."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

import pytest
import yaml

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import READABLE
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.find import RANGES
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.ports import PortRange
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.live import documented_ranges
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.merged import merge, read_answer
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.yaml_text import as_yaml, pins_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.pins import read_pins
from tests.unit.plugins.plugin_utils._dynamic_ports.asked import answer, deployment, imq, live, rmi

WHEN = datetime.datetime(2026, 1, 31, 8, 5, tzinfo=datetime.UTC)
HEAD = """---
# Dynamic ports in use at 2026-01-31 08:05 UTC, found by the playbook pins, for you to review.
# A service that is started again gets other ports, and these pins then block them: see docs/profiles.md.
# Put this where your inventory sets the variable. It is complete, with what the inventory has already.
"""
ABSENT = rmi(why="nothing listens on tcp/9913", running=False)
STOPPED = imq(why="nothing listens on tcp/7676", running=False)


def text_of(
    answers: Mapping[str, Any], pins: Mapping[str, list[str]] | None = None, **options: Any
) -> tuple[str, dict[str, list[str]]]:
    """The YAML without its head, and the variable; the YAML says the same as the variable."""
    planner = deployment(pins, **options)
    known = {name: read_answer(one, load_catalog()) for name, one in answers.items()}
    services, former = merge(planner, known), planner.deployment.settings.pins
    text, found = as_yaml(services, former, WHEN), pins_of(services, former)
    assert text.startswith(HEAD)
    assert yaml.safe_load(text) == {"qradar_dynamic_ports": found}
    # The inventory takes it as it is.
    assert set(read_pins("con1", "qradar_dynamic_ports", found, load_catalog())[0]) == set(found)
    return text.removeprefix(HEAD), found


def test_ranges_on_hosts_are_those_of_the_catalog() -> None:
    assert {service: documented_ranges(service, load_catalog()) for service in READABLE} == {
        service: (PortRange("tcp", *RANGES[service]),) for service in READABLE
    }


def test_ports_of_all_hosts() -> None:
    answers = {
        "con1": answer(imq(50000), rmi(41001)),
        "ep1": answer(imq(40001, 40002), ABSENT),
        "ep2": answer(imq(40001, name="cluster"), ABSENT),
    }
    text, found = text_of(answers, {"dcom_dynamic": ["tcp/50000-50100"]})
    # Nothing leads to the message queue of the console.
    expected = """qradar_dynamic_ports:
  imq_dynamic:
    - tcp/40001  # ep1 (admin, java), ep2 (cluster, java)
    - tcp/40002  # ep1 (admin, java)
  # Not all are certain: the service is on one of those that its process has open.
  rmi_dynamic:
    - tcp/41001  # con1 (by its process, java)
  # As the inventory has it:
  dcom_dynamic: [tcp/50000-50100]
"""
    assert text == expected
    assert found["dcom_dynamic"] == ["tcp/50000-50100"]


def test_a_host_that_is_not_known_leaves_the_service_out() -> None:
    """A pin would block its ports."""
    answers = {"con1": answer(ABSENT), "ep1": answer(imq(40001), ABSENT), "ep2": answer(STOPPED, ABSENT)}
    text, found = text_of(answers)
    assert found == {}
    expected = """qradar_dynamic_ports: {}

# imq_dynamic: not complete, so a pin would block ports that are missing here. These hosts are not known:
#   ep2: nothing listens on tcp/7676
# Ports of the others:
#   imq_dynamic:
#     - tcp/40001  # ep1 (admin, java)

# rmi_dynamic: no port is in use on con1, ep1, ep2.
"""
    assert text == expected


def test_what_the_inventory_has_stays_where_nothing_better_is_known() -> None:
    answers = {
        "ep1": answer(imq(40001, lacks=["the port of jmxrmi"]), ABSENT),
        "ep2": {"failed": True, "msg": "no\nroot"},
    }
    text, found = text_of(answers, {"imq_dynamic": ["tcp/40009"]})
    assert found == {"imq_dynamic": ["tcp/40009"]}
    expected = """qradar_dynamic_ports:
  # As the inventory has it:
  imq_dynamic: [tcp/40009]

# imq_dynamic: not complete, so a pin would block ports that are missing here. These hosts are not known:
#   ep1: the port of jmxrmi
#   ep2: no root
# Ports of the others:
#   imq_dynamic:
#     - tcp/40001  # ep1 (admin, java)

# rmi_dynamic: not complete, so a pin would block ports that are missing here. These hosts are not known:
#   con1: it was not asked
#   ep2: no root
"""
    assert text == expected


def test_one_node_of_a_pair_is_enough() -> None:
    answers = {"ep1": answer(imq(40001)), "ep2": answer(imq(40001)), "fp1": answer(STOPPED), "fp2": answer(imq(40005))}
    _text, found = text_of(answers, pair=True)
    assert found == {"imq_dynamic": ["tcp/40001", "tcp/40005"]}


def test_encrypted_hosts_need_no_pin() -> None:
    text, found = text_of({"ep1": answer(imq(40001))}, qradar_encrypted=True)
    assert found == {}
    assert "# imq_dynamic: no flow of this deployment needs it.\n" in text


def test_in_the_profile_least_what_has_no_flow_yet_is_found() -> None:
    answers = {"con1": answer(rmi(41001)), "ep1": answer(ABSENT), "ep2": answer(ABSENT)}
    assert text_of(answers, qradar_profile="least")[1] == {"rmi_dynamic": ["tcp/41001"]}


def test_many_hosts_that_are_not_known() -> None:
    planner = deployment()
    services = merge(planner, {})
    long = [one.__class__(**{**one.__dict__, "unknown": {f"h{n}": "x" for n in range(25)}}) for one in services]
    assert "#   and 5 more\n" in as_yaml(long, {}, WHEN)


@pytest.mark.parametrize(
    ("result", "why"),
    [
        (None, "it was not asked"),
        ({"unreachable": True, "msg": "no\nroute"}, "no route"),
        ({}, "without a message"),
        ("text", "result: 'text' is not a dictionary, so nothing of this result is used. Find out what answers in the "
                 "place of the module on this host, then run this again."),
        (answer(), "it says nothing of this service"),
        (answer(imq(40001, lacks=["a", "b"])), "a; b"),
        (answer(live("imq_dynamic", read=False)), "the host does not say why"),
    ],
)  # fmt: skip
def test_why_a_host_is_not_known(result: object, why: str) -> None:
    assert read_answer(result, load_catalog()).reason("imq_dynamic") == why


def test_a_host_cannot_write_yaml() -> None:
    """What it says ends no comment."""
    evil = imq(40001, name="x\nqradar_dynamic_ports: {imq_dynamic: [tcp/22]}\u2028")
    text, found = text_of({"ep1": answer(evil), "ep2": answer(imq(40001, why="x\n- tcp/1"))})
    assert found == {}
    assert all(line.startswith(("#", "qradar_dynamic_ports: {}")) or not line for line in text.splitlines())
    text, found = text_of({"ep1": answer(evil), "ep2": answer(imq(40001))})
    assert found == {"imq_dynamic": ["tcp/40001"]}
