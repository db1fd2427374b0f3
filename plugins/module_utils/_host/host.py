# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The host that the module runs on: its programs, its environment, its files.

Everything outside the process goes through here, so that tests can stand in for it.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import struct
import time

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import words_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.netlink import kernel_has, tell

# How long programs wait for what others hold, where no change waits for its confirmation; and at least.
_PATIENCE = 60
# Where that time is over, and for how long each one gets so much.
_LEAST_PATIENCE = 10
_LATE_SECONDS = 20
# After that: whoever waits to put rules back counts on an end.
_LAST_PATIENCE = 1
_SBIN = ("/usr/local/sbin", "/usr/sbin", "/sbin")


class Host:
    """The host that the module runs on."""

    def __init__(self, runner, path=None, environ=None, root="/"):
        """
        :param runner: called with arguments, input, and the seconds that the program may take or None; returns exit
            code, output, errors. See ``_host.process.run_program``
        :type runner: Callable[[list[str], str | None, float | None], tuple[int, str, str]]
        :param path: directories to look for programs in; default: PATH and where system programs are
        :type path: list[str] | None
        :param environ: environment of this process; default: the real one
        :type environ: dict[str, str] | None
        :param root: directory that /proc and /etc are looked for in
        :type root: str
        """
        self._runner = runner
        self.environ = os.environ if environ is None else environ
        self.root = root
        if path is None:
            path = [part for part in self.environ.get("PATH", "").split(os.pathsep) if part]
            path.extend(part for part in _SBIN if part not in path)
        self.path = path
        self._found = {}
        self._memo = {}
        self._patient_until = None

    def find(self, program):
        """Full name of a program, or None.

        :type program: str
        :rtype: str | None
        """
        if program not in self._found:
            names = [os.path.join(directory, program) for directory in self.path]
            fitting = [name for name in names if os.path.isfile(name) and os.access(name, os.X_OK)]
            if not fitting:
                # It may come: what puts back waits for it.
                return None
            # Where it goes, running it fails, which nobody takes for a host that never had it.
            self._found[program] = fitting[0]
        return self._found[program]

    def run(self, program, arguments, data=None, seconds=None):
        """Run a program that is there. What fails must not be taken for an empty answer: see :meth:`output`.

        :type program: str
        :type arguments: list[str]
        :type data: str | None
        :param seconds: that it may take, where it is not the usual time
        :type seconds: float | None
        :returns: exit code, output, errors
        :rtype: tuple[int, str, str]
        """
        return self._runner([self.find(program) or program] + arguments, data, seconds)

    def output(self, program, arguments):
        """What a program prints.

        :rtype: str
        :raises RulesetError: it failed.
        """
        code, out, err = self.run(program, arguments)
        if code != 0:
            raise RulesetError("%s: failed: %s." % (" ".join([program] + arguments), words_of(code, out, err)))
        return out

    def kernel_has(self, part):
        """Whether the kernel has a part of netfilter; None where that is not known.

        :param part: see ``_host.netlink``
        :type part: tuple[int, int]
        :rtype: bool | None
        """
        return kernel_has(part)

    def kernel_list(self, part, question, family, names=(), dump=True):
        """What the kernel tells of one kind, as bytes; see ``_host.netlink.tell``.

        :returns: None where it does not tell all of it
        :rtype: list[bytes] | None
        """
        try:
            return list(tell(part, question, family, list(names), dump))
        except (EnvironmentError, ValueError, struct.error):
            return None

    def memo(self, name, ask):
        """What a question about this host was answered with, asked once a process; None is asked again.

        :param name: of the question
        :type name: str
        :type ask: Callable[[], object]
        :rtype: object
        """
        if self._memo.get(name) is None:
            self._memo[name] = ask()
        return self._memo[name]

    def file(self, *parts):
        """Name of a file under the root.

        :rtype: str
        """
        return os.path.join(self.root, *parts)

    def text(self, *parts):
        """Text of a file under the root; empty where it cannot be read.

        :rtype: str
        """
        try:
            with open(self.file(*parts), "rb") as stream:
                raw = stream.read()
        except (IOError, OSError):
            return ""
        return raw if bytes is str else raw.decode("utf-8", "replace")

    def uptime(self):
        """Seconds since the start of this machine: the same for all its processes, whatever the time of day does.

        :rtype: float
        """
        return float(self.text("proc/uptime").split()[0])

    def sleep(self, seconds):
        """Wait.

        :type seconds: float
        """
        time.sleep(seconds)

    def be_patient(self, seconds):
        """Have programs wait so long, from now on, for what others hold: all of them together.

        :type seconds: float
        """
        self._patient_until = self.uptime() + seconds

    def patience(self):
        """How many seconds a program may wait for what others hold.

        :rtype: int
        """
        if self._patient_until is None:
            return _PATIENCE
        left = self._patient_until - self.uptime()
        return max(int(left), _LEAST_PATIENCE if left > -_LATE_SECONDS else _LAST_PATIENCE)
