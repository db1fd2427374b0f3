# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""ruleset_info against an imagined kernel: what it asks, and all that it says."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset_info import ruleset_info
from tests.unit.plugins.module_utils.support import Folder, Kernel, options

PROGRAMS = ("iptables", "iptables-save", "iptables-restore", "dmesg")
FILES = {"proc/stat": "btime 1800000000\n", "proc/uptime": "5000.50 1.00\n",
         "proc/sys/kernel/random/boot_id": "this-boot\n"}
VERSION = "iptables v1.8.9 (nf_tables)"
# As small_plan() makes it, but for replies, which are there twice.
SAVE = """*filter
:INPUT ACCEPT [0:0]
:FORWARD ACCEPT [0:0]
:PORTLEDGER-IN - [0:0]
-A INPUT -j PORTLEDGER-IN
-A PORTLEDGER-IN -i lo -m comment --comment loopback -j ACCEPT
-A PORTLEDGER-IN -m comment --comment "unlisted: log" -j RETURN
COMMIT
"""
DMESG = ("[    0.000000] Linux version 6.18.44\n"
         "[ 1000.500000] portledger: IN=v0 OUT= MAC= SRC=198.18.1.2 DST=198.18.1.9 LEN=60 PROTO=TCP SPT=1 DPT=22\n"
         "[ 1000.600000] portledger: IN=v0\n")
PENDING = {"token": "0123456789abcdef", "boot": "this-boot", "seconds": 30, "deadline": 5012.0, "timer": "systemd",
           "connection": "198.18.9.7 50000 198.18.1.1 22", "path": [], "forget": False,
           "saved": [], "at_boot": {"saved": [], "wait": None}, "undo": False, "confirmed": False}


class Counting(Kernel):
    """Gives the same rules with and without counters."""

    def __call__(self, arguments, data, seconds=None):
        code, out, err = Kernel.__call__(self, arguments, data)
        if arguments[1:] == ["-c"]:
            out = out.replace("-A ", "[4:240] -A ")
        return code, out, err


def kernel(save="", dmesg=DMESG):
    return Counting({"iptables-save": (0, save, ""), "dmesg": (0, dmesg, ""), "iptables": (0, VERSION + "\n", "")})


def info_options(**changes):
    return options(since="boot", unlisted="log", **changes)


class InfoTest(unittest.TestCase):
    maxDiff = None

    def info(self, answers, files=None, **changes):
        folder = Folder(dict(FILES, **(files or {})), PROGRAMS)
        self.addCleanup(folder.remove)
        return ruleset_info(folder.host(answers), info_options(**changes))

    def test_everything_at_once(self):
        asked = kernel(SAVE)
        found = self.info(asked, {
            "run/portledger/host/pending.json": json.dumps(PENDING),
            "run/portledger/host/outcome.json": json.dumps({"token": "t", "outcome": "restored", "why": "late"}),
            "run/portledger/host/boot.json": json.dumps({"outcome": "loaded", "why": ""}),
            "etc/portledger/host/rules.json": json.dumps({"code": "", "saved": [{"provider": "iptables", "state": {
                "tables": {"ipv4": {"chains": {}, "jumps": [], "first": False}}, "sets": None}}]}),
        })
        self.assertEqual(
            [
                "+ tcp/32006 ariel_query from component (2 addresses)",
                "+ ICMP errors",
                "+ replies",
                # The rule that logs; what containers publish is in the same lines.
                "+ unlisted: log",
            ],
            found.pop("difference"),
        )
        self.assertEqual(
            {
                "changed": False,
                "provider": "iptables",
                "loaded": [{"provider": "iptables", "version": VERSION, "used": True}],
                "persistent": {
                    "loaded_by": "nothing",
                    "providers": ["iptables"],
                    "difference": ["- loopback", "- unlisted: log"],
                    "undo": False,
                    "problem": None,
                    "last_boot": {"outcome": "loaded", "why": ""},
                },
                "pending": {
                    "seconds": 30,
                    "seconds_left": 11,
                    "connection": {"address": "198.18.9.7", "address_port": 50000, "port": 22},
                    "timer": "systemd",
                },
                "outcome": {"outcome": "restored", "why": "late"},
                "in_force": False,
                "management": {"connection": None, "networks": [], "ports": [22]},
                "counters": [{"service": "unlisted: log", "source": None, "destination": None, "ports": [],
                              "packets": 4, "bytes": 240}],
                "logged": [{
                    "source": "198.18.1.2", "source_sets": ["component"], "destination": "198.18.1.9",
                    "transport": "tcp", "port": 22, "icmp_type": None, "verdict": "unlisted", "published": False,
                    "packets": 1, "first": "2027-01-15T08:16:40Z", "last": "2027-01-15T08:16:40Z",
                }],
                "log": {
                    "read_from": "dmesg",
                    "since": "2027-01-15T08:00:00Z",
                    "complete": True,
                    "packets": 1,
                    "lower_bound": True,
                    "unparsed": 1,
                    "flows_left_out": 0,
                    "met": {"unlisted: log": 4},
                    "notes": ["journalctl is not installed."],
                },
            },
            found,
        )
        self.assertEqual({"iptables", "iptables-save", "dmesg"}, {call[0] for call, _data in asked.calls})
        self.assertEqual({None}, {data for _call, data in asked.calls})

    def test_nothing_is_there(self):
        found = self.info(kernel(dmesg=""))
        self.assertEqual(
            ([], None, None, [], [], False),
            tuple(found[key] for key in ("loaded", "pending", "outcome", "counters", "logged", "in_force")),
        )
        self.assertEqual({}, found["log"]["met"])

    def test_a_change_of_a_former_boot_and_one_without_ssh(self):
        name = "run/portledger/host/pending.json"
        self.assertIsNone(self.info(kernel(SAVE), {name: json.dumps(dict(PENDING, boot="before"))})["pending"])
        late = json.dumps(dict(PENDING, connection="", deadline=4000.0))
        self.assertEqual({"seconds": 30, "seconds_left": 0, "connection": None, "timer": "systemd"},
                         self.info(kernel(SAVE), {name: late})["pending"])

    def test_a_change_that_somebody_else_has_written(self):
        name = "run/portledger/host/pending.json"
        for connection in ("a b c d", "198.18.9.7 50000 198.18.1.1 x", "198.18.9.7 0 198.18.1.1 22", "1 2 3"):
            odd = json.dumps(dict(PENDING, connection=connection))
            self.assertIsNone(self.info(kernel(SAVE), {name: odd})["pending"]["connection"], connection)
        for odd in (float("nan"), float("inf")):
            with self.assertRaises(RulesetError) as caught:
                self.info(kernel(SAVE), {name: json.dumps(dict(PENDING, deadline=odd))})
            self.assertIn("pending.json: damaged", str(caught.exception))

    def test_a_saved_state_of_another_form(self):
        state = {"tables": {"ipv4": {"chains": {}, "jumps": [], "first": 1}}, "sets": {"members": [], "kinds": 7}}
        rules = {"code": "", "saved": [{"provider": "iptables", "state": state}]}
        found = self.info(kernel(SAVE), {"etc/portledger/host/rules.json": json.dumps(rules)})["persistent"]
        self.assertIn("/etc/portledger/host: cannot be used: ", found["problem"])

    def test_what_is_written_for_a_boot_is_broken(self):
        for text, why in (("{", None), ('{"code": "", "saved": [{"provider": "none", "state": {}}]}', "'none'")):
            found = self.info(kernel(SAVE), {"etc/portledger/host/rules.json": text})["persistent"]
            self.assertIn("/etc/portledger/host: cannot be used: ", found["problem"])
            if why:
                self.assertTrue(found["problem"].endswith(why), found["problem"])

    def test_the_kernel_does_not_log(self):
        notes = self.info(kernel(SAVE, "[    0.000000] Linux\n"))["log"]["notes"]
        self.assertEqual(
            [
                "journalctl is not installed.",
                "Packets met a rule that logs, but the kernel's log has no line about them. In a network namespace "
                "other than the first, the kernel logs nothing unless net.netfilter.nf_log_all_netns is 1.",
            ],
            notes,
        )

    def test_a_gateway_too(self):
        notes = self.info(kernel(SAVE + ":PORTLEDGER-FWD - [0:0]\n"))["log"]["notes"]
        self.assertEqual(
            [
                "journalctl is not installed.",
                "This host is a gateway, too: what its containers publish is left out, for it looks the same in the "
                "log.",
            ],
            notes,
        )

    def test_bad_input_is_refused_before_anything_is_asked(self):
        for changes, message in (
            ({"since": "soon"}, "since: 'soon' is not a time. Write boot, a number of seconds, 2 hours ago, or a time "
             "such as 2026-01-31 08:00 or 2026-01-31T08:00:00Z."),
            ({"plan": None}, "plan: missing. Let the action plugin of portledger.qradar.ruleset make the plan, from "
             "the same release as the module."),
            ({"management": ["x"]}, "management: 'x' is neither an address nor a network. Write networks as "
             "198.18.9.0/24 or 2001:db8:9::/64, addresses without a length."),
        ):
            asked = kernel(SAVE)
            with self.assertRaises(RulesetError) as caught:
                folder = Folder(FILES, PROGRAMS)
                self.addCleanup(folder.remove)
                ruleset_info(folder.host(asked), dict(info_options(), **changes))
            self.assertEqual(message, str(caught.exception))
            if "since" not in changes:
                self.assertEqual([], asked.calls)


if __name__ == "__main__":
    unittest.main()
