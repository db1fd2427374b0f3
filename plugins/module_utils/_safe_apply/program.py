# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs that outlive the module: a script, and a copy of the code that it needs."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import importlib
import os

_PACKAGE = "ansible_collections.portledger.qradar.plugins.module_utils"


def write_program(folder, name, script, values, modules):
    """Write a script, and beside it, in "code", a copy of what it needs of this package, wherever that came from.

    :param folder: is made where it is not there
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
    for module, source in _sources(modules):
        parts = (_PACKAGE + "." + module).split(".")
        package = os.path.join(folder, "code")
        for part in parts[:-1]:
            package = os.path.join(package, part)
            if not os.path.isdir(package):
                os.makedirs(package, 0o700)
                # Python 2.7 has no packages without it.
                _write(os.path.join(package, "__init__.py"), b"")
        _write(os.path.join(package, parts[-1] + ".py"), source)
    path = os.path.join(folder, name)
    _write(path, script.format(package=_PACKAGE, **values).encode("utf-8"))
    return path


def code_digest(modules):
    """Differs where the code does that some modules need.

    :type modules: list[str]
    :rtype: str
    """
    digest = hashlib.sha256()
    for module, source in _sources(modules):
        digest.update(("%s %d\n" % (module, len(source))).encode("ascii"))
        digest.update(source)
    return digest.hexdigest()


def _sources(modules):
    """Some modules of this package in order, with their text."""
    for name in sorted(modules):
        full = _PACKAGE + "." + name
        yield name, _source(full, importlib.import_module(full))


def _source(name, module):
    """Source of a module, from a file or from an archive."""
    loader = getattr(module, "__loader__", None)
    if hasattr(loader, "get_source"):
        source = loader.get_source(name)
        if source is not None:
            return source if isinstance(source, bytes) else source.encode("utf-8")
    with open(module.__file__.replace(".pyc", ".py"), "rb") as stream:
        return stream.read()


def _write(path, data):
    with open(path, "wb") as stream:
        stream.write(data)
