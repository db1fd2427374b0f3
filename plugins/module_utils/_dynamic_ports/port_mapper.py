# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the port mapper of the message queue answers to a connection.

The message queue is Open MQ. Its port mapper waits a moment for a line of the client, which may say nothing, writes its
table as ASCII, and waits for the client to close::

    101 imqbroker 4.4 Update 1
    portmapper tcp PORTMAPPER 7676 [sessionid=1,imqhome=/opt/openmq/mq]
    cluster_discovery tcp CLUSTER_DISCOVERY 44913
    jmxrmi rmi JMX 0 [url=service:jmx:rmi://ep1/stub/rO0AB...]
    admin tcp ADMIN 43691
    .

Sources: the table as the vendor's twin shows it (Juniper JSA 7.5.0, *Viewing IMQ Port Associations*), and its form as
Open MQ's own class PortMapperTable documents it. Anything may listen on the port, so the answer is not to be believed:
it has bounds of size and time.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re
import socket

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, quoted
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._reach.pace import clock

#: the whole answer has to come within so many seconds
SECONDS = 5
#: an entry has a URL of some hundred letters; a table has some ten entries
MOST_BYTES = 65536
MOST_ENTRIES = 200
#: lines that are none of a table, for people
_MOST_ODD = 5

_END = b"\n.\n"
_TEXT = re.compile(br"[\x20-\x7e\n]*\Z")
_HEAD = re.compile(r"101 (\S{1,100} \S.{0,99})\Z")
_ENTRY = re.compile(r"(\S{1,100}) (\S{1,20}) (\S{1,40}) ([0-9]{1,5})(?: \[(.*)\])?\Z")
_LAST_PORT = 65535


class Entry:
    """One line of the table.

    port is 0 where the service has none of its own, or another than the table says. url is where its JMX is, or None.
    """

    def __init__(self, name, protocol, kind, port, url=None):
        self.name = name
        self.protocol = protocol
        self.kind = kind
        self.port = port
        self.url = url

    def as_data(self):
        return {"name": self.name, "protocol": self.protocol, "type": self.kind, "port": self.port}


class Table:
    """What a port mapper has answered: the broker's name and version, the entries, and lines that are none."""

    def __init__(self, broker, entries, odd):
        self.broker = broker
        self.entries = entries
        self.odd = odd


def ask(address, port, seconds=SECONDS):
    """Connect, send nothing, and read until the end of the table.

    :param address: of this host, IPv4 or IPv6
    :type address: str
    :type port: int
    :param seconds: that all of it may take
    :type seconds: float
    :returns: what came, which may be anything
    :rtype: bytes
    :raises RulesetError: no connection, or more than there is time and room for; the words say which.
    """
    end = clock() + seconds
    raw = b""
    connection = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        connection.settimeout(seconds)
        connection.connect((address, port))
        while not _is_whole(raw):
            left = end - clock()
            if left <= 0:
                raise socket.timeout()
            connection.settimeout(left)
            part = connection.recv(4096)
            if not part:
                break
            raw += part
            if len(raw) > MOST_BYTES:
                raise RulesetError("%s sent more than %d bytes" % (_place(address, port), MOST_BYTES))
    except socket.timeout:
        raise RulesetError("%s gave no whole answer within %g s" % (_place(address, port), seconds))
    except (IOError, OSError) as error:
        raise RulesetError("%s: %s" % (_place(address, port), error.strerror or "no connection"))
    finally:
        connection.close()
    return raw


def read_table(raw):
    """The table in an answer.

    :type raw: bytes
    :rtype: Table
    :raises RulesetError: it is none, or not whole; the words say what it is.
    """
    if not raw:
        raise RulesetError("the answer is empty")
    if not _TEXT.match(raw):
        raise RulesetError("the answer is not text")
    lines = native(raw.decode("ascii")).split("\n")
    head = _HEAD.match(lines[0])
    if not head:
        raise RulesetError("the answer begins with %s, which no port mapper does" % quoted(lines[0]))
    if "." not in lines:
        raise RulesetError("the answer breaks off before its end")
    end = lines.index(".")
    if lines[end + 1:] != [""]:
        raise RulesetError("the answer goes on after its end")
    if end > MOST_ENTRIES:
        raise RulesetError("the answer has more than %d entries" % MOST_ENTRIES)
    entries, odd = [], []
    for line in lines[1:end]:
        entry = _entry(line)
        if entry:
            entries.append(entry)
        else:
            odd.append(quoted(line))
    if len(odd) > _MOST_ODD:
        odd[_MOST_ODD:] = ["%d more" % (len(odd) - _MOST_ODD)]
    return Table(head.group(1), entries, odd)


def _entry(line):
    found = _ENTRY.match(line)
    if not found or int(found.group(4)) > _LAST_PORT:
        return None
    pairs = [pair.partition("=") for pair in (found.group(5) or "").split(",")]
    urls = [value for key, _sign, value in pairs if key == "url"]
    return Entry(found.group(1), found.group(2), found.group(3), int(found.group(4)), urls[0] if urls else None)


def _is_whole(raw):
    return _END in raw


def _place(address, port):
    return "tcp/%d on %s" % (port, address)
