# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot loads: files that are replaced in one step, units, and the way back."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import sys
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import boot as _boot
from ansible_collections.portledger.qradar.plugins.module_utils._host import files as _files
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import AtBoot, Saved, Wait
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from tests.unit.plugins.module_utils.support import Folder

FORMER = (Saved("word", {"word": "old"}),)
OLDER = AtBoot(FORMER)
RULES = AtBoot([Saved("word", {"word": "new"})])
WAITS = AtBoot(wait=Wait("firewalld.service", "/usr/bin/firewall-cmd --state"))
NOTHING = AtBoot()
# The provider's own files have its rules.
THEIRS = AtBoot([Saved("word", None)])
UNITS = "etc/systemd/system"


class Word:
    """A provider with a kernel of one word, and a file of one word."""

    PERSISTS = False

    def __init__(self, word=""):
        self.word = word
        self.file = ""
        self.failures = []

    def read(self, host, scope):
        return self.word

    def former(self, saved, present):
        return saved["word"]

    def compare(self, host, scope, present, wanted):
        return [] if present == wanted else ["%s to %s" % (present, wanted)]

    def load(self, host, scope, present, wanted):
        if wanted in self.failures:
            raise RulesetError("%s: no such word" % wanted)
        self.word = wanted

    def build(self, scope, present, policy):
        return ""

    def put_back_files(self, host, state):
        if "disk full" in self.failures:
            raise RulesetError("no room")
        self.file = state["word"]


class PersistenceTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Folder({"proc/sys/kernel/random/boot_id": "one\n", "proc/uptime": "100.0 0\n", UNITS + "/x": ""})
        self.addCleanup(self.folder.remove)
        self.host = self.folder.host(lambda arguments, data, seconds: (0, "", ""))
        self.there = Persistence(self.host, "host")
        self.word = Word()
        self.said = []
        real = _boot._say
        _boot._say = self.said.append
        self.addCleanup(setattr, _boot, "_say", real)

    def files(self):
        found = []
        for folder, _folders, names in os.walk(self.host.file("etc")):
            found.extend(os.path.relpath(os.path.join(folder, name), self.folder.root) for name in names)
        return sorted(name for name in found if "/program-" not in name and not name.endswith("/x"))

    def boot(self, *arguments):
        there = (self.there, {"word": self.word}, Store(self.host, "host"))
        if arguments:
            return _boot.undo(*there)
        # As the script does it.
        return _boot.load(*(there + ("rules.json",))) or (_boot.load(*(there + ("rules.last.json",))) and False)

    def outcome(self):
        return Store(self.host, "host").boot_outcome()

    def test_written_and_loaded(self):
        self.there.write(RULES)
        again = "portledger-host-again.service"
        flushers = ("firewalld", "ip6tables", "iptables", "netfilter-persistent", "nftables")
        self.assertEqual(
            ["etc/portledger/host/load", "etc/portledger/host/rules.json"] +
            [UNITS + "/%s.service.wants/%s" % (name, again) for name in flushers] +
            [UNITS + "/" + again, UNITS + "/portledger-host.service",
             UNITS + "/sysinit.target.wants/portledger-host.service"],
            self.files(),
        )
        self.assertEqual([], self.there.drift(RULES))
        self.assertEqual(("unit", "unit"), (self.there.loaded_by(), self.there.will_load()))
        self.assertTrue(self.boot())
        self.assertEqual("new", self.word.word)
        self.assertEqual(("loaded", ""), self.outcome())
        self.assertEqual([], self.said)

    def test_the_program_itself(self):
        self.there.write(OLDER)
        code, out, err = _persistence_run(["/bin/sh", self.host.file("etc/portledger/host/load")])
        # This provider is only in this test; that the program knows the real ones shows in its words.
        self.assertEqual((1, ""), (code, out))
        message = (
            "portledger: the rules of the scope host could not be loaded: the provider 'word' is not known here\n"
        )
        self.assertEqual(message, err.replace("u'", "'"))

    def test_the_former_rules_are_kept(self):
        self.there.write(OLDER)
        self.there.write(RULES)
        self.there.write(RULES)
        self.assertEqual(FORMER, self.there.rules_of("rules.last.json").saved)
        self.word.failures.append("new")
        self.assertFalse(self.boot())
        self.assertEqual("old", self.word.word)
        self.assertEqual(("last good", "new: no such word"), self.outcome())
        self.assertEqual(
            ["the rules of the scope host could not be loaded: new: no such word",
             "the rules that were confirmed before these are loaded in their place"],
            self.said,
        )
        self.word.failures.append("old")
        self.word.word = ""
        self.assertFalse(self.boot())
        self.assertEqual(("failed", "old: no such word"), self.outcome())

    def test_half_a_file_is_as_good_as_none(self):
        self.there.write(OLDER)
        self.there.write(RULES)
        self.folder.write("etc/portledger/host/rules.json", '{"version": 1, "saved": [')
        self.assertEqual(["~ rules that a boot loads: written again"], self.there.drift(RULES))
        self.assertFalse(self.boot())
        self.assertEqual("old", self.word.word)

    def test_drift(self):
        self.assertEqual(["~ rules that a boot loads: written again"], self.there.drift(RULES))
        self.there.write(RULES)
        self.assertEqual(["~ rules that a boot loads: written again"], self.there.drift(OLDER))
        for name in self.files():
            os.unlink(self.host.file(name))
            self.assertEqual(["~ rules that a boot loads: written again"], self.there.drift(RULES), name)
            self.there.write(RULES)
            self.assertEqual([], self.there.drift(RULES), name)

    def test_nothing_is_left(self):
        self.assertEqual([], self.there.drift(NOTHING))
        self.there.write(RULES)
        Persistence(self.host, "gateway").write(RULES)
        self.assertEqual(["- rules that a boot loads"], self.there.drift(NOTHING))
        self.there.write(NOTHING)
        self.assertEqual([], self.there.drift(NOTHING))
        self.assertEqual([], [name for name in self.files() if "host" in name])
        self.assertTrue(os.path.isdir(self.host.file("etc/portledger/gateway")))
        Persistence(self.host, "gateway").write(NOTHING)
        self.assertEqual([], self.files())
        self.assertFalse(os.path.exists(self.host.file("etc/portledger")))

    def test_folders_of_links_that_a_killed_removal_has_left(self):
        wants = self.host.file(UNITS, "nftables.service.wants")
        self.there.write(RULES)
        os.unlink(os.path.join(wants, "portledger-host-again.service"))
        self.assertEqual(["- rules that a boot loads"], self.there.drift(NOTHING))
        foreign = self.host.file(UNITS, "foreign.service.wants")
        os.mkdir(foreign)
        self.there.write(NOTHING)
        self.assertFalse(os.path.exists(wants))
        self.assertEqual(["foreign.service.wants", "x"], sorted(os.listdir(self.host.file(UNITS))))

    def test_without_systemd(self):
        folder = Folder({"proc/sys/kernel/random/boot_id": "one\n"})
        self.addCleanup(folder.remove)
        there = Persistence(folder.host(), "host")
        there.write(RULES)
        self.assertEqual([], there.drift(RULES))
        self.assertEqual(("nothing", "nothing"), (there.loaded_by(), there.will_load()))
        self.assertFalse(os.path.exists(os.path.join(folder.root, "etc/systemd")))

    def refused_by_a_full_disk(self, wanted):
        real = os.fsync

        def full(descriptor):
            raise OSError(28, "No space left on device")

        _files.os.fsync = full
        try:
            with self.assertRaises(RulesetError) as caught:
                self.there.write(wanted)
        finally:
            _files.os.fsync = real
        self.assertEqual(
            "%s: cannot be written: No space left on device." % self.host.file("etc/portledger/host"),
            str(caught.exception),
        )

    def test_a_full_disk_leaves_the_old(self):
        self.there.write(OLDER)
        before = self.host.text("etc/portledger/host/rules.json")
        self.refused_by_a_full_disk(RULES)
        self.assertEqual(before, self.host.text("etc/portledger/host/rules.json"))
        self.assertEqual([], [name for name in self.files() if name.endswith(".new")])
        self.assertTrue(self.boot())
        self.assertEqual("old", self.word.word)

    def test_code_of_another_release_is_replaced(self):
        self.there.write(RULES)
        folder = self.host.file("etc/portledger/host")
        os.mkdir(os.path.join(folder, "program-0123456789abcdef"))
        self.folder.write("etc/portledger/host/program-0123456789abcdef/load.py", "")
        self.folder.write("etc/portledger/host/program-0123456789abcdef.zip", "")
        self.folder.write("etc/portledger/host/rules.json.new", "")
        self.assertEqual(["- code that a boot does not need"], self.there.drift(RULES))
        with open(os.path.join(folder, "load"), "a") as stream:
            stream.write("exit 7\n")
        self.assertEqual(["~ rules that a boot loads: written again"], self.there.drift(RULES))
        self.there.write(RULES)
        program = "program-%s.zip" % self.there.program.code(RULES.saved)[:16]
        self.assertEqual(["load", program, "rules.json"], sorted(os.listdir(folder)))
        script = self.there.program.script_text("load")
        self.assertEqual(script, self.host.text("etc/portledger/host/load"))

    # ---- files that a boot loads, before they are confirmed

    def test_undone_after_another_boot_only(self):
        self.word.PERSISTS = True
        self.there.write_undo(FORMER)
        self.assertIn(UNITS + "/sysinit.target.wants/portledger-host-undo.service", self.files())
        self.assertTrue(self.boot("undo"))
        self.assertEqual(("", []), (self.word.file, self.said))
        self.folder.write("proc/sys/kernel/random/boot_id", "two\n")
        self.assertTrue(self.boot("undo"))
        self.assertEqual("old", self.word.file)
        message = "a change of the scope host was never confirmed: the files from before it are back"
        self.assertEqual([message], self.said)
        self.assertEqual([], self.files())

    def test_undoing_fails_and_is_tried_at_the_next_boot(self):
        self.word.PERSISTS = True
        self.there.write_undo(FORMER)
        self.folder.write("proc/sys/kernel/random/boot_id", "two\n")
        self.word.failures.append("disk full")
        self.assertFalse(self.boot("undo"))
        self.assertEqual(["files of the scope host could not be put back: word: no room"], self.said)
        self.assertIsNotNone(self.there.undo())
        self.word.failures = []
        self.assertTrue(self.boot("undo"))
        self.assertEqual("old", self.word.file)

    def test_undo_keeps_what_a_boot_loads(self):
        self.there.write(RULES)
        self.there.write_undo(FORMER)
        self.there.remove_undo()
        self.assertEqual([], self.there.drift(RULES))
        self.assertEqual([], [name for name in self.files() if "undo" in name])

    def test_units(self):
        self.there.write(RULES)
        self.there.write_undo(FORMER)
        load, undo = (self.host.text(UNITS, "portledger-host%s.service" % name) for name in ("", "-undo"))
        folder = self.host.file("etc/portledger/host")
        self.assertIn("ExecStart=/bin/sh %s/load\n" % folder, load)
        self.assertIn("ExecStart=/bin/sh %s/undo\n" % folder, undo)
        for text in (load, undo):
            self.assertIn("\nDefaultDependencies=no\n", text)
            self.assertIn("\nBefore=network-pre.target ", text)
        self.assertIn(" firewalld.service iptables.service ip6tables.service ", undo)
        again = self.host.text(UNITS, "portledger-host-again.service")
        self.assertIn("ExecStart=/bin/sh %s/load\n" % folder, again)
        self.assertNotIn("RemainAfterExit", again)
        self.assertIn("netfilter-persistent.service firewalld.service portledger-host.service\n", again)
        link = self.host.file(UNITS, "sysinit.target.wants/portledger-host.service")
        self.assertEqual("/etc/systemd/system/portledger-host.service", os.readlink(link))

    # ---- services that load in their own time

    def test_a_boot_waits(self):
        name = "portledger-host-wait.service"
        missing = ["~ a boot waits for firewalld.service: written again"]
        self.assertEqual(missing, self.there.drift(WAITS))
        self.there.write(WAITS)
        wanted = UNITS + "/firewalld.service.wants/" + name
        self.assertEqual([wanted, UNITS + "/" + name], self.files())
        self.assertEqual([], self.there.drift(WAITS))
        self.assertEqual("nothing", self.there.loaded_by())
        text = self.host.text(UNITS, name)
        for line in ("After=firewalld.service", "Before=network-pre.target shutdown.target", "DefaultDependencies=no",
                     "WantedBy=firewalld.service", "ExecStart=/usr/bin/firewall-cmd --state"):
            self.assertIn("\n%s\n" % line, text)
        for lost in self.files():
            os.unlink(self.host.file(lost))
            self.assertEqual(missing, self.there.drift(WAITS), lost)
            self.there.write(WAITS)
            self.assertEqual([], self.there.drift(WAITS), lost)

    def test_a_boot_waits_no_longer(self):
        for after in (RULES, NOTHING):
            self.there.write(WAITS)
            Persistence(self.host, "gateway").write(WAITS)
            self.assertIn("- a boot waits for portledger-host-wait.service", self.there.drift(after))
            self.there.write(after)
            self.assertEqual([], self.there.drift(after))
            self.assertEqual([], [name for name in self.files() if name.endswith("host-wait.service")])
            Persistence(self.host, "gateway").write(NOTHING)
            left = "firewalld.service.wants/portledger-host-again.service"
            self.assertEqual([UNITS + "/" + left] if after == RULES else [], [
                name for name in self.files() if "firewalld.service.wants" in name
            ])
            self.assertEqual(after == RULES, os.path.exists(self.host.file(UNITS, "firewalld.service.wants")))

    def test_a_full_disk_leaves_the_wait(self):
        self.there.write(WAITS)
        self.refused_by_a_full_disk(RULES)
        name = "portledger-host-wait.service"
        self.assertEqual([UNITS + "/firewalld.service.wants/" + name, UNITS + "/" + name], self.files())

    def test_what_is_undone_leaves_the_wait(self):
        self.there.write(WAITS)
        self.there.write_undo(FORMER)
        self.there.remove_undo()
        self.assertEqual([], self.there.drift(WAITS))

    def test_a_wait_takes_the_place_of_rules(self):
        self.there.write(RULES)
        self.assertEqual(
            ["- rules that a boot loads", "~ a boot waits for firewalld.service: written again"],
            self.there.drift(WAITS),
        )
        self.there.write(WAITS)
        self.assertEqual([], self.there.drift(WAITS))
        self.assertFalse(os.path.exists(self.host.file("etc/portledger")))

    # ---- rules in the provider's own files: all that is kept is what takes them back by hand

    def test_what_takes_back_by_hand(self):
        missing = ["~ what takes the rules back by hand: written again"]
        self.assertEqual(missing, self.there.drift(THEIRS))
        # Of a change that is not confirmed yet, nothing is missing.
        self.assertEqual([], self.there.drift(THEIRS, waits=True))
        self.there.write(RULES)
        self.assertEqual(missing, self.there.drift(THEIRS))
        self.there.write(THEIRS)
        self.assertEqual(["etc/portledger/host/load", "etc/portledger/host/rules.json"], self.files())
        self.assertEqual(([], "nothing"), (self.there.drift(THEIRS), self.there.loaded_by()))
        self.word.word = "theirs"
        self.assertTrue(self.boot())
        self.assertEqual("theirs", self.word.word)
        os.unlink(self.host.file("etc/portledger/host/load"))
        self.assertEqual(missing, self.there.drift(THEIRS))
        self.there.write(THEIRS)
        store = Store(self.host, "host")
        self.word.failures.append("")
        self.assertFalse(_boot.remove(self.there, {"word": self.word}, store, "rules.json"))
        self.assertEqual(["the rules of the scope host could not be removed: : no such word"], self.said)
        self.assertEqual([], self.there.drift(THEIRS))
        del self.word.failures[:]
        self.assertTrue(_boot.remove(self.there, {"word": self.word}, store, "rules.json"))
        self.assertEqual(("", []), (self.word.word, self.files()))

    def test_a_confirmed_change_of_theirs_needs_no_room(self):
        self.there.write_undo(FORMER)
        real = self.there._write_rules
        self.there._write_rules = lambda saved: self.there._replace("no/such/folder", "")
        self.there.confirm(THEIRS)
        self.assertFalse(self.there.has_undo())
        self.there._write_rules = real
        self.assertEqual(["~ what takes the rules back by hand: written again"], self.there.drift(THEIRS))
        self.there.write(THEIRS)
        self.assertEqual([], self.there.drift(THEIRS))

    def test_what_is_written_can_be_read_by_people(self):
        self.there.write(RULES)
        data = json.loads(self.host.text("etc/portledger/host/rules.json"))
        self.assertEqual((1, [{"provider": "word", "state": {"word": "new"}}]), (data["version"], data["saved"]))
        self.assertIn('for python in "%s" ' % sys.executable, self.host.text("etc/portledger/host/load"))


def _persistence_run(arguments):
    from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program

    return run_program(arguments)


if __name__ == "__main__":
    unittest.main()
