# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts and stops the timer that restores the former rules: by systemd where it runs here, else as a process."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host import systemd
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.code import code_of
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.program import write_program

SYSTEMD = "systemd"
PROCESS = "process"

# Whatever kills the program while it waits or restores, it is started again, as often as it takes.
_AGAIN = ["--property=Restart=on-abnormal", "--property=RestartSec=1s", "--property=StartLimitIntervalSec=0"]
_SCRIPT = """\
# Restores the rules from before a change that nobody confirmed. It may be run again, by hand too:
# it does nothing before its time, and nothing where the change is not pending any longer.
from {package}._registry.providers import PROVIDERS
from {package}._safe_apply.timer import main

sys.exit(not main(PROVIDERS, {root!r}, {scope!r}, {token!r}, sys.argv[1:]))
"""


def arm(host, store, token, seconds):
    """Start the timer, by systemd or as a process.

    :type host: _host.host.Host
    :type store: _safe_apply.store.Store
    :param token: of the change, which is pending
    :type token: str
    :type seconds: int
    :returns: SYSTEMD or PROCESS
    :rtype: str
    :raises RulesetError: it does not run.
    """
    if not sys.executable:
        raise RulesetError("python: its own executable is not known. Set ansible_python_interpreter.")
    try:
        command = [sys.executable, "-E", "-s", "-B", _write_program(host, store, token)]
    except (IOError, OSError) as error:
        raise RulesetError("%s: cannot be written: %s." % (store.program(token), error.strerror))
    if systemd.runs(host) and host.find("systemd-run"):
        # A process says so itself where something that it needs is missing; what systemd starts later does not.
        _run(host, command + ["--try"])
        if _ask_systemd(host, _unit(store, token), seconds, command):
            return SYSTEMD
    # The command returns, with all its files closed, once a process of its own goes on.
    _run(host, command + ["--detach"])
    return PROCESS


def disarm(host, store, pending):
    """Stop the timer. Where that fails, it finds nothing pending and ends.

    :type host: _host.host.Host
    :type store: _safe_apply.store.Store
    :type pending: _safe_apply.pending.Pending
    """
    if pending.timer == SYSTEMD:
        host.run("systemctl", ["stop", _unit(store, pending.token) + ".timer"])


def _unit(store, token):
    return "portledger-restore-%s-%s" % (store.scope, token)


def _write_program(host, store, token):
    """Copy this package, so that it runs on when the module's own copy is gone."""
    values = {"root": host.root, "scope": store.scope, "token": token}
    pending = store.pending()
    modules = code_of(one.provider for one in pending.saved) if pending else code_of([])
    folder = store.program(token)
    if not os.path.isdir(folder):
        os.mkdir(folder, 0o700)
    return write_program(folder, "restore.py", _SCRIPT, values, modules)


def _ask_systemd(host, unit, seconds, command):
    """Have systemd start the program later. Whether it will."""
    options = [
        "--quiet",
        "--unit=" + unit,
        "--description=Puts back the firewall rules that were there before an unconfirmed change",
        "--on-active=%ds" % seconds,
        # A minute is the default.
        "--timer-property=AccuracySec=100ms",
    ]
    # Releases that refuse these settings start the program once.
    if all(host.run("systemd-run", options + more + command)[0] != 0 for more in (_AGAIN, [])):
        return False
    return host.run("systemctl", ["is-active", unit + ".timer"])[1].strip() == "active"


def _run(host, command):
    code, out, err = host.run(command[0], command[1:])
    if code != 0:
        words = (err or out).strip().splitlines()[-1:] or ["exit code %d" % code]
        raise RulesetError("%s: failed: %s." % (" ".join(command), words[0].rstrip(".")))
