# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The release: the same file for the same contents, what is refused, and an installation without a network."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.pythons import ROOT

sys.path.insert(0, str(ROOT / "tools"))

import build

PROGRAMS = Path(sys.executable).parent


def archive(order: Sequence[str], seconds: int) -> bytes:
    """As ansible-galaxy builds it, with files in this order and at this time."""
    texts = {"README.md": b"Read.\n", "plugins/a.py": b"A = 1\n"}
    files = {"files": [{"name": name, "chksum_sha256": hashlib.sha256(texts[name]).hexdigest()} for name in order]}
    listed = json.dumps(files, indent=True).encode()
    manifest = {"file_manifest_file": {"chksum_sha256": hashlib.sha256(listed).hexdigest()}}
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as whole:
        for name, text in {
            "MANIFEST.json": json.dumps(manifest).encode(),
            "FILES.json": listed,
            **{one: texts[one] for one in order},
        }.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(text), seconds
            whole.addfile(info, io.BytesIO(text))
    return packed.getvalue()


def test_order_and_time_make_no_difference() -> None:
    one = archive(["README.md", "plugins/a.py"], 1_700_000_000)
    other = archive(["plugins/a.py", "README.md"], 1_800_000_000)
    assert one != other
    settled = build.settled(one, 1_600_000_000)
    assert settled == build.settled(other, 1_600_000_000)
    assert settled != build.settled(other, 1_600_000_001)


def test_the_manifest_fits_what_is_listed() -> None:
    settled = gzip.decompress(build.settled(archive(["plugins/a.py", "README.md"], 1), 7))
    with tarfile.open(fileobj=io.BytesIO(settled)) as whole:
        assert whole.getnames() == ["MANIFEST.json", "FILES.json", "README.md", "plugins/a.py"]
        assert {info.mtime for info in whole} == {7}
        manifest, listed = (whole.extractfile(name) for name in whole.getnames()[:2])
        assert manifest is not None
        assert listed is not None
        expected = json.load(manifest)["file_manifest_file"]["chksum_sha256"]
        assert expected == hashlib.sha256(listed.read()).hexdigest()


def test_a_time_that_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "now")
    with pytest.raises(SystemExit) as raised:
        build.moment()
    assert str(raised.value) == "build: SOURCE_DATE_EPOCH is 'now': write seconds since 1970, or unset it"


def test_the_time_is_that_of_the_release(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("SOURCE_DATE_EPOCH", raising=False)
    (tmp_path / "changelogs").mkdir()
    (tmp_path / "galaxy.yml").write_text("version: 1.2.0\n", encoding="utf-8")
    changes = tmp_path / "changelogs/changelog.yaml"
    changes.write_text("releases: {1.2.0: {release_date: '2026-11-27'}}\n", encoding="utf-8")
    assert build.moment(tmp_path) == 1795737600
    changes.write_text("releases: {}\n", encoding="utf-8")
    with pytest.raises(SystemExit) as raised:
        build.moment(tmp_path)
    assert str(raised.value) == (
        "build: there is neither a release in changelogs/changelog.yaml nor a commit: set SOURCE_DATE_EPOCH"
    )


def clone(folder: Path) -> Path:
    """The checkout as it is committed, as a repository of its own."""
    copied = subprocess.run([ROOT / "tools/copy", folder], capture_output=True, text=True, check=True).stdout.strip()
    git = ["git", "-c", "user.name=Tester", "-c", "user.email=tester@example.org"]
    for command in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "All"]):
        subprocess.run([*git, *command], cwd=copied, check=True)
    return Path(copied)


def release(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    names = {f"GIT_{who}_{what}": "tester@example.org" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    return subprocess.run(
        [sys.executable, "tools/release.py", *arguments],
        cwd=checkout,
        env={**os.environ, **names},
        capture_output=True,
        text=True,
        check=False,
    )


def test_what_cannot_be_released_is_refused(tmp_path: Path) -> None:
    checkout = clone(tmp_path)
    assert release(checkout, "1.0").stderr == "release: '1.0' is no version: write three numbers, as in 1.2.0\n"
    (checkout / "new").touch()
    said = "release: the checkout has changes that are not committed: commit or remove them:\n?? new\n"
    assert release(checkout, "1.0.0").stderr == said
    (checkout / "new").unlink()
    subprocess.run(["git", "tag", "9.0.0"], cwd=checkout, check=True)
    said = "release: the tag 9.0.0 exists: choose a higher version, or remove the tag\n"
    assert release(checkout, "9.0.0").stderr == said


@pytest.mark.parametrize("checks", ["", "nothing"])
def test_a_release(checks: str, tmp_path: Path) -> None:
    pytest.importorskip("antsibull_changelog")
    checkout = clone(tmp_path)
    done = release(checkout, "9.1.0", "--checks", checks)
    status = subprocess.run(["git", "status", "--porcelain"], cwd=checkout, capture_output=True, check=True).stdout
    assert status == b""
    if checks:
        failed = "release: failed; the checkout is as it was\nrelease: tools/lint nothing failed with 2\n"
        assert (done.returncode, done.stderr.endswith(failed)) == (1, True), done.stderr
        assert not (checkout / "dist").exists()
        return
    assert done.returncode == 0, done.stderr
    digest, name = done.stdout.splitlines()[-1].split()
    assert (checkout / f"{name}.sha256").read_text("utf-8") == f"{digest}  portledger-qradar-9.1.0.tar.gz\n"
    assert "NOT A RELEASE TO PUBLISH: only these checkers ran: none" in done.stderr
    assert "v9.1.0" in (checkout / "CHANGELOG.md").read_text("utf-8").replace("\\", "")
    assert "portledger-qradar-9.1.0.tar.gz" in (checkout / "README.md").read_text("utf-8")
    subprocess.run([sys.executable, "tools/build.py", tmp_path / "again"], cwd=checkout, check=True)
    assert hashlib.sha256((tmp_path / "again" / Path(name).name).read_bytes()).hexdigest() == digest


def test_installed_without_a_network_and_without_jmespath(tmp_path: Path) -> None:
    built = build.build(tmp_path)
    folder = tmp_path / "collections"
    (tmp_path / "ansible.cfg").write_text(f"[defaults]\ncollections_path = {folder}\n", encoding="utf-8")
    (tmp_path / "without").mkdir()
    (tmp_path / "without/jmespath.py").write_text("raise ImportError('jmespath')\n", encoding="utf-8")
    environment = {
        **os.environ,
        "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
        "ANSIBLE_LOCALHOST_WARNING": "0",
        "ANSIBLE_PYTHON_INTERPRETER": sys.executable,
        "PYTHONPATH": str(tmp_path / "without"),
    }

    def ansible(program: str, *arguments: str) -> str:
        command = [PROGRAMS / program, *arguments]
        done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    said = ansible("ansible-galaxy", "collection", "install", "--offline", str(built))
    assert "portledger.qradar:1.0.0 was installed successfully" in said
    (tmp_path / "look.yml").write_text(
        """
- hosts: localhost
  connection: local
  gather_facts: false
  tasks:
    - ansible.builtin.debug:
        msg: "{{ lookup('portledger.qradar.ports', 'ariel_query').row }}
          {{ query('portledger.qradar.flows') | length > 0 }} {{ lookup('portledger.qradar.check').warnings >= 0 }}"
    - ansible.builtin.debug:
        msg: "{{ query('portledger.qradar.ports', query='[].row') }}"
""",
        encoding="utf-8",
    )
    said = ansible("ansible-playbook", "-i", str(ROOT / "examples/inventory"), "look.yml")
    assert '"msg": "65 True True"' in said, said
    assert "needs the Python library jmespath, which is missing on the controller" in " ".join(said.split())
    play = [str(ROOT / "examples/site.yml"), "-i", str(ROOT / "examples/inventory")]
    assert "Permit on each QRadar host" in ansible("ansible-playbook", *play, "--list-tasks")
