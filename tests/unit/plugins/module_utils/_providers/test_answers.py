# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A program that fails is never taken for one that shows nothing, by no provider and at no place."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.reload import (
    finish_reload, reload_firewalld,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.netlink import IPSET, NF_TABLES
from ansible_collections.portledger.qradar.plugins.module_utils._packets.path import read_paths
from ansible_collections.portledger.qradar.plugins.module_utils._providers.choose import other_traces
from ansible_collections.portledger.qradar.plugins.module_utils._registry.providers import PROVIDERS
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store
from tests.unit.plugins.module_utils.support import Folder, Kernel, options

IPTABLES = ("iptables", "iptables-save", "iptables-restore", "ip6tables", "ip6tables-save", "ip6tables-restore")
TOOL = "opt/qradar/bin/iptables_update.pl"
FAILED = (124, "", "it took longer than 60 s and was ended")
WORDS = "failed: it took longer than 60 s and was ended."


class AnswersTest(unittest.TestCase):
    maxDiff = None

    def folder(self, programs, files=None, ipv6=True):
        files = dict({"proc/net/if_inet6": ""} if ipv6 else {}, **(files or {}))
        folder = Folder(files, programs)
        self.addCleanup(folder.remove)
        if TOOL in files:
            os.chmod(os.path.join(folder.root, TOOL), 0o755)
        return folder

    def host(self, folder, kernel, missing=()):
        host = folder.host(kernel)
        host.kernel_has = lambda part: part not in missing
        return host

    def traces(self, host):
        return [provider.NAME for provider in other_traces(PROVIDERS, host, "host", None)]

    def test_traces_of_what_fails(self):
        for programs, failing, files, found in (
            (["nft"], "nft", {}, ["nftables"]),
            (IPTABLES, "iptables-save", {}, ["iptables"]),
            (IPTABLES, "ip6tables-save", {}, ["iptables"]),
            (["ipset"], "ipset", {}, ["iptables"]),
            (IPTABLES, "ip6tables-save", {TOOL: ""}, ["iptables", "qradar"]),
            (IPTABLES, "iptables-save", {TOOL: ""}, ["iptables", "qradar"]),
        ):
            folder = self.folder(programs, files)
            self.assertEqual([], self.traces(self.host(folder, Kernel())))
            self.assertEqual(sorted(found), sorted(self.traces(self.host(folder, Kernel({failing: FAILED})))), failing)

    def test_no_traces_where_the_kernel_has_none(self):
        for programs, failing, missing, files in (
            (["nft"], "nft", [NF_TABLES], {}),
            (["ipset"], "ipset", [IPSET], {}),
            (IPTABLES, "iptables-save", [NF_TABLES], {}),
        ):
            host = self.host(self.folder(programs, files), Kernel({failing: FAILED}), missing)
            self.assertEqual([], self.traces(host), failing)
        without = self.folder(IPTABLES, ipv6=False)
        self.assertEqual([], self.traces(self.host(without, Kernel({"ip6tables-save": FAILED}))))

    def test_tables_of_the_older_iptables_need_no_nf_tables(self):
        folder = self.folder(IPTABLES, {"proc/net/ip_tables_names": "filter\n"})
        host = self.host(folder, Kernel({"iptables-save": FAILED}), [NF_TABLES])
        self.assertEqual(["iptables"], self.traces(host))

    def refused(self, message, programs, answers, files=None, **changes):
        host = self.host(self.folder(programs, files), Kernel(answers))
        with self.assertRaises(RulesetError) as caught:
            apply_ruleset(host, options(**changes), False)
        self.assertEqual(message, str(caught.exception))

    def test_removal_does_not_pass_over_it(self):
        absent = {"state": "absent", "plan": None}
        self.refused("nft list flowtables: " + WORDS, ["nft"], {"nft": FAILED}, **absent)
        self.refused("iptables-save: " + WORDS, IPTABLES, {"iptables-save": FAILED}, **absent)
        self.refused("ip6tables-save: " + WORDS, IPTABLES, {"ip6tables-save": FAILED}, **absent)

    def test_another_provider_is_not_loaded_beside_it(self):
        self.refused("nft list flowtables: " + WORDS, IPTABLES + ("nft",), {"nft": FAILED})
        self.refused("iptables-save: " + WORDS, IPTABLES, {"iptables-save": FAILED})

    def test_a_firewalld_that_cannot_be_asked_is_not_one_that_is_stopped(self):
        files = {"etc/firewalld/policies/portledger-host.xml": "<policy target='CONTINUE'/>"}
        for answers in ({"firewall-cmd": FAILED}, {"firewall-cmd": (1, "", "Error: DBUS_ERROR\n")}):
            words = WORDS if answers["firewall-cmd"] is FAILED else "failed: Error: DBUS_ERROR."
            self.refused("firewall-cmd --version: " + words, ["firewall-cmd", "nft"], answers, files,
                         state="absent", plan=None)

    def test_foreign_rules_that_cannot_be_read_are_named(self):
        for program, answer, said in (
            ("ipset", FAILED, "ipset save: failed: it took longer than 60 s and was ended. What it holds is not known, "
                              "so nothing can be compared or kept. Find out why it fails, then run this again."),
            ("iptables-save", FAILED, "iptables-save: failed: it took longer than 60 s and was ended"),
            ("ip6tables-save", (139, "", ""), "ip6tables-save: failed: exit code 139"),
            ("iptables", (1, "", "no such\n"), "iptables --version: failed: no such"),
            ("nft", (1, "", ""), "tables of nft: exit code 1"),
        ):
            host = self.host(self.folder(IPTABLES + ("ipset", "nft")), Kernel({program: answer}))
            self.assertEqual([said], read_paths(host, "host")[1])

    def test_the_older_iptables_too(self):
        folder = self.folder(IPTABLES + ("iptables-legacy-save",), {"proc/net/ip_tables_names": "filter\n"})
        kernel = Kernel({"iptables": (0, "iptables v1.8.9 (nf_tables)\n", ""), "iptables-legacy-save": FAILED})
        said = read_paths(self.host(folder, kernel), "host")[1]
        self.assertIn("iptables-legacy-save: failed: it took longer than 60 s and was ended", said)


class Firewalld(Kernel):
    """Answers for firewall-cmd by its first argument."""

    def __call__(self, arguments, data, seconds=None):
        self.calls.append((arguments, data))
        program = os.path.basename(arguments[0])
        answer = self.answers.get((program,) + tuple(arguments[1:])) or self.answers.get(program) or (0, "", "")
        return answer.pop(0) if isinstance(answer, list) else answer


class ReloadTest(unittest.TestCase):
    maxDiff = None

    def reloaded(self, answers, programs=("firewall-cmd", "iptables-save", "iptables-restore")):
        folder = Folder({}, programs)
        self.addCleanup(folder.remove)
        kernel = Firewalld(answers)
        try:
            reload_firewalld(folder.host(kernel), "host")
        except RulesetError as error:
            return str(error), kernel.calls
        return None, kernel.calls

    def test_nothing_is_reloaded_where_what_it_would_lose_is_not_known(self):
        for answers, said in (
            ({("firewall-cmd", "--list-all-zones"): FAILED}, "firewall-cmd --list-all-zones: failed: exit code 124."),
            ({("firewall-cmd", "--direct", "--get-all-rules"): FAILED},
             "firewall-cmd --direct --get-all-rules: failed: exit code 124."),
            ({"iptables-save": FAILED}, "iptables-save: " + WORDS),
        ):
            found, calls = self.reloaded(answers)
            self.assertEqual(said, found)
            self.assertNotIn("--reload", [call[0][-1] for call in calls])

    def test_foreign_rules_that_cannot_be_put_back_are_named(self):
        save = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n"
        found, _calls = self.reloaded({"iptables-save": [(0, save, ""), (0, "", "")], "iptables-restore": FAILED})
        self.assertEqual("Foreign settings are lost: iptables-restore: " + WORDS, found)
        # Putting all of it back because it could not be read again would double it.
        found, calls = self.reloaded({"iptables-save": [(0, save, ""), FAILED]})
        self.assertEqual("Foreign settings are lost: iptables-save: " + WORDS, found)
        self.assertNotIn("iptables-restore", [os.path.basename(call[0][0]) for call in calls])

    def test_whoever_comes_next_restores_what_a_kill_has_cost(self):
        save = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n"
        zone = "public\n  services: ssh http\n\n"
        listing = ("firewall-cmd", "--list-all-zones")
        programs = ("firewall-cmd", "iptables-save", "iptables-restore")
        folder = Folder({"run/portledger/host/pending.json": ""}, programs)
        self.addCleanup(folder.remove)

        class Killed(BaseException):
            """The process ends here."""

        class Dying(Firewalld):
            def __call__(self, arguments, data, seconds=None):
                if arguments[-1] == "--reload":
                    raise Killed
                return Firewalld.__call__(self, arguments, data, seconds)

        host = folder.host(Dying({"iptables-save": (0, save, ""), listing: (0, zone, "")}))
        self.assertRaises(Killed, reload_firewalld, host, "host")
        store = Store(host, "host")
        self.assertEqual(["firewalld"], store.unfinished())
        kernel = Firewalld({"iptables-save": (0, "", ""), listing: (0, zone.replace(" http", ""), "")})
        finish_reload(folder.host(kernel), "host")
        asked = [([os.path.basename(words[0])] + words[1:], data) for words, data in kernel.calls]
        self.assertIn((["firewall-cmd", "--zone=public", "--add-service=http"], None), asked)
        restored = [data for words, data in asked if words[0] == "iptables-restore"][-1:]
        self.assertEqual(["*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n"], restored)
        self.assertEqual([], store.unfinished())
        before = len(kernel.calls)
        finish_reload(folder.host(kernel), "host")
        self.assertEqual(before, len(kernel.calls))

    def test_half_a_note_is_none(self):
        for text in ("{", "[]", '{"settings": 1}'):
            folder = Folder({"run/portledger/host/unfinished-firewalld.json": text})
            self.addCleanup(folder.remove)
            kernel = Firewalld({})
            finish_reload(folder.host(kernel), "host")
            self.assertEqual([], kernel.calls)
            self.assertEqual([], Store(folder.host(), "host").unfinished())

    def test_a_foreign_setting_that_is_lost_is_named(self):
        zone = "public\n  services: ssh\n\n"
        before = (0, zone.replace("ssh", "ssh http"), "")
        add = ("firewall-cmd", "--zone=public", "--add-service=http")
        listing = ("firewall-cmd", "--list-all-zones")
        found, _calls = self.reloaded({listing: [before, (0, zone, ""), (0, zone, "")],
                                       add: (13, "", "Error: COMMAND_FAILED\n")})
        self.assertEqual("Foreign settings are lost: firewall-cmd --zone=public --add-service=http: failed: "
                         "Error: COMMAND_FAILED.", found)
        # It may have been put back by somebody else meanwhile.
        found, _calls = self.reloaded({listing: [before, (0, zone, ""), before],
                                       add: (11, "", "Error: ALREADY_ENABLED\n")})
        self.assertEqual(None, found)


if __name__ == "__main__":
    unittest.main()
