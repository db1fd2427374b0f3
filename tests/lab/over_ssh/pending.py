# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that waits for its confirmation, with nobody who gives it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from tests.lab.over_ssh.safety import Controller, stalling_ssh, wait_for
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.site import SITE

# A load that is not only a test, into the last of the families, and only the first one.
WHEN_LOADING = """
case " $* " in *" --test "*) exec "$REAL" "$@";; esac
[ -e /run/lab/hooked ] && exec "$REAL" "$@"
touch /run/lab/hooked
"""


@contextlib.contextmanager
def pending_change(ssh: SshLab, seconds: int, meanwhile: str = ":") -> Iterator[None]:
    """A change whose controller is gone."""
    ssh.hook("console", "ip6tables-restore", f'{WHEN_LOADING}"$REAL" "$@"; {meanwhile}; exit 0')
    program, waits = stalling_ssh(ssh, "end")
    time_given = ("-e", f"host_firewall_confirm_seconds={seconds}")
    controller = Controller(ssh, SITE, *time_given, "--limit", "console", ANSIBLE_SSH_EXECUTABLE=program)
    wait_for("the change", waits.exists)
    assert controller.kill() > 1
    controller.finish()
    yield
