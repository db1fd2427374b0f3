# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one ``qradar_dynamic_ports`` of what hosts have answered, and writes it on the controller."""

from __future__ import annotations

import datetime
from pathlib import Path
from typing import Any, ClassVar

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.report_action import ReportAction, write_file
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.results import told
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.merged import merge, read_answer
from ansible_collections.portledger.qradar.plugins.plugin_utils._dynamic_ports.yaml_text import as_yaml, pins_of
from ansible_collections.portledger.qradar.plugins.plugin_utils._plan.planning import make_planner


class ActionModule(ReportAction):
    """``portledger.qradar.pins``."""

    DOES = "putting pins together"
    OPTIONS: ClassVar = {
        "hosts": {"type": "list", "elements": "str", "required": True},
        "result": {"type": "str", "required": True},
        "file": {"type": "path"},
    }

    def answer(self, options: dict[str, Any], task_vars: dict[str, Any]) -> dict[str, Any]:
        hostvars = task_vars["hostvars"]
        planner = make_planner(FullHostVars(hostvars, self._loader), task_vars["groups"])
        answers = {
            name: read_answer(told(hostvars[name].get(options["result"])), planner.catalog) for name in options["hosts"]
        }
        services, former = merge(planner, answers), planner.deployment.settings.pins
        text = as_yaml(services, former, datetime.datetime.now(datetime.timezone.utc))
        if options["file"]:
            write_file(Path(options["file"]), text.encode("utf-8", "backslashreplace"))
        return {
            "changed": False,
            "lines": text.splitlines(),
            "qradar_dynamic_ports": pins_of(services, former),
            "incomplete": {one.service: dict(one.unknown) for one in services if one.unknown},
            "unasked": [name for name, answer in answers.items() if answer.live is None],
        }
