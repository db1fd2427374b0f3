# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer outside the session: it restores what was there before a change that nobody confirmed.

systemd starts it where systemd runs this machine. Elsewhere it is a process of its own, with no tie to the connection,
to Ansible's worker, or to the session that the SSH daemon ends. Either way it is the same program: a copy of these
module utils in /run/portledger, run by the interpreter that runs this module. It reads what is loaded when its time has
come, so foreign rules that came since stay. Where it fails, it tries again; running it by hand does the same.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import signal
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.finish import finish
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.put_back import put_back
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store

_POLL_SECONDS = 0.25
# A load that takes longer than this is stuck: access comes first.
_LOCK_SECONDS = 60.0
_TRY_SECONDS = 600.0


def main(providers, root, scope, token, arguments):
    """The program: wait, put back, end.

    :param providers: the providers by name
    :type providers: dict
    :param root: directory that /run and /proc are looked for in
    :type root: str
    :param scope: host or gateway
    :type scope: str
    :type token: str
    :param arguments: --detach; --try, to end once everything that it needs is loaded; or nothing
    :type arguments: list[str]
    :returns: whether nothing is left to do
    :rtype: bool
    """
    store = Store(Host(run_program, root=root), scope)
    pending = store.pending_as(token)
    if pending:
        # What started this program may know fewer directories than the module did.
        store.host.path[:] = pending.path
        # All that it needs is loaded now, while whoever starts it can still refuse: later, access depends on it.
        for saved in pending.saved:
            providers[saved.provider]
    if "--try" in arguments:
        return True
    if "--detach" in arguments:
        _detach(store, token)
    return wait_and_restore(store, providers, token)


def _detach(store, token):
    """Go on as a process that nothing of the session can end; whoever started this goes on once it is so."""
    reading, writing = os.pipe()
    if os.fork():
        os.close(writing)
        os._exit(0 if os.read(reading, 1) else 1)
    os.close(reading)
    os.setsid()
    if os.fork():
        os._exit(0)
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_IGN)
    _leave_session(store.host)
    os.chdir("/")
    log = os.open(os.path.join(store.program(token), "log"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    null = os.open(os.devnull, os.O_RDONLY)
    for descriptor, file in ((0, null), (1, log), (2, log)):
        os.dup2(file, descriptor)
    for file in (null, log):
        os.close(file)
    os.write(writing, b"1")
    os.close(writing)


def _leave_session(host):
    """Leave the control group of the session: systemd may kill what it finds there when the session ends."""
    for line in host.text("proc/self/cgroup").splitlines():
        _number, controllers, group = line.split(":", 2)
        if group == "/" or controllers not in ("", "name=systemd"):
            continue
        for folder in ("systemd",) if controllers else ("", "unified"):
            try:
                with open(host.file("sys/fs/cgroup", folder, "cgroup.procs"), "w") as stream:
                    stream.write("0")
            except (IOError, OSError):
                # Not mounted there, or not ours to leave: then nothing is lost but this protection.
                pass


def wait_and_restore(store, providers, token):
    """Wait for the deadline, or for the end of the change; put back what was there if nobody confirmed.

    :type store: _safe_apply.store.Store
    :type providers: dict
    :type token: str
    :returns: whether nothing is left to do
    :rtype: bool
    """
    host = store.host
    give_up = said = None
    while True:
        pending = store.pending_as(token)
        if not pending:
            return True
        left = 0 if pending.confirmed else pending.deadline - host.uptime()
        if left > 0:
            host.sleep(min(left, _POLL_SECONDS))
            continue
        # Once a removal is confirmed, nothing is to be left, not even what this program would lock.
        with store.lock(_LOCK_SECONDS, make=False) as stuck:
            # Loading may have taken until now, and the time to confirm begins after it.
            if store.pending() != pending:
                continue
            try:
                if pending.confirmed:
                    # Whoever confirmed it is gone, or it would hold the lock.
                    finish(store, pending)
                    return True
                why = "nobody confirmed it within %d s" % pending.seconds
                put_back(store, providers, pending, "loading it took too long, and was ended" if stuck else why)
                return True
            except Exception as error:
                if str(error) != said:
                    said = str(error)
                    sys.stderr.write(said + "\n")
        give_up = give_up or host.uptime() + _TRY_SECONDS
        if host.uptime() > give_up:
            return False
        host.sleep(1.0)
