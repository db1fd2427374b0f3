# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""On a terminal, whatever takes longer than five seconds says what it does and how far it is. Elsewhere it is silent.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from ansible import constants
from ansible.utils.display import Display

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at, telling

_TERMINAL: Final = sys.stdout.isatty() and sys.stderr.isatty()
"""Of the run: plugins are loaded before workers are started, and these have no terminal of their own."""


@contextmanager
def progress(name: str, where: str) -> Iterator[None]:
    """Tell of what is done meanwhile.

    Args:
        name: of the host that it is about; empty where it is about none.
        where: what it begins with, such as ``planning``.
    """
    at(where)
    if not _TERMINAL:
        yield
        return
    with telling(Path(constants.DEFAULT_LOCAL_TMP), name, _say):
        yield


def _say(line: str) -> None:
    # Not for the log, which says what was done.
    Display().display(f"portledger.qradar: {line}", color=constants.COLOR_VERBOSE, stderr=True, screen_only=True)
