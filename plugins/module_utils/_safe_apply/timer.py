# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer outside the session: it puts back what was there before a change that nobody confirmed.

systemd starts it where systemd runs this machine, otherwise it is a process of its own, with no tie to the connection,
to Ansible's worker, or to the session that the SSH daemon ends. Either way it is the same program: a copy of these
module utils in /run/portledger, run by the interpreter that runs this module. It reads what is loaded when its time has
come, so rules of others that came since stay. Where it fails, it tries again; running it by hand does the same.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import signal
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._host import systemd
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, words_alone
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.code import code_of
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import RESTORED, Store
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.program import run_plain, write_program

SYSTEMD = "systemd"
PROCESS = "process"

_POLL_SECONDS = 0.25
# A load that takes longer than this is stuck: access comes first.
_LOCK_SECONDS = 60.0
_TRY_SECONDS = 600.0

_SCRIPT = """\
# Puts back the rules that were there before a change that nobody confirmed. It may be run again, by hand too:
# it does nothing before its time, and nothing where the change is not pending any more.
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "code"))

from {package}._registry.providers import PROVIDERS
from {package}._safe_apply.timer import main

sys.exit(not main(PROVIDERS, {root!r}, {scope!r}, {token!r}, sys.argv[1:]))
"""


def arm(host, store, token, seconds):
    """Start the timer.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :type store: ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending.Store
    :param token: of the change, which is pending
    :type token: str
    :type seconds: int
    :returns: SYSTEMD or PROCESS
    :rtype: str
    :raises RulesetError: it does not run.
    """
    if not sys.executable:
        raise RulesetError("The interpreter of this module does not know its own name. Set ansible_python_interpreter.")
    try:
        command = [sys.executable, "-E", "-s", "-B", _write_program(host, store, token)]
    except (IOError, OSError) as error:
        raise RulesetError("%s: cannot be written: %s." % (store.program(token), error.strerror))
    if systemd.runs(host) and host.find("systemd-run") and _ask_systemd(host, _unit(store, token), seconds, command):
        return SYSTEMD
    _start_process(host, command)
    return PROCESS


def disarm(host, store, pending):
    """Stop the timer. Where that fails, it finds nothing pending and ends.

    :param pending: the change as it was kept
    :type pending: dict
    """
    if pending["timer"] == SYSTEMD:
        host.run("systemctl", ["stop", _unit(store, pending["token"]) + ".timer"])


def _unit(store, token):
    return "portledger-restore-%s-%s" % (store.scope, token)


def _write_program(host, store, token):
    """Copy this package, so that it runs on when the module's own copy is gone."""
    values = {"root": host.root, "scope": store.scope, "token": token}
    pending = store.pending() or {"kept": []}
    modules = code_of(kept["provider"] for kept in pending["kept"])
    return write_program(store.program(token), "restore.py", _SCRIPT, values, modules)


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
    if host.run("systemd-run", options + command)[0] != 0:
        return False
    return host.run("systemctl", ["is-active", unit + ".timer"])[1].strip() == "active"


def _start_process(host, command):
    # It ends for whoever started it, and closes all that it was given, once it is on its own.
    code, out, err = host.run(command[0], command[1:] + ["--detach"])
    if code != 0:
        raise RulesetError("%s: failed: %s." % (" ".join(command), (err or out).strip().rstrip(".")))


def main(providers, root, scope, token, arguments):
    """The program: wait, put back, end.

    :param providers: the providers by name
    :type providers: dict
    :param root: directory that /run and /proc are looked for in
    :type root: str
    :param scope: host or gateway
    :type scope: str
    :type token: str
    :param arguments: --detach, or nothing
    :type arguments: list[str]
    :returns: whether nothing is left to do
    :rtype: bool
    """
    store = Store(Host(run_plain, root=root), scope)
    pending = store.pending()
    if pending and pending["token"] == token:
        # What started this program may know fewer directories than the module did.
        store.host.path[:] = pending["path"]
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

    :type store: ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending.Store
    :type providers: dict
    :type token: str
    :returns: whether nothing is left to do
    :rtype: bool
    """
    host = store.host
    give_up = said = None
    while True:
        pending = store.pending()
        if not pending or pending["token"] != token:
            return True
        left = pending["deadline"] - host.uptime()
        if left > 0:
            host.sleep(min(left, _POLL_SECONDS))
            continue
        with store.lock(_LOCK_SECONDS):
            # Loading may have taken until now, and the time to confirm begins after it.
            if store.pending() != pending:
                continue
            try:
                put_back(store, providers, pending, "nobody confirmed it within %d s" % pending["seconds"])
                return True
            except Exception as error:
                if str(error) != said:
                    said = str(error)
                    sys.stderr.write(said + "\n")
        give_up = give_up or host.uptime() + _TRY_SECONDS
        if host.uptime() > give_up:
            return False
        host.sleep(1.0)


def put_back(store, providers, pending, why):
    """Put back what was there before a change, whatever is there now. Call this with the lock.

    :type store: ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending.Store
    :type providers: dict
    :param pending: the change as it was kept
    :type pending: dict
    :param why: for people
    :type why: str
    :raises RulesetError: it is not all as it was.
    """
    problems = []
    # What was loaded last goes first, so that a former provider is in force again before its successor leaves.
    for kept in reversed(pending["kept"]):
        try:
            _put_back(store, providers[kept["provider"]], kept["state"])
        except Exception as error:
            problems.append("%s: %s" % (kept["provider"], words_alone(error)))
    if problems:
        raise RulesetError(" ".join(problems), changed=True)
    disarm(store.host, store, pending)
    if pending["undo"]:
        Persistence(store.host, store.scope).remove_undo()
    store.end(pending, RESTORED, why)


def _put_back(store, provider, state):
    host, scope = store.host, store.scope
    present = provider.read(host, scope)
    former = provider.former(state, present)
    if provider.compare(host, scope, present, former):
        provider.load(host, scope, present, former)
        present = provider.read(host, scope)
        left = provider.compare(host, scope, present, provider.former(state, present))
        if left:
            raise RulesetError("not all is as it was: %s." % "; ".join(left), changed=True)
