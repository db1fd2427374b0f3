# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that outlive the module: a script, and an archive of the code that it needs.

Python runs what is in an archive as it runs files. One file is there whole or not at all, and is compared at once.
Whoever starts the timer waits for it, so it finds its code compiled, where the module has it so; see PEP 552.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import importlib
import io
import os
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._host.files import replace_file

PACKAGE = "ansible_collections.portledger.qradar.plugins.module_utils"

_ARCHIVE = "code.zip"
# Begins each script that has its code beside it.
_START = """\
import os
import sys

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "%s"))
""" % _ARCHIVE


def write_program(folder, name, script, values, modules):
    """Write a script, and beside it what it needs of this package, wherever that came from.

    :param folder: is there
    :type folder: str
    :param name: of the script
    :type name: str
    :param script: its text, with places for "package" and the values
    :type script: str
    :type values: dict[str, object]
    :param modules: what the script needs of this package: see ``code.py``
    :type modules: list[str]
    :returns: the script's full name
    :rtype: str
    :raises OSError: it cannot be written; under Python 2, or an IOError.
    """
    replace_file(os.path.join(folder, _ARCHIVE), archive_of(modules, compiled=True))
    path = os.path.join(folder, name)
    replace_file(path, _START + script.format(package=PACKAGE, **values))
    return path


def archive_of(modules, scripts=(), compiled=False):
    """An archive that Python can import from; of the same code it is the same, byte for byte.

    :param modules: what is needed of this package: see ``code.py``
    :type modules: collections.Iterable[str]
    :param scripts: further files, as name and text
    :type scripts: collections.Iterable[tuple[str, str]]
    :param compiled: whether what this Python has compiled already goes with it; another Python takes the source
    :type compiled: bool
    :rtype: bytes
    """
    # A sixth of the start of the timer, which has this file and makes no archive.
    import zipfile

    files = dict((name, text.encode("utf-8")) for name, text in scripts)
    for module, source, code in _sources(modules):
        parts = (PACKAGE + "." + module).split(".")
        for depth in range(1, len(parts)):
            # Python 2.7 has no packages without it.
            files["/".join(parts[:depth]) + "/__init__.py"] = b""
        files["/".join(parts) + ".py"] = source
        if compiled and code:
            files["/".join(parts) + ".pyc"] = code
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            # Any moment, as long as it is always the same; and the rights, which some Pythons leave out.
            info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            info.external_attr = 0o600 << 16
            info.create_system = 3
            archive.writestr(info, files[name])
    return stream.getvalue()


def _sources(modules):
    """Some modules of this package in order, with their text, and as Python has compiled them, where that is there."""
    for name in sorted(modules):
        full = PACKAGE + "." + name
        module = importlib.import_module(full)
        source = _source(full, module)
        yield name, source, _compiled(full, module, source)


def _compiled(name, module, source):
    """A module as Python reads it in place of its text; None where this Python would ask when the text was changed."""
    loader = getattr(module, "__loader__", None)
    code = loader.get_compiled(name) if hasattr(loader, "get_compiled") else None
    if code is None or sys.version_info < (3, 7):
        return None
    from importlib.util import MAGIC_NUMBER, source_hash

    # It names its text by the hash, and is not compared with it.
    return MAGIC_NUMBER + b"\x01\0\0\0" + source_hash(source) + code


def _source(name, module):
    """Source of a module, from a file or from an archive."""
    loader = getattr(module, "__loader__", None)
    if hasattr(loader, "get_source"):
        source = loader.get_source(name)
        if source is not None:
            return source if isinstance(source, bytes) else source.encode("utf-8")
    with open(module.__file__.replace(".pyc", ".py"), "rb") as stream:
        return stream.read()
