# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes a release: version, changelog, every checker, the file built twice, its checksum, a commit and a tag.

Nothing leaves the machine. Where one step fails, the checkout is as it was.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime
import hashlib
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import build
import yaml

ROOT: Final = build.ROOT
FOLDER: Final = ROOT / "dist"
# What a release changes. The pages name the file to install.
CHANGED: Final = (
    "galaxy.yml",
    "CHANGELOG.rst",
    "CHANGELOG.md",
    "changelogs",
    "README.md",
    "SECURITY.md",
    "docs",
    "examples",
)
_VERSION: Final = re.compile(r"(\d+)\.(\d+)\.(\d+)")


def main() -> int:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("version", help="for example 1.2.0")
    arguments.add_argument("--date", default=f"{datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}")
    arguments.add_argument("--checks", help="only these checkers of tools/lint; the end says that others were left out")
    options = arguments.parse_args()
    checks = None if options.checks is None else options.checks.split()
    refuse(options.version)
    with tempfile.TemporaryDirectory() as scratch, restored_on_failure():
        say(f"version {options.version}")
        set_version(options.version)
        say("changelog")
        run("antsibull-changelog", "release", "--version", options.version, "--date", options.date)
        say("checks: " + ("all" if checks is None else " ".join(checks) or "none"))
        if checks is None or checks:
            run("tools/lint", *(checks or ()))
        say("build, twice")
        built = build_twice(Path(scratch))
        say("install without a network, and verify")
        install(built, options.version)
        run("git", "add", "--all", "--", *CHANGED)
        run("git", "commit", "--quiet", "--message", f"Release {options.version}")
        run("git", "tag", "--annotate", options.version, "--message", f"portledger.qradar {options.version}")
        digest = publish(built)
    print(f"{digest}  dist/{built.name}")
    if checks is not None:
        say(f"NOT A RELEASE TO PUBLISH: only these checkers ran: {' '.join(checks) or 'none'}")
    say(f"committed, with the tag {options.version}. To publish: git push --follow-tags, and the files in dist")
    return 0


def refuse(version: str) -> None:
    """Refuse what cannot become a release, before anything is changed.

    Raises:
        SystemExit: saying why.
    """
    if not _VERSION.fullmatch(version):
        sys.exit(f"release: {version!r} is no version: write three numbers, as in 1.2.0")
    status = said("git", "status", "--porcelain")
    if status:
        sys.exit(f"release: the checkout has changes that are not committed: commit or remove them:\n{status}")
    releases: dict[str, Any] = yaml.safe_load((ROOT / "changelogs/changelog.yaml").read_text("utf-8"))["releases"]
    newest = max(releases, key=_numbers, default="0.0.0")
    if _numbers(version) <= _numbers(newest):
        sys.exit(f"release: {version} is not newer than {newest}: choose a higher version")
    if said("git", "tag", "--list", version):
        sys.exit(f"release: the tag {version} exists: choose a higher version, or remove the tag")
    if not any((ROOT / "changelogs/fragments").glob("*.yml")):
        sys.exit("release: changelogs/fragments is empty, so there is nothing to release")


def set_version(version: str) -> None:
    """Write the version where it stands: galaxy.yml, and the pages that name the file."""
    galaxy = ROOT / "galaxy.yml"
    galaxy.write_text(
        re.sub(r"^version: .*$", f"version: {version}", galaxy.read_text("utf-8"), flags=re.MULTILINE), "utf-8"
    )
    pages = ("README.md", "SECURITY.md", "docs/*.md", "examples/**/*.yml")
    for page in (path for pattern in pages for path in ROOT.glob(pattern)):
        text = page.read_text("utf-8")
        named = re.sub(r"portledger-qradar-\d+\.\d+\.\d+(?=\.tar\.gz)", f"portledger-qradar-{version}", text)
        if named != text:
            page.write_text(named, "utf-8")


def build_twice(folder: Path) -> Path:
    """Build it, and once more.

    Raises:
        SystemExit: the two differ.
    """
    built, again = (build.build(folder / time) for time in ("first", "second"))
    if built.read_bytes() != again.read_bytes():
        sys.exit("release: two builds of the same contents differ: see tools/build.py")
    return built


def publish(built: Path) -> str:
    """Put the file into dist, and its checksum beside it, which is returned."""
    digest = hashlib.sha256(built.read_bytes()).hexdigest()
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / built.name).write_bytes(built.read_bytes())
    (FOLDER / f"{built.name}.sha256").write_text(f"{digest}  {built.name}\n", encoding="utf-8")
    return digest


def install(built: Path, version: str) -> None:
    """Install the file as a user does who has no network, and compare what is there with its manifest."""
    with tempfile.TemporaryDirectory() as scratch:
        # Not the checkout's, which names a folder of its own.
        settings = Path(scratch, "ansible.cfg")
        settings.touch()
        environment = {**os.environ, "ANSIBLE_CONFIG": str(settings), "ANSIBLE_COLLECTIONS_PATH": scratch}
        run("ansible-galaxy", "collection", "install", "--offline", "-p", scratch, str(built), environment=environment)
        name = f"portledger.qradar:{version}"
        run("ansible-galaxy", "collection", "verify", "--offline", "-p", scratch, name, environment=environment)


@contextlib.contextmanager
def restored_on_failure() -> Iterator[None]:
    """Put back what a release changes, should it fail: the checkout had no changes before."""
    try:
        yield
    except BaseException:
        run("git", "reset", "--quiet", "--", *_existing())
        run("git", "checkout", "--quiet", "HEAD", "--", *_existing())
        run("git", "clean", "--quiet", "--force", "-d", "--", *CHANGED)
        say("failed; the checkout is as it was")
        raise


def _existing() -> list[str]:
    return [name for name in CHANGED if said("git", "ls-tree", "--name-only", "HEAD", name)]


def run(*command: str, environment: dict[str, str] | None = None) -> None:
    """Run a program, its output shown.

    Raises:
        SystemExit: it fails.
    """
    # Programs of the environment start others of it.
    path = os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"]))
    everything = {**(environment or os.environ), "PATH": path}
    code = subprocess.run(_found(command), cwd=ROOT, env=everything, check=False).returncode
    if code != 0:
        sys.exit(f"release: {' '.join(command)} failed with {code}")


def said(*command: str) -> str:
    """What a program says.

    Raises:
        SystemExit: it fails.
    """
    done = subprocess.run(_found(command), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        sys.exit(f"release: {' '.join(command)}: {done.stderr.strip()}")
    return done.stdout.rstrip()


def say(text: str) -> None:
    print(f"release: {text}", file=sys.stderr, flush=True)


def _found(command: Sequence[str]) -> list[str]:
    """A program of the environment, of the checkout, or of the machine."""
    if "/" in command[0]:
        return [str(ROOT / command[0]), *command[1:]]
    beside = Path(sys.executable).with_name(command[0])
    return [str(beside) if beside.exists() else command[0], *command[1:]]


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(map(int, version.split("+", maxsplit=1)[0].split("-", maxsplit=1)[0].split(".")))


if __name__ == "__main__":
    sys.exit(main())
