# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which QRadar this is, and what follows for its IPv6 rules.

QRadar says its version through ``myver -v``. That it does is documented; the form of the lines is assumed, see
docs/providers/qradar.md. What cannot be read counts as unknown, and unknown counts as old: the warning does no harm.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import printable, words_of

# It only prints a line.
_SECONDS = 20
_MOST = 65536
MYVER = ("opt", "qradar", "bin", "myver")
# The first that IBM calls good in IPv6.
_GOOD = (7, 5, 0, 10)
# "7.5.0 UpdatePackage 10", "7.5.0 UP10"
_RELEASE = re.compile(
    r"(?<![\d.])(7)\.(\d{1,4})\.(\d{1,4})\b(?:[ \t._-]*(?:UP|Update[ \t]*Pack(?:age)?)[ \t]*(\d{1,4})(?!\d))?",
    re.IGNORECASE,
)
# Builds of 7.5.0 carry the update package as 2021.6.PACKAGE.DATE.
_BUILD = re.compile(r"\b2021\.6\.(\d{1,4})\.\d{8,}")


def find_version(host):
    """Three numbers of the release and that of the update package, which is None where QRadar does not say it.

    :type host: _host.host.Host
    :returns: the version, or None; and why it is not known, for people
    :rtype: tuple[tuple[int, int, int, int | None] | None, str]
    """
    return host.memo("version of QRadar", lambda: _ask(host))


def ask_myver(host):
    """What myver prints, 64 KiB at most; and why it does not, for people.

    :type host: _host.host.Host
    :rtype: tuple[str, str]
    """
    program = host.file(*MYVER)
    code, out, err = host.memo("myver", lambda: host.run(program, ["-v"], None, _SECONDS))
    if code != 0:
        return "", "%s -v failed: %s" % (program, printable(" ".join(words_of(code, out, err).split())))
    return out[:_MOST], ""


def _ask(host):
    program = host.file(*MYVER)
    out, problem = ask_myver(host)
    if problem:
        return None, problem
    found = read_version(out)
    return found, "" if found else "%s -v names no version" % program


def read_version(text):
    """The version in what myver prints.

    :type text: str
    :rtype: tuple[int, int, int, int | None] | None
    """
    build = _BUILD.search(text)
    found = [match.groups() for match in _RELEASE.finditer(text)]
    # Of several, the one that names an update package.
    found.sort(key=lambda groups: groups[3] is None)
    if not found:
        return (7, 5, 0, int(build.group(1))) if build else None
    package = found[0][3]
    if package is None and build and found[0][:3] == ("7", "5", "0"):
        package = build.group(1)
    return tuple(int(number) for number in found[0][:3]) + (package if package is None else int(package),)


def version_text(version):
    """For people.

    :type version: tuple | None
    :rtype: str
    """
    if version is None:
        return "QRadar, version unknown"
    return "QRadar %d.%d.%d%s" % (version[:3] + ("" if version[3] is None else " UP%d" % version[3],))


def ipv6_warning(version, why=""):
    """What to say about this version's IPv6 rules; None for nothing.

    :type version: tuple | None
    :param why: it is not known
    :type why: str
    :rtype: str | None
    """
    if version is not None and (version[:3] > _GOOD[:3] or (version[3] is not None and version >= _GOOD)):
        return None
    if version is not None and (version[:3] < _GOOD[:3] or version[3] is not None):
        said = "%s is older than 7.5.0 UP10" % version_text(version)
    else:
        said = "%s%s: it may be older than 7.5.0 UP10" % (version_text(version), " (%s)" % why if why else "")
    return (
        "%s. Before that release, QRadar's own IPv6 rules are unreliable, and so is what stands beside them. "
        "Ours are read back when they are loaded; check that they are there after a deploy and a restart." % said
    )
