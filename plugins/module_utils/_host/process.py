# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that are started: their words, and an end to each of them.

A program that never ends would keep the module, or the way back of a timer, for ever. subprocess of Python 2.7 knows no
limit of time, and a module of Ansible none either.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import fcntl
import os
import select
import signal
import subprocess
import time

#: how long a program may take where nothing else is said
SECONDS = 60
#: for what makes a whole firewall anew: iptables_update.pl, a reload of firewalld
LONG_SECONDS = 300
#: the exit code of a program that was ended, as timeout(1) has it
ENDED = 124
_MISSING = 127
# Time for a program to clean up, once it is asked to end.
_FAREWELL_SECONDS = 2.0
# A service that a program has started may hold its output open.
_LINGER_SECONDS = 1.0
_POLL_SECONDS = 0.05
_CHUNK = 65536


def run_program(arguments, data=None, seconds=None):
    """Run a program in a session of its own; when its time is over, it ends with all that it has started.

    :type arguments: list[str]
    :param data: its input
    :type data: str | None
    :param seconds: that it may take; default: SECONDS
    :type seconds: float | None
    :returns: exit code, output, errors; of one that was ended ENDED, and a sentence that says so
    :rtype: tuple[int, str, str]
    """
    seconds = SECONDS if seconds is None else seconds
    new_session = {"preexec_fn": os.setsid} if bytes is str else {"start_new_session": True}
    try:
        started = subprocess.Popen(  # pylint: disable=ansible-bad-function
            arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, close_fds=True,
            env=dict(os.environ, LC_ALL="C", LANG="C"), **new_session
        )
    except OSError as error:
        return _MISSING, "", "%s: %s" % (arguments[0], os.strerror(error.errno))
    talk = _Talk(started, data if data is None or isinstance(data, bytes) else data.encode("utf-8", "surrogateescape"))
    try:
        in_time = talk.hold(seconds)
        if not in_time:
            _end(started)
    finally:
        talk.close()
    out, err = (b"".join(part) for part in (talk.out, talk.err))
    if bytes is not str:
        out, err = out.decode("utf-8", "surrogateescape"), err.decode("utf-8", "surrogateescape")
    if in_time:
        return started.returncode, out, err
    said = ", and had said: " + err.strip() if err.strip() else ""
    return ENDED, out, "it took longer than %d s and was ended%s" % (seconds, said)


def _now():
    # Python 2.7 has no monotonic clock but this.
    return os.times()[4]


class _Talk:
    """Feeds a program, and listens to it."""

    def __init__(self, started, data):
        self.out, self.err = [], []
        self._started = started
        self._data = data or b""
        self._pipes = dict((pipe.fileno(), pipe) for pipe in (started.stdin, started.stdout, started.stderr))
        self._heard = {started.stdout.fileno(): self.out, started.stderr.fileno(): self.err}
        self._poller = select.poll()
        for number in self._pipes:
            fcntl.fcntl(number, fcntl.F_SETFL, fcntl.fcntl(number, fcntl.F_GETFL) | os.O_NONBLOCK)
            self._poller.register(number, select.POLLIN if number in self._heard else select.POLLOUT)

    def hold(self, seconds):
        """Whether the program ended in time."""
        end, ended = _now() + seconds, False
        while self._pipes or not ended:
            if not ended and self._started.poll() is not None:
                ended, end = True, _now() + _LINGER_SECONDS
            if _now() > end:
                return ended
            if self._pipes:
                self._turn()
            elif not ended:
                time.sleep(_POLL_SECONDS / 10)
        return True

    def _turn(self):
        try:
            ready = self._poller.poll(_POLL_SECONDS * 1000)
        except select.error as error:
            if error.args[0] != errno.EINTR:
                raise
            return
        for number, _event in ready:
            try:
                done = self._hear(number) if number in self._heard else self._feed(number)
            except (IOError, OSError) as error:
                if error.errno in (errno.EAGAIN, errno.EINTR):
                    continue
                # A program need not read its input.
                done = True
            if done:
                self._drop(number)

    def _hear(self, number):
        part = os.read(number, _CHUNK)
        self._heard[number].append(part)
        return not part

    def _feed(self, number):
        if self._data:
            self._data = self._data[os.write(number, self._data[:_CHUNK]):]
        return not self._data

    def _drop(self, number):
        self._poller.unregister(number)
        self._pipes.pop(number).close()

    def close(self):
        for number in list(self._pipes):
            self._drop(number)


def _end(started):
    """End a program, and what it has started in its session."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(started.pid, number)
        except OSError:
            # All of them have ended meanwhile.
            pass
        end = _now() + _FAREWELL_SECONDS
        while started.poll() is None and _now() < end:
            time.sleep(_POLL_SECONDS)
