# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Times, side by side. `python -m tests.bench PART --help`; without a part: how long plans take."""

from __future__ import annotations

import sys

from tests.bench import foreign_rules, four_hosts, kernel, many_hosts, one_host, plan, questions

_PARTS = {
    "one-host": one_host.main,
    "four-hosts": four_hosts.main,
    "many-hosts": many_hosts.main,
    "plan": plan.main,
    "questions": questions.main,
    "kernel": kernel.main,
    "foreign-rules": foreign_rules.main,
}

if __name__ == "__main__":
    part, *rest = sys.argv[1:] or ["plan"]
    if part in ("-h", "--help"):
        print(f"{__doc__}\nParts: {', '.join(_PARTS)}.")
        sys.exit()
    if part not in _PARTS:
        sys.exit(f"tests.bench: no part {part!r}. Name one of: {', '.join(_PARTS)}.")
    sys.exit(_PARTS[part](rest))
