# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs in a system: calls the module once, as its console does. call.py PHASE < options; the answer as JSON."""

from __future__ import annotations

import json
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset


def main() -> None:
    environ = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin"}
    try:
        answer = apply_ruleset(Host(run_program, environ=environ), json.load(sys.stdin), False)
    except RulesetError as error:
        answer = {"failed": True, "msg": str(error)}
    json.dump(answer, sys.stdout)


if __name__ == "__main__":
    main()
