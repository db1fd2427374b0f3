# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the actions that work on the controller alone, with what hosts have answered or what the inventory says.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

from ansible.errors import AnsibleActionFail
from ansible.plugins.action import ActionBase

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.progress import progress
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError


class ReportAction(ActionBase):  # type: ignore[misc] # ansible-core has no types
    """Checks its options, tells what takes long, and has errors as Ansible's.

    Attributes:
        OPTIONS: of the module of the same name.
        DOES: what it does, for people who wait.
    """

    OPTIONS: ClassVar[Mapping[str, Mapping[str, Any]]]
    DOES: str

    _loader: Any
    _requires_connection = False

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        _validation, options = self.validate_argument_spec(argument_spec=dict(self.OPTIONS))
        try:
            with progress("", self.DOES):
                return result | self.answer(options, task_vars or {})
        except PortledgerError as error:
            raise AnsibleActionFail(str(error)) from error

    def answer(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        """The result of the task.

        Args:
            options: checked.
            task_vars: as Ansible gives them.

        Raises:
            PortledgerError: for people.
        """
        raise NotImplementedError


def write_file(path: Path, content: bytes) -> None:
    """Write a file on the controller.

    Raises:
        AnsibleActionFail: it cannot be written.
    """
    try:
        path.write_bytes(content)
    except OSError as error:
        raise AnsibleActionFail(f"{path}: cannot be written: {error.strerror}.") from None
