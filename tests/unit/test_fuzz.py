# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small sample of ``make fuzz``, all that it has found so far, and that it would find a fault."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.fuzz import runs, target
from tests.fuzz.guard import own_folder
from tests.fuzz.known import FOLDER, inputs_of
from tests.fuzz.runs import Part, inputs, parts_of, try_part
from tests.fuzz.smallest import smallest
from tests.fuzz.target import BrokenError, Target, check_message, fault_of, kind_of
from tests.fuzz.targets import TARGETS

SEED = 1
# In all, some seconds.
SAMPLE = 2000
OPTIONAL = pytest.mark.parametrize("name", sorted(TARGETS))


@OPTIONAL
def test_valid_input_is_read(name: str) -> None:
    """A reader that refuses these would refuse everything that comes from them."""
    for raw in TARGETS[name].seeds:
        TARGETS[name].read(raw)


@OPTIONAL
def test_what_was_a_fault_once(name: str) -> None:
    found = {file: fault_of(TARGETS[name], raw) for file, raw in inputs_of(name)}
    assert not {file: fault for file, fault in found.items() if fault}


def test_the_corpus_has_no_folder_without_a_target() -> None:
    assert {path.name for path in FOLDER.iterdir()} <= set(TARGETS)


@OPTIONAL
def test_a_sample(name: str) -> None:
    parts = [part for part in parts_of(sorted(TARGETS), SAMPLE, SEED) if part.target == name]
    outcomes = [try_part(part) for part in parts]
    assert sum(outcome.tried for outcome in outcomes) >= 10
    assert not {fault: raw for outcome in outcomes for fault, raw in outcome.faults.items()}


def test_all_of_the_inputs_are_shared_out() -> None:
    parts = parts_of(sorted(TARGETS), 20000, SEED)
    assert {part.target for part in parts} == set(TARGETS)
    assert 20000 <= sum(part.count for part in parts) <= 20000 + len(TARGETS)
    assert max(part.count for part in parts) <= runs.PART


def test_a_seed_repeats_the_inputs() -> None:
    part, other = Part("rules", 7, 0, 50), Part("rules", 8, 0, 50)
    assert list(inputs(part)) == list(inputs(part))
    assert list(inputs(part)) != list(inputs(other))


def _planted(read: Callable[[bytes], object], *seeds: bytes, as_json: bool = False) -> Target:
    return Target("planted", seeds, read, (KeyError,), json=as_json)


def _fails(raw: bytes) -> None:
    if b"bad" in raw:
        raise IndexError(raw)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (b"good", None),
        (b"a bad one", f"IndexError at {__file__}:{_fails.__code__.co_firstlineno + 2}: \"b'a bad one'\""),
    ],
)
def test_a_fault_is_named_with_its_place(raw: bytes, fault: str | None) -> None:
    assert fault_of(_planted(_fails), raw) == fault


def test_what_a_person_is_shown_has_a_bound_and_moves_nothing() -> None:
    def refuses(raw: bytes) -> None:
        raise KeyError(raw.decode())

    assert fault_of(_planted(refuses), b"x" * 1990) is None
    assert fault_of(_planted(refuses), b"x" * 2000) == "a message of 2002 letters"
    for letter in "\x1b\x9b\u202e\u2066\u2028\u200f\ud800":
        with pytest.raises(BrokenError, match="a message with"):
            check_message(letter)


@pytest.mark.parametrize(
    ("change", "event"),
    [
        (Path.unlink, "os.remove"),
        (lambda path: path.write_bytes(b""), "open"),
        (lambda path: path.rename(own_folder() / "x"), "os.rename"),
        (lambda path: (own_folder() / "x").rename(path.parent / "there"), "os.rename"),
        (lambda path: path.chmod(0o600), "os.chmod"),
        (lambda path: os.close(os.open(path, os.O_RDWR)), "open"),
        (lambda path: shutil.rmtree(path.parent), "shutil.rmtree"),
    ],
)
def test_nothing_outside_is_changed(tmp_path: Path, change: Callable[[Path], object], event: str) -> None:
    """Not even where the reader takes every error of the system for harmless."""
    path = tmp_path / "there"
    path.write_bytes(b"as it was")

    def writes(_raw: bytes) -> None:
        with contextlib.suppress(Exception):
            change(path)

    assert (fault_of(_planted(writes), b"") or "").startswith(f"{event}: ")
    assert path.read_bytes() == b"as it was"


def test_no_program_is_started() -> None:
    def starts(_raw: bytes) -> None:
        with contextlib.suppress(Exception):
            subprocess.run(["/bin/true"], check=True)

    assert fault_of(_planted(starts), b"") == "subprocess.Popen: a reader starts or ends no process"


def test_what_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    def goes_on(_raw: bytes) -> None:
        while True:
            pass

    monkeypatch.setattr(target, "SECONDS", 0.05)
    assert fault_of(_planted(goes_on), b"") == "takes more than 0.05 s"


def test_the_smallest_input_is_found() -> None:
    fault = fault_of(_planted(_fails), b"bad")
    assert fault is not None
    assert smallest(_planted(_fails), b"some bad and more" * 9, kind_of(fault)) == b"bad"

    def misses(raw: bytes) -> None:
        json.loads(raw)["there"]["here"].lower()

    whole = json.dumps({"there": {"here": 7, "more": [1, 2, 3]}, "rest": {"x": [{}, {}]}}).encode()
    misread = _planted(misses, whole, as_json=True)
    fault = fault_of(misread, whole)
    assert fault is not None
    assert json.loads(smallest(misread, whole, kind_of(fault))) == {"there": {"here": 7}}
