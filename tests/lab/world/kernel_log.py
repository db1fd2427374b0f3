# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Let rules inside a lab write to the kernel's log, which belongs to the machine as a whole."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

SETTING = Path("/proc/sys/net/netfilter/nf_log_all_netns")


def refusal() -> str:
    """Why rules inside a lab cannot log on this machine; empty where they can."""
    if not SETTING.exists():
        return f"{SETTING} is not there: only the machine's first network namespace has it"
    if not os.access(SETTING, os.W_OK):
        return f"{SETTING} cannot be written: only root can have namespaces write to the kernel's log"
    return ""


@contextlib.contextmanager
def logging_namespaces() -> Iterator[None]:
    """Have all namespaces log; as before at the end. Who else wants this meanwhile, waits."""
    with _locked("kernel-log", fcntl.LOCK_EX), _locked("kernel-log-used", fcntl.LOCK_EX):
        before = SETTING.read_text(encoding="ascii")
        SETTING.write_text("1", encoding="ascii")
        try:
            yield
        finally:
            SETTING.write_text(before, encoding="ascii")


@contextlib.contextmanager
def silent_namespaces() -> Iterator[None]:
    """No namespace logs while this lasts, which is to be short: rules at random fill the log that others read."""
    # Whoever is to log next holds the first already, and waits for the second.
    with contextlib.ExitStack() as until_the_end:
        with _locked("kernel-log", fcntl.LOCK_EX):
            until_the_end.enter_context(_locked("kernel-log-used", fcntl.LOCK_SH))
        yield


@contextlib.contextmanager
def _locked(name: str, how: int) -> Iterator[None]:
    with (Path(tempfile.gettempdir()) / f"portledger-lab-{name}.lock").open("w", encoding="utf-8") as lock:
        fcntl.flock(lock, how)
        yield
