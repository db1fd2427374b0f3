# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Changes that wait for their confirmation: in what order things happen, and what becomes of a change."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import io
import os
import sys
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import apply as _safe_apply
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import Store
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.apply import Part, Prepared, apply_safely
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.apply import confirm, restore
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

    def answer(self, arguments, data):
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
        if failure:
            raise failure
        if self.on_load:
            self.on_load()
        self.word = wanted

    def save(self, state):
        return {"word": state}

    def former(self, saved, present):
        return saved["word"]


class SafeApplyTest(unittest.TestCase):
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
        real = _safe_apply.arm
        _safe_apply.arm = self.arm
        self.addCleanup(setattr, _safe_apply, "arm", real)

    def arm(self, host, store, token, seconds):
        self.armed.append((token, seconds, self.provider.word))
        os.makedirs(store.program(token))
        return "systemd"

    def prepare(self):
        self.prepared += 1
        present = self.provider.read(self.host, "host")
        lines = self.provider.compare(self.host, "host", present, "new")
        return Prepared([Part(self.provider, present, "new", lines)], lines, [{"provider": "word", "state": "new"}])

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

    # ---- apply

    def fail_to_read(self, *causes):
        """Have readings fail, each after what its cause does."""
        real, left = self.provider.read, list(causes)

        def read(host, scope):
            if not left:
                return real(host, scope)
            left.pop(0)()
            raise RulesetError("no such set")

        self.provider.read = read

    def test_what_another_run_changes_is_read_again(self):
        other = {"token": "t0", "seconds": 1, "deadline": self.host.now, "timer": None, "kept": []}

        def another_run():
            with self.store.lock():
                self.store.write(other)
                self.store.end(other, "confirmed", "for the test")

        self.fail_to_read(another_run)
        self.assertEqual(self.apply().timer, "systemd")

    def test_what_nobody_changes_is_not_read_again(self):
        self.fail_to_read(lambda: None)
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual(str(caught.exception), "no such set")
        self.assertEqual(self.prepared, 1)

    def fill_disk(self, *names):
        """Have no room for these files of the store."""
        real = Store._write

        def write(store, name, data):
            if name in names:
                raise RulesetError("%s: cannot be written: No space left on device." % name)
            real(store, name, data)

        Store._write = write
        self.addCleanup(setattr, Store, "_write", real)

    def test_a_full_disk_leaves_nothing_pending(self):
        self.apply()
        self.fill_disk("outcome.json")
        with self.assertRaises(RulesetError) as caught:
            self.confirm()
        self.assertEqual(str(caught.exception), "outcome.json: cannot be written: No space left on device.")
        self.assertEqual((self.provider.word, self.store.pending()["token"]), ("new", "t1"))
        self.host.now += 31
        self.assertTrue(wait_and_restore(self.store, self.providers, "t1"))
        self.assertEqual((self.provider.word, self.store.pending(), self.store.outcome()), ("old", None, None))

    def test_no_room_for_the_deadline_of_what_is_loaded(self):
        self.provider.on_load = lambda: self.fill_disk("pending.json") if self.provider.word == "old" else None
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        expected = "pending.json: cannot be written: No space left on device. Nothing was changed."
        self.assertEqual(str(caught.exception), expected)
        self.assertEqual((self.provider.word, self.store.pending()), ("old", None))

    def test_the_old_is_kept_and_the_timer_runs_before_anything_is_loaded(self):
        seen = []
        self.provider.on_load = lambda: seen.append((self.armed[:], self.store.pending()["kept"]))
        applied = self.apply()
        self.assertEqual([([("t1", 30, "old")], [{"provider": "word", "state": {"word": "old"}}])], seen)
        self.assertEqual(("systemd", []), (applied.timer, applied.warnings))
        self.assertEqual(["pending.json", "restore-t1"], self.files())

    def test_the_time_begins_once_it_is_loaded(self):
        self.provider.on_load = lambda: self.host.sleep(100)
        self.apply()
        self.assertEqual(1000 + 100 + 30, self.store.pending()["deadline"])

    def test_nothing_to_do_and_check_mode_touch_nothing(self):
        self.assertEqual(None, self.apply(check=True).timer)
        self.provider.word = "new"
        self.assertEqual(None, self.apply().timer)
        self.assertEqual((None, [], []), (self.files(), self.armed, self.provider.loads))

    def test_without_confirmation(self):
        self.assertEqual(None, self.apply(token=None).timer)
        self.assertEqual(("new", []), (self.provider.word, self.armed))
        self.assertEqual([], self.files())

    def test_another_run_in_between(self):
        """It has read, another run changes and confirms, and only then it has the lock."""
        real, others = self.prepare, []

        def prepare():
            found = real()
            if not others:
                others.append(1)
                self.provider.word = "other"
                with self.store.lock():
                    pending = {"token": "t0", "seconds": 1, "deadline": 0}
                    self.store.write(pending)
                    self.store.end(pending, "confirmed", "")
            return found

        self.prepare = prepare
        self.assertEqual(["other to new"], self.apply().prepared.lines)
        self.assertEqual(2, self.prepared)
        self.assertEqual([{"provider": "word", "state": {"word": "other"}}], self.store.pending()["kept"])

    def test_the_folder_cannot_be_made(self):
        os.rename(os.path.join(self.folder.root, "run"), os.path.join(self.folder.root, "gone"))
        self.folder.write("run", "")
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("%s: cannot be made: Not a directory. Nothing was changed." % self.store.folder,
                         str(caught.exception))
        self.assertEqual([], self.provider.loads)

    def test_the_timer_cannot_be_started(self):
        def arm(host, store, token, seconds):
            raise RulesetError("python: cannot be started: No such file or directory.")

        _safe_apply.arm = arm
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("python: cannot be started: No such file or directory. Nothing was changed.",
                         str(caught.exception))
        self.assertEqual(([], [], None), (self.provider.loads, self.files(), self.store.pending()))

    def test_a_failing_load_leaves_nothing_pending(self):
        self.provider.failures = [RulesetError("no room.", changed=False)]
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("no room. Nothing was changed.", str(caught.exception))
        self.assertEqual(["outcome.json"], self.files())

    def test_what_half_a_load_left_is_put_back(self):
        def half():
            self.provider.word = "half"
            self.provider.on_load = None
            raise RulesetError("killed.")

        self.provider.on_load = half
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("killed.", str(caught.exception))
        self.assertEqual(("old", ["new", "old"]), (self.provider.word, self.provider.loads))

    def test_what_a_provider_could_not_put_back_is_put_back(self):
        self.provider.failures = [RulesetError("swapping sets failed.", changed=True)]
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual("swapping sets failed. Nothing was changed.", str(caught.exception))
        self.assertEqual("old", self.provider.word)

    def test_putting_back_fails_and_the_timer_goes_on(self):
        def half():
            self.provider.word = "half"
            self.provider.on_load = None
            self.provider.failures = [RulesetError("still no room.", changed=False)]
            raise RulesetError("no room.", changed=False)

        self.provider.on_load = half
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        message = "no room. Putting back failed: word: still no room. The timer tries again."
        self.assertEqual((message, True), (str(caught.exception), caught.exception.changed))
        self.assertTrue(self.wait())
        self.assertEqual("old", self.provider.word)

    def test_a_load_that_is_stuck_until_the_timer_has_enough(self):
        def stuck():
            pending = self.store.pending()
            self.provider.on_load = None
            self.store.end(pending, "restored", "nobody confirmed it within 30 s")

        self.provider.on_load = stuck
        with self.assertRaises(RulesetError) as caught:
            self.apply()
        self.assertEqual(
            "Loading took so long that the former rules were put back meanwhile. Nothing was changed.",
            str(caught.exception))
        self.assertEqual("old", self.provider.word)

    # ---- confirm and restore

    def test_confirmed(self):
        self.apply()
        expected = {"outcome": "confirmed", "why": "over a new connection"}
        self.assertEqual(expected, self.confirm())
        self.assertEqual([["systemctl", "stop", "portledger-restore-host-t1.timer"]], self.host.asked)
        self.assertEqual(["outcome.json"], self.files())
        # The answer was lost on its way, so it is asked again.
        self.assertEqual(expected, self.confirm())
        self.host.now += 100
        self.assertTrue(self.wait())
        self.assertEqual("new", self.provider.word)

    def test_removing_everything_leaves_nothing(self):
        self.apply(forget=True)
        self.assertEqual("confirmed", self.confirm()["outcome"])
        self.assertFalse(os.path.exists(os.path.dirname(self.store.folder)))

    def test_the_other_scopes_folder_stays(self):
        other = Store(self.host, "gateway")
        with other.lock():
            pass
        self.apply(forget=True)
        self.confirm()
        self.assertEqual(["gateway"], os.listdir(os.path.dirname(self.store.folder)))

    def test_the_same_connection_proves_nothing(self):
        self.apply()
        self.assertEqual({"outcome": "same connection", "why": SSH}, self.confirm(connection=SSH))
        self.assertEqual("t1", self.store.pending()["token"])
        self.assertEqual("confirmed", self.confirm(connection=SSH, new=False)["outcome"])

    def test_too_late(self):
        self.apply()
        self.host.now += 30.1
        expected = {"outcome": "restored", "why": "nobody confirmed it within 30 s"}
        self.assertEqual(expected, self.confirm())
        self.assertEqual("old", self.provider.word)
        self.assertEqual(expected, self.confirm())

    def test_somebody_elses_token(self):
        self.apply()
        for call in (self.confirm, lambda token: restore(self.host, "host", self.providers, token)):
            self.assertEqual({"outcome": "unknown", "why": "the host knows nothing of this change"}, call("t2"))
        self.assertEqual(("new", "t1"), (self.provider.word, self.store.pending()["token"]))

    def test_taken_back(self):
        self.apply()
        expected = {"outcome": "restored", "why": "the controller asked for it"}
        self.assertEqual(expected, restore(self.host, "host", self.providers, "t1"))
        self.assertEqual(("old", ["outcome.json"]), (self.provider.word, self.files()))
        self.assertEqual(expected, restore(self.host, "host", self.providers, "t1"))

    def test_a_machine_started_anew_knows_nothing(self):
        self.apply()
        self.folder.write("proc/sys/kernel/random/boot_id", "two\n")
        self.assertEqual("unknown", self.confirm()["outcome"])
        self.assertEqual(None, self.store.pending())

    # ---- the timer

    def test_the_timer_waits_then_puts_back(self):
        self.apply()
        self.assertTrue(self.wait())
        self.assertTrue(1030 <= self.host.now < 1031, self.host.now)
        self.assertEqual(("old", ["outcome.json"]), (self.provider.word, self.files()))

    def test_the_timer_ends_with_the_confirmation(self):
        self.apply()
        self.host.events = [(1010, self.confirm)]
        self.assertTrue(self.wait())
        self.assertTrue(1010 <= self.host.now < 1011, self.host.now)
        self.assertEqual("new", self.provider.word)

    def test_the_timer_sees_a_deadline_that_moves(self):
        self.apply()

        def move():
            self.store.write(dict(self.store.pending(), deadline=1050))

        self.host.events = [(1029, move)]
        self.assertTrue(self.wait())
        self.assertTrue(1050 <= self.host.now < 1051, self.host.now)

    def test_the_timer_tries_again(self):
        self.apply()
        self.provider.failures = [RulesetError("busy")] * 3
        self.assertTrue(self.wait())
        self.assertEqual(("old", ["new", "old", "old", "old", "old"]), (self.provider.word, self.provider.loads))

    def test_the_timer_gives_up_and_may_be_run_again(self):
        self.apply()
        self.provider.failures = [RulesetError("busy")] * 1000
        real, sys.stderr = sys.stderr, io.StringIO() if bytes is not str else io.BytesIO()
        try:
            self.assertFalse(self.wait())
            self.assertEqual("word: busy\n", sys.stderr.getvalue())
        finally:
            sys.stderr = real
        self.assertTrue(1630 < self.host.now < 1640, self.host.now)
        self.assertEqual(["pending.json", "restore-t1"], self.files())
        self.provider.failures = []
        self.assertTrue(self.wait())
        self.assertEqual("old", self.provider.word)

    def test_the_timer_does_not_believe_a_load(self):
        self.apply()
        real = self.provider.load

        def load(*arguments):
            real(*arguments)
            if len(self.provider.loads) < 4:
                self.provider.word = "somebody else's"

        self.provider.load = load
        self.assertTrue(self.wait())
        self.assertEqual(["new", "old", "old", "old"], self.provider.loads)

    def test_the_timer_does_not_wait_for_ever_for_who_holds_the_lock(self):
        self.apply()
        with self.store.lock():
            self.assertTrue(self.wait())
        self.assertTrue(1090 <= self.host.now < 1092, self.host.now)
        self.assertEqual("old", self.provider.word)

    # ---- two runs

    def test_waits_for_the_confirmation_of_another(self):
        self.apply("t0")
        self.provider.word = "new0"
        self.host.events = [(1012, lambda: self.confirm("t0"))]
        applied = self.apply("t1")
        self.assertEqual(
            ["A change of another run was waiting for its confirmation. Waited 12 s, and it was confirmed."],
            applied.warnings)
        self.assertEqual(["new0 to new"], applied.prepared.lines)

    def test_waits_for_the_timer_of_another(self):
        self.apply("t0")
        self.host.events = [(1031, lambda: self.wait("t0"))]
        applied = self.apply("t1")
        self.assertEqual(
            ["A change of another run was waiting for its confirmation. Waited 31 s, and it was restored."],
            applied.warnings)
        self.assertEqual(["old to new"], applied.prepared.lines)

    def test_puts_back_where_the_timer_of_another_is_gone(self):
        self.apply("t0")
        applied = self.apply("t1")
        self.assertEqual(
            ["A change of another run was waiting for its confirmation. Waited 45 s, and it was restored."],
            applied.warnings)
        self.assertEqual(["new", "old", "new"], self.provider.loads)

    def test_check_mode_does_not_put_back(self):
        self.apply("t0")
        applied = self.apply("t1", check=True)
        self.assertEqual(
            ["A change of another run was never confirmed, and its timer is gone. A real run puts back first."],
            applied.warnings)
        self.assertEqual(("new", "t0"), (self.provider.word, self.store.pending()["token"]))


if __name__ == "__main__":
    unittest.main()
