# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The whole module against an imagined kernel: what it asks, in which order, and what it says."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._packets import permits
from ansible_collections.portledger.qradar.plugins.module_utils._ruleset import apply_ruleset
from tests.unit.plugins.module_utils.support import TRACKED, Folder, Kernel, options, small_plan


PROGRAMS = ("iptables-save", "iptables-restore", "ip6tables-save", "ip6tables-restore", "ipset")


def permitting(chains=""):
    """A kernel where somebody permits a port."""
    rules = "-A INPUT -p tcp -m tcp --dport 9100 -j ACCEPT\n"
    return Kernel({"iptables-save": (0, "*filter\n:INPUT DROP [0:0]\n%s%sCOMMIT\n" % (chains, rules), "")})


def failing(error):
    def fail(*_asked):
        raise error

    return fail


class RulesetTest(unittest.TestCase):
    maxDiff = None

    def folder(self, programs=PROGRAMS, ipv6=True):
        folder = Folder({"proc/net/if_inet6": ""} if ipv6 else {}, programs)
        self.addCleanup(folder.remove)
        return folder

    def apply(self, kernel, check=False, folder=None, **changes):
        return apply_ruleset((folder or self.folder()).host(kernel), options(**changes), check)

    def refused(self, message, kernel=None, folder=None, **changes):
        kernel = kernel or Kernel()
        with self.assertRaises(RulesetError) as caught:
            self.apply(kernel, folder=folder, **changes)
        self.assertEqual(message, str(caught.exception))
        return kernel

    def programs(self, kernel):
        return [" ".join(call[0]) for call in kernel.calls]

    def test_order_of_work(self):
        kernel = Kernel()
        result = self.apply(kernel, management=["198.18.9.0/24"])
        self.assertEqual(
            ["iptables-save", "ip6tables-save", "ipset save", "ipset restore",
             "iptables-restore --noflush -w 60 --test", "ip6tables-restore --noflush -w 60 --test",
             "iptables-restore --noflush -w 60", "ip6tables-restore --noflush -w 60"],
            self.programs(kernel),
        )
        self.assertEqual("iptables", result["provider"])
        self.assertEqual(
            ["+ tcp/32006 ariel_query from component (3 addresses)", "+ ICMP errors", "+ loopback",
             "+ management tcp/22 from 198.18.9.0/24", "+ multicast listeners", "+ neighbour discovery", "+ replies",
             "+ unlisted: drop"],
            result["difference"],
        )
        self.assertEqual("\n".join(result["difference"]) + "\n", result["diff"]["prepared"])
        self.assertEqual({"connection": None, "networks": ["198.18.9.0/24"], "ports": [22]}, result["management"])

    def test_running_connections_are_known_before_the_first_rules(self):
        restore = "iptables-restore --noflush -w 60"
        track = [tool + " -w 60 " + what
                 for tool in ("iptables", "ip6tables")
                 for what in ("-N PORTLEDGER-IN", "-A PORTLEDGER-IN -m conntrack --ctstate ESTABLISHED")]
        for count in ("0\n", ""):
            kernel = Kernel()
            folder = self.folder()
            folder.write(TRACKED, count)
            folder.write("proc/uptime", "1000.00 0\n")
            self.apply(kernel, folder=folder)
            self.assertEqual(track + [restore + " --test", "ip6tables-restore --noflush -w 60 --test"]
                             + [restore, "ip6tables-restore --noflush -w 60"], self.programs(kernel)[-8:])
        kernel = Kernel({"iptables-restore": [(0, "", ""), (1, "", "iptables-restore: line 30 failed\n")]})
        self.refused("iptables-restore: failed: iptables-restore: line 30 failed. "
                     "Nothing was changed.", kernel, folder=folder)
        self.assertEqual(
            [tool + " -w 60 -%s PORTLEDGER-IN" % command for tool in ("iptables", "ip6tables") for command in "FX"],
            [call for call in self.programs(kernel) if " -F " in call or " -X " in call])

    def test_check_mode_only_reads(self):
        kernel = Kernel()
        result = self.apply(kernel, check=True)
        self.assertEqual(["iptables-save", "ip6tables-save", "ipset save"], self.programs(kernel))
        self.assertEqual(self.apply(Kernel()), result)

    def test_rules_that_lose_their_effect_are_told_before_anything_is_loaded(self):
        counted = {"first": True, "lost_rules": 1}
        self.assertEqual(dict(counted, changed=False), self.apply(permitting(), count_lost=True))
        self.assertEqual(
            dict(self.apply(permitting()), **counted), self.apply(permitting(), check=True, count_lost=True))
        # Neither where there are rules of ours, nor where ours drop nothing, or are removed.
        ours = permitting(":PORTLEDGER-IN - [0:0]\n")
        for kernel, changes in ((ours, {}), (permitting(), {"unlisted": "log"}), (permitting(), {"state": "absent"})):
            self.assertNotIn("first", self.apply(kernel, check=True, count_lost=True, **changes))

    def test_where_nothing_loses_its_effect_rules_are_loaded_at_once(self):
        self.assertEqual(self.apply(Kernel()), self.apply(Kernel(), count_lost=True))

    def test_rules_that_cannot_be_counted(self):
        self.addCleanup(setattr, permits, "count_lost", permits.count_lost)
        for error, why in ((ValueError("no number"), "no number"), (KeyError(), "KeyError")):
            permits.count_lost = failing(error)
            self.assertEqual(
                {"changed": False, "first": True, "why": why}, self.apply(permitting(), count_lost=True))

    def test_without_ipset(self):
        # Not installed; and with a kernel that knows no sets, by its own word.
        for folder, kernel, has in (
            (self.folder(PROGRAMS[:4]), Kernel(), True),
            (self.folder(), Kernel({"ipset": (1, "", "Kernel error received: Invalid argument")}), False),
        ):
            host = folder.host(kernel)
            host.kernel_has = lambda part, has=has: has
            apply_ruleset(host, options(), False)
            load = ["iptables-restore", "--noflush", "-w", "60"]
            loaded = next(data for call, data in kernel.calls if call == load)
            self.assertIn("-A PORTLEDGER-IN -s 198.18.1.1/32 -m comment --comment component -j ", loaded)

    def test_a_failing_ipset_is_not_an_empty_one(self):
        message = (
            "ipset save: failed: %s. What it holds is not known, so nothing can be compared or kept. Find out why it "
            "fails, then run this again."
        )
        for has in (True, None):
            for answer, words in (
                ((1, "", "Kernel error received: Operation not permitted"),
                 "Kernel error received: Operation not permitted"),
                ((124, "create portledger-h4-x hash:net family inet\n", "it took longer than 60 s and was ended"),
                 "it took longer than 60 s and was ended"),
                ((139, "", ""), "exit code 139"),
            ):
                host = self.folder().host(Kernel({"ipset": answer}))
                host.kernel_has = lambda part, has=has: has
                for changes in ({}, {"state": "absent", "plan": None}):
                    with self.assertRaises(RulesetError) as caught:
                        apply_ruleset(host, options(**changes), False)
                    self.assertEqual(message % words, str(caught.exception))

    def test_without_ipv6(self):
        kernel = Kernel()
        self.apply(kernel, folder=self.folder(PROGRAMS[:2], ipv6=False))
        self.assertEqual(["iptables-save", "iptables-restore --noflush -w 60 --test",
                          "iptables-restore --noflush -w 60"], self.programs(kernel))

    def test_nothing_there_nothing_to_remove(self):
        kernel = Kernel()
        result = self.apply(kernel, state="absent", plan=None)
        self.assertEqual((False, []), (result["changed"], result["difference"]))
        self.assertNotIn("management", result)
        self.assertEqual(["iptables-save", "ip6tables-save", "ipset list -n"], self.programs(kernel))

    def test_missing_programs(self):
        folder = self.folder(PROGRAMS[2:])
        bin = os.path.join(folder.root, "bin")
        message = "%s: not found in PATH (%s).%s Install the package iptables, or choose another provider."
        kernel = self.refused(message % ("iptables-save", bin, ""), folder=folder)
        self.assertEqual([], kernel.calls)
        folder = self.folder(PROGRAMS[:2])
        bin = os.path.join(folder.root, "bin")
        why = " The kernel has IPv6, which would stay open."
        self.refused(message % ("ip6tables-save", bin, why), folder=folder)

    def test_bad_input_changes_nothing(self):
        kernel = self.refused(
            "management: '198.18.9.1/24' has host bits set; the network is 198.18.9.0/24. "
            "Write networks as 198.18.9.0/24 or 2001:db8:9::/64, addresses without a length.",
            management=["198.18.9.1/24"],
        )
        self.assertEqual([], kernel.calls)
        kernel = self.refused(
            "plan: version: 3 is not 1. Let the action plugin of portledger.qradar.ruleset make the plan, from the "
            "same release as the module.",
            plan=small_plan(version=3),
        )
        self.assertEqual([], kernel.calls)

    def test_reading_fails(self):
        words = "iptables-save v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied"
        self.refused("iptables-save: failed: %s." % words, Kernel({"iptables-save": (4, "", words + "\n")}))

    def test_rules_that_only_nft_can_show(self):
        save = "# Table `filter' is incompatible, use 'nft' tool.\n"
        self.refused(
            "iptables-save: cannot read the table filter, for it holds rules that only nft can show. "
            "Move these into a table of their own.",
            Kernel({"iptables-save": (0, save, "")}),
        )

    def test_a_failing_test_changes_nothing(self):
        words = ("iptables-restore v1.8.9 (nf_tables): Couldn't load match `comment':No such file or directory\n\n"
                 "Error occurred at line: 7\nTry `iptables-restore -h' or 'iptables-restore --help' for more.\n")
        kernel = self.refused(
            "iptables-restore --test: failed: iptables-restore v1.8.9 (nf_tables): Couldn't load match "
            "`comment':No such file or directory Error occurred at line: 7. The line is: "
            "-A PORTLEDGER-IN -m conntrack --ctstate RELATED,ESTABLISHED -m comment --comment replies -j ACCEPT. "
            "Nothing was changed.",
            Kernel({"iptables-restore": (2, "", words)}),
        )
        self.assertEqual(["iptables-save", "ip6tables-save", "ipset save", "ipset restore",
                          "iptables-restore --noflush -w 60 --test", "ipset restore"], self.programs(kernel))
        made = {line.split()[2] for line in kernel.calls[3][1].splitlines() if line.startswith("create")}
        destroyed = {line.split()[1] for line in kernel.calls[-1][1].splitlines()}
        self.assertEqual(made, destroyed)

    def test_second_family_fails_first_is_put_back(self):
        good, bad = (0, "", ""), (1, "", "ip6tables-restore: line 11 failed\n")
        kernel = Kernel({"ip6tables-restore": [good, bad]})
        line = ("-A PORTLEDGER-IN -p ipv6-icmp -m icmp6 --icmpv6-type 3 -m comment --comment \"ICMP errors\" "
                "-j ACCEPT")
        self.refused(
            "ip6tables-restore: failed: ip6tables-restore: line 11 failed. The line is: %s. "
            "Nothing was changed." % line, kernel)
        calls = [(" ".join(call), data) for call, data in kernel.calls]
        self.assertEqual(("iptables-restore --noflush -w 60", "*filter\n:PORTLEDGER-IN - [0:0]\n"), (
            calls[-2][0], calls[-2][1][: len("*filter\n:PORTLEDGER-IN - [0:0]\n")]))
        self.assertIn("-D INPUT -j PORTLEDGER-IN\n", calls[-2][1])
        self.assertIn("-X PORTLEDGER-IN\n", calls[-2][1])
        self.assertTrue(calls[-1][1].startswith("destroy portledger-h"))

    def test_old_iptables_does_not_wait(self):
        unknown = (2, "", "iptables-restore: unrecognized option '-w'\n")
        kernel = Kernel({"iptables-restore": [unknown]})
        self.apply(kernel)
        self.assertEqual(
            ["iptables-restore --noflush -w 60 --test", "iptables-restore --noflush --test",
             "ip6tables-restore --noflush -w 60 --test", "iptables-restore --noflush",
             "ip6tables-restore --noflush -w 60"], self.programs(kernel)[4:])

    def test_failing_ipset(self):
        words = "ipset v7.17: Error in line 1: Hash is full, cannot add more elements"
        kernel = Kernel({"ipset": [(0, "", ""), (1, "", words)]})
        self.refused("ipset restore: failed: %s. Nothing was changed." % words, kernel)
        self.assertEqual(["iptables-save", "ip6tables-save", "ipset save", "ipset restore", "ipset restore"],
                         self.programs(kernel))

    def test_set_of_another_type(self):
        kernel = Kernel()
        self.apply(kernel)
        name = next(line.split()[2] for line in kernel.calls[3][1].splitlines() if line.startswith("create"))
        kernel = Kernel({"ipset": (0, "create %s hash:ip family inet hashsize 64 maxelem 65536\n" % name, "")})
        self.refused(
            "ipset: the set %s is of type hash:ip family inet, which this module never makes. Remove the rules that "
            "use it, then: ipset destroy %s." % (name, name), kernel)


if __name__ == "__main__":
    unittest.main()
