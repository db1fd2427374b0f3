# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing that runs on a host, or waits for one, looks at the time of day: somebody may set it at any moment.

What takes time is measured by clocks that nobody sets: /proc/uptime, times(2), the monotonic clock. Times that programs
print, as those of a log, are converted, never compared with now.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

import pytest

from tests.pythons import ROOT

FOLDERS = ("plugins/module_utils", "plugins/modules", "plugins/plugin_utils/_apply")
# With so many arguments they convert a time; with fewer they ask for the present one.
CONVERTS = {"gmtime": 1, "localtime": 1, "ctime": 1, "asctime": 1, "strftime": 2}
ASKS = ("time", "time_ns", "clock_gettime")


def looks(text: str) -> Iterator[str]:
    """Where a text asks for the time of day: line and what."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names if alias.name == "datetime"]
        elif isinstance(node, ast.ImportFrom) and node.module in ("time", "datetime"):
            names = [f"from {node.module}"]
        elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "time":
            names = [node.attr] if node.attr in ASKS else []
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CONVERTS:
            of_time = isinstance(node.func.value, ast.Name) and node.func.value.id == "time"
            names = [node.func.attr] if of_time and len(node.args) < CONVERTS[node.func.attr] else []
        else:
            continue
        yield from (f"{node.lineno}: {name}" for name in names)


def test_nothing_asks_for_the_time_of_day() -> None:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
    assert len(paths) > 50
    found = [f"{path.relative_to(ROOT)}:{look}" for path in paths for look in looks(path.read_text(encoding="utf-8"))]
    assert found == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("import time\nend = time.time() + 3", ["2: time"]),
        ("now = time.time", ["1: time"]),
        ("import datetime", ["1: datetime"]),
        ("from time import time", ["1: from time"]),
        ("time.gmtime()", ["1: gmtime"]),
        ("time.strftime('%Y')", ["1: strftime"]),
        ("time.strftime('%Y', time.gmtime(moment))", []),
        ("time.sleep(1); time.monotonic(); os.times()[4]; host.time()", []),
    ],
)
def test_what_asks_for_it(text: str, found: list[str]) -> None:
    assert list(looks(text)) == found
