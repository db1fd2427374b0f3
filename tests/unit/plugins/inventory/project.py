# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A folder with a configuration file of the inventory plugin, and a console that it asks."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.console.certificate import make_certificates
from tests.console.deployment import Deployment
from tests.console.server import TOKEN, Console, serve

ROOT = Path(__file__).resolve().parents[4]
PLUGIN = "portledger.qradar.deployment"
NAT = {1: ["198.18.21.0/24"]}
PARTIES = {"users": ["198.18.2.0/24"], "log_sources": ["198.18.0.0/24"]}


@dataclass
class Project:
    """The folder, the console, and what Ansible said in the last run."""

    folder: Path
    console: Console
    environment: dict[str, str] = field(default_factory=dict)

    def configure(self, **options: Any) -> None:
        """Write the configuration file; None leaves an option out."""
        given = {
            "plugin": PLUGIN,
            "url": self.console.url,
            "token_file": "token",
            "ca_path": "ca.pem",
            "nat_groups": NAT,
            "retries": 0,
            **options,
        }
        text = yaml.safe_dump({name: value for name, value in given.items() if value is not None})
        (self.folder / "console.qradar.yml").write_text(text, encoding="utf-8")

    def run(self, program: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run a program of Ansible's in the folder."""
        proxies = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "QRADAR_URL", "QRADAR_TOKEN")
        environment = {name: value for name, value in os.environ.items() if name not in proxies}
        environment |= {
            "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
            "ANSIBLE_NOCOLOR": "1",
            "ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED": "1",
            "ANSIBLE_LOCALHOST_WARNING": "0",
            "COLUMNS": "2000",
            "HOME": str(self.folder),
            **self.environment,
        }
        return subprocess.run(
            [str(Path(sys.executable).with_name(program)), *arguments],
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            env=environment,
            timeout=120,
        )

    def listed(self, *arguments: str) -> dict[str, Any]:
        """The whole inventory, as ansible-inventory has it."""
        run = self.run("ansible-inventory", "-i", "console.qradar.yml", "--list", *arguments)
        assert run.returncode == 0, run.stdout + run.stderr
        found: dict[str, Any] = json.loads(run.stdout)
        return found

    def refused(self, *arguments: str) -> str:
        """What the plugin says of an inventory that cannot be read, without white space."""
        run = self.run("ansible-inventory", "-i", "console.qradar.yml", "--list", *arguments)
        assert run.returncode != 0, run.stdout
        assert TOKEN not in run.stdout + run.stderr
        found = re.search(rf"{re.escape(PLUGIN)}:\s(.*?)(?:\n\n|\n\[|\nERROR|$)", run.stderr, re.DOTALL)
        assert found, run.stderr
        return flat(found[1]).replace(flat(self.console.url), "https://con").replace(f"{self.folder}/", "")


def flat(text: str) -> str:
    """A text without white space: ansible-core 2.16 ends lines of warnings in the middle of words."""
    return "".join(text.split())


@contextmanager
def project(folder: Path, deployment: Deployment) -> Iterator[Project]:
    """A folder that is ready to be used, with parties beside the configuration file."""
    certificates = make_certificates(folder, "127.0.0.1")
    token = folder / "token"
    token.touch(mode=0o600)
    token.write_text(f"{TOKEN}\n", encoding="utf-8")
    (folder / "group_vars").mkdir()
    variables = yaml.safe_dump({"qradar_parties": PARTIES})
    (folder / "group_vars" / "all.yml").write_text(variables, encoding="utf-8")
    with serve(deployment, certificates.chain) as console:
        made = Project(folder, console)
        made.configure()
        yield made
