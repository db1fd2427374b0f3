# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What aerleon itself makes of a policy, and what it warns of."""

from __future__ import annotations

import logging
from typing import Any

from absl import logging as absl_logging
from aerleon import api
from aerleon.lib import naming


class _Warnings(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.said: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.said.append(record.getMessage())


def generate(made: dict[str, Any]) -> tuple[str, list[str]]:
    """The one file that aerleon makes of what the filter gave, and its warnings."""
    definitions = naming.Naming()
    warnings = _Warnings()
    logger = absl_logging.get_absl_logger()
    logger.addHandler(warnings)
    try:
        for part in ("networks", "services"):
            definitions.ParseDefinitionsObject(made[part], part)
        policy: Any = {"filename": "siem", **made["policy"]}
        files: Any = api.Generate([policy], definitions)
    finally:
        logger.removeHandler(warnings)
    (text,) = files.values()
    return str(text), warnings.said
