# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""firewalld over the message bus.

firewall-cmd calls the same there, and is a program of Python that needs 0.15 s for itself each time. Where there is no
busctl, or a call fails, firewall-cmd is asked, whose words people know.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

_NAME = "org.fedoraproject.FirewallD1"
_PLACE = [_NAME, "/org/fedoraproject/FirewallD1"]
# A bus that does not answer a question: firewall-cmd is asked then, and has its own time.
_SECONDS = 5


def property_of(host, name):
    """A property, as busctl writes it: type and value.

    :type host: _host.host.Host
    :type name: str
    :returns: None where it could not be asked
    :rtype: str | None
    """
    return _ask(host, ["--system", "get-property"] + _PLACE + [_NAME, name], _SECONDS)


def call(host, method, seconds=_SECONDS, part=""):
    """What a method answers, as busctl writes it; nothing where that is nothing.

    :type host: _host.host.Host
    :param method: one that takes no arguments
    :type method: str
    :param seconds: how long it may take
    :type seconds: int
    :param part: of the interface, such as ``direct``
    :type part: str
    :returns: None where it failed, or could not be called
    :rtype: str | None
    """
    interface = ".".join([_NAME] + ([part] if part else []))
    return _ask(host, ["--system", "--timeout=%d" % seconds, "call"] + _PLACE + [interface, method], seconds)


def _ask(host, words, seconds):
    if not host.find("busctl"):
        return None
    code, out, _err = host.run("busctl", words, None, seconds)
    return out if code == 0 else None
