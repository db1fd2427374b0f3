# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a host keeps of what it was sent: code and plans, each under its digest, for calls that send neither again.

Everything is in /run/portledger/kept, which only root can enter and which a boot empties:

    CALL/python       the Python that has run the code
    CALL/code         its digest, a line about that Python, and the code with its text
    plan-DIGEST       a plan
    seal-SCOPE        what a comparison that found no difference has seen, see ``seal.py``

CALL is what the controller calls the code: a digest of all that it would send. Losing any of it costs time, and nothing
else: the controller sends what is not there, or not as it was.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import hashlib
import marshal
import os
import shutil
import stat
import sys

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, native, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import (
    make_folder, names_in, remove_file, replace_file,
)
from ansible_collections.portledger.qradar.plugins.module_utils._kept.seal import Seal

# Of each kind: as many as two controllers need, each with two modules and two scopes, and the former ones.
_MOST = 8
_PLAN = "plan-"
_SEAL = "seal-"
# Bytes of a plan that names some thousands of networks.
_LARGE = 100000


class Kept:
    """What one host keeps."""

    def __init__(self, host):
        """
        :type host: _host.host.Host
        """
        self._above = host.file("run", "portledger")
        self._folder = os.path.join(self._above, "kept")

    def is_welcome(self):
        """Whether this collection has a folder on the host: where it has none, it leaves none behind.

        :rtype: bool
        """
        return os.path.isdir(self._above)

    def write(self, call, modules, python, plan=None):
        """Keep code, and a plan.

        :param call: what the controller calls the code
        :type call: str
        :param modules: as Importer has them
        :type modules: dict[str, tuple[bytes | None, bytes]]
        :param python: the Python that has compiled them, see ``start.py``
        :type python: bytes
        :type plan: dict | None
        :raises IOError: it cannot be written; under Python 3, an OSError. Somebody else may write there.
        """
        make_folder(self._above, 0o700)
        if not _is_private(self._above, 0o755):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), self._above)
        os.chmod(self._above, 0o700)
        _make_private(self._folder)
        if plan is not None:
            self._write_plan(plan)
        folder = os.path.join(self._folder, call)
        _make_private(folder)
        rest = python + b"\n" + marshal.dumps(modules, 2)
        replace_file(os.path.join(folder, "code"), _digest(rest).encode("ascii") + b"\n" + rest)
        # Last: without it nothing is started.
        replace_file(os.path.join(folder, "python"), sys.executable + "\n")
        self._leave_most()

    def write_plan(self, plan):
        """Keep a plan beside code that is kept already.

        :type plan: dict
        :raises IOError: it cannot be written; under Python 3, an OSError.
        """
        self._write_plan(plan)
        self._leave_most()

    def _write_plan(self, plan):
        text = _text_of(plan)
        replace_file(os.path.join(self._folder, _PLAN + _digest(text)), text)

    def plan(self, digest):
        """A plan, or None where it is not there, or not as it was.

        :type digest: str
        :rtype: dict | None
        """
        try:
            with open(os.path.join(self._folder, _PLAN + digest), "rb") as stream:
                text = stream.read()
        except (IOError, OSError):
            return None
        return from_json(text.decode("ascii")) if _digest(text) == digest else None

    def seal(self, call, python, digest, options):
        """The seal that a call may use; None where comparing takes no longer than looking would.

        :param call: what the controller calls the code
        :type call: str
        :param python: that runs it, see ``start.py``
        :type python: bytes
        :param digest: of the plan
        :type digest: str
        :param options: of the module
        :type options: dict
        :rtype: _kept.seal.Seal | None
        """
        try:
            size = os.path.getsize(os.path.join(self._folder, _PLAN + digest))
        except OSError:
            return None
        same = [call, native(python), sys.executable, digest]
        return Seal(os.path.join(self._folder, _SEAL + options["scope"]), same, options) if size >= _LARGE else None

    def was_used(self, call, digest):
        """What was used last goes last.

        :type call: str
        :param digest: of the plan; empty for none
        :type digest: str
        """
        for name in (call, _PLAN + digest) if digest else (call,):
            try:
                os.utime(os.path.join(self._folder, name), None)
            except OSError:
                # Another process has removed it just now.
                pass

    def _leave_most(self):
        names = [name for name in names_in(self._folder) if not name.startswith(_SEAL)]
        plans = [name for name in names if name.startswith(_PLAN)]
        for kind in (plans, [name for name in names if name not in plans]):
            paths = [os.path.join(self._folder, name) for name in kind]
            for path in sorted(paths, key=_time_of, reverse=True)[_MOST:]:
                _remove(path)


def _is_private(path, most):
    """Whether it is a folder of this user's own, with these rights at most."""
    found = os.lstat(path)
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.geteuid() and not found.st_mode & 0o777 & ~most


def _make_private(path):
    """A folder that only root can enter, in place of whatever is there."""
    if os.path.lexists(path) and not _is_private(path, 0o700):
        _remove(path)
    make_folder(path, 0o700)


def _remove(path):
    if os.path.isdir(path) and not os.path.islink(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        remove_file(path)


def _time_of(path):
    try:
        return os.lstat(path).st_mtime
    except OSError:
        return 0.0


def _text_of(plan):
    # As the controller writes it, or their digests differ.
    return to_json(plan, sort_keys=True, separators=(",", ":")).encode("ascii")


def _digest(data):
    return hashlib.sha256(data).hexdigest()
