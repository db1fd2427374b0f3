# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A digest of everything that a comparison looked at, taken after it found no difference.

Where it fits, a run has the same call as that one, and would look at the same bytes: so it would find the same, and
need not compare them again. Where one byte differs, it compares. The seal lies in /run/portledger/kept, as seal-SCOPE;
losing or damaging it costs time, and nothing else.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import digest_of, native, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import replace_file

# Of the options, what has no part in a comparison.
_APART = ("change", "confirm_seconds", "count_lost", "gives_way", "keep", "plan", "probes")


class Seal:
    """The seal of one scope, as one call may use it."""

    def __init__(self, path, call, options):
        """
        :param path: of the file; its folder can be entered by root alone
        :type path: str
        :param call: digests of the code and of the plan, and the Python that runs
        :type call: list[str]
        :param options: of the module
        :type options: dict
        """
        self._path = path
        asked = dict((name, value) for name, value in options.items() if name not in _APART)
        self._call = digest_of(list(call) + [to_json(asked, sort_keys=True)])

    def is_of_this_call(self):
        """Whether an earlier run of the same call has left it: then that run has read this plan, and found it good.

        :rtype: bool
        """
        return self._text().split(" ")[0] == self._call

    def fits(self, seen):
        """Whether that run looked at the same, too.

        :param seen: everything that is looked at
        :type seen: list[str]
        :rtype: bool
        """
        return self._text() == self._made(seen)

    def write(self, seen):
        """Keep that this was looked at, and has no difference.

        :type seen: list[str]
        """
        try:
            replace_file(self._path, self._made(seen))
        except (IOError, OSError):
            # The next run compares again.
            pass

    def _text(self):
        try:
            with open(self._path, "rb") as stream:
                return native(stream.read())
        except (IOError, OSError):
            return ""

    def _made(self, seen):
        return "%s %s" % (self._call, digest_of([self._call] + seen))
