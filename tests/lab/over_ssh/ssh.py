# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Real SSH inside a lab: a daemon for each managed node, and a node that is the controller.

Everything is in the nodes' private /etc/ssh and /run, and in the lab's folder. Only root can do this: in a namespace
of a user, the daemon cannot become the user that it gives its privileges up to.
"""

from __future__ import annotations

import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from tests.lab.plays.playbook import playbook_command, playbook_environment
from tests.lab.plays.record import Recorded, record_playbook
from tests.lab.world.lab import Lab, RunningNode, environment
from tests.lab.world.topology import LabError

# Programs that stand in for others come first, for the sessions of SSH only.
HOOKS = "/run/lab/bin"
USER, PASSWORD = "operator", "only in the lab"
_HASH = "$6$labsalt$D3Q21dPs5C1jmy/uQwjSNlHcyWoE8jsHgQOjJDpD35wUdSIjypXNAAAG230LJLsEPcNoElBMuxWreTycGVsMb."

_SERVING = ("sshd:", "/usr/sbin/sshd")

_DAEMON = """
Port 22
HostKey {keys}/host
AuthorizedKeysFile {keys}/authorized_keys
StrictModes no
UsePAM no
PasswordAuthentication no
PermitRootLogin prohibit-password
SetEnv PATH={hooks}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PidFile /run/lab/sshd.pid
LogLevel VERBOSE
# Who knocks often is not turned away at random.
MaxStartups 1000
"""
_ACCOUNTS = {
    "passwd": f"root:x:0:0:root:/root:/bin/sh\nsshd:x:64998:64998::/run/sshd:/bin/false\n"
    f"{USER}:x:64999:64999::/run/{USER}:/bin/sh\n",
    "shadow": f"root:{_HASH}:20000:0:99999:7:::\n{USER}:{_HASH}:20000:0:99999:7:::\n",
    # Who becomes root proves it by root's password; nothing else of the machine's rules for su counts here.
    "pam.d/su": "auth {auth}\naccount required pam_permit.so\nsession required pam_permit.so\n",
}


class SshLab:
    """A running lab whose managed nodes are reached over SSH from one of its nodes.

    Args:
        controller: the node that Ansible runs in.
        passwordless: whether su asks no password.
    """

    def __init__(self, lab: Lab, controller: str, *, passwordless: bool = False) -> None:
        if lab.rootless:
            raise LabError("SSH daemons in a lab need root")
        self.lab = lab
        self.controller = lab[controller]
        self.folder = lab.folder / "ssh"
        self.folder.mkdir(mode=0o700)
        self.inventory = lab.folder / "ssh-inventory.yml"
        self._daemons: list[subprocess.Popen[str]] = []
        for name in ("host", "user"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / name)]
            subprocess.run(command, check=True, stdin=subprocess.DEVNULL)
        shutil.copy(self.folder / "user.pub", self.folder / "authorized_keys")
        # The user without rights reads it, too.
        for path in (lab.folder, self.folder):
            path.chmod(0o755)
        self.hosts: dict[str, str] = {}
        for node in lab.nodes():
            if node.node.managed:
                self.hosts[node.node.name] = str(next(iter(node.node.addresses)))
                self._start(node, "sufficient pam_permit.so" if passwordless else "required pam_unix.so")
        self._write_inventory()

    def _start(self, node: RunningNode, auth: str) -> None:
        node.run(["mkdir", "-p", "/run/sshd", HOOKS])
        node.run(["install", "-d", "-o", "64999", f"/run/{USER}"])
        for name, text in _ACCOUNTS.items():
            path = f"/run/lab/{name.replace('/', '-')}"
            node.run(["sh", "-c", f"cat > {path}; mount --bind {path} /etc/{name}"], stdin=text.format(auth=auth))
        text = _DAEMON.format(keys=self.folder, hooks=HOOKS)
        node.run(["sh", "-c", "cat > /etc/ssh/sshd_config"], stdin=text)
        self._start_daemon(node)

    def _start_daemon(self, node: RunningNode) -> None:
        with self._log(node.node.name).open("w", encoding="utf-8") as log:
            daemon = node.popen(["/usr/sbin/sshd", "-D", "-e"], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        self._daemons.append(daemon)
        while "Server listening" not in self.log(node.node.name):
            if daemon.poll() is not None:
                raise LabError(f"{node.node.name}: sshd: {self.log(node.node.name)}")
            time.sleep(0.02)

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def log(self, name: str) -> str:
        """What a node's daemon has said."""
        return self._log(name).read_text(encoding="utf-8")

    def connections(self, name: str) -> int:
        """How many connections were let into a node so far."""
        return self.log(name).count("Accepted publickey")

    def _write_inventory(self) -> None:
        inventory: dict[str, Any] = yaml.safe_load(self.lab.inventory.read_text(encoding="utf-8"))
        inventory["all"]["vars"] |= {
            "ansible_connection": "ssh",
            "ansible_user": "root",
            "ansible_ssh_private_key_file": str(self.folder / "user"),
            "ansible_ssh_common_args": "-o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR",
        }
        for name, address in self.hosts.items():
            inventory["all"]["hosts"][name]["ansible_host"] = address
        self.inventory.write_text(yaml.safe_dump(inventory, sort_keys=False), encoding="utf-8")

    def settings(self, **more: str) -> dict[str, str]:
        return {"ANSIBLE_SSH_CONTROL_PATH_DIR": str(self.folder / "cp"), "HOME": str(self.folder), **more}

    def play(self, playbook: str | Path, *arguments: str, **more: str) -> Recorded:
        """Run a playbook on the controller. more: environment."""
        return record_playbook(
            self.lab,
            playbook,
            *arguments,
            inside=self.controller,
            inventory=self.inventory,
            program=None,
            **self.settings(**more),
        )

    def start_play(self, playbook: str | Path, *arguments: str, **more: str) -> subprocess.Popen[str]:
        """Start a playbook on the controller, and leave it to itself."""
        command = playbook_command(self.inventory, playbook, *arguments)
        return self.controller.popen(
            command,
            env={**environment(), **playbook_environment(self.lab), **self.settings(**more)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )

    def ssh(self, name: str, command: str) -> list[str]:
        """The command line, inside the controller, that runs a shell command on a host over a connection of its own."""
        options = ["-F", "none", "-i", str(self.folder / "user"), "-o", "StrictHostKeyChecking=no"]
        options += ["-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR", "-o", "ControlPath=none"]
        return ["ssh", *options, f"root@{self.hosts[name]}", command]

    def hook(self, name: str, program: str, script: str) -> None:
        """Have a shell script stand in for a program of a node, in sessions of SSH. $REAL is the program."""
        real = self.lab[name].run(["sh", "-c", f"command -v {program}"]).stdout.strip()
        text = f"#!/bin/sh\nREAL={real}\n{script}\n"
        self.lab[name].run(["sh", "-c", f"cat > {HOOKS}/{program}; chmod 755 {HOOKS}/{program}"], stdin=text)

    def unhook(self, name: str, program: str) -> None:
        self.lab[name].run(["rm", f"{HOOKS}/{program}"])

    def processes(self, name: str, of: Sequence[str] | None = None) -> dict[int, str]:
        """Processes of a node, numbered as the node numbers them, with their command lines; or those with a word."""
        found = {}
        for line in self.lab[name].run(["ps", "-eo", "pid=,args="]).stdout.splitlines():
            number, _blank, words = line.strip().partition(" ")
            if of is None or any(word in words for word in of):
                found[int(number)] = words
        return found

    def kill_sessions(self, name: str) -> int:
        """Kill the daemon's processes that serve a session; how many there were."""
        found = [str(process) for process in self.processes(name, ["@notty"])]
        if found:
            self.lab[name].run(["kill", "-9", *found], check=False)
        return len(found)

    def kill_daemon(self, name: str) -> None:
        """Kill the daemon with all its sessions."""
        found = [str(process) for process, words in self.processes(name).items() if words.startswith(_SERVING)]
        self.lab[name].run(["kill", "-9", *found], check=False)

    def start_daemon(self, name: str) -> None:
        """Start it again."""
        self._start_daemon(self.lab[name])

    def stop(self) -> None:
        for daemon in self._daemons:
            daemon.terminate()
            daemon.wait()
