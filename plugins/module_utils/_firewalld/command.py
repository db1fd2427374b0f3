# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Several questions to firewall-cmd for little more than the time of one.

firewall-cmd is a program of Python that spends nearly all of its 0.15 s on loading itself. While somebody may be
locked out, that counts: it is loaded once, and each question is asked by a copy of that process.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import os
import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, native, to_json

_PYTHON = re.compile(r"#!\s*(\S*/(?:platform-)?python[0-9.]*)((?:\s+-\w+)*)\s*$")
_SCRIPT = """\
import json, os, sys
program, calls = sys.argv[1], json.loads(sys.argv[2])
try:
    import firewall.client, firewall.command
except ImportError:
    pass
with open(program) as stream:
    code = compile(stream.read(), program, "exec")
answers = []
kept = "replace" if bytes is str else "surrogateescape"
for call in calls:
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.dup2(writing, 1)
            sys.argv = [program] + call
            exec(code, {"__name__": "__main__"})
            status = 0
        except SystemExit as end:
            status = end.code if isinstance(end.code, int) else int(end.code is not None)
        finally:
            sys.stdout.flush()
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading, "rb") as stream:
        out = stream.read().decode("utf-8", kept)
    status = os.waitpid(child, 0)[1]
    answers.append([os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1, out])
json.dump(answers, sys.stdout)
"""


def ask(host, questions):
    """What firewall-cmd answers to each question.

    :type host: _host.host.Host
    :param questions: arguments of each; none may change anything, for one may be asked twice
    :type questions: list[list[str]]
    :returns: exit code and output of each
    :rtype: list[tuple[int, str]]
    """
    answers = _at_once(host, questions)
    if answers is None:
        answers = [host.run("firewall-cmd", question)[:2] for question in questions]
    return answers


def _at_once(host, questions):
    """None where this firewall-cmd is not a Python program, or something else than expected came back."""
    program = host.find("firewall-cmd")
    python = _PYTHON.match(_first_line(program)) if program else None
    if not python:
        return None
    options = python.group(2).split()
    code, out, _err = host.run(python.group(1), options + ["-c", _SCRIPT, program, to_json(questions)])
    try:
        answers = [(int(status), text) for status, text in from_json(out)] if code == 0 else []
    except (ValueError, TypeError):
        return None
    return answers if len(answers) == len(questions) else None


def _first_line(path):
    try:
        with open(os.path.realpath(path), "rb") as stream:
            return native(stream.readline(200)).strip()
    except (IOError, OSError):
        return ""
