# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Imports module utils of this collection from memory, and remembers what comes of compiling them.

Stands by itself: where a host starts what it keeps, this file is run before anything can be imported.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import marshal
import sys

PACKAGE = "ansible_collections.portledger.qradar.plugins.module_utils"


class Importer:
    """Stands before all other ways to import these modules, and leaves all others to them."""

    def __init__(self, modules):
        """
        :param modules: by name within the package: what comes of compiling it, as ``marshal`` writes it, or None where
            it has not been compiled yet; and its text
        :type modules: dict[str, tuple[bytes | None, bytes]]
        """
        self.modules = dict(modules)
        #: whether anything had to be compiled
        self.compiles = False
        parts = PACKAGE.split(".")
        self._packages = set(".".join(parts[:depth]) for depth in range(1, len(parts) + 1))
        for name in self.modules:
            if "." in name:
                self._packages.add("%s.%s" % (PACKAGE, name.rpartition(".")[0]))

    def install(self):
        """From here on, this process imports by it."""
        sys.meta_path.insert(0, self)

    def compile(self, name):
        """The code of a module.

        :param name: within the package
        :type name: str
        :rtype: types.CodeType
        """
        compiled, source = self.modules[name]
        if compiled is not None:
            return marshal.loads(compiled)
        path = "%s/%s.py" % (PACKAGE.replace(".", "/"), name.replace(".", "/"))
        code = compile(source, path, "exec", 0, True)
        self.modules[name] = (marshal.dumps(code), source)
        self.compiles = True
        return code

    def get_source(self, name):
        """The text of a module, for whoever writes programs from it, and for tracebacks.

        :param name: of the module
        :type name: str
        :rtype: str | None
        """
        inner = self._inner(name)
        return self.modules[inner][1].decode("utf-8") if inner in self.modules else None

    def get_compiled(self, name):
        """What came of compiling a module, as ``marshal`` writes it, for whoever writes programs from it.

        :param name: of the module
        :type name: str
        :returns: None where it has not been compiled here
        :rtype: bytes | None
        """
        return self.modules.get(self._inner(name), (None, b""))[0]

    # ---- as Python 3 asks

    def find_spec(self, name, path=None, target=None):
        """See :meth:`importlib.abc.MetaPathFinder.find_spec`."""
        if not self._has(name):
            return None
        from importlib.machinery import ModuleSpec

        return ModuleSpec(name, self, is_package=name in self._packages)

    def create_module(self, spec):
        """See :meth:`importlib.abc.Loader.create_module`. The usual one will do."""

    def exec_module(self, module):
        """See :meth:`importlib.abc.Loader.exec_module`."""
        inner = self._inner(module.__name__)
        if inner in self.modules:
            exec(self.compile(inner), module.__dict__)

    # ---- as Python 2 asks

    def find_module(self, name, path=None):
        """The importer itself, or None."""
        return self if self._has(name) else None

    def load_module(self, name):
        """A module or package, imported once."""
        if name in sys.modules:
            return sys.modules[name]
        module = sys.modules[name] = type(sys)(name)
        module.__loader__ = self
        module.__package__ = name if name in self._packages else name.rpartition(".")[0]
        if name in self._packages:
            module.__path__ = []
        try:
            self.exec_module(module)
        except BaseException:
            del sys.modules[name]
            raise
        return module

    # ---- names

    def _has(self, name):
        return name in self._packages or self._inner(name) in self.modules

    def _inner(self, name):
        return name[len(PACKAGE) + 1:] if name.startswith(PACKAGE + ".") else None
