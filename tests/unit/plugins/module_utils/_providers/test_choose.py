# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which provider fits a host, who would undo it, and what is said when one takes the place of another."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base import contract
from ansible_collections.portledger.qradar.plugins.module_utils._providers.provider import Provider
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.provider import Firewalld
from ansible_collections.portledger.qradar.plugins.module_utils._providers import choose as _providers
from ansible_collections.portledger.qradar.plugins.module_utils import _ruleset
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._providers.rivals import runs_firewalld
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.apply import Part
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import AtBoot, Saved, Wait
from ansible_collections.portledger.qradar.plugins.module_utils._providers.signs import has_sign
from tests.unit.plugins.module_utils.support import Folder

TOOL = "opt/qradar/bin/iptables_update.pl"
RULE = "*filter\n:INPUT ACCEPT [0:0]\n-A INPUT -j DROP\nCOMMIT\n"
EMPTY = "*filter\n:INPUT ACCEPT [0:0]\nCOMMIT\n"
QUIET = {"iptables-save": EMPTY, "ip6tables-save": EMPTY}


class Fake(Provider):
    """A provider that works, and may have left something."""

    def __init__(self, name, traces=False):
        self.NAME = name
        self._traces = traces

    def traces(self, host, scope):
        return self._traces

    def detect(self, host):
        return None


class ProvidersTest(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        self.fakes = {name: Fake(name) for name in ("iptables", "nftables", "firewalld", "qradar")}
        self.addCleanup(setattr, _providers, "has_sign", _providers.has_sign)
        _providers.has_sign = lambda host, name: True

    def host(self, files=None, programs=("nft", "iptables-save", "ip6tables-save"), answers=None):
        folder = Folder(dict({"proc/self/comm": "python"}, **(files or {})), programs)
        self.addCleanup(folder.remove)
        found = QUIET if answers is None else answers
        host = folder.host(lambda arguments, data, seconds: (0, found.get(os.path.basename(arguments[0]), ""), ""))
        for process in ("self", "7", "8"):
            if os.path.isdir(host.file("proc", process)):
                os.mkdir(host.file("proc", process, "ns"))
                os.symlink("net:[1]" if process != "8" else "net:[2]", host.file("proc", process, "ns/net"))
        return host

    def chosen(self, host, name="auto"):
        return _providers.choose_provider(self.fakes, host, "host", name).NAME

    def test_auto(self):
        firewalld = {"proc/7/comm": "firewalld"}
        self.assertEqual("nftables", self.chosen(self.host()))
        self.assertEqual("iptables", self.chosen(self.host(programs=("iptables-save",))))
        self.assertEqual("qradar", self.chosen(self.host({TOOL: ""})))
        self.assertEqual("qradar", self.chosen(self.host(dict(firewalld, **{TOOL: ""}), ("nft", "firewall-cmd"))))
        self.assertEqual("firewalld", self.chosen(self.host(firewalld, ("nft", "firewall-cmd"))))
        # One of another network is none of this host's.
        self.assertEqual("nftables", self.chosen(self.host({"proc/8/comm": "firewalld"}, ("nft", "firewall-cmd"))))
        self.assertFalse(runs_firewalld(self.host(firewalld, ())))

    def test_auto_respects_iptables_of_others(self):
        for save in (RULE, "*nat\n:DOCKER - [0:0]\nCOMMIT\n", "*filter\n:FORWARD DROP [0:0]\nCOMMIT\n",
                     "# Table `filter' is incompatible, use 'nft' tool.\n"):
            for program in ("iptables-save", "ip6tables-save"):
                self.assertEqual("iptables", self.chosen(self.host(answers=dict(QUIET, **{program: save}))), save)

    def test_auto_stays_with_what_is_there(self):
        self.fakes["nftables"]._traces = True
        self.assertEqual("nftables", self.chosen(self.host(answers={"iptables-save": RULE})))
        self.fakes["nftables"]._traces, self.fakes["iptables"]._traces = False, True
        self.assertEqual("iptables", self.chosen(self.host()))
        self.assertEqual("firewalld", self.chosen(self.host({"proc/7/comm": "firewalld"}, ("nft", "firewall-cmd"))))

    def refused(self, host, message):
        with self.assertRaises(RulesetError) as caught:
            self.chosen(host, "iptables")
        self.assertEqual(message, str(caught.exception))

    def test_only_what_shows_a_sign_is_asked(self):
        _providers.has_sign = lambda host, name: name == "qradar"
        for fake in self.fakes.values():
            fake._traces = True
        others = _providers.other_traces(self.fakes, self.host(), "host", "iptables")
        self.assertEqual([self.fakes["qradar"]], others)
        self.assertEqual([], _providers.other_traces(self.fakes, self.host(), "host", "qradar"))
        self.fakes["qradar"]._traces = False
        self.assertEqual([], _providers.other_traces(self.fakes, self.host(), "host", None))

    def test_the_likely_one_is_asked_first(self):
        asked = []
        _providers.has_sign = lambda host, name: asked.append(name) or self.fakes[name]._traces
        for name in self.fakes:
            self.fakes[name]._traces = True
            del asked[:]
            self.assertTrue(_providers.any_traces(self.fakes, self.host(), "host", name))
            self.assertEqual([name], asked)
            # Where it has nothing, all of them are asked.
            self.fakes[name]._traces = False
        del asked[:]
        self.assertFalse(_providers.any_traces(self.fakes, self.host(), "host", "qradar"))
        self.assertEqual("qradar", asked[0])
        self.assertEqual(sorted(self.fakes), sorted(asked))

    def test_rivals(self):
        self.refused(
            self.host({TOOL: ""}),
            "provider: the rules of 'iptables' would be undone by QRadar, which writes its iptables anew with "
            "/opt/qradar/bin/iptables_update.pl. Choose the provider qradar, or leave it at auto.",
        )
        firewalld = {"proc/7/comm": "firewalld", "etc/firewalld/firewalld.conf": "FirewallBackend=iptables\n"}
        self.refused(
            self.host(firewalld, ("firewall-cmd",)),
            "provider: the rules of 'iptables' would be undone by firewalld, which runs here with "
            "FirewallBackend=iptables and flushes them at each reload. Choose the provider firewalld, or leave it at "
            "auto.",
        )
        firewalld["etc/firewalld/firewalld.conf"] = "# FirewallBackend=iptables\nFirewallBackend=nftables\n"
        self.assertEqual("iptables", self.chosen(self.host(firewalld, ("firewall-cmd",)), "iptables"))
        ferm = self.host({"run/systemd/units/x": ""})
        os.symlink("0123", ferm.file("run/systemd/units/invocation:ferm.service"))
        self.refused(
            ferm,
            "provider: the rules of 'iptables' would be undone by ferm, whose service is active here and flushes them "
            "at each restart. Choose the provider nftables, or leave it at auto.",
        )
        self.assertEqual("nftables", self.chosen(ferm, "nftables"))

    def test_who_closes_beside_it(self):
        firewalld = self.host({"proc/7/comm": "firewalld", TOOL: ""}, ("nft", "firewall-cmd"))
        closes = (
            "provider: %s drops whatever it does not permit itself, even traffic that the rules of '%s' accept. "
            "Choose the provider %s, or leave it at auto."
        )
        for name in ("iptables", "nftables"):
            self.assertEqual(
                [closes % ("firewalld, which runs here,", name, "firewalld")],
                _providers.provider_warnings(firewalld, self.fakes[name]),
            )
        self.fakes["nftables"].warnings = lambda host: ["its own"]
        self.assertEqual(
            [closes % ("QRadar, which has iptables of its own here,", "nftables", "qradar"), "its own"],
            _providers.provider_warnings(self.host({TOOL: ""}), self.fakes["nftables"]),
        )
        for name, host in (("firewalld", firewalld), ("qradar", firewalld), ("iptables", self.host())):
            self.assertEqual([], _providers.provider_warnings(host, self.fakes[name]))

    def test_what_a_boot_does_for_each(self):
        host = self.host(programs=("firewall-cmd",))
        wait = Wait("firewalld.service", "%s --state" % host.find("firewall-cmd"))
        self.assertEqual(AtBoot([Saved("firewalld", None)], wait), _ruleset._at_boot(host, Firewalld(), None))
        self.fakes["nftables"].save = lambda wanted: "saved " + wanted
        saved = [Saved("nftables", "saved rules")]
        self.assertEqual(AtBoot(saved), _ruleset._at_boot(host, self.fakes["nftables"], "rules"))
        self.fakes["qradar"].PERSISTS = True
        self.assertEqual(AtBoot([Saved("qradar", None)]), _ruleset._at_boot(host, self.fakes["qradar"], "rules"))

    def test_the_difference_of_two_providers(self):
        new = Part(self.fakes["nftables"], None, None, ["+ tcp/1 a from x", "+ tcp/2 b from x", "+ loopback"])
        old = Part(self.fakes["iptables"], None, None,
                   ["- tcp/1 a from x", "- tcp/3 c from x", "- loopback", "~ jump in INPUT restored"])
        self.assertEqual(
            ["~ provider nftables in place of iptables", "+ tcp/2 b from x", "- tcp/3 c from x"],
            _ruleset._whole_difference([new], [old]),
        )
        self.assertEqual(new.lines, _ruleset._whole_difference([new], []))
        self.assertEqual(new.lines, _ruleset._whole_difference([new], [Part(self.fakes["qradar"], None, None, [])]))
        new.lines = []
        self.assertEqual(["- rules left behind by the provider iptables"], _ruleset._whole_difference([new], [old]))
        self.assertEqual(old.lines, _ruleset._whole_difference([], [old]))


class SignsTest(unittest.TestCase):
    def signs(self, files=None, answers=None):
        folder = Folder(files or {}, ("iptables-save", "ip6tables-save", "ipset", "nft"))
        self.addCleanup(folder.remove)
        found = answers or {}
        host = folder.host(lambda arguments, data, seconds: (0, found.get(os.path.basename(arguments[0]), ""), ""))
        return [name for name in contract.PROVIDERS if has_sign(host, name)]

    def test_none(self):
        files = {"etc/firewalld/direct.xml": "<direct/>", "etc/firewalld/zones/public.xml": "", TOOL: "",
                 "opt/qradar/conf/iptables.pre": "# BEGIN of others"}
        answers = {"iptables-save": RULE, "nft": "table inet firewalld\n", "ipset": "f2b-sshd\n"}
        self.assertEqual([], self.signs(files, answers))

    def test_each(self):
        for program in ("iptables-save", "ip6tables-save"):
            for chain in ("PORTLEDGER-IN", "PORTLEDGER-FWD"):
                self.assertEqual(["iptables"], self.signs(answers={program: ":%s - [0:0]" % chain}))
        self.assertEqual(["iptables"], self.signs(answers={"ipset": "portledger-h4-0123\n"}))
        for scope in ("host", "gateway"):
            self.assertEqual(["nftables"], self.signs(answers={"nft": "table inet portledger_%s" % scope}))
        for name in ("policies/portledger-host.xml", "ipsets/portledger-fg4-0123.xml", "services/portledger-fh-01.xml"):
            self.assertEqual(["firewalld"], self.signs({"etc/firewalld/" + name: ""}))
        self.assertEqual(["firewalld"], self.signs({"etc/firewalld/direct.xml": "<chain chain='PORTLEDGER-PUB'/>"}))
        for family in ("iptables", "ip6tables"):
            block = {"opt/qradar/conf/%s.pre" % family: "# BEGIN portledger.qradar host\n"}
            self.assertEqual(["qradar"], self.signs(block))
        live = {"ip6tables-save": ":PORTLEDGER-QIN - [0:0]"}
        self.assertEqual(["iptables", "qradar"], self.signs({TOOL: ""}, live))


if __name__ == "__main__":
    unittest.main()
