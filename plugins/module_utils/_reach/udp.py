# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent to a UDP port so that a service that listens may answer.

Only queries that change nothing, and that a well-kept service answers to anybody. All other ports get a datagram
without data: a syslog daemon would take anything more for an event.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import binascii

# The name servers of the root, not to be looked up elsewhere.
_DNS = "504c 0000 0001 0000 0000 0000 00 0002 0001"
# Portmapper, version 2, procedure 0: does nothing, and answers.
_RPC = "504c0001 00000000 00000002 000186a0 00000002 00000000 00000000 00000000 00000000 00000000"
# Version 4, from a client; all else, the time included, is 0.
_NTP = "23" + "00" * 47
# SNMPv3, "who are you?" without a user. A guess at a community would be reported as an attack.
_SNMP = (
    "303a 020103 300f 0202504c 020300ffe3 040104 020103"
    "0410 300e 0400 020100 020100 0400 0400 0400"
    "3012 0400 0400 a00c 0202504c 020100 020100 3000"
)

_QUESTIONS = dict(
    (port, binascii.unhexlify(text.replace(" ", "")))
    for port, text in ((53, _DNS), (111, _RPC), (123, _NTP), (161, _SNMP))
)


def question(port):
    """The data of the datagram for a port.

    :type port: int
    :rtype: bytes
    """
    return _QUESTIONS.get(port, b"")
