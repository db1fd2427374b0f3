# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the kernel says of netfilter: programs say it in words that differ with their release, and take longer."""

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
_DONE = 3
_REQUEST = 1
_ACKNOWLEDGED = _REQUEST | 4
_DUMP = _REQUEST | 0x300
# Something changed while it was told.
_INTERRUPTED = 0x10
_SECONDS = 5.0
_HEAD = struct.Struct("=IHHII")
_BODY = struct.pack("=BBH", 0, 0, 0)
_ATTRIBUTE = struct.Struct("=HH")
# Marks of a type: it holds attributes, it is in the order of the network.
_MARKS = 0xC000
_MOST_AT_ONCE = 1 << 17


def kernel_has(part):
    """Ask the kernel, which loads the part where it can.

    :param part: IPSET or NF_TABLES
    :type part: tuple[int, int]
    :returns: None where it did not answer, or does not tell this process
    :rtype: bool | None
    """
    number, question = part
    try:
        asking = _socket()
    except (socket.error, OSError) as error:
        return False if error.errno in (errno.EPROTONOSUPPORT, errno.EAFNOSUPPORT) else None
    try:
        _send(asking, number << 8 | question, _ACKNOWLEDGED, _BODY)
        return _understood(asking.recv(4096))
    except (socket.error, OSError, struct.error):
        return None
    finally:
        asking.close()


def tell(part, question, family, names, dump):
    """All that the kernel tells of one kind.

    :param part: as for :func:`kernel_has`; its own question is not asked
    :type part: tuple[int, int]
    :param question: which kind, as the header of this part numbers it
    :type question: int
    :param family: of netfilter
    :type family: int
    :param names: texts to choose by: the first is attribute 1, and so on
    :type names: list[str]
    :param dump: whether it is a list, which has an end of its own; else it is one message
    :type dump: bool
    :returns: what each message holds behind its heads, as :func:`attributes` reads it
    :rtype: collections.Iterable[bytes]
    :raises OSError: it does not tell all of it; under Python 2, or a socket.error.
    """
    body = struct.pack("=BBH", family, 0, 0)
    for number, name in enumerate(names, 1):
        text = name.encode("utf-8", "surrogateescape") + b"\0" if bytes is not str else name + b"\0"
        body += _ATTRIBUTE.pack(_ATTRIBUTE.size + len(text), number) + text + b"\0" * (-len(text) % 4)
    asking = _socket()
    try:
        _send(asking, part[0] << 8 | question, _DUMP if dump else _REQUEST, body)
        while True:
            for kind, data in _messages(asking.recv(_MOST_AT_ONCE)):
                if kind == _DONE:
                    return
                yield data[len(_BODY):]
            if not dump:
                return
    finally:
        asking.close()


def attributes(data):
    """What a message, or an attribute that holds others, is made of.

    :type data: bytes
    :returns: number, where its content begins, and where that ends
    :rtype: collections.Iterable[tuple[int, int, int]]
    :raises ValueError: it is not made of attributes.
    """
    at = 0
    while at + _ATTRIBUTE.size <= len(data):
        length, number = _ATTRIBUTE.unpack_from(data, at)
        if not _ATTRIBUTE.size <= length <= len(data) - at:
            raise ValueError("an attribute of %d bytes" % length)
        yield number & ~_MARKS, at + _ATTRIBUTE.size, at + length
        at += (length + 3) & ~3


def _socket():
    return socket.socket(getattr(socket, "AF_NETLINK", 16), socket.SOCK_RAW, _NETFILTER)


def _send(asking, kind, marks, body):
    asking.settimeout(_SECONDS)
    asking.bind((0, 0))
    asking.send(_HEAD.pack(_HEAD.size + len(body), kind, marks, 1, 0) + body)


def _messages(answer):
    at = 0
    while at + _HEAD.size <= len(answer):
        length, kind, marks = _HEAD.unpack_from(answer, at)[:3]
        if not _HEAD.size <= length <= len(answer) - at or marks & _INTERRUPTED:
            raise OSError(errno.EINTR, "not all of it is told")
        data = answer[at + _HEAD.size:at + length]
        # At the end of a list stands how it ended, in newer kernels.
        code = struct.unpack_from("=i", data)[0] if kind in (_ERROR, _DONE) and len(data) >= 4 else 0
        if code < 0 or kind == _ERROR:
            raise OSError(-code, "the kernel refuses")
        yield kind, data
        at += (length + 3) & ~3


def _understood(answer):
    kind = _HEAD.unpack(answer[: _HEAD.size])[1]
    if kind != _ERROR:
        return True
    error = -struct.unpack("=i", answer[_HEAD.size:_HEAD.size + 4])[0]
    if error == errno.EPERM:
        return None
    # This alone comes from netfilter itself, for a part that is not there.
    return error != errno.EINVAL
