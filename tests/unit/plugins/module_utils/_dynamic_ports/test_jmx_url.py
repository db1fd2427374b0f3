# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The port in a JMX service URL."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.jmx_url import jmx_port
from tests.unit.plugins.module_utils.mapper import stub

URL = "service:jmx:rmi://%s/stub/%s"


def url(raw, where="ep1"):
    return URL % (where, raw.decode("ascii"))


class JmxUrlTest(unittest.TestCase):
    def test_a_reference_of_each_kind(self):
        for kind in (b"UnicastRef", b"UnicastRef2"):
            for host in (b"", b"ep1", b"2001:db8::1", b"x" * 300):
                self.assertEqual(44243, jmx_port(url(stub(host, 44243, kind))))

    def test_a_port_that_is_fixed(self):
        self.assertEqual(5656, jmx_port("service:jmx:rmi://ep1:5656/jndi/rmi://ep1:1098/ep1/7676/jmxrmi"))
        self.assertEqual(5656, jmx_port("service:jmx:rmi://[2001:db8::1]:5656/stub/"))
        self.assertEqual(44243, jmx_port(url(stub(b"ep1", 44243), "ep1:5656")))
        self.assertEqual(5656, jmx_port(url(b"AAAA", "ep1:5656")))

    def test_what_does_not_tell_it(self):
        whole = base64.b64decode(stub(b"ep1", 44243))
        short = base64.b64encode(whole[:whole.index(b"ep1") + 5])
        other = base64.b64encode(whole.replace(b"Ref2\0", b"Ref2\2"))
        for text in (
            "", "x", "service:jmx:rmi://ep1", "service:jmx:rmi://ep1/jndi/rmi://ep1:1098/x", "service:jmx:iiop://ep1:5/",
            "service:jmx:rmi://ep1:70000/stub/", "service:jmx:rmi://ep1:0/stub/", url(b"A"), url(b"AAAA"), url(b"===="),
            url(short), url(other), url(stub(b"ep1", 0)), url(stub(b"ep1", 70000)), url(stub(b"ep1", 0xFFFFFFFF)),
        ):
            self.assertIsNone(jmx_port(text), text)


if __name__ == "__main__":
    unittest.main()
