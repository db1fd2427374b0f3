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
import subprocess
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._pending import RESTORED, Store

SYSTEMD = "systemd"
PROCESS = "process"

_PACKAGE = "ansible_collections.portledger.qradar.plugins.module_utils"
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

from {package}._ruleset import PROVIDERS
from {package}._timer import main

sys.exit(not main(PROVIDERS, {root!r}, {scope!r}, {token!r}, sys.argv[1:]))
"""


def arm(host, store, token, seconds):
    """Start the timer.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
    :type store: ansible_collections.portledger.qradar.plugins.module_utils._pending.Store
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
    if _has_systemd(host, store) and _ask_systemd(host, _unit(store, token), seconds, command):
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
    """Copy this package, wherever it was imported from, so that it runs on when the module's own copy is gone."""
    folder = store.program(token)
    code = os.path.join(folder, "code")
    package = code
    for part in _PACKAGE.split("."):
        package = os.path.join(package, part)
        os.makedirs(package, 0o700)
        _write(os.path.join(package, "__init__.py"), b"")
    for name, module in sorted(sys.modules.items()):
        if name.startswith(_PACKAGE + ".") and module is not None:
            _write(os.path.join(package, name.rpartition(".")[2] + ".py"), _source(name, module))
    script = os.path.join(folder, "restore.py")
    values = {"package": _PACKAGE, "root": host.root, "scope": store.scope, "token": token}
    _write(script, _SCRIPT.format(**values).encode("utf-8"))
    return script


def _source(name, module):
    """Source of a module, from a file or from an archive."""
    loader = getattr(module, "__loader__", None)
    if hasattr(loader, "get_source"):
        source = loader.get_source(name)
        if source is not None:
            return source if isinstance(source, bytes) else source.encode("utf-8")
    with open(module.__file__.replace(".pyc", ".py"), "rb") as stream:
        return stream.read()


def _write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)


def _has_systemd(host, store):
    """Whether systemd runs this machine, and sees the network and the files that this process sees."""
    try:
        return bool(
            host.text("proc/1/comm").strip() == "systemd"
            and os.path.isdir(host.file("run/systemd/system"))
            and host.find("systemd-run")
            and host.find("systemctl")
            and os.readlink(host.file("proc/1/ns/net")) == os.readlink(host.file("proc/self/ns/net"))
            and os.path.samefile(host.file("proc/1/root") + store.folder, store.folder)
        )
    except OSError:
        return False


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
    store = Store(Host(_run, root=root), scope)
    pending = store.pending()
    if pending and pending["token"] == token:
        # What started this program may know fewer directories than the module did.
        store.host.path[:] = pending["path"]
    if "--detach" in arguments:
        _detach(store, token)
    return wait_and_restore(store, providers, token)


def _run(arguments, data=None):
    """Run a program: exit code, output, errors."""
    environment = dict(os.environ, LC_ALL="C", LANG="C")
    try:
        # Nothing of Ansible is here any more when this runs.
        started = subprocess.Popen(  # pylint: disable=ansible-bad-function
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment,
            close_fds=True,
        )
    except OSError as error:
        return 127, "", "%s: %s" % (arguments[0], error.strerror)
    raw = data if data is None or isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
    out, err = started.communicate(raw or b"")
    if bytes is not str:
        out, err = out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape")
    return started.returncode, out, err


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

    :type store: ansible_collections.portledger.qradar.plugins.module_utils._pending.Store
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

    :type store: ansible_collections.portledger.qradar.plugins.module_utils._pending.Store
    :type providers: dict
    :param pending: the change as it was kept
    :type pending: dict
    :param why: for people
    :type why: str
    :raises RulesetError: it is not all as it was.
    """
    for kept in pending["kept"]:
        provider = providers[kept["provider"]]
        present = provider.read(store.host, store.scope)
        former = provider.kept(kept["state"], present)
        if provider.compare(store.host, store.scope, present, former):
            provider.load(store.host, store.scope, present, former)
            present = provider.read(store.host, store.scope)
            left = provider.compare(store.host, store.scope, present, provider.kept(kept["state"], present))
            if left:
                raise RulesetError("%s: not all is as it was: %s." % (kept["provider"], "; ".join(left)))
    disarm(store.host, store, pending)
    store.end(pending, RESTORED, why)
