# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a node keeps of a module, started as the controller starts it, without Ansible."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.portledger.qradar.plugins.module_utils._base import options as specifications
from ansible_collections.portledger.qradar.plugins.module_utils._host.host import Host
from ansible_collections.portledger.qradar.plugins.module_utils._kept.folder import Kept
from ansible_collections.portledger.qradar.plugins.module_utils._kept.importer import Importer
from ansible_collections.portledger.qradar.plugins.module_utils._kept.start import this_python
from ansible_collections.portledger.qradar.plugins.plugin_utils._apply.kept import (
    Call,
    call_name,
    read_answer,
    start_command,
)
from tests.lab.plays.direct import Inside
from tests.lab.world.lab import ROOT, RunningNode
from tests.lab.world.topology import LabError

_SPECIFICATIONS: Final = {"ruleset": specifications.RULESET, "ruleset_info": specifications.RULESET_INFO}
_UTILS: Final = ROOT / "plugins" / "module_utils"


def options_of(module: str, options: dict[str, Any]) -> dict[str, Any]:
    """Those of some options that a module has, and its defaults, as it has them."""
    known = {key: value for key, value in options.items() if key in _SPECIFICATIONS[module]}
    validated = ArgumentSpecValidator(_SPECIFICATIONS[module]).validate(known)
    assert not validated.error_messages, validated.error_messages
    found: dict[str, Any] = validated.validated_parameters
    return found


class KeptInside(Inside):
    """As Inside, and whatever the node keeps is started there.

    Attributes:
        sent: why something had to be sent, for each time.
        release: what another release of the collection has in its code; empty for this one.
        interpreter: the path that is configured for the node; empty for none.
        environment: variables of the task.
    """

    def __init__(self, node: RunningNode) -> None:
        super().__init__(node)
        self._node = node
        self.sent: list[str] = []
        self.release = ""
        self.interpreter = ""
        self.environment = ""

    def call(self, module: str, *, check: bool = False, **options: Any) -> dict[str, Any]:
        """The result. Raises LabError with its words where it fails, or where what was just kept is not started."""
        for attempt in ("first", "second"):
            asked = self._call_of(module, options, check=check)
            command = start_command(asked, environment=self.environment, python=self.interpreter)
            assert command, "it does not fit into a command"
            done = self._node.run(["sh", "-c", command], check=False)
            answer = read_answer(done.stdout)
            if answer.result:
                if answer.result.get("failed"):
                    raise LabError(f"{module}: {answer.result['msg']}")
                return answer.result
            if answer.started or attempt == "second":
                raise LabError(f"{module}: {answer} {done.stdout} {done.stderr}")
            self.sent.append(answer.why)
            self._keep(module, options)
        raise AssertionError

    def _call_of(self, module: str, options: dict[str, Any], *, check: bool) -> Call:
        known = options_of(module, options)
        plan = known.pop("plan")
        return Call(self._name(module), module, known, plan, check, verbosity=0)

    def _name(self, module: str) -> str:
        return call_name(module, self.interpreter + self.release)

    def _keep(self, module: str, options: dict[str, Any]) -> None:
        names = {".".join(path.relative_to(_UTILS).with_suffix("").parts): path for path in _UTILS.rglob("*.py")}
        modules = {name: (None, path.read_bytes()) for name, path in names.items()}
        # No part of what a host keeps to take rules back: a run would write that anew.
        modules["_kept.run"] = (None, modules["_kept.run"][1] + f"# {self.release}\n".encode())
        importer = Importer(modules)
        importer.compile("_kept.importer")
        kept = Kept(Host(None, root=str(Path(f"/proc/{self._node.process}/root"))))
        kept.write(self._name(module), importer.modules, this_python(), options.get("plan"))
