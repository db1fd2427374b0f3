# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How a module of Ansible runs our code, and ends with its result, or with our error as its own."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import presentable
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import run_program

OUT_OF_MEMORY = (
    "This module ran out of memory. Free some, or raise the limit of its process (ulimit -v), then run the playbook "
    "again: a change that was not confirmed is taken back."
)


def finish(module, work, keep=None):
    """Do a module's work, and end the module with its result or with its error.

    :type module: ansible.module_utils.basic.AnsibleModule | _kept.run.Answer
    :param work: called with the host; returns the module's result
    :type work: Callable[[Host], dict]
    :param keep: called once the work is done, see ``_kept``
    :type keep: Callable[[], None] | None
    """
    try:
        result = work(Host(run_program))
    except RulesetError as error:
        module.fail_json(msg=presentable(str(error)))
        return
    except MemoryError:
        module.fail_json(msg=OUT_OF_MEMORY)
        return
    if keep:
        keep()
    module.exit_json(**presentable(result))
