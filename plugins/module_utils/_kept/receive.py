# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Starts code that comes with the call, where the host keeps none. What it answers stands in ``run.py``.

The controller sends the text of this file as an argument of Python, with the digest of what comes on standard input: a
line with the options, as ``run.py`` takes them, and behind it, compressed, JSON with the text of each module util.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import json
import sys
import zlib

_IMPORTER = "_kept.importer"


def main(arguments, data):
    """
    :param arguments: the folder where the code is to be kept, and the digest
    :type arguments: list[str]
    :param data: what came on standard input
    :type data: bytes
    """
    folder, digest = arguments
    if hashlib.sha256(data).hexdigest() != digest:
        sys.stdout.write("portledger.kept no the code came damaged\n")
        return
    options, _line, code = data.partition(b"\n")
    texts = json.loads(zlib.decompress(code).decode("ascii"))
    modules = dict((str(name), (None, text.encode("utf-8"))) for name, text in texts.items())
    values = {"__name__": _IMPORTER}
    exec(compile(modules[_IMPORTER][1], _IMPORTER, "exec", 0, True), values)
    importer = values["Importer"](modules)
    # What is kept of it is the first that start.py runs.
    importer.compile(_IMPORTER)
    importer.install()
    from ansible_collections.portledger.qradar.plugins.module_utils._kept.run import run
    from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import this_python

    run(importer, this_python(), folder, options.decode("ascii"))


if __name__ == "__main__":
    main(sys.argv[1:], getattr(sys.stdin, "buffer", sys.stdin).read())
