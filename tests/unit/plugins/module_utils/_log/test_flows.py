# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Lines that a kernel (6.18) has written for LOG rules, and what is made of them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._log.flows import LoggedFlows, parse_packet
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from tests.unit.plugins.module_utils.support import small_plan

MAC4 = "MAC=46:a2:32:c9:24:ef:86:bb:dd:50:93:bd:08:00 "
MAC6 = "MAC=46:a2:32:c9:24:ef:86:bb:dd:50:93:bd:86:dd "
ENDS4 = "SRC=198.18.77.2 DST=198.18.77.1 "
ENDS6 = ("SRC=2001:0db8:0077:0000:0000:0000:0000:0002 DST=2001:0db8:0077:0000:0000:0000:0000:0001 ")
IN4, IN6 = "IN=v0 OUT= " + MAC4 + ENDS4, "IN=v0 OUT= " + MAC6 + ENDS6
TCP4 = IN4 + ("LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=33402 DF PROTO=TCP SPT=57258 DPT=9999 WINDOW=64240 RES=0x00 SYN "
              "URGP=0 ")
FORWARDED = ("IN=core OUT=remote MAC=02:00:c6:12:c9:01:02:00:c6:12:c9:fa:08:00 SRC=198.18.201.250 DST=198.18.202.11 "
             "LEN=38 TOS=0x00 PREC=0x00 TTL=63 ID=20309 DF PROTO=UDP SPT=52041 DPT=514 LEN=18 ")

FOUR, SIX = ("198.18.77.2", "198.18.77.1"), ("2001:db8:77::2", "2001:db8:77::1")
# transport, port, type of ICMP
RECORDED = [
    (TCP4, FOUR, ("tcp", 9999, None)),
    (IN4 + "LEN=38 TOS=0x00 PREC=0x00 TTL=64 ID=20309 DF PROTO=UDP SPT=52041 DPT=5140 LEN=18 ",
     FOUR, ("udp", 5140, None)),
    (IN4 + "LEN=28 TOS=0x00 PREC=0x00 TTL=64 ID=18291 DF PROTO=ICMP TYPE=8 CODE=0 ID=7 SEQ=1 ",
     FOUR, ("icmp", None, 8)),
    # What stands in brackets is the packet that the error is about.
    (IN4 + "LEN=57 TOS=0x00 PREC=0xC0 TTL=64 ID=13357 PROTO=ICMP TYPE=3 CODE=3 [SRC=198.18.77.1 DST=198.18.77.2 LEN=29 "
     "TOS=0x00 PREC=0x00 TTL=64 ID=6091 DF PROTO=UDP SPT=41507 DPT=4444 LEN=9 ] ", FOUR, ("icmp", None, 3)),
    (IN4 + "LEN=30 TOS=0x00 PREC=0x00 TTL=64 ID=23311 DF PROTO=47 ", FOUR, ("47", None, None)),
    (IN4 + "LEN=40 TOS=0x00 PREC=0x00 TTL=64 ID=19645 DF PROTO=ESP SPI=0x1 ", FOUR, ("esp", None, None)),
    (IN4 + "LEN=22 TOS=0x00 PREC=0x00 TTL=64 ID=55824 DF PROTO=UDP INCOMPLETE [2 bytes] ", FOUR, ("udp", None, None)),
    (IN6 + "LEN=80 TC=0 HOPLIMIT=64 FLOWLBL=852766 PROTO=TCP SPT=41914 DPT=9999 WINDOW=64800 RES=0x00 SYN URGP=0 ",
     SIX, ("tcp", 9999, None)),
    (IN6 + "LEN=58 TC=0 HOPLIMIT=64 FLOWLBL=1004554 PROTO=UDP SPT=51055 DPT=5140 LEN=18 ", SIX, ("udp", 5140, None)),
    (IN6 + "LEN=48 TC=0 HOPLIMIT=64 FLOWLBL=553420 PROTO=ICMPv6 TYPE=128 CODE=0 ID=7 SEQ=1 ",
     SIX, ("icmp", None, 128)),
    (IN6 + "LEN=97 TC=0 HOPLIMIT=64 FLOWLBL=839848 PROTO=ICMPv6 TYPE=1 CODE=4 [" + ENDS6 + "LEN=49 TC=0 HOPLIMIT=64 "
     "FLOWLBL=141002 PROTO=UDP SPT=39474 DPT=4444 LEN=9 ] ", SIX, ("icmp", None, 1)),
    # The first of some fragments has ports, the others have none.
    (IN6 + "LEN=1496 TC=0 HOPLIMIT=64 FLOWLBL=951857 FRAG:0 INCOMPLETE ID:4335e738 PROTO=UDP SPT=41710 DPT=5141 "
     "LEN=3008 ", SIX, ("udp", 5141, None)),
    (IN6 + "LEN=1496 TC=0 HOPLIMIT=64 FLOWLBL=951857 FRAG:1448 INCOMPLETE ID:4335e738 PROTO=UDP ",
     SIX, ("udp", None, None)),
    (IN6 + "LEN=160 TC=0 HOPLIMIT=64 FLOWLBL=951857 FRAG:2896 ID:4335e738 PROTO=UDP ", SIX, ("udp", None, None)),
    (IN6 + "LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=740076 PROTO=132 ", SIX, ("132", None, None)),
    # LOG --log-uid, marks and loopback's address.
    ("IN=lo OUT= MAC=00:00:00:00:00:00:00:00:00:00:00:00:08:00 " + ENDS4 + "LEN=60 TOS=0x00 PREC=0x00 TTL=64 ID=1 DF "
     "PROTO=TCP SPT=1 DPT=22 WINDOW=1 RES=0x00 SYN URGP=0 UID=0 GID=0 MARK=0x1 ", FOUR, ("tcp", 22, None)),
]
UNKNOWN = [
    "",
    "something else",
    # IPv6 with ESP: the kernel (6.18) says no protocol.
    IN6 + "LEN=60 TC=0 HOPLIMIT=64 FLOWLBL=961417 ",
    TCP4.replace("DPT=9999", ""),
    TCP4.replace("DPT=9999", "DPT=99999"),
    TCP4.replace("DPT=9999", "DPT=-1"),
    TCP4.replace("DPT=9999", "DPT="),
    TCP4.replace("PROTO=TCP", "PROTO="),
    TCP4.replace("PROTO=TCP", "PROTO=TCP;reboot"),
    TCP4.replace("SRC=198.18.77.2", "SRC=198.18.77.256"),
    TCP4.replace("SRC=198.18.77.2", "SRC=198.18.77.0/24"),
    TCP4.replace("SRC=198.18.77.2", "SRC=host.example"),
    TCP4.replace("SRC=198.18.77.2", "SRC=2001:db8::1"),
    TCP4.replace("DST=198.18.77.1", ""),
    TCP4.replace("IN=v0 ", ""),
    TCP4.replace("OUT= ", ""),
    TCP4[:40],
    "[" + TCP4 + "]",
    IN4 + "LEN=28 TOS=0x00 PREC=0x00 TTL=64 ID=18291 DF PROTO=ICMP CODE=0 ID=7 SEQ=1 ",
]


class ParseTest(unittest.TestCase):
    def test_recorded(self):
        for text, ends, meaning in RECORDED:
            packet = parse_packet(text)
            self.assertIsNotNone(packet, text)
            self.assertEqual(ends, (packet.source, packet.destination), text)
            self.assertEqual(meaning, (packet.transport, packet.port, packet.kind), text)
            self.assertFalse(packet.forwarded, text)

    def test_forwarded(self):
        self.assertTrue(parse_packet(FORWARDED).forwarded)

    def test_an_interface_with_an_odd_name(self):
        packet = parse_packet(TCP4.replace("IN=v0", "IN=SRC=198.18.9.9"))
        self.assertEqual(FOUR, (packet.source, packet.destination))
        packet = parse_packet(TCP4.replace("IN=v0", "IN=[x]"))
        self.assertEqual(FOUR, (packet.source, packet.destination))

    def test_the_first_word_of_a_name_counts(self):
        packet = parse_packet(TCP4 + "DPT=22 PROTO=UDP SRC=198.18.9.9")
        self.assertEqual(("198.18.77.2", "tcp", 9999), (packet.source, packet.transport, packet.port))

    def test_unknown(self):
        for text in UNKNOWN:
            self.assertIsNone(parse_packet(text), text)


def flow(**changes):
    found = {
        "source": "198.18.77.2",
        "source_sets": ["component"],
        "destination": "198.18.77.1",
        "transport": "tcp",
        "port": 9999,
        "icmp_type": None,
        "verdict": "unlisted",
        "published": False,
        "packets": 1,
        "first": "1970-01-01T00:16:40Z",
        "last": "1970-01-01T00:16:40Z",
    }
    found.update(changes)
    return found


def gateway_plan():
    sets = {"deployment": {"ipv4": ["198.18.202.0/24"], "ipv6": []}, "lan": {"ipv4": ["198.18.0.0/16"], "ipv6": []}}
    return small_plan(scope="gateway", sets=sets, flows=[], interfaces=[], deployment="deployment", ssh=[])


class GroupTest(unittest.TestCase):
    maxDiff = None

    def group(self, lines, plan=None, other=False):
        plan = plan or small_plan()
        flows = LoggedFlows(read_plan(plan, plan["scope"]), other)
        for moment, text in lines:
            flows.add(moment, text)
        return flows

    def test_grouped_and_in_order(self):
        sets = {
            "component": {"ipv4": ["198.18.77.0/24"], "ipv6": []},
            "ep": {"ipv4": ["198.18.1.1/32", "198.18.77.2/32"], "ipv6": []},
        }
        udp = RECORDED[1][0]
        flows = self.group(
            [(1000.2, TCP4), (2000, udp), (3000.9, udp), (1500, udp), (1, "nonsense"), (1001, RECORDED[7][0])],
            small_plan(sets=sets),
        )
        self.assertEqual(
            [
                flow(source_sets=["component", "ep"], transport="udp", port=5140, packets=3,
                     first="1970-01-01T00:25:00Z", last="1970-01-01T00:50:00Z"),
                flow(source_sets=["component", "ep"]),
                flow(source=SIX[0], destination=SIX[1], source_sets=[], first="1970-01-01T00:16:41Z",
                     last="1970-01-01T00:16:41Z"),
            ],
            flows.as_data(),
        )
        self.assertEqual((5, 1, 0), (flows.packets, flows.unparsed, flows.left_out()))

    def test_nothing(self):
        flows = self.group([])
        self.assertEqual(([], 0, 0, 0), (flows.as_data(), flows.packets, flows.unparsed, flows.left_out()))

    def test_published(self):
        expected = flow(source="198.18.201.250", destination="198.18.202.11", source_sets=[], transport="udp", port=514,
                        published=True)
        self.assertEqual([expected], self.group([(1000, FORWARDED)]).as_data())
        # On a gateway it may be what crosses.
        self.assertEqual([], self.group([(1000, FORWARDED)], other=True).as_data())
        self.assertEqual(1, self.group([(1000, TCP4)], other=True).packets)

    def test_gateway(self):
        outward = (FORWARDED.replace("DST=198.18.202.11", "DST=198.18.9.9").replace("SRC=198.18.201.250",
                                                                                    "SRC=198.18.202.12"))
        foreign = FORWARDED.replace("DST=198.18.202.11", "DST=198.18.9.9")
        flows = self.group([(1000, FORWARDED), (1000, outward), (1000, outward), (1000, foreign), (1000, TCP4)],
                           gateway_plan())
        self.assertEqual(
            [
                flow(source="198.18.202.12", source_sets=["deployment", "lan"], destination="198.18.9.9",
                     transport="udp", port=514, verdict="egress", packets=2),
                flow(source="198.18.201.250", source_sets=["lan"], destination="198.18.202.11", transport="udp",
                     port=514),
            ],
            flows.as_data(),
        )
        self.assertEqual((3, 0), (flows.packets, flows.unparsed))

    def test_a_thousand_at_most(self):
        lines = [(1000, TCP4.replace("DPT=9999", "DPT=%d" % port)) for port in range(1, 1004)]
        flows = self.group(lines + [(1000, TCP4.replace("DPT=9999", "DPT=1003"))])
        self.assertEqual((1000, 3), (len(flows.as_data()), flows.left_out()))
        self.assertEqual([(1003, 2), (1, 1)], [(one["port"], one["packets"]) for one in flows.as_data()[:2]])


if __name__ == "__main__":
    unittest.main()
