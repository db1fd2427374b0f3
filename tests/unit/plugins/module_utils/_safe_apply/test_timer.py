# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The timer as a process, with programs that stand in for iptables and systemd."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re
import signal
import subprocess
import sys
import time
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.provider import Iptables
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply import arm as _arm
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.arm import arm
from tests.unit.plugins.module_utils.support import Folder, options

PACKAGE = "ansible_collections.portledger.qradar.plugins.module_utils"
# A kernel in a file: it stores what it is given in the form that iptables-save gives it back.
SAVE = """#!/bin/sh
cat "$(dirname "$0")/../rules"
"""
RESTORE = """#!/bin/sh
rules=$(dirname "$0")/../rules
text=$(cat)
case " $* " in *" --test "*) exit 0;; esac
echo "$text" >> "$rules.log"
case $text in
    *-X*) : > "$rules";;
    *) echo "$text" | sed -E 's/^-I (\\S+) [0-9]+ /-A \\1 /; s/^(:\\S+) .*/\\1 - [0:0]/' > "$rules";;
esac
"""
SYSTEMD_RUN = """#!/bin/sh
for word; do echo "$word"; done > "$(dirname "$0")/../systemd-run"
"""
SYSTEMCTL = """#!/bin/sh
echo "$@" >> "$(dirname "$0")/../systemctl"
[ "$1" != is-active ] || echo active
"""


class TimerTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.folder = Folder({"run/here": "", "rules": ""})
        self.addCleanup(self.folder.remove)
        self.program("iptables-save", SAVE)
        self.program("iptables-restore", RESTORE)
        os.symlink("/proc/uptime", os.path.join(self.folder.root, "proc/uptime"))
        self.host = self.folder.host(run_program, {"PATH": "/usr/bin:/bin"})
        # As find() does, but the stand-ins need sed and cat as well.
        self.host.path.extend(["/usr/bin", "/bin"])
        self.store = Store(self.host, "host")
        self.addCleanup(self.end_timers)

    def program(self, name, text):
        os.chmod(self.folder.write("bin/" + name, text), 0o755)

    def text(self, name):
        path = os.path.join(self.folder.root, name)
        if not os.path.exists(path):
            return ""
        with open(path) as stream:
            return stream.read()

    def timers(self):
        """Timers of this test that run: process, command line, parent, session."""
        found = []
        for number in os.listdir("/proc"):
            if number.isdigit():
                try:
                    with open("/proc/%s/cmdline" % number) as stream:
                        command = stream.read()
                    with open("/proc/%s/stat" % number) as stream:
                        words = stream.read().rpartition(")")[2].split()
                except (IOError, OSError):
                    continue
                # A zombie has no command line.
                if self.folder.root + "/run/portledger" in command:
                    found.append((int(number), command, int(words[1]), int(words[3])))
        return found

    def end_timers(self):
        for process, _command, _parent, _session in self.timers():
            os.kill(process, signal.SIGKILL)

    def apply(self, seconds=1, **changes):
        change = {"phase": "apply", "token": "t1"}
        return apply_ruleset(self.host, options(change=change, confirm_seconds=seconds, **changes), False)

    def wait_until(self, condition, seconds=15):
        end = time.time() + seconds
        while not condition():
            self.assertTrue(time.time() < end, "it did not happen")
            time.sleep(0.05)

    def test_a_process_puts_back(self):
        before = time.time()
        self.assertEqual("process", self.apply(seconds=4)["timer"])
        self.assertIn("-A INPUT -j PORTLEDGER-IN\n", self.text("rules"))
        timer, = self.timers()
        # Nothing that ends with the connection is its parent, its session, or one of its files.
        self.assertNotEqual(os.getpid(), timer[2])
        self.assertNotEqual(os.getsid(0), timer[3])
        self.assertNotEqual(timer[0], timer[3])
        opened = "/proc/%d/fd" % timer[0]
        files = sorted(os.readlink(os.path.join(opened, number)) for number in os.listdir(opened))
        log = os.path.join(self.store.program("t1"), "log")
        self.assertEqual(["/dev/null", log, log], [name for name in files if not name.startswith("/proc/")])
        os.kill(timer[0], signal.SIGHUP)
        self.wait_until(lambda: self.text("rules") == "")
        self.assertTrue(time.time() - before >= 4)
        self.wait_until(lambda: not self.timers())
        self.assertEqual(["outcome.json"], os.listdir(self.store.folder))
        self.assertEqual("nobody confirmed it within 4 s", self.store.outcome().why)

    def test_a_confirmation_ends_the_process(self):
        self.apply(seconds=60)
        loaded = self.text("rules")
        change = {"phase": "confirm", "token": "t1", "over_new_connection": True}
        confirmed = apply_ruleset(self.host, options(change=change), False)
        self.assertEqual({"outcome": "confirmed", "why": "over a new connection"}, confirmed)
        self.wait_until(lambda: not self.timers(), 3)
        self.assertEqual(loaded, self.text("rules"))

    def test_a_removal_is_confirmed_although_nothing_is_left_that_would_know_of_it(self):
        change = {"phase": "confirm", "token": "t1", "over_new_connection": True}

        def confirm(state):
            found = apply_ruleset(self.host, options(change=change, state=state), False)
            return found["outcome"], found["why"]

        self.apply(seconds=60)
        self.assertEqual(("confirmed", "over a new connection"), confirm("present"))
        change["token"] = "t2"
        unknown = ("unknown", "the host does not know this change")
        self.assertEqual(unknown, confirm("absent"))
        removal = {"phase": "apply", "token": "t2"}
        apply_ruleset(self.host, options(change=removal, confirm_seconds=60, state="absent"), False)
        self.assertEqual(("confirmed", "over a new connection"), confirm("absent"))
        # The answer was lost on its way.
        self.assertEqual(("confirmed", "nothing of this collection is left"), confirm("absent"))
        self.assertEqual(unknown, confirm("present"))

    def test_it_needs_nothing_but_its_own_folder(self):
        self.apply(seconds=60)
        script = os.path.join(self.store.program("t1"), "restore.py")
        self.end_timers()
        self.store.write(self.store.pending()._replace(deadline=0))
        # No module path, no home, no directory to be in.
        done = subprocess.Popen(["/bin/sh", "-c", 'cd / && exec "$0" -E -s -B "$1"', sys.executable, script], env={},
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.assertEqual((b"", b""), done.communicate())
        self.assertEqual(0, done.returncode)
        self.assertEqual("", self.text("rules"))

    def test_a_program_that_cannot_start(self):
        with self.store.lock():
            real, sys.executable = sys.executable, self.folder.root + "/no-python"
            self.addCleanup(setattr, sys, "executable", real)
            self.assertRaises(RulesetError, arm, self.host, self.store, "t1", 1)

    def incomplete(self):
        """Nothing is loaded where the way back lacks a part of its code."""
        real = _arm.code_of
        _arm.code_of = lambda providers: [name for name in real(providers) if name != "_iptables.restore"]
        self.addCleanup(setattr, _arm, "code_of", real)
        with self.assertRaises(RulesetError) as caught:
            self.apply(seconds=30)
        found = re.sub(r"^.*/restore\.py ", "restore.py ", str(caught.exception))
        found = found.replace("ModuleNotFoundError", "ImportError").replace("'", "")
        where = "" if sys.version_info[0] == 2 else PACKAGE + "._iptables."
        self.assertEqual("", self.text("rules"))
        self.assertEqual([], self.timers())
        self.assertIsNone(self.store.pending())
        return found.replace("No module named %srestore" % where, "No module named restore")

    def test_a_process_that_lacks_a_part_of_its_code(self):
        self.assertEqual(
            "restore.py --detach: failed: ImportError: No module named restore. Nothing was changed.", self.incomplete()
        )

    def test_systemd_is_not_asked_to_start_what_lacks_a_part_of_its_code(self):
        self.have_systemd()
        self.assertEqual(
            "restore.py --try: failed: ImportError: No module named restore. Nothing was changed.", self.incomplete()
        )
        self.assertEqual("", self.text("systemd-run"))

    # ---- systemd, by a stand-in: no test here is run by the real one

    def have_systemd(self):
        self.program("systemd-run", SYSTEMD_RUN)
        self.program("systemctl", SYSTEMCTL)
        self.folder.write("proc/1/comm", "systemd\n")
        os.makedirs(os.path.join(self.folder.root, "run/systemd/system"))
        for process in ("1", "self"):
            place = os.path.join(self.folder.root, "proc", process, "ns")
            os.makedirs(place)
            os.symlink("net:[4026531840]", os.path.join(place, "net"))
        os.symlink("/", os.path.join(self.folder.root, "proc/1/root"))

    def test_systemd(self):
        self.have_systemd()
        self.assertEqual("systemd", self.apply(seconds=30)["timer"])
        self.assertEqual([], self.timers())
        self.assertEqual(
            ["--quiet", "--unit=portledger-restore-host-t1",
             "--description=Puts back the firewall rules that were there before an unconfirmed change",
             "--on-active=30s", "--timer-property=AccuracySec=100ms", "--property=Restart=on-abnormal",
             "--property=RestartSec=1s", "--property=StartLimitIntervalSec=0",
             sys.executable, "-E", "-s", "-B", self.store.program("t1") + "/restore.py"],
            self.text("systemd-run").splitlines(),
        )
        command = self.text("systemd-run").splitlines()[8:]
        # It is started on time, but the rules were loaded a moment after that was set.
        self.store.write(self.store.pending()._replace(deadline=self.host.uptime() + 1))
        done = subprocess.Popen(command, env={"PATH": "/usr/bin:/bin"})
        self.assertEqual(0, done.wait())
        self.assertEqual("", self.text("rules"))
        self.assertEqual(["is-active portledger-restore-host-t1.timer", "stop portledger-restore-host-t1.timer"],
                         self.text("systemctl").splitlines())

    def process_instead(self):
        self.assertEqual("process", self.apply(seconds=30)["timer"])
        self.assertEqual(1, len(self.timers()))

    def test_systemd_refuses(self):
        self.have_systemd()
        self.program("systemd-run", "#!/bin/sh\necho 'Failed to start transient timer unit' >&2\nexit 1\n")
        self.process_instead()

    def test_systemd_refuses_to_start_it_again_after_a_kill(self):
        self.have_systemd()
        refuses = 'case "$*" in *Restart=*) echo "Unknown assignment: Restart" >&2; exit 1;; esac\n'
        self.program("systemd-run", SYSTEMD_RUN.replace("#!/bin/sh\n", "#!/bin/sh\n" + refuses))
        self.assertEqual("systemd", self.apply(seconds=30)["timer"])
        self.assertEqual([], self.timers())
        self.assertEqual(
            ["--on-active=30s", "--timer-property=AccuracySec=100ms", sys.executable],
            self.text("systemd-run").splitlines()[3:6],
        )

    def test_systemd_does_not_keep_its_word(self):
        self.have_systemd()
        self.program("systemctl", "#!/bin/sh\necho inactive\nexit 3\n")
        self.process_instead()

    def test_systemd_of_another_network(self):
        self.have_systemd()
        place = os.path.join(self.folder.root, "proc/self/ns/net")
        os.unlink(place)
        os.symlink("net:[4026532999]", place)
        self.process_instead()
        self.assertEqual("", self.text("systemd-run"))

    def test_systemd_of_other_files(self):
        self.have_systemd()
        place = os.path.join(self.folder.root, "proc/1/root")
        os.unlink(place)
        os.symlink("/nowhere", place)
        self.process_instead()
        self.assertEqual("", self.text("systemd-run"))


class SavedTest(unittest.TestCase):
    """What the provider iptables saves, and makes of it when foreign rules have changed."""

    def host(self, save):
        folder = Folder({}, ("iptables-save", "iptables-restore", "ipset"))
        self.addCleanup(folder.remove)
        answers = {"iptables-save": save, "ipset": SETS}
        return folder.host(lambda arguments, data, seconds: (0, answers.get(os.path.basename(arguments[0]), ""), ""))

    def test_round_trip(self):
        host = self.host(OLD)
        present = Iptables().read(host, "host")
        former = Iptables().former(Iptables().save(present), present)
        self.assertEqual([], Iptables().compare(host, "host", present, former))
        self.assertEqual(present.tables["ipv4"].jumps[0][:2], former.tables["ipv4"].jumps[0][:2])
        self.assertEqual(present.sets.members, former.sets.members)
        self.assertEqual(present.sets.kinds, former.sets.kinds)

    def jumps(self, save):
        data = Iptables().save(Iptables().read(self.host(OLD), "host"))
        there = Iptables().former(data, Iptables().read(self.host(save), "host")).tables["ipv4"].jumps
        return [(chain, position) for chain, position, _rule in there]

    def test_places_of_jumps(self):
        self.assertEqual([("INPUT", 2), ("theirs", 1)], self.jumps(OLD))
        gone = OLD.replace("-A INPUT -s 198.18.5.1/32 -j DROP\n", "")
        self.assertEqual([("INPUT", 1), ("theirs", 1)], self.jumps(gone))
        self.assertEqual([("INPUT", 1)], self.jumps(""))
        only_theirs = "\n".join(line for line in OLD.splitlines() if "PORTLEDGER" not in line)
        self.assertEqual([("INPUT", 2), ("theirs", 1)], self.jumps(only_theirs))


OLD = """*filter
:INPUT ACCEPT [0:0]
:PORTLEDGER-IN - [0:0]
:theirs - [0:0]
-A INPUT -s 198.18.5.1/32 -j DROP
-A INPUT -j PORTLEDGER-IN
-A PORTLEDGER-IN -m comment --comment "with \\"marks\\"" -j ACCEPT
-A theirs -j PORTLEDGER-IN
COMMIT
"""
SETS = """create portledger-h4-0123456789abcdef hash:net family inet hashsize 64 maxelem 65536
add portledger-h4-0123456789abcdef 198.18.1.1
create portledger-h4-mine hash:ip family inet hashsize 64 maxelem 65536
"""


if __name__ == "__main__":
    unittest.main()
