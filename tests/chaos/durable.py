# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a power cut leaves on a disk: only what was synced is sure to be there.

Two things that a file system may do are worked out from the journal of a run:

    cut-entries  entries of folders (created, renamed, removed) are lost unless the folder was synced after them
    cut-data     entries are there, and what was written to a file is not, unless the file was synced after it

What commands wrote is taken as it is: that is theirs to sync.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from tests.chaos.disk import RUN, Entry, Tree, without_run


@dataclass
class _Node:
    """An inode.

    data: of a file at its last sync. dirty: written since. whole: what is there now was synced with everything else.
    entries, kept: of a folder, now and at its last sync.
    """

    entry: Entry
    data: bytes = b""
    dirty: bool = False
    whole: bool = False
    entries: dict[str, _Node] = field(default_factory=dict)
    kept: dict[str, _Node] = field(default_factory=dict)


class Disk:
    """The inodes of a disk, followed through a journal."""

    def __init__(self, tree: Tree) -> None:
        self._root = _Node(Entry("folder"))
        for path, entry in sorted(without_run(tree).items()):
            folder, name = self._parent(path)
            node = _Node(entry, entry.data)
            folder.entries[name] = folder.kept[name] = node

    def follow(self, journal: Iterable[Mapping[str, str]]) -> None:
        """Do what processes did."""
        for line in journal:
            path = line["path"].lstrip("/")
            if not path.startswith(RUN):
                self._do(line["what"], path, line)

    def _do(self, what: str, path: str, line: Mapping[str, str]) -> None:
        if what == "sync":
            self._sync_all(self._root)
            return
        folder, name = self._parent(path)
        node = folder.entries.get(name)
        if what == "open" and (node is None or line["truncated"] == "True"):
            if node is None:
                node = folder.entries[name] = _Node(Entry("file", 0o600))
            node.dirty, node.whole = True, False
        elif what == "write" and node:
            node.dirty, node.whole = True, False
        elif what == "fsync" and node:
            node.data, node.dirty = base64.b64decode(line["data"]), False
        elif what == "fsync folder":
            node = node or self._root
            node.kept = dict(node.entries)
        elif what == "mkdir":
            folder.entries[name] = _Node(Entry("folder", 0o700))
        elif what == "symlink":
            folder.entries[name] = _Node(Entry("link", data=line["to"].encode()), line["to"].encode())
        elif what == "unlink":
            folder.entries.pop(name, None)
        elif what == "rename" and node:
            target, new = self._parent(line["to"].lstrip("/"))
            target.entries[new] = folder.entries.pop(name)

    def _parent(self, path: str) -> tuple[_Node, str]:
        *folders, name = path.split("/")
        node = self._root
        for part in folders:
            if part not in node.entries:
                # A folder that was there all the time.
                node.entries[part] = node.kept[part] = _Node(Entry("folder"))
            node = node.entries[part]
        return node, name

    def _sync_all(self, node: _Node) -> None:
        node.kept, node.dirty, node.whole = dict(node.entries), False, True
        for child in node.entries.values():
            self._sync_all(child)

    def after_cut(self, mode: str, now: Tree) -> Tree:
        """What is there when the machine starts again.

        :param now: what was there when it lost its power
        """
        found: Tree = {}
        self._collect(self._root, "", mode == "cut-entries", now, found)
        known: Tree = {}
        self._collect(self._root, "", False, now, known)
        for path, entry in without_run(now).items():
            # Written by commands, or changed by them.
            if path not in known:
                found[path] = entry
        return {path: entry for path, entry in found.items() if _parents_are_in(path, found)}

    def _collect(self, node: _Node, prefix: str, kept: bool, now: Tree, found: Tree) -> None:
        for name, child in (node.kept if kept else node.entries).items():
            path = prefix + name
            entry, there = child.entry, now.get(path)
            mode = there.mode if there and there.kind == entry.kind else entry.mode
            if entry.kind == "folder":
                if path.count("/") or there:
                    found[path] = Entry("folder", mode)
                self._collect(child, path + "/", kept, now, found)
            elif entry.kind == "link":
                found[path] = entry
            elif child.whole and there:
                found[path] = there
            elif not child.dirty and there and child.data == entry.data and _same_node(self, path, child):
                # Never written by ours: whatever a command has made of it.
                found[path] = there
            else:
                lost = child.dirty and not kept
                found[path] = Entry("file", mode, b"" if lost else child.data)


def _same_node(disk: Disk, path: str, child: _Node) -> bool:
    folder, name = disk._parent(path)
    return folder.entries.get(name) is child and bool(child.entry.data)


def _parents_are_in(path: str, tree: Tree) -> bool:
    parent = path.rpartition("/")[0]
    return "/" not in parent or (parent in tree and tree[parent].kind == "folder")
