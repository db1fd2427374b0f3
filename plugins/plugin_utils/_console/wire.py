# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one request to the console gives: an answer, or a reason why there is none.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias

LARGEST_ANSWER: Final = 16 * 2**20
"""Bytes. A hundred hosts take some two hundred thousand."""


@dataclass(frozen=True)
class Answer:
    """Status, headers with names in lower case, and the whole body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


class NoAnswerError(Exception):
    """The request got no whole answer.

    Args:
        problem: the end of a sentence that starts with "None", such as "came", without a full stop.
        remedy: what to do about it, likewise.
        again: whether a second try may go better.
    """

    def __init__(self, problem: str, remedy: str, *, again: bool) -> None:
        self.problem = problem
        self.remedy = remedy
        self.again = again
        super().__init__(problem)


Send: TypeAlias = Callable[[str, Mapping[str, str]], Answer]
"""Sends a GET request: URL and headers. Gives the answer, whatever its status, or raises :class:`NoAnswerError`."""
