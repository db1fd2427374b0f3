# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of changes that wait for their confirmation share."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import apply as _apply
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.apply import apply_safely
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.confirm import confirm
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import Pending
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.apply import Part, Prepared
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import AtBoot, Saved
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.timer import wait_and_restore
from tests.unit.plugins.module_utils.support import Folder

SSH = "198.18.9.7 50000 198.18.1.1 22"
ANOTHER_SSH = "198.18.9.7 50001 198.18.1.1 22"


class TimedHost(Host):
    """A host whose time passes when somebody waits."""

    def __init__(self, root, connection=SSH):
        Host.__init__(self, self.answer, path=["/nowhere"], environ={"SSH_CONNECTION": connection}, root=root)
        self.now = 1000.0
        self.asked = []
        #: called once at a time, when it has come
        self.events = []

    def answer(self, arguments, data, seconds=None):
        self.asked.append(arguments)
        return 0, "", ""

    def uptime(self):
        return self.now

    def sleep(self, seconds):
        self.now += seconds
        while self.events and self.events[0][0] <= self.now:
            self.events.pop(0)[1]()


class Provider:
    """A kernel with one word in it."""

    NAME = "word"
    PERSISTS = False

    def __init__(self):
        self.word = "old"
        self.loads = []
        #: what a load raises, one a call
        self.failures = []
        self.on_load = None

    def read(self, host, scope):
        return self.word

    def compare(self, host, scope, present, wanted):
        return [] if present == wanted else ["%s to %s" % (present, wanted)]

    def load(self, host, scope, present, wanted):
        self.loads.append(wanted)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None:
            raise failure  # pylint: disable=raising-bad-type
        if self.on_load:
            self.on_load()
        self.word = wanted

    def save(self, state):
        return {"word": state}

    def former(self, saved, present):
        return saved["word"]


class SafeApplyCase(unittest.TestCase):
    """A host, a provider, and what the module and the timer do with them."""

    maxDiff = None

    def setUp(self):
        folder = Folder({"proc/sys/kernel/random/boot_id": "one\n", "run/here": ""})
        self.addCleanup(folder.remove)
        self.folder = folder
        self.host = TimedHost(folder.root)
        self.store = Store(self.host, "host")
        self.provider = Provider()
        self.providers = {"word": self.provider}
        self.armed = []
        self.prepared = 0
        real = _apply.arm
        _apply.arm = self.arm
        self.addCleanup(setattr, _apply, "arm", real)

    def arm(self, host, store, token, seconds):
        self.armed.append((token, seconds, self.provider.word))
        os.makedirs(store.program(token))
        return "systemd"

    def prepare(self):
        self.prepared += 1
        present = self.provider.read(self.host, "host")
        lines = self.provider.compare(self.host, "host", present, "new")
        return Prepared([Part(self.provider, present, "new", lines)], lines, AtBoot([Saved("word", "new")]))

    def change_of_another_run(self):
        return Pending(token="t0", boot=self.store.boot(), seconds=1, deadline=self.host.now, connection="",
                       forget=False, path=[], timer=None, saved=(), at_boot=AtBoot(), undo=False,
                       confirmed=False)

    def another_run(self):
        """Another run makes a change, and confirms it."""
        other = self.change_of_another_run()
        with self.store.lock():
            self.store.write(other)
            self.store.end(other, "confirmed", "for the test")

    def apply(self, token="t1", check=False, forget=False):
        change = (token, 30) if token else None
        options = {"check": check, "forget": forget}
        return apply_safely(self.host, "host", self.providers, self.prepare, change, options)

    def confirm(self, token="t1", connection=ANOTHER_SSH, new=True):
        self.host.environ["SSH_CONNECTION"] = connection
        return confirm(self.host, "host", self.providers, token, new)

    def files(self):
        return sorted(os.listdir(self.store.folder)) if os.path.isdir(self.store.folder) else None

    def wait(self, token="t1"):
        return wait_and_restore(self.store, self.providers, token)
