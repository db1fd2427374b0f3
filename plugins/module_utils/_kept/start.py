# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts the code that a host keeps, once it is known to be what was kept.

The controller sends the text of this file with each call, as an argument of Python: nothing that is kept decides
whether it is started.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import marshal
import os
import stat
import sys

_IMPORTER = "_kept.importer"


def read_code(path):
    """What is kept, by name as Importer takes it.

    :param path: of the file; its folder can be entered by root alone
    :type path: str
    :rtype: dict[str, tuple[bytes | None, bytes]]
    :raises ValueError: it is not what was kept, or another Python has compiled it.
    :raises IOError: it cannot be read; under Python 3, an OSError.
    """
    with open(path, "rb") as stream:
        found = os.fstat(stream.fileno())
        if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid() or found.st_mode & 0o022:
            raise ValueError("the kept code can be written by others")
        digest, _line, rest = stream.read().partition(b"\n")
    if hashlib.sha256(rest).hexdigest().encode("ascii") != digest:
        raise ValueError("the kept code is damaged")
    version, _line, body = rest.partition(b"\n")
    if version != this_python():
        raise ValueError("the kept code is of another Python")
    return marshal.loads(body)


def this_python():
    """What no other Python has that compiles in another way.

    :rtype: bytes
    """
    return repr((sys.version, sys.byteorder)).encode("ascii", "backslashreplace")


def main(arguments):
    """
    :param arguments: the folder of what is kept, and the options
    :type arguments: list[str]
    """
    folder, options = arguments
    try:
        modules = read_code(os.path.join(folder, "code"))
    except (IOError, OSError, ValueError) as error:
        sys.stdout.write("portledger.kept no %s\n" % error)
        return
    values = {"__name__": _IMPORTER}
    exec(marshal.loads(modules[_IMPORTER][0]), values)
    importer = values["Importer"](modules)
    importer.install()
    from ansible_collections.portledger.qradar.plugins.module_utils._kept.run import run

    run(importer, this_python(), folder, options)


if __name__ == "__main__":
    main(sys.argv[1:])
