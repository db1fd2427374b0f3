# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the actions whose modules leave their code on the host, so that it is sent once.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

from ansible import constants
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.display import Display

from ansible_collections.portledger.qradar.plugins.module_utils._base import options
from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import NO_PLAN
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.action import PlanningAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.kept import (
    FOLDER,
    Answer,
    Call,
    call_name,
    read_answer,
    start_command,
)

_SPECIFICATIONS: Final = {"ruleset": options.RULESET, "ruleset_info": options.RULESET_INFO}


class KeepingAction(PlanningAction):
    """Starts what the host keeps, and sends the module where that is not possible."""

    # How often something may have been started on the host.
    _starts = 0

    def call_module(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        python = str(constants.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars))
        host = task_vars["inventory_hostname"]
        call = call_name(self.MODULE.rpartition(".")[2], python)
        answer, said = self._start(host, call, python, arguments)
        if answer.result is not None:
            return answer.result
        if answer.started:
            words = "MODULE FAILURE: the code that the host keeps has ended without a result"
            return {"failed": True, "msg": words, "module_stdout": said["stdout"], "module_stderr": said["stderr"]}
        Display().vv(f"the module is sent: {answer.why}", host=host)
        return super().call_module({**arguments, "keep": call}, task_vars)

    def _start(self, host: str, name: str, python: str, arguments: dict[str, Any]) -> tuple[Answer, dict[str, Any]]:
        """What came of starting what the host keeps, and what the connection says of it.

        Raises:
            AnsibleConnectionFailure: the host cannot be reached, or could not be asked to the end.
        """
        if self._connection._shell.SHELL_FAMILY != "sh":
            return Answer(False, why="its shell is another than sh"), {}
        if self._task.async_val or constants.DEFAULT_KEEP_REMOTE_FILES:
            return Answer(False, why="the task asks for files on the host"), {}
        module = self.MODULE.rpartition(".")[2]
        plan = arguments.get("plan")
        # Of a large plan, nothing is to be copied.
        others = {key: value for key, value in arguments.items() if key != "plan"}
        validated = ArgumentSpecValidator(_SPECIFICATIONS[module]).validate(others)
        if validated.error_messages or not isinstance(plan, dict | None):
            # The module has the words for them.
            return Answer(False, why="it refuses its options"), {}
        check, verbosity = bool(self._task.check_mode), Display().verbosity
        call = Call(name, module, validated.validated_parameters, plan, check, verbosity)
        make = partial(start_command, call, environment=self._compute_environment_string(), python=python)
        if not (command := make()):
            return Answer(False, why="its options do not fit into a command"), {}
        answer, said = self._ask(command)
        if answer.why != NO_PLAN:
            return answer, said
        if not (command := make(carries_plan=True)):
            return Answer(False, why=f"{NO_PLAN}, and does not fit into a command"), {}
        Display().vv("the plan is sent: it is not kept", host=host)
        return self._ask(command)

    def _ask(self, command: str) -> tuple[Answer, dict[str, Any]]:
        # As with a module: without pipelining there is a terminal, and what runs ends with it.
        in_data = b"\n" if self._is_pipelining_enabled("new") else None
        said = self._low_level_execute_command(command, in_data=in_data)
        answer = read_answer(said["stdout"])
        if not answer.started:
            self._starts -= 1
        return answer, said

    def _low_level_execute_command(self, cmd: str, *more: Any, **named: Any) -> dict[str, Any]:
        # Everything before it, such as a folder for the module, changes no rule.
        if named.get("in_data") or "AnsiballZ_" in cmd or FOLDER in cmd:
            self._starts += 1
        result: dict[str, Any] = super()._low_level_execute_command(cmd, *more, **named)
        return result
