# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the figures were taken on."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from tests.lab.evaluation.releases import VERSIONS, version_in

_VERSIONS = {
    "ansible-core": (str(Path(sys.executable).with_name("ansible")), "--version"),
    **VERSIONS,
    "OpenSSH": ("ssh", "-V"),
}


def describe() -> dict[str, str]:
    """Date, processors, memory, kernel, and the releases of what takes part."""
    found = {
        "date": datetime.date.today().isoformat(),
        "processors": f"{os.cpu_count()} x {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GiB",
        "kernel": platform.release().partition("-")[0],
        "Python": platform.python_version(),
    }
    for name, command in _VERSIONS.items():
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        found[name] = version_in(done.stdout + done.stderr)
    return found


def _processor() -> str:
    text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    model = re.search(r"^model name\s*:\s*(.+)$", text, re.M)
    return " ".join(model[1].split()) if model else platform.machine()
