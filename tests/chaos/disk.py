# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What lies on a disk, and in /run: the folders that anything of ours or of other firewalls is in, as data."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import stat
from dataclasses import dataclass
from pathlib import Path

#: folders that are read and written as a whole; anything else that changes in LAYERS is a stray
FOLDERS = (
    "etc/portledger",
    "etc/systemd/system",
    "etc/firewalld",
    "etc/sysconfig",
    "opt/qradar",
    "var/lib/portledger",
    "run/portledger",
)
LAYERS = ("etc", "opt", "var")
RUN = "run/"
_TIME = re.compile(rb"\d+\.\d+")


@dataclass(frozen=True)
class Entry:
    """A folder, a file with its content, or a link with its target."""

    kind: str
    mode: int = 0o755
    data: bytes = b""


#: by path, without a leading slash
Tree = dict[str, Entry]


def read_tree(root: Path) -> Tree:
    """What is in the folders under a root."""
    found: Tree = {}
    for folder in FOLDERS:
        for parent in reversed(Path(folder).parents[:-2]):
            if (root / parent).is_dir():
                found[str(parent)] = Entry("folder", 0o755)
        _read(root, folder, found)
    return found


def _read(root: Path, path: str, found: Tree) -> None:
    full = root / path
    try:
        status = full.lstat()
    except FileNotFoundError:
        return
    mode = stat.S_IMODE(status.st_mode)
    if stat.S_ISLNK(status.st_mode):
        found[path] = Entry("link", data=os.fsencode(full.readlink()))
    elif stat.S_ISDIR(status.st_mode):
        found[path] = Entry("folder", mode)
        for child in sorted(full.iterdir()):
            _read(root, f"{path}/{child.name}", found)
    elif stat.S_ISREG(status.st_mode):
        found[path] = Entry("file", mode, full.read_bytes())


def write_tree(root: Path, tree: Tree, there: Tree) -> None:
    """Have the folders hold this, where they hold what is there."""
    for path in sorted(there, reverse=True):
        if tree.get(path) != there[path] and (path not in tree or tree[path].kind != there[path].kind):
            _remove(root / path)
    for path, entry in sorted(tree.items()):
        full = root / path
        if there.get(path) == entry and (full.exists() or full.is_symlink()):
            continue
        if entry.kind == "link":
            full.unlink(missing_ok=True)
            full.symlink_to(os.fsdecode(entry.data))
            continue
        if entry.kind == "folder":
            full.mkdir(parents=True, exist_ok=True)
        else:
            full.write_bytes(entry.data)
        full.chmod(entry.mode)


def _remove(full: Path) -> None:
    if full.is_dir() and not full.is_symlink():
        shutil.rmtree(full)
    else:
        full.unlink(missing_ok=True)


def strays(upper: Path) -> list[str]:
    """Files elsewhere in the layers that worlds write to, by path. Logs are nobody's concern."""
    found = []
    for layer in LAYERS:
        for folder, _folders, files in os.walk(upper / layer / "upper"):
            for name in files:
                path = str(Path(layer) / Path(folder, name).relative_to(upper / layer / "upper"))
                if not path.startswith((*(f"{one}/" for one in FOLDERS), "var/log/", "var/lib/dbus")):
                    found.append(path)
    return sorted(found)


def key_of_tree(tree: Tree) -> str:
    """The same for trees that are the same, but for times in /run."""
    digest = hashlib.sha1()
    for path, one in sorted(tree.items()):
        data = _TIME.sub(b"", one.data) if path.startswith(RUN) else one.data
        digest.update(f"{path} {one.kind} {one.mode} {len(data)} ".encode() + data)
    return digest.hexdigest()


def without_run(tree: Tree) -> Tree:
    """What a restart leaves."""
    return {path: entry for path, entry in tree.items() if not path.startswith(RUN) and path != "run"}
