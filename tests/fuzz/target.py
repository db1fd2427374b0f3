# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is tried: a reader, valid input for it, and what must hold whatever it reads."""

from __future__ import annotations

import re
import signal
import traceback
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from types import FrameType

from tests.fuzz.guard import OutsideError, nothing_outside

LONGEST = 2000
"""No message has more letters."""

SECONDS = 2.0
"""Of the processor: no input takes longer."""

_DIRECTIONS = ("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI")


class BrokenError(Exception):
    """What must hold does not, for example that what was written reads back as the same."""


class TooSlowError(BaseException):
    """No reader's own handler takes it."""


@dataclass(frozen=True)
class Target:
    """A reader.

    Attributes:
        name: also of its folder in the corpus.
        seeds: valid input; everything that is tried comes from it.
        read: reads one input, and raises BrokenError where something else does not hold.
        refusals: the errors that the reader documents.
        says: what a person is shown of such an error.
        json: whether the input is JSON, whose structure is changed too.
        share: how often it is tried, compared with other targets.
        words: what to put into the input, beside what is put into any.
    """

    name: str
    seeds: tuple[bytes, ...]
    read: Callable[[bytes], object]
    refusals: tuple[type[Exception], ...] = ()
    says: Callable[[Exception], str] = str
    json: bool = False
    share: int = 10
    words: tuple[bytes, ...] = ()


def require(holds: bool, otherwise: str) -> None:
    """Say what does not hold."""
    if not holds:
        raise BrokenError(otherwise)


def check_message(text: str) -> None:
    """A message has a bound, and does nothing to a terminal."""
    require(len(text) <= LONGEST, f"a message of {len(text)} letters")
    raw = [letter for letter in text if letter != "\n" and _does_something(letter)]
    require(not raw, f"a message with {raw[:3]!a}")


def _does_something(letter: str) -> bool:
    return unicodedata.category(letter) in ("Cc", "Cs", "Zl", "Zp") or (
        unicodedata.bidirectional(letter) in _DIRECTIONS or letter in "\u200e\u200f\u061c\ufeff"
    )


def fault_of(target: Target, raw: bytes) -> str | None:
    """What does not hold for this input, in one line; None where all does."""
    before = signal.signal(signal.SIGVTALRM, _stop)
    signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
    try:
        try:
            with nothing_outside():
                target.read(raw)
        except target.refusals as error:
            check_message(target.says(error))
    except OutsideError as error:
        return str(error)
    except TooSlowError:
        return f"takes more than {SECONDS:g} s"
    except BrokenError as error:
        return str(error)
    except Exception as error:  # any at all is what is looked for
        return _place(error)
    finally:
        signal.setitimer(signal.ITIMER_VIRTUAL, 0)
        signal.signal(signal.SIGVTALRM, before)
    return None


def _stop(_signal: int, _frame: FrameType | None) -> None:
    raise TooSlowError


def _place(error: Exception) -> str:
    """The error, and where it was raised: the last line in a file of the collection."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if "/plugins/" in frame.filename]
    place = (ours or list(frames))[-1]
    where = f"{place.filename.partition('/plugins/')[2] or place.filename}:{place.lineno}"
    return f"{type(error).__name__} at {where}: {str(error)[:200]!a}"


def kind_of(fault: str) -> str:
    """The same for the same mistake: an error and its place, whatever it says of the value."""
    kind = fault.partition(": ")[0]
    return kind if " at " in kind else re.sub(r"[0-9]+", "", kind)
