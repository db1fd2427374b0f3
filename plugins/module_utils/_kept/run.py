# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs a module's work from code that the host keeps, or that came with the call, without Ansible's part of a module.

The controller has checked the options by the module's own specification. What it gets are lines of their own, whatever
else a login prints:

    portledger.kept no WHY          nothing was started, and the module has to be sent
    portledger.kept yes             from here on, something may be changed
    portledger.kept answer RESULT   the module's result, as JSON
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import importlib
import os
import sys
import zlib

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import NO_PLAN, PRESENT
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, to_json
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.module import finish
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program
from ansible_collections.portledger.qradar.plugins.module_utils._kept.folder import Kept
from ansible_collections.portledger.qradar.plugins.module_utils._kept.importer import PACKAGE


def run(importer, python, folder, asked):
    """Do the work and print its result.

    :type importer: _kept.importer.Importer
    :param python: that runs it, see ``start.py``
    :type python: bytes
    :param folder: where the code is kept, or is to be
    :type folder: str
    :param asked: JSON in Base64: module, options, check, verbosity, and the digest of the plan, empty for none; as text
        the plan's own JSON, compressed and in Base64, where the host did not have it
    :type asked: str
    """
    call = from_json(base64.b64decode(asked.encode("ascii")).decode("ascii"))
    kept, options = Kept(Host(run_program)), call["options"]
    sent = _plan_of(call["text"]) if "text" in call else None
    options["plan"] = sent or (kept.plan(call["plan"]) if call["plan"] else None)
    if call["plan"] and options["plan"] is None:
        _say("no " + NO_PLAN)
        return
    work = _work_of(call, kept.seal(os.path.basename(folder), python, call["plan"], options))
    _say("yes")
    finish(Answer(), work)
    # A run that changes nothing, or removes, leaves nothing behind where this collection has nothing.
    if kept.is_welcome() or (options.get("state") == PRESENT and not call["check"]):
        _remember(kept, (os.path.basename(folder), importer, python), call["plan"], sent)


def _plan_of(text):
    return from_json(zlib.decompress(base64.b64decode(text.encode("ascii"))).decode("ascii"))


def _work_of(call, seal):
    """What a module does. Imported by name, for no module has the code of the other one."""
    if call["module"] == "ruleset":
        apply_ruleset = _load("_ruleset").apply_ruleset
        return lambda host: apply_ruleset(host, call["options"], call["check"], call["verbosity"], seal)
    ruleset_info = _load("_ruleset_info").ruleset_info
    return lambda host: ruleset_info(host, call["options"])


def _load(name):
    return importlib.import_module("%s.%s" % (PACKAGE, name))


def _remember(kept, code, digest, sent):
    name, importer, python = code
    try:
        if importer.compiles:
            kept.write(name, importer.modules, python)
        if sent is not None:
            kept.write_plan(sent)
        kept.was_used(name, digest)
    except (IOError, OSError):
        # The next call compiles it again.
        pass


def _say(words):
    sys.stdout.write("portledger.kept %s\n" % words)
    sys.stdout.flush()


class Answer:
    """In the place of Ansible's module: prints what that would."""

    def fail_json(self, **result):
        self.exit_json(failed=True, **result)

    def exit_json(self, **result):
        _say("answer " + to_json(result))
