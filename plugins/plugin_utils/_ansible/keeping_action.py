# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the actions whose modules leave their code on the host, so that it is sent once.

What the host keeps is started; where it keeps nothing, the code goes with the call; where that cannot be done either,
Ansible sends the module.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any, Final

from ansible import constants
from ansible.executor.interpreter_discovery import discover_interpreter
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.utils.display import Display
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.portledger.qradar.plugins.module_utils._base import options
from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import NO_PLAN
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.action import PlanningAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.kept import (
    FOLDER,
    Answer,
    Call,
    call_name,
    code_digest,
    read_answer,
    start_command,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.sent import send_command, sent_code

_FOUND: Final = "discovered_interpreter_python"
_SEARCHES: Final = ("auto", "auto_silent", "auto_legacy", "auto_legacy_silent")
# How a shell ends that cannot start a program.
_NO_PROGRAM: Final = (126, 127)
_SPECIFICATIONS: Final = {"ruleset": options.RULESET, "ruleset_info": options.RULESET_INFO}


class KeepingAction(PlanningAction):
    """Starts what the host keeps; sends the code, or the module, where that is not possible."""

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        # Ansible loads the class before it starts a worker for each host: none of them has to read all the code.
        code_digest(cls.MODULE.rpartition(".")[2])

    # How often something may have been started on the host.
    _starts = 0

    def call_module(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        python = str(constants.config.get_config_value("INTERPRETER_PYTHON", variables=task_vars))
        host = task_vars["inventory_hostname"]
        name = call_name(self.MODULE.rpartition(".")[2], python)
        call, why = self._checked(name, arguments)
        if call:
            answer, said = self._start(host, call, python)
            if not answer.started and (path := self._can_send(python, task_vars)):
                Display().vv(f"the code is sent: {answer.why}", host=host)
                answer, said = self._send(call, path)
            if answer.result is not None:
                return self._with_python(answer.result)
            if answer.started:
                words = "MODULE FAILURE: the code that the host was to run has ended without a result"
                return {"failed": True, "msg": words, "module_stdout": said["stdout"], "module_stderr": said["stderr"]}
            why = answer.why
        Display().vv(f"the module is sent: {why}", host=host)
        result = super().call_module({**arguments, "keep": name}, task_vars)
        if "module_stdout" in result and result.get("rc") in _NO_PROGRAM:
            self._starts -= 1
        return result

    def _checked(self, name: str, arguments: dict[str, Any]) -> tuple[Call | None, str]:
        """What is asked of the host; None, and why, where only the module can be asked."""
        if self._connection._shell.SHELL_FAMILY != "sh":
            return None, "its shell is another than sh"
        if self._task.async_val or constants.DEFAULT_KEEP_REMOTE_FILES:
            return None, "the task asks for files on the host"
        module = self.MODULE.rpartition(".")[2]
        plan = arguments.get("plan")
        # Of a large plan, nothing is to be copied.
        others = {key: value for key, value in arguments.items() if key != "plan"}
        validated = ArgumentSpecValidator(_SPECIFICATIONS[module]).validate(others)
        if validated.error_messages or not isinstance(plan, dict | None):
            # The module has the words for them.
            return None, "it refuses its options"
        check, verbosity = bool(self._task.check_mode), Display().verbosity
        return Call(name, module, validated.validated_parameters, plan, check, verbosity), ""

    def _start(self, host: str, call: Call, python: str) -> tuple[Answer, dict[str, Any]]:
        """What came of starting what the host keeps, and what the connection says of it.

        Raises:
            AnsibleConnectionFailure: the host cannot be reached, or could not be asked to the end.
        """
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

    def _can_send(self, python: str, task_vars: dict[str, Any]) -> str:
        """The Python that is to run code that is sent; empty where Ansible takes files alone, or has no path for it."""
        if not self._is_pipelining_enabled("new"):
            return ""
        path = python
        if python in _SEARCHES:
            facts = task_vars["ansible_facts"]
            path = str(facts.get(_FOUND) or self._find_python(python, facts, task_vars))
        return path if path.startswith("/") else ""

    def _find_python(self, how: str, facts: dict[str, Any], task_vars: dict[str, Any]) -> str:
        """As Ansible does before its modules; what follows knows it then."""
        starts = self._starts
        found = discover_interpreter(action=self, interpreter_name="python", discovery_mode=how, task_vars=task_vars)
        # It asks the host with a program of its own, which changes nothing.
        self._starts = starts
        # What a host says is not a template.
        facts[_FOUND] = self._discovered_interpreter = wrap_var(str(found or ""))
        self._discovered_interpreter_key = _FOUND
        return str(facts[_FOUND])

    def _with_python(self, result: dict[str, Any]) -> dict[str, Any]:
        """A result with what Ansible's own modules say once a Python was looked for."""
        if not self._discovered_interpreter_key:
            return result
        # Of ansible-core 2.16; newer ones have shown them by now.
        warnings = [*result.get("warnings", ()), *getattr(self, "_discovery_warnings", ())]
        found = {self._discovered_interpreter_key: self._discovered_interpreter}
        return {**result, "ansible_facts": found, **({"warnings": warnings} if warnings else {})}

    def _send(self, call: Call, python: str) -> tuple[Answer, dict[str, Any]]:
        """The same as :meth:`_start`, of code that goes with the call."""
        code = sent_code(call, Path(constants.DEFAULT_LOCAL_TMP))
        command, data = send_command(call, code, environment=self._compute_environment_string(), python=python)
        return self._ask(command, data)

    def _ask(self, command: str, data: bytes = b"\n") -> tuple[Answer, dict[str, Any]]:
        # As with a module: without pipelining there is a terminal, and what runs ends with it.
        in_data = data if self._is_pipelining_enabled("new") else None
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
