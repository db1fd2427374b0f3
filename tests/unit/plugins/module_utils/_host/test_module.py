# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module ends: with the result of its work, or with the whole message of an error."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import unittest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.module import OUT_OF_MEMORY, finish


class EndedError(Exception):
    """What a module ends with."""


class Module:
    """Answers as a module of Ansible does."""

    def exit_json(self, **result):
        raise EndedError(result)

    def fail_json(self, **result):
        raise EndedError(result)


class ModuleTest(unittest.TestCase):
    def ending(self, module, work):
        with self.assertRaises(EndedError) as caught:
            finish(module, work)
        return caught.exception.args[0]

    def test_result_of_the_work(self):
        languages = ["-c", "printf '%s' \"$LC_ALL $LANG\""]
        found = self.ending(Module(), lambda host: {"said": host.output("/bin/sh", languages)})
        self.assertEqual({"said": "C C"}, found)

    def test_what_a_host_says_is_text(self):
        host_says = ["-c", r"printf 'caf\351 \033[2J \342\200\256'"]
        found = self.ending(Module(), lambda host: {"said": [host.output("/bin/sh", host_says)]})
        self.assertEqual({"said": [r"caf\xe9 \x1b[2J \u202e"]}, found)

        def work(host):
            host.output("/bin/sh", ["-c", r"printf 'a\351' >&2; exit 3"])

        self.assertTrue(self.ending(Module(), work)["msg"].endswith(": failed: a\\xe9."))

    def test_message_of_an_error(self):
        def work(host):
            raise RulesetError("no room.", changed=False)

        self.assertEqual({"msg": "no room. Nothing was changed."}, self.ending(Module(), work))

    def test_no_memory_is_told_without_a_traceback(self):
        def work(host):
            raise MemoryError

        self.assertEqual({"msg": OUT_OF_MEMORY}, self.ending(Module(), work))


if __name__ == "__main__":
    unittest.main()
