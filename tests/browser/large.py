# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes every file of a report of 1,000 hosts and 10,000 networks, and prints how many of the processor's
seconds and how many megabytes that took.

PYTHONPATH=.venv/collections .venv/bin/python -m tests.browser.large FOLDER
"""

from __future__ import annotations

import datetime
import ipaddress
import json
import resource
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import load_catalog
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import Firewalls
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.read import read_deployment
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planner import Planner
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.data import collect
from ansible_collections.portledger.qradar.plugins.plugin_utils._report.files import KINDS, write

HOSTS = 1000
NETWORKS = 10_000
_ROLES = ("event_processor", "event_collector", "flow_processor", "flow_collector", "data_node")


def inventory() -> dict[str, Mapping[str, Any]]:
    """A console and hosts that share the other roles, every tenth encrypted, both families, behind two gateways."""
    first = int(ipaddress.ip_address("198.18.0.0"))
    parties = {
        "log_sources": [f"10.{n >> 8 & 255}.{n & 255}.{n % 4 * 64}/26" for n in range(NETWORKS)],
        "users": ["198.19.0.0/24"],
        "ntp_servers": ["198.19.1.1"],
    }
    flows = [
        {"from": "users", "to": f"host{number:04}", "ports": [f"tcp/{9000 + number}"], "comment": f"ticket {number}"}
        for number in range(100)
    ]
    hosts: dict[str, Mapping[str, Any]] = {
        f"host{number:04}": {
            "qradar_roles": ["console" if number == 0 else _ROLES[number % len(_ROLES)]],
            "qradar_addresses": [str(ipaddress.ip_address(first + 2 * number + 1)), f"2001:db8::{number + 1:x}"],
            "qradar_encrypted": number % 10 == 9,
            "qradar_parties": parties,
            "qradar_extra_flows": flows,
        }
        for number in range(HOSTS)
    }
    sites = {"one": ["198.18.0.0/22", "2001:db8::/119"], "two": ["198.18.4.0/23"], "three": ["198.18.6.0/23"]}
    world = ["10.0.0.0/8", "198.19.0.0/16"]
    return {
        **hosts,
        "gw1": {"qradar_gateway_segments": {"core": sites["one"], "far": sites["two"] + sites["three"], "wan": world}},
        "gw2": {"qradar_gateway_segments": {"lan": sites["three"], "up": sites["one"] + sites["two"] + world}},
    }


def main(folder: Path) -> None:
    begin = time.process_time()
    catalog, now = load_catalog(), datetime.datetime.now().astimezone()
    planner = Planner(read_deployment(inventory(), {}, catalog, today=now.date()), catalog)
    report = collect(planner, Firewalls({}), now=now)
    write(report, {kind: str(folder / f"large.{kind}") for kind in KINDS}, "en", now)
    seconds = time.process_time() - begin
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "megabytes": megabytes, "flows": len(report["flows"])}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
