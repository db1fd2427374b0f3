# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the machine that runs the tests has of ours: nothing but what was there before."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

_NAME = "portledger"
_RULES = (["iptables-save"], ["ip6tables-save"], ["nft", "list", "ruleset"], ["ipset", "save"])
_FOLDERS = ("/etc", "/run", "/etc/systemd/system", "/etc/firewalld/policies")
_PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def traces(
    rules: Sequence[Sequence[str]] = _RULES, folders: Sequence[str | Path] = _FOLDERS, path: str = _PATH
) -> set[str]:
    """Rules of this network namespace, and files, that have our name. Who may not read rules cannot change them.

    :param rules: commands that print rules; one that is missing prints none
    :param folders: where a name that begins with ours is one of us
    :param path: where commands are
    """
    found = set()
    for command in rules:
        program = shutil.which(command[0], path=path)
        if program:
            done = subprocess.run([program, *command[1:]], capture_output=True, text=True, check=False)
            lines = (line.strip() for line in done.stdout.splitlines())
            found |= {f"{command[0]}: {line}" for line in lines if _NAME in line.lower()}
    for folder in folders:
        found |= {str(file) for file in Path(folder).glob(f"{_NAME}*")}
    return found
