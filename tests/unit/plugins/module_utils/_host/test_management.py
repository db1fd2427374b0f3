# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which access always remains allowed."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import find_management
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import running_connection
from ansible_collections.portledger.qradar.plugins.module_utils._host.sshd import ssh_ports
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from tests.unit.plugins.module_utils.support import Folder


LOCAL_IPV6 = "20010db8000000000000000000000001 02 40 00 80 eth0\n"


class WithFolder(unittest.TestCase):
    def folder(self):
        folder = Folder()
        self.addCleanup(folder.remove)
        return folder


class SshPortsTest(WithFolder):
    def ports(self, config):
        folder = self.folder()
        folder.write("etc/ssh/sshd_config", config)
        return ssh_ports(folder.host())

    def test_default(self):
        self.assertEqual([22], ssh_ports(self.folder().host()))
        self.assertEqual([22], self.ports("#Port 2222\n"))

    def test_named(self):
        self.assertEqual([22, 2222], self.ports("Port 2222\nport=22 # the usual one\n"))
        self.assertEqual([2222], self.ports("Port 2222\nPort none\nPort 70000\n"))

    def test_a_line_ends_at_a_line_feed_only(self):
        for mark in (u"\u2028", u"\u2029", u"\x85", u"\x0b", u"\x0c", u"\x1c"):
            self.assertEqual([22], self.ports(native(u"# a remark%sPort 1\n" % mark)))

    def test_what_is_not_a_port(self):
        for value in (u"\u00b2", "1" * 5000, "0", "65536", "-1", "22,23"):
            self.assertEqual([22], self.ports(native(u"Port %s\n" % value)))
            self.assertEqual([22], self.ports(native(u"ListenAddress 198.18.1.1:%s\n" % value)))

    def test_listen_address(self):
        self.assertEqual([2200], self.ports("ListenAddress 198.18.1.1:2200\n"))
        self.assertEqual([2200], self.ports("ListenAddress [2001:db8::1]:2200 rdomain red\nPort 2222\n"))
        self.assertEqual([22, 2200], self.ports("ListenAddress 198.18.1.1:2200\nListenAddress 2001:db8::1\n"))
        self.assertEqual([2222], self.ports("ListenAddress 198.18.1.1\nListenAddress [2001:db8::1]\nPort 2222\n"))

    def test_include(self):
        folder = self.folder()
        folder.write("etc/ssh/sshd_config", "Include /etc/ssh/sshd_config.d/*.conf\nInclude more\n")
        folder.write("etc/ssh/sshd_config.d/50.conf", "Port 2250\n")
        folder.write("etc/ssh/sshd_config.d/not", "Port 1\n")
        folder.write("etc/ssh/more", "Port 2260\nInclude more\n")
        self.assertEqual([2250, 2260], ssh_ports(folder.host()))

    def test_match_ends(self):
        self.assertEqual([22], self.ports("Match user root\nPort 2222\n"))


class ConnectionTest(WithFolder):
    def connection(self, value, folder=None):
        return running_connection((folder or self.folder()).host(environ={"SSH_CONNECTION": value}))

    def test_from_elsewhere(self):
        self.assertEqual(("198.18.9.7", 2222), self.connection("198.18.9.7 51000 127.0.0.1 2222"))

    def test_mapped_and_zone(self):
        self.assertEqual(("198.18.9.7", 22), self.connection("::ffff:198.18.9.7 51000 ::ffff:127.0.0.1 22"))
        folder = self.folder()
        folder.write("proc/net/if_inet6", LOCAL_IPV6)
        self.assertEqual(("fe80::9", 22), self.connection("fe80::9%eth0 51000 2001:db8::1 22", folder))

    def test_what_is_not_believed(self):
        folder = self.folder()
        folder.write("proc/net/if_inet6", LOCAL_IPV6)
        for client in (
            "0.0.0.0/0", "198.18.9.0/24", "198.18.9.7/32", "::/0", "2001:db8::9/128", "0.0.0.0", "0.1.2.3", "224.0.0.1",
            "240.0.0.1", "255.255.255.255", "127.0.0.1", "::", "::1", "0:0:0:0:0:0:0:1", "ff02::1", "FF02::1",
            "::ffff:0.0.0.0", "::ffff:224.0.0.1", "198.18.9", "198.18.9.7,198.18.9.8", "host", "",
        ):
            for server in ("127.0.0.1", "2001:db8::1"):
                self.assertEqual(None, self.connection("%s 51000 %s 22" % (client, server), folder), client)
        for port in ("0", "65536", "022222", "99999", "-1", "+22", "22/tcp", "22:23", "22,23", "1" * 5000, u"\u00b2"):
            self.assertEqual(None, self.connection("198.18.9.7 51000 127.0.0.1 %s" % port), port)
            self.assertEqual(None, self.connection("198.18.9.7 %s 127.0.0.1 22" % port), port)
        for server in ("127.0.0.0/8", "127.0.0.1/32", "2001:db8::1/128", "0.0.0.0/0", ""):
            self.assertEqual(None, self.connection("198.18.9.7 51000 %s 22" % server, folder), server)
        good = "198.18.9.7 51000 127.0.0.1 22"
        for value in (good.replace(" ", "\n"), good + " 22", good[:-3], good[:-2]):
            self.assertEqual(None, self.connection(value), value)

    def test_not_into_this_host(self):
        self.assertIsNone(self.connection("198.18.9.7 51000 198.18.0.99 22"))
        self.assertIsNone(self.connection("2001:db8::9 51000 2001:db8::1 22"))

    def test_none(self):
        for value in ("", "198.18.9.7 51000", "a b c d", "198.18.9.7 1 127.0.0.1 x", "127.0.0.1 1 127.0.0.1 22"):
            self.assertIsNone(self.connection(value))

    def test_of_an_ancestor(self):
        folder = self.folder()
        folder.write("proc/self/stat", "40 (python (a) b) S 30 40 40\n")
        folder.write("proc/30/stat", "30 (sudo) S 20 30 30\n")
        folder.write("proc/30/environ", "HOME=/root\0SSH_CONNECTIONS=1\0")
        folder.write("proc/20/stat", "20 (sh) S 1 20 20\n")
        folder.write("proc/20/environ", "A=b\0SSH_CONNECTION=198.18.9.8 51000 127.0.0.1 22\0C=d\0")
        self.assertEqual(("198.18.9.8", 22), running_connection(folder.host()))
        os.remove(os.path.join(folder.root, "proc/20/environ"))
        self.assertIsNone(running_connection(folder.host()))


class ManagementTest(WithFolder):
    def test_result(self):
        folder = self.folder()
        folder.write("etc/ssh/sshd_config", "Port 2200\n")
        host = folder.host(environ={"SSH_CONNECTION": "198.18.9.7 51000 127.0.0.1 22"})
        networks = ["2001:db8:9::/64", "198.18.9.0/24", "198.18.8.1", "198.18.8.1/32"]
        self.assertEqual(
            {
                "connection": {"address": "198.18.9.7", "port": 22},
                "networks": ["198.18.8.1", "198.18.9.0/24", "2001:db8:9::/64"],
                "ports": [22, 2200],
            },
            find_management(host, networks).as_data(),
        )

    def test_refused(self):
        remedy = "Write networks as 198.18.9.0/24 or 2001:db8:9::/64, addresses without a length."
        for entry, problem in (
            ("198.18.9.1/24", "has host bits set; the network is 198.18.9.0/24"),
            ("bastion", "is neither an address nor a network"),
        ):
            with self.assertRaises(RulesetError) as caught:
                find_management(self.folder().host(), [entry])
            self.assertEqual("management: '%s' %s. %s" % (entry, problem, remedy), str(caught.exception))


if __name__ == "__main__":
    unittest.main()
