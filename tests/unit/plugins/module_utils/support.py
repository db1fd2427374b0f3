# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of this folder share."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import shutil
import struct
import tempfile

from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host

#: How many connections the kernel tracks; none, or no such file: nothing has asked for that yet.
TRACKED = "proc/sys/net/netfilter/nf_conntrack_count"
FOLDER = os.path.dirname(os.path.abspath(__file__))
GOLDEN = os.path.join(FOLDER, "golden")


def golden_plan(name):
    """A plan as the controller sends it."""
    with open(os.path.join(GOLDEN, name + ".json")) as stream:
        return json.load(stream)


def small_plan(**changes):
    """A plan for a host with one flow."""
    plan = {
        "version": 1,
        "host": "ep1",
        "scope": "host",
        "sets": {"component": {"ipv4": ["198.18.1.1/32", "198.18.1.2/32"], "ipv6": ["2001:db8::1/128"]}},
        "flows": [
            {
                "service": "ariel_query",
                "row": 65,
                "source": "component",
                "destination": None,
                "ports": ["tcp/32006"],
                "comment": None,
            }
        ],
    }
    plan.update(changes)
    return plan


def options(**changes):
    """The module's options."""
    found = {
        "scope": "host",
        "provider": "iptables",
        "state": "present",
        "unlisted": "drop",
        "egress": "leave",
        "management": [],
        "plan": small_plan(),
    }
    found.update(changes)
    return found


def attribute(number, data):
    """As netlink has it: what the kernel tells is made of these."""
    return struct.pack("=HH", 4 + len(data), number) + data + b"\0" * (-len(data) % 4)


class Folder:
    """A directory that stands for the root of a host, with files and programs in it."""

    def __init__(self, files=None, programs=()):
        self.root = tempfile.mkdtemp(prefix="portledger-test-")
        for name, text in dict({TRACKED: "1\n"}, **(files or {})).items():
            self.write(name, text)
        for program in programs:
            os.chmod(self.write("bin/" + program, ""), 0o755)

    def write(self, name, text):
        path = os.path.join(self.root, name)
        if not os.path.isdir(os.path.dirname(path)):
            os.makedirs(os.path.dirname(path))
        with (open(path, "w") if bytes is str else open(path, "w", encoding="utf-8", newline="")) as stream:
            stream.write(text)
        return path

    def host(self, runner=None, environ=None):
        return Host(runner, path=[os.path.join(self.root, "bin")], environ=environ or {}, root=self.root)

    def remove(self):
        shutil.rmtree(self.root)


class Kernel:
    """Answers for iptables and ipset out of texts, and keeps what it was asked."""

    def __init__(self, answers=None):
        #: by program: exit code, output, errors; or a list of such, one a call
        self.answers = answers or {}
        self.calls = []

    def __call__(self, arguments, data, seconds=None):
        program = os.path.basename(arguments[0])
        self.calls.append(([program] + arguments[1:], data))
        answer = self.answers.get(program, (0, "", ""))
        if isinstance(answer, list):
            answer = answer.pop(0) if answer else (0, "", "")
        return answer
