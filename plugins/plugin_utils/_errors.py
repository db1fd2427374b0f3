# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What goes wrong on the controller, told so that it can be mended.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class PortledgerError(Exception):
    """Anything this collection refuses to go on with. Its text is for people."""


class InputError(PortledgerError):
    """A value of the inventory that cannot be used.

    Args:
        host: the inventory's name of the host, several joined by " and ", or None where no host is to blame.
        variable: the inventory variable, e.g. ``qradar_parties``.
        value: what stands there.
        problem: the end of the sentence that starts with the value, without a full stop.
        remedy: what to do about it, a sentence without its full stop.
    """

    def __init__(self, host: str | None, variable: str, value: object, problem: str, remedy: str) -> None:
        self.host = host
        self.variable = variable
        self.value = value
        self.problem = problem
        self.remedy = remedy
        super().__init__(complaint(host, variable, value, problem, remedy))


def complaint(host: str | None, variable: str, value: object, problem: str, remedy: str) -> str:
    """One form for errors and warnings: ``host: variable: value problem. remedy.``"""
    where = f"{host}: " if host else ""
    return f"{where}{variable}: {value!r} {problem}. {remedy}."


def choices(given: object, allowed: Iterable[str]) -> str:
    """A remedy for a word that is not known: the nearest ones, else all of them."""
    words = sorted(allowed)
    near = difflib.get_close_matches(str(given), words, n=3, cutoff=0.7)
    if near:
        return f"Did you mean {' or '.join(near)}? Known are: {', '.join(words)}"
    return f"Known are: {', '.join(words)}"
