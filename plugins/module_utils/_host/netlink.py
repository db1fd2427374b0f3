# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the kernel has a part of netfilter, by its own word: what a program says of it differs with its release."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import socket
import struct

#: parts of netfilter, each with a question that any release of it answers
IPSET = (6, 1)
NF_TABLES = (10, 16)
_NETFILTER = 12
_ERROR = 2
_REQUEST = 5
_SECONDS = 5.0
_HEAD = struct.Struct("=IHHII")
_BODY = struct.pack("=BBH", 0, 0, 0)


def kernel_has(part):
    """Ask the kernel, which loads the part where it can.

    :param part: IPSET or NF_TABLES
    :type part: tuple[int, int]
    :returns: None where it did not answer, or does not tell this process
    :rtype: bool | None
    """
    number, question = part
    try:
        asking = socket.socket(getattr(socket, "AF_NETLINK", 16), socket.SOCK_RAW, _NETFILTER)
    except (socket.error, OSError) as error:
        return False if error.errno in (errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT) else None
    try:
        asking.settimeout(_SECONDS)
        asking.bind((0, 0))
        asking.send(_HEAD.pack(_HEAD.size + len(_BODY), number << 8 | question, _REQUEST, 1, 0) + _BODY)
        return _understood(asking.recv(4096))
    except (socket.error, OSError, struct.error):
        return None
    finally:
        asking.close()


def _understood(answer):
    kind = _HEAD.unpack(answer[: _HEAD.size])[1]
    if kind != _ERROR:
        return True
    error = -struct.unpack("=i", answer[_HEAD.size:_HEAD.size + 4])[0]
    if error == errno.EPERM:
        return None
    # This alone comes from netfilter itself, for a part that is not there.
    return error != errno.EINVAL
