# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the collection: the same file, byte for byte, whoever builds the same contents, and whenever.

``ansible-galaxy collection build`` writes the current time into the file, and lists files as the disk does. Its result
is written again here: in order, and with one time for everything. This is SOURCE_DATE_EPOCH where it is set, else the
date of the release in changelogs/changelog.yaml, else that of the last commit.
"""

from __future__ import annotations

import argparse
import datetime
import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import Any, Final

import yaml

ROOT: Final = Path(__file__).resolve().parents[1]
MANIFEST: Final = "MANIFEST.json"
FILES: Final = "FILES.json"
_INDENT: Final = 1


def moment(root: Path = ROOT) -> int:
    """The time of everything in the file, in seconds since 1970.

    Raises:
        SystemExit: SOURCE_DATE_EPOCH is no number, or there is neither a release nor a commit.
    """
    given = os.environ.get("SOURCE_DATE_EPOCH")
    if given is not None:
        if not given.isdecimal():
            sys.exit(f"build: SOURCE_DATE_EPOCH is {given!r}: write seconds since 1970, or unset it")
        return int(given)
    version = yaml.safe_load((root / "galaxy.yml").read_text(encoding="utf-8"))["version"]
    releases = yaml.safe_load((root / "changelogs" / "changelog.yaml").read_text(encoding="utf-8"))["releases"]
    if version in releases:
        day = datetime.date.fromisoformat(str(releases[version]["release_date"]))
        return int(datetime.datetime(day.year, day.month, day.day, tzinfo=datetime.UTC).timestamp())
    commit = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=root, capture_output=True, text=True, check=False)
    if commit.returncode != 0:
        sys.exit("build: there is neither a release in changelogs/changelog.yaml nor a commit: set SOURCE_DATE_EPOCH")
    return int(commit.stdout)


def settled(built: bytes, seconds: int) -> bytes:
    """The same collection in an order and with a time that depend on nothing else.

    Args:
        built: what ansible-galaxy has built.
        seconds: the time of everything in it, since 1970.
    """
    with tarfile.open(fileobj=io.BytesIO(built)) as archive:
        contents = {
            info.name: (info, stream.read() if (stream := archive.extractfile(info)) and info.isfile() else b"")
            for info in archive
        }
    files = _data(contents[FILES][1])
    files["files"].sort(key=lambda one: one["name"])
    listed = _text(files)
    manifest = _data(contents[MANIFEST][1])
    manifest["file_manifest_file"]["chksum_sha256"] = hashlib.sha256(listed).hexdigest()
    for name, text in ((FILES, listed), (MANIFEST, _text(manifest))):
        contents[name][0].size = len(text)
        contents[name] = (contents[name][0], text)
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for name in (MANIFEST, FILES, *sorted(set(contents) - {MANIFEST, FILES})):
            info, text = contents[name]
            info.mtime, info.pax_headers = seconds, {}
            archive.addfile(info, io.BytesIO(text))
    compressed = io.BytesIO()
    with gzip.GzipFile(filename="", mode="wb", fileobj=compressed, compresslevel=9, mtime=seconds) as zipped:
        zipped.write(packed.getvalue())
    return compressed.getvalue()


def build(folder: Path) -> Path:
    """Build the checkout as it would be committed.

    Args:
        folder: the file goes there.

    Returns:
        The file.

    Raises:
        SystemExit: ansible-galaxy refuses to build it.
    """
    galaxy = str(Path(sys.executable).with_name("ansible-galaxy"))
    with tempfile.TemporaryDirectory() as scratch:
        copied = subprocess.run([ROOT / "tools" / "copy", scratch], capture_output=True, text=True, check=True)
        command = [galaxy, "collection", "build", "--output-path", f"{scratch}/built", copied.stdout.strip()]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"build: ansible-galaxy: {done.stderr.strip()}")
        [built] = Path(scratch, "built").iterdir()
        folder.mkdir(parents=True, exist_ok=True)
        result = folder / built.name
        result.write_bytes(settled(built.read_bytes(), moment()))
    return result


def _data(text: bytes) -> dict[str, Any]:
    data: dict[str, Any] = json.loads(text)
    return data


def _text(data: dict[str, Any]) -> bytes:
    return json.dumps(data, indent=_INDENT).encode("utf-8")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("folder", type=Path, help="where the file goes")
    print(build(arguments.parse_args().folder))
