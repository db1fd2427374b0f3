# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The token is in nothing that is printed, logged or cached. The cache has whole answers to the same question only."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.console.deployment import example
from tests.console.server import TOKEN, Fault
from tests.unit.plugins.inventory.project import Project, flat, project

SERVERS = "/api/system/servers"
CACHE = {"cache": True, "cache_plugin": "ansible.builtin.jsonfile", "cache_connection": "cache"}
PASSWORD = "vault-password-of-the-tests"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Project]:
    with project(tmp_path, example()) as made:
        yield made


def with_token(there: Project) -> list[str]:
    """Files that hold the token, besides the one that it was written to."""
    found = []
    for path in there.folder.rglob("*"):
        if path.is_file() and path.name not in ("token", "env") and TOKEN.encode() in path.read_bytes():
            found.append(str(path.relative_to(there.folder)))
    return found


FAULTS = {
    "none": None,
    # What the console echoes is not printed either.
    "echo": Fault(500, body={"message": f"bad header SEC: {TOKEN}"}),
    "echo in JSON": Fault(body=[{"hostname": TOKEN}, TOKEN]),
    "not JSON": Fault(body=f"<pre>SEC: {TOKEN}</pre>".encode()),
    "redirect": Fault(302, headers={"Location": f"https://127.0.0.1:1/?{TOKEN}"}),
    "half": Fault(body=b"[]", length=500),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=list(FAULTS))
def test_the_token_is_nowhere(there: Project, fault: Fault | None) -> None:
    there.configure(**CACHE, token_file=None)
    there.environment = {
        "QRADAR_TOKEN": TOKEN,
        "ANSIBLE_LOG_PATH": str(there.folder / "log"),
        "ANSIBLE_DISPLAY_TRACEBACK": "always",
    }
    if fault is not None:
        there.console.faults[SERVERS] = fault
    run = there.run("ansible-inventory", "-i", "console.qradar.yml", "--list", "-vvvvv")
    assert (run.returncode == 0) == (fault is None), run.stderr
    assert there.console.asked
    assert TOKEN not in run.stdout + run.stderr
    assert (there.folder / "log").stat().st_size > 0
    assert with_token(there) == []


def test_a_token_that_is_no_header_is_not_printed(there: Project) -> None:
    there.environment["QRADAR_TOKEN"] = f"{TOKEN}\r\nX: y"
    assert there.refused("-vvvv").startswith(flat("console.qradar.yml: token: '(hidden)' is not a token: "))
    assert there.console.asked == []


def test_a_token_file_that_others_can_read_is_warned_of(there: Project) -> None:
    (there.folder / "token").chmod(0o644)
    run = there.run("ansible-inventory", "-i", "console.qradar.yml", "--list")
    assert run.returncode == 0
    message = "token can be read by others than its owner. It holds a token: chmod 600 token."
    assert flat(message) in flat(run.stderr)


def test_a_token_file_may_be_encrypted(there: Project) -> None:
    (there.folder / "password").write_text(PASSWORD, encoding="utf-8")
    encrypted = there.run("ansible-vault", "encrypt", "--vault-password-file", "password", "token")
    assert encrypted.returncode == 0, encrypted.stderr
    assert len(there.listed("--vault-password-file", "password")["_meta"]["hostvars"]) == 10
    said = there.refused()
    assert said.startswith(flat("console.qradar.yml: token_file: 'token' cannot be decrypted ("))


def test_a_token_may_be_a_vaulted_value(there: Project) -> None:
    (there.folder / "password").write_text(PASSWORD, encoding="utf-8")
    made = there.run("ansible-vault", "encrypt_string", "--vault-password-file", "password", "--name", "token", TOKEN)
    assert made.returncode == 0, made.stderr
    there.configure(token_file=None)
    with (there.folder / "console.qradar.yml").open("a", encoding="utf-8") as file:
        file.write(made.stdout)
    run = there.run(
        "ansible-inventory", "-i", "console.qradar.yml", "--list", "--vault-password-file", "password", "-vvvv"
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert '"con1-primary"' in run.stdout
    assert TOKEN not in run.stdout + run.stderr
    assert with_token(there) == []


def test_the_cache_answers_the_same_question_and_no_other(there: Project) -> None:
    there.configure(**CACHE)
    first = there.listed()
    asked = len(there.console.asked)
    assert there.listed() == first
    assert len(there.console.asked) == asked
    there.configure(**CACHE, api_version="26.0")
    there.listed()
    assert len(there.console.asked) == 2 * asked
    there.run(
        "ansible-playbook", "-i", "console.qradar.yml", "--flush-cache", "--list-hosts", "portledger.qradar.check"
    )
    assert len(there.console.asked) == 3 * asked


def test_a_damaged_cache_is_asked_for_again(there: Project) -> None:
    there.configure(**CACHE)
    first = there.listed()
    (path,) = (there.folder / "cache").iterdir()
    cached = json.loads(path.read_text(encoding="utf-8"))
    content = cached.get("__payload__", cached)
    content = json.loads(content) if isinstance(content, str) else content
    content["hosts"].pop()
    path.write_text(json.dumps(content), encoding="utf-8")
    assert there.listed() == first


def test_half_an_answer_is_not_cached(there: Project) -> None:
    there.configure(**CACHE)
    there.console.faults[SERVERS] = Fault(body=[], times=1)
    there.refused()
    assert len(there.listed()["_meta"]["hostvars"]) == 10
