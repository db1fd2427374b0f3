# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a boot makes of its files, whatever a kill or a power cut has left of them: run as the units run it."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host import files as _files
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.provider import Iptables
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import AtBoot, Rules, Saved
from tests.unit.plugins.module_utils.support import Folder

# Rules that are nothing: what loads them needs no kernel.
NONE = AtBoot([Saved("iptables", {"tables": {}, "sets": None})])
UNKNOWN = AtBoot([Saved("later", {"a": 1})])
NOTHING = AtBoot()
MODES = ("empty", "gone", "zeroes", "half")


class BootFilesTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        programs = ("iptables-save", "iptables-restore")
        files = {"proc/sys/kernel/random/boot_id": "one\n", "proc/uptime": "100.0 0\n", "etc/systemd/system/x": ""}
        self.folder = Folder(files, programs)
        self.addCleanup(self.folder.remove)
        for program in programs:
            with open(self.folder.write("bin/" + program, "#!/bin/sh\n"), "a"):
                os.chmod(self.host_file("bin/" + program), 0o755)
        self.path = os.environ["PATH"]
        os.environ["PATH"] = self.host_file("bin") + os.pathsep + self.path
        self.addCleanup(os.environ.__setitem__, "PATH", self.path)
        self.host = self.folder.host(run_program)
        self.there = Persistence(self.host, "host")

    def host_file(self, name):
        return os.path.join(self.folder.root, name)

    def run_script(self, name, *arguments):
        code, out, err = run_program(["/bin/sh", self.host_file("etc/portledger/host/" + name)] + list(arguments))
        self.assertNotIn("Traceback", err)
        return code, out, err.replace(self.folder.root, "").replace("u'", "'")

    def another_boot(self):
        self.folder.write("proc/sys/kernel/random/boot_id", "two\n")

    def outcome(self):
        path = self.host_file("run/portledger/host/boot.json")
        if not os.path.exists(path):
            return None
        with open(path) as stream:
            return json.load(stream)["outcome"]

    def names(self):
        return sorted(os.listdir(self.host_file("etc/portledger/host")))

    def program_of(self, wanted):
        return "program-%s.zip" % self.there.program.code(wanted.saved)[:16]

    def damage(self, name, mode):
        path = self.host_file("etc/portledger/host/" + name)
        with open(path, "rb") as stream:
            data = stream.read()
        os.unlink(path)
        if mode != "gone":
            new = {"empty": b"", "zeroes": b"\0" * len(data), "half": data[: len(data) // 2]}[mode]
            with open(path, "wb") as stream:
                stream.write(new)

    # ---- loading

    def test_loaded(self):
        self.there.write(NONE)
        self.assertEqual((0, "", ""), self.run_script("load"))
        self.assertEqual("loaded", self.outcome())
        self.assertEqual((0, '{"file": "rules.json", "providers": ["iptables"]}\n', ""),
                         self.run_script("load", "check"))
        self.assertIsNone(self.there.problem_at_boot())

    def test_a_boot_that_loads_nothing_fails(self):
        """Whatever is damaged, however: the unit fails, or boot.json, which it looks for, is not there."""
        self.there.write(NONE)
        for name in ("rules.json", "load", self.program_of(NONE)):
            for mode in MODES:
                self.damage(name, mode)
                code, _out, _err = self.run_script("load")
                self.assertTrue(code != 0 or self.outcome() is None, (name, mode))
                self.assertIsNotNone(self.there.problem_at_boot(), (name, mode))
                self.assertEqual(["~ rules that a boot loads: written again"], self.there.drift(NONE), (name, mode))
                self.there.write(NONE)
                self.assertEqual([], self.there.drift(NONE), (name, mode))
                self.assertIsNone(self.there.problem_at_boot(), (name, mode))
                self.assertEqual(["load", self.program_of(NONE), "rules.json"], self.names(), (name, mode))

    def test_the_rules_before_need_their_own_code(self):
        self.there.write(NONE)
        first = self.program_of(NONE)
        self.there.write(UNKNOWN)
        names = ["load", first, self.program_of(UNKNOWN), "rules.json", "rules.last.json"]
        self.assertEqual(sorted(names), self.names())
        code, out, err = self.run_script("load")
        self.assertEqual((1, ""), (code, out))
        self.assertEqual(
            "portledger: the rules of the scope host could not be loaded: the provider 'later' is not known here\n"
            "portledger: the rules that were confirmed before these are loaded in their place\n", err,
        )
        self.assertEqual("last good", self.outcome())

    def test_what_cannot_be_read_says_so(self):
        self.there.write(UNKNOWN)
        self.there.write(NONE)
        self.there.write(AtBoot(NONE.saved + NONE.saved))
        for mode in MODES:
            self.damage("rules.json", mode)
            code, _out, err = self.run_script("load")
            self.assertEqual((1, "last good"), (code, self.outcome()))
            lines = err.splitlines()
            self.assertTrue(lines[0].startswith("portledger: /etc/portledger/host/rules.json: cannot be used: "), err)
            self.assertEqual(
                ["portledger: the rules that were confirmed before these are loaded in their place"], lines[1:])
            # What is damaged does not take the place of what was good.
            before = self.there.rules_of("rules.last.json")
            self.there.write(AtBoot(NONE.saved + NONE.saved))
            self.assertEqual(before, self.there.rules_of("rules.last.json"))

    def test_damaged_types(self):
        self.there.write(NONE)
        code = self.there.program.code(NONE.saved)
        saved = [{"code": code, "saved": wrong} for wrong in (True, {}, [1], [{}], [{"provider": 1, "state": {}}])]
        for data in [True, [], {"code": 5}, {"code": code}] + saved:
            self.folder.write("etc/portledger/host/rules.json", json.dumps(data))
            self.assertEqual(1, self.run_script("load")[0], data)
            self.assertEqual(["~ rules that a boot loads: written again"], self.there.drift(NONE))
            self.there.write(NONE)
            self.assertNotIn("rules.last.json", self.names())

    # ---- undoing

    def test_undo_that_cannot_be_read_fails(self):
        for mode in MODES:
            for name in ("undo.json", "undo", None):
                self.there.write_undo(NONE.saved)
                self.damage(name or self.program_of(NONE), mode)
                self.another_boot()
                code, _out, err = self.run_script("undo")
                if (name, mode) not in (("undo", "empty"), ("undo", "zeroes"), ("undo", "half")):
                    self.assertTrue(code != 0 and err, (name, mode))
                self.assertTrue(self.there.has_undo())
                self.there.write(NOTHING)
                self.assertFalse(os.path.exists(self.there.folder))

    def test_undo_of_another_type_fails(self):
        self.there.write_undo(NONE.saved)
        code = self.there.program.code(NONE.saved)
        good = {"code": code, "boot": "one", "saved": []}
        for wrong in ({"code": code}, dict(good, saved={}), dict(good, saved=[1]), dict(good, boot=5, confirmed=[])):
            self.folder.write("etc/portledger/host/undo.json", json.dumps(wrong))
            self.another_boot()
            status, _out, err = self.run_script("undo")
            self.assertEqual(1, status, wrong)
            self.assertIn("/undo.json: damaged, so a boot cannot use it", err)
            self.assertTrue(self.there.has_undo())

    def test_what_was_confirmed_is_finished(self):
        """The machine goes down between the confirmation and what a boot does: first apply, change of provider."""
        self.there.write_undo(NONE.saved)
        before = self.there.undo()
        for confirmed in (NONE, NOTHING):
            self.folder.write("proc/sys/kernel/random/boot_id", "one\n")
            self.there.write_undo(NONE.saved)
            self.die_after(1, lambda wanted=confirmed: self.there.confirm(wanted))
            self.assertEqual(before._replace(confirmed=confirmed, code=self.there.undo().code), self.there.undo())
            # In the same run of the machine it is not its business.
            self.assertEqual((0, "", ""), self.run_script("undo"))
            self.another_boot()
            self.assertEqual((0, "", ""), self.run_script("undo"))
            self.assertFalse(self.there.has_undo())
            if confirmed.saved:
                self.assertEqual([], self.there.drift(confirmed))
                self.assertEqual("loaded", self.outcome())
            self.there.write(NOTHING)
            self.assertEqual([], self.there.drift(NOTHING))

    def test_no_room_for_what_was_confirmed(self):
        """A boot does all of the old; where the new needs no room, all of the new."""
        self.there.write_undo(NONE.saved)
        before = self.there.undo()
        real = _files.os.fsync

        def full(descriptor):
            if os.readlink("/proc/self/fd/%d" % descriptor).endswith(".new"):
                raise OSError(28, "No space left on device")

        for confirmed in (NONE, NOTHING):
            _files.os.fsync = full
            try:
                self.there.confirm(confirmed)
            except RulesetError as error:
                folder = self.host_file("etc/portledger/host")
                self.assertEqual("%s: cannot be written: No space left on device." % folder, str(error))
            finally:
                _files.os.fsync = real
            if confirmed.saved:
                self.assertEqual(before, self.there.undo())
        self.assertFalse(os.path.exists(self.there.folder))

    def test_rules_of_a_provider_that_left(self):
        """From a provider that our unit loads to one that loads by itself: the boot half-way loads none of the old."""
        self.there.write(NONE)
        self.there.write_undo(NONE.saved)
        self.die_after(1, lambda: self.there.confirm(NOTHING))
        self.another_boot()
        self.assertEqual((0, "", ""), self.run_script("undo"))
        self.assertEqual((0, "", ""), self.run_script("load"))
        self.assertEqual(Rules(self.there.program.code(()), ()), self.there.rules())
        self.assertEqual(["- rules that a boot loads"], self.there.drift(NOTHING))
        self.there.write(NOTHING)
        self.assertFalse(os.path.exists(self.there.folder))

    def die_after(self, replaced, work):
        """Let this many files be replaced, then end."""
        count = [0]
        real = os.rename

        def rename(old, new):
            if new.endswith(".json"):
                if count[0] == replaced:
                    raise _Killed()
                count[0] += 1
            real(old, new)

        def unlink(path):
            raise _Killed()

        real_unlink = os.unlink
        _files.os.rename = rename
        _files.os.unlink = unlink
        try:
            work()
        except _Killed:
            pass
        finally:
            _files.os.rename, _files.os.unlink = real, real_unlink

    # ---- what a change that is over has left

    def test_left_over(self):
        self.there.write(NONE)
        self.there.write_undo(NONE.saved)
        self.assertEqual([], self.there.drift(NONE, waits=True))
        self.assertEqual(["- files from before a change that is over"], self.there.drift(NONE))
        self.there.write(NONE)
        self.assertEqual([], self.there.drift(NONE))
        self.there.write_undo(NONE.saved)
        for name in ("undo.json", "undo"):
            os.unlink(self.host_file("etc/portledger/host/" + name))
            self.assertEqual(["- files from before a change that is over"], self.there.drift(NONE))
        self.there.write(NONE)
        self.assertEqual([], self.there.drift(NONE))
        self.assertEqual([], [name for name in os.listdir(self.host_file("etc/systemd/system")) if "undo" in name])

    def test_this_provider_is_the_real_one(self):
        state = Iptables().former(NONE.saved[0].state, Iptables().read(self.host, "host"))
        self.assertEqual({}, state.tables)


class _Killed(BaseException):
    """The process ends here."""


class OrderTest(unittest.TestCase):
    """What is written is on the disk before anything relies on it: data, then the name, then what comes after."""

    def setUp(self):
        self.folder = Folder({"proc/sys/kernel/random/boot_id": "one\n", "etc/systemd/system/x": ""})
        self.addCleanup(self.folder.remove)
        self.there = Persistence(self.folder.host(lambda arguments, data: (0, "", "")), "host")
        self.seen = []
        self.watch("rename", lambda old, new: [("rename", new)])
        self.watch("unlink", lambda path: [("unlink", path)])
        self.watch("symlink", lambda target, path: [("symlink", path)])
        self.watch("fsync", lambda descriptor: [("fsync", os.readlink("/proc/self/fd/%d" % descriptor))])

    def watch(self, name, say):
        real = getattr(os, name)

        def called(*arguments):
            said = say(*arguments)
            done = real(*arguments)
            self.seen.extend((what, path[len(self.folder.root) + 1:]) for what, path in said)
            return done

        setattr(os, name, called)
        self.addCleanup(setattr, os, name, real)

    def assert_in_order(self):
        for index, (what, path) in enumerate(self.seen):
            if what == "rename":
                self.assertEqual(("fsync", path + ".new"), self.seen[index - 1])
            if what in ("rename", "symlink", "unlink"):
                self.assertEqual(("fsync", os.path.dirname(path)), self.seen[index + 1], (what, path))
        self.assertIn("rename", [what for what, _path in self.seen])
        self.seen[:] = []

    def test_everything(self):
        self.there.write(NONE)
        self.assert_in_order()
        self.there.write(UNKNOWN)
        self.assert_in_order()
        self.there.write_undo(NONE.saved)
        self.assert_in_order()
        self.there.confirm(NONE)
        self.assert_in_order()


if __name__ == "__main__":
    unittest.main()
