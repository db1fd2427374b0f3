# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the actions: a plan where the task needs one, the module, and errors as Ansible's.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Final

from ansible import constants
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.other_inventory import read_inventory
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.progress import progress
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError, PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import Form, ResultError, checked
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.firewalls import (
    read_options,
    role_of,
    role_variable,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.task import Inventory, TaskPlan

INVENTORY_VARIABLE: Final = "firewall_inventory"
"""Names the inventory of the whole deployment where the run has only a part of it, such as a slice of AWX."""


class PlanningAction(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """The controller's half of a module that works with the plan of its host.

    Attributes:
        MODULE: the module's name.
    """

    MODULE: str

    _connection: Any
    _loader: Any
    _templar: Any

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        try:
            with progress(str((task_vars or {}).get("inventory_hostname", "")), "reading options"):
                result.update(self.answer(dict(self._task.args), task_vars or {}))
        except PortledgerError as error:
            # Of what is raised, ansible-core 2.16 prints the last line of the traceback too.
            result.update(failed=True, changed=False, msg=str(error))
        return result

    def answer(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The result of the task.

        Args:
            arguments: of the task; changing them changes nothing else.
            task_vars: as Ansible gives them.

        Raises:
            PortledgerError: for people.
        """
        raise NotImplementedError

    def task_plan(self, scope: str, task_vars: dict[str, Any]) -> TaskPlan:
        """The plans of this task, made once for all its hosts.

        Raises:
            InputError: the task is delegated, so another host would get what is planned for this one.
        """
        name, delegated = task_vars["inventory_hostname"], self._task.delegate_to
        if delegated and delegated != name:
            problem = f"would get the rules and targets that are planned for {name}"
            raise InputError(name, "delegate_to", str(delegated), problem, "Run the task on the host that it is for")
        variables = {**task_vars, "hostvars": FullHostVars(task_vars["hostvars"], self._loader)}
        folder = Path(constants.DEFAULT_LOCAL_TMP)
        return TaskPlan(scope, str(self._task._uuid), folder, variables, Display(), self._whole(task_vars))

    def _whole(self, task_vars: Mapping[str, Any]) -> Callable[[], Inventory] | None:
        """What reads the inventory that a variable names; None where there is none, and that of the run counts."""
        if not task_vars.get(INVENTORY_VARIABLE):
            return None
        given = self._templar.template(task_vars[INVENTORY_VARIABLE])
        sources = [given] if isinstance(given, str) else given
        if not isinstance(sources, list) or not all(isinstance(one, str) and one for one in sources):
            problem, remedy = "is not an inventory", "Write a path, or a list of paths, as after -i"
            raise InputError(task_vars["inventory_hostname"], INVENTORY_VARIABLE, given, problem, remedy)
        return lambda: read_inventory(INVENTORY_VARIABLE, sources, self._loader)

    def with_inventory_options(
        self, arguments: dict[str, Any], scope: object, names: Iterable[str], task_vars: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Options as the role of a scope takes them: where a task leaves one out, the variable of the role's option.

        So a task alone, the role, and the lookups have the same defaults. The role need not validate its options: that
        would be a task more for each host.

        Raises:
            InputError: a value that the module would refuse, by the name that people gave it.
        """
        found = {name: role_variable(str(scope), name) for name in names if arguments.get(name) is None}
        given = {name: self._templar.template(task_vars[one]) for name, one in found.items() if one in task_vars}
        options = {name: value for name, value in {**arguments, **given}.items() if value is not None}
        read_options(task_vars["inventory_hostname"], str(scope), options, self.written_as)
        return {**arguments, **options}

    def written_as(self, option: str) -> str:
        """What people call an option: the role's variable, unless a task of their own gives it."""
        scope, role = str(self._task.args.get("scope")), self._task._role
        is_roles = role is not None and role.get_name().rpartition(".")[2] == role_of(scope)
        return role_variable(scope, option) if is_roles or self._task.args.get(option) is None else option

    def require_form(self, result: object, form: Form, task_vars: Mapping[str, Any]) -> None:
        """Refuse what something else than the module has answered.

        Raises:
            PortledgerError: naming the host, the key and the value.
        """
        try:
            checked(result, form)
        except ResultError as error:
            raise PortledgerError(f"{task_vars['inventory_hostname']}: {error}") from None

    def call_module(self, arguments: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """Run the module on the host."""
        result: dict[str, Any] = self._execute_module(
            module_name=self.MODULE, module_args=arguments, task_vars=task_vars
        )
        return result
