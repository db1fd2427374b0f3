# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules without Ansible, inside a node: options as a line of JSON on its input, the result as one on its output.

Started by direct.py as `python -m tests.lab.plays.inside`.
"""

from __future__ import annotations

import json
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset_info import ruleset_info


def main() -> int:
    for line in sys.stdin:
        asked = json.loads(line)
        # A host each: some of what it knows is kept for as long as it is there.
        host = Host(run_program)
        try:
            if asked["module"] == "ruleset":
                result = apply_ruleset(host, asked["options"], asked["check"])
            else:
                result = ruleset_info(host, asked["options"])
        except RulesetError as error:
            result = {"failed": True, "msg": str(error)}
        print(json.dumps(result), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
