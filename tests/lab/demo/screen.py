# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the lab's commands print, with their progress."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn
from rich.text import Text

_LINE_EVERY = 20  # seconds
Step = Callable[[int, int], None]


class Screen:
    """Prints; shows progress as a bar on a terminal and as a few lines elsewhere."""

    def __init__(self) -> None:
        self.console = Console(highlight=False, soft_wrap=True)

    def say(self, text: str = "", style: str = "") -> None:
        line = Text(text, style=style)
        line.highlight_regex(r"!!|\?\?", "bold red")
        self.console.print(line)

    @contextmanager
    def step(self, title: str) -> Iterator[Step]:
        if not self.console.is_terminal:
            yield self._lines(title)
            return
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.percentage:>3.0f}%"),
            TimeElapsedColumn(),
        )
        with Progress(*columns, console=self.console, transient=True) as progress:
            task = progress.add_task(title, total=None)
            yield lambda done, total: progress.update(task, completed=done, total=total)

    def _lines(self, title: str) -> Step:
        started = told = time.monotonic()

        def tell(done: int, total: int) -> None:
            nonlocal told
            now = time.monotonic()
            if now - told >= _LINE_EVERY:
                told = now
                self.say(f"  {title}: {100 * done // total} % after {now - started:.0f} s")

        return tell
