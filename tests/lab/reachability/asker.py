# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs the module's code without Ansible, under whatever Python: options in, result out, both as JSON."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import json
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "unit"))
import host_python  # type: ignore[import-not-found]

sys.dont_write_bytecode = True
_UTILS = "ansible_collections.portledger.qradar.plugins.module_utils"
host_python.make_package(_UTILS, os.path.join(host_python.ROOT, "plugins", "module_utils"))

if __name__ == "__main__":
    from ansible_collections.portledger.qradar.plugins.module_utils._reachability import reachability

    json.dump(reachability(json.load(sys.stdin)), sys.stdout)
