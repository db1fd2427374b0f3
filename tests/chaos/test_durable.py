# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a power cut is taken to leave of a disk."""

from __future__ import annotations

import base64

import pytest

from tests.chaos.disk import Entry, Tree
from tests.chaos.durable import Disk

OLD: Tree = {
    "etc": Entry("folder"),
    "etc/portledger": Entry("folder"),
    "etc/portledger/rules": Entry("file", 0o600, b"old"),
}
NEW = {**OLD, "etc/portledger/rules": Entry("file", 0o600, b"new")}
UNFINISHED, RULES, FOLDER = "/etc/portledger/rules.new", "/etc/portledger/rules", "/etc/portledger"

WRITE = [{"what": "open", "path": UNFINISHED, "truncated": "True"}, {"what": "write", "path": UNFINISHED}]
SYNC = [{"what": "fsync", "path": UNFINISHED, "data": base64.b64encode(b"new").decode()}]
RENAME = [{"what": "rename", "path": UNFINISHED, "to": RULES}]
SYNC_FOLDER = [{"what": "fsync folder", "path": FOLDER}]


def left(journal: list[dict[str, str]], mode: str, now: Tree) -> dict[str, bytes]:
    disk = Disk(OLD)
    disk.follow(journal)
    return {path: entry.data for path, entry in disk.after_cut(mode, now).items() if entry.kind == "file"}


@pytest.mark.parametrize(
    ("journal", "entries", "data"),
    [
        pytest.param([*WRITE, *RENAME], b"old", b"", id="nothing synced"),
        pytest.param([*WRITE, *SYNC, *RENAME], b"old", b"new", id="file synced"),
        pytest.param([*WRITE, *RENAME, *SYNC_FOLDER], b"", b"", id="folder synced"),
        pytest.param([*WRITE, *SYNC, *RENAME, *SYNC_FOLDER], b"new", b"new", id="both synced"),
        pytest.param([*WRITE, *RENAME, {"what": "sync", "path": "/"}], b"new", b"new", id="all synced"),
    ],
)
def test_a_file_that_replaces_another(journal: list[dict[str, str]], entries: bytes, data: bytes) -> None:
    assert left(journal, "cut-entries", NEW) == {"etc/portledger/rules": entries}
    assert left(journal, "cut-data", NEW) == {"etc/portledger/rules": data}


def test_a_file_that_is_written_in_place() -> None:
    journal = [{"what": "open", "path": RULES, "truncated": "True"}, {"what": "write", "path": RULES}]
    assert left(journal, "cut-entries", NEW) == {"etc/portledger/rules": b"old"}
    assert left(journal, "cut-data", NEW) == {"etc/portledger/rules": b""}


def test_a_file_that_is_removed_comes_back_until_its_folder_is_synced() -> None:
    now = {path: entry for path, entry in OLD.items() if entry.kind == "folder"}
    journal = [{"what": "unlink", "path": RULES}]
    assert left(journal, "cut-entries", now) == {"etc/portledger/rules": b"old"}
    assert left(journal, "cut-data", now) == {}
    assert left([*journal, *SYNC_FOLDER], "cut-entries", now) == {}


def test_a_new_folder_is_there_once_the_folder_around_it_is_synced() -> None:
    made = [
        {"what": "mkdir", "path": "/etc/portledger/host"},
        {"what": "open", "path": "/etc/portledger/host/a", "truncated": "True"},
        {"what": "fsync", "path": "/etc/portledger/host/a", "data": ""},
        {"what": "fsync folder", "path": "/etc/portledger/host"},
    ]
    now = {**OLD, "etc/portledger/host": Entry("folder"), "etc/portledger/host/a": Entry("file", 0o600, b"a")}
    assert "etc/portledger/host/a" not in left(made, "cut-entries", now)
    assert "etc/portledger/host/a" in left([*made, *SYNC_FOLDER], "cut-entries", now)


def test_what_commands_wrote_is_there() -> None:
    now = {**OLD, "etc/sysconfig/iptables": Entry("file", 0o600, b"theirs"), "etc/sysconfig": Entry("folder")}
    for mode in ("cut-entries", "cut-data"):
        assert left([], mode, now) == {"etc/portledger/rules": b"old", "etc/sysconfig/iptables": b"theirs"}
    changed = {**OLD, "etc/portledger/rules": Entry("file", 0o600, b"theirs")}
    assert left([], "cut-entries", changed) == {"etc/portledger/rules": b"theirs"}
