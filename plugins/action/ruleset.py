# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes the plan once for the whole run, has the module load it, and proves that the host still answers."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

from ansible import constants, context
from ansible.errors import AnsibleConnectionFailure, AnsibleError
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.utils.display import Display

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import (
    APPLY,
    HOLDS,
    HOST,
    PRESENT,
    ROLE_OPTIONS,
    SCOPES,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.keeping_action import KeepingAction
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.confirmation import (
    Confirmation,
    Probe,
    UnreachedError,
    read_probes,
    read_seconds,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.reached import had_no_session
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.ssh_watch import (
    Target,
    Watch,
    protected_targets,
    ssh_targets,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.turn import Play, Turn
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.forms import RULESET
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import (
    ResultError,
    checked,
    told,
    words_of,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.pair import find_pair

# Connections through an SSH daemon, which can tell one connection from another.
_SSH = ("ssh", "paramiko", "paramiko_ssh", "libssh")


class ActionModule(KeepingAction):
    """The controller's half of ``portledger.qradar.ruleset``."""

    MODULE = "portledger.qradar.ruleset"

    def answer(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        name = task_vars["inventory_hostname"]
        names = (*ROLE_OPTIONS, "state", "confirm_seconds")
        arguments = self.with_inventory_options(arguments, arguments.get("scope"), names, task_vars)
        seconds = read_seconds(name, self.written_as("confirm_seconds"), arguments.get("confirm_seconds", 30))
        probes = read_probes(name, arguments.get("probes") or [], task_vars["hostvars"])
        # The module reports anything wrong with the other options.
        needs_plan = arguments.get("state", PRESENT) == PRESENT and arguments.get("scope") in SCOPES
        targets: list[Target] = []
        if needs_plan and not arguments.get("plan"):
            arguments["plan"] = plan = self.task_plan(arguments["scope"], task_vars).plan()
            targets = ssh_targets(plan)

        def change() -> dict[str, Any]:
            if seconds and not self._task.check_mode:
                return self._apply_and_confirm(name, arguments, seconds, probes, targets, task_vars)
            result = self._load(arguments, task_vars)
            if result.get("changed") and not self._task.check_mode:
                result["confirmed"] = False
            return result

        pair = find_pair(name, task_vars["hostvars"]) if arguments.get("scope") == HOST else None
        if not pair or self._task.check_mode:
            return change()

        def has_cluster_address() -> bool | None:
            return self._holds(pair.addresses, task_vars) if pair.addresses else None

        workers = int(context.CLIARGS.get("forks") or constants.DEFAULT_FORKS)
        workers = min(workers, int(self._task.throttle or 0) or workers)
        turn = Turn(Path(constants.DEFAULT_LOCAL_TMP), name, pair.peer, Play.of(task_vars, workers))
        return turn.take(has_cluster_address, change, boolean(arguments.get("gives_way", False), strict=False))

    def _holds(self, addresses: list[str], task_vars: dict[str, Any]) -> bool:
        """Whether the host has one of these addresses now.

        Raises:
            PortledgerError: the module does not say.
        """
        change = {"token": uuid.uuid4().hex, "phase": HOLDS, "addresses": addresses}
        result = self.call_module({"scope": HOST, "change": change}, task_vars)
        # It has changed nothing.
        self._starts = 0
        if not isinstance(result.get("holds"), bool):
            raise PortledgerError(f"{task_vars['inventory_hostname']}: {words_of(result)}")
        return bool(result["holds"])

    def _load(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Have the module load the rules; before the first ones, say what these leave without effect."""
        at("comparing and loading rules")
        result = self.call_module(arguments, task_vars)
        if result.pop("first", False) is not True:
            return result
        count, warning = lost_rules(task_vars["inventory_hostname"], result)
        more = {"lost_rules": count} if count else {}
        if self._task.check_mode:
            return {**result, **more, "warnings": [*result.get("warnings", []), warning]}
        # Now: warnings of a result are printed once all is done.
        Display().display(f"[WARNING]: {warning}", color=constants.COLOR_WARN, stderr=True)
        at("loading rules")
        # Nothing is changed so far.
        self._starts = 0
        return {**self.call_module({**arguments, "count_lost": False}, task_vars), **more}

    def _apply_and_confirm(
        self,
        name: str,
        arguments: dict[str, Any],
        seconds: int,
        probes: tuple[Probe, ...],
        targets: list[Target],
        task_vars: dict[str, Any],
    ) -> dict[str, Any]:
        token = uuid.uuid4().hex
        new = self._connection.transport.rpartition(".")[2] in _SSH

        def call(phase: str) -> dict[str, Any]:
            change = {"token": token, "phase": phase, "over_new_connection": new}
            removal = {"state": "absent"} if arguments.get("state") == "absent" else {}
            try:
                # As meta: reset_connection does. Connections that ControlPersist keeps are dropped by it.
                self._connection.reset()
                return self.call_module({"scope": arguments["scope"], "change": change, **removal}, task_vars)
            except AnsibleError as error:
                raise UnreachedError(str(error)) from error

        def reach(source: str, address: str, port: int, seconds: float) -> str:
            arguments = {"host": address, "port": port, "timeout": max(int(seconds), 1), "connect_timeout": 1}
            try:
                answer = self._run_on(source, "ansible.builtin.wait_for", arguments, task_vars)
            except AnsibleError as error:
                return f"{source} could not be reached: {error}"
            return str(answer.get("msg")).rstrip(".") if answer.get("failed") else ""

        # Started before the change: targets that answer now must still answer after it.
        with Watch(targets) as before:
            try:
                result = self._load({**arguments, "change": {"token": token, "phase": APPLY}}, task_vars)
            except AnsibleConnectionFailure as error:
                # Newer releases of Ansible add the cause, and this message contains it already.
                confirmation = Confirmation(name, seconds, call)
                raise AnsibleConnectionFailure(
                    self._broken(str(error), confirmation, self._has_started(error))
                ) from None
            behind = before.answered()
        if result.get("failed") and "module_stdout" in result and self._starts > 0:
            # Something ended the module at an unknown point.
            result["msg"] = self._broken(str(result.get("msg")), Confirmation(name, seconds, call), True)
        if result.get("failed") or "timer" not in result:
            return result
        try:
            checked(result, RULESET)
        except ResultError as error:
            words = self._broken(f"{name}: {error}", Confirmation(name, seconds, call), True)
            return {"failed": True, "changed": False, "confirmed": False, "msg": words}
        # What a boot loads is known only once the change is confirmed.
        persistent = {"persistent": result.pop("persistent")} if "persistent" in result else {}
        try:
            address = self._play_context.remote_addr or name
            problem = Confirmation(name, seconds, call, reach).confirm(
                address, probes, protected_targets(result, behind)
            )
        except PortledgerError as error:
            return {**result, "failed": True, "changed": False, "confirmed": False, "msg": str(error)}
        if problem:
            words = f"{name}: the change is confirmed and in force, but the next boot would not load it: {problem}"
            words += " Fix this, and run the playbook again."
            return {**result, "failed": True, "confirmed": True, "msg": words}
        return {**result, **persistent, "confirmed": True}

    def _has_started(self, error: AnsibleConnectionFailure) -> bool:
        """Whether the module may have been started before its connection failed."""
        try:
            # A second attempt has words of its own.
            once = int(self._connection.get_option("reconnection_retries")) == 0
        except (KeyError, TypeError, ValueError):
            once = False
        return self._starts > 0 and not (self._starts == 1 and once and had_no_session(str(error)))

    def _broken(self, said: str, confirmation: Confirmation, started: bool) -> str:
        """The message of a call that failed, with the state of the change that it may have made."""
        try:
            ending = confirmation.take_back()
        except UnreachedError:
            ending = "the host restores the former rules by itself" if started else None
        return f"{said.rstrip(' .:')}. New rules may have been loaded before that: {ending}." if ending else said

    def _run_on(self, name: str, module: str, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run a module on another host of the inventory, over a connection of its own.

        Raises:
            AnsibleError: the host cannot be reached.
        """
        # As for a delegated task, but the answer is needed at once.
        variables = {**task_vars, **task_vars["hostvars"][name], "inventory_hostname": name}
        here = self._connection
        context = self._play_context.copy()
        context.remote_addr = variables.get("ansible_host", name)
        kind = variables.get("ansible_connection", constants.DEFAULT_TRANSPORT)
        there = self._shared_loader_obj.connection_loader.get(kind, context, None, task_uuid=self._task._uuid)
        there.set_options(task_keys={"timeout": context.timeout, "password": context.password}, var_options=variables)
        there._shell.set_options(var_options=variables)
        self._connection = there
        try:
            result: dict[str, Any] = self._execute_module(
                module_name=module, module_args=arguments, task_vars=variables
            )
        finally:
            there.close()
            self._connection = here
        return result


def lost_rules(name: str, result: dict[str, Any]) -> tuple[int, str]:
    """How many foreign rules the first enforcement leaves without effect, and the warning that says so.

    What the module says of them is taken out of its result.
    """
    count, why = result.pop("lost_rules", None), result.pop("why", None)
    if not isinstance(count, int) or count < 1:
        words = f"{name}: foreign rules without effect once the plan is enforced: not counted"
        return 0, f"{words}: {words_of({'msg': told(why)})}"
    rules = "foreign rule permits" if count == 1 else "foreign rules permit"
    words = f"{name}: {count} {rules} what the plan does not, without effect once it is enforced. The playbook"
    return count, f"{words} portledger.qradar.adopt shows which."
