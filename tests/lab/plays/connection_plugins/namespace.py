# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import os
import shlex
import subprocess

from ansible.errors import AnsibleConnectionFailure, AnsibleError, AnsibleFileNotFound
from ansible.module_utils.common.text.converters import to_bytes
from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = """
    name: namespace
    short_description: Run commands in the namespaces of a process
    description:
        - Enters the network, mount, host name and process namespaces of a process on this machine with C(nsenter).
          No daemon is needed. Made for the lab of the tests.
        - Escalation of privileges is not supported. Whoever enters is root there.
    author: the portledger.qradar contributors
    version_added: "1.0.0"
    options:
        process:
            description: Number of the process whose namespaces are entered.
            type: int
            required: true
            vars:
                - name: namespace_process
        user:
            description: Whether to enter its user namespace as well. Needed where the process was started by a user.
            type: bool
            default: false
            vars:
                - name: namespace_user
    extends_documentation_fragment:
        - connection_pipelining
"""

# Where the controller's own user came from is not where the node's user came from.
_NOT_THE_NODES = ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY", "SSH_AUTH_SOCK")


class Connection(LocalConnection):  # type: ignore[misc]  # ansible-core has no types
    """As local, behind nsenter."""

    transport = "namespace"
    has_pipelining = True

    def _connect(self) -> Connection:
        self._connected = True
        return self

    def _enter(self, command: list[str]) -> list[str]:
        if self.become:
            raise AnsibleError("The connection namespace does not become another user. Set ansible_become: false.")
        user = ["--user", "--preserve-credentials"] if self.get_option("user") else []
        process = str(self.get_option("process"))
        return ["nsenter", "--target", process, *user, "--mount", "--uts", "--net", "--pid", "--", *command]

    def _run(self, command: list[str], data: bytes | None) -> tuple[int, bytes, bytes]:
        environment = {key: value for key, value in os.environ.items() if key not in _NOT_THE_NODES}
        environment["PATH"] = f"{environment.get('PATH', os.defpath)}:/usr/sbin:/sbin"
        try:
            done = subprocess.run(
                self._enter(command),
                input=data,
                stdin=subprocess.DEVNULL if data is None else None,
                capture_output=True,
                env=environment,
                check=False,
            )
        except OSError as error:
            raise AnsibleConnectionFailure(f"nsenter cannot be run: {error}") from error
        if done.returncode == 1 and done.stderr.startswith(b"nsenter: cannot open /proc/"):
            raise AnsibleConnectionFailure(f"The node is gone: {done.stderr.decode(errors='replace').strip()}")
        return done.returncode, done.stdout, done.stderr

    def exec_command(self, cmd: str, in_data: bytes | None = None, sudoable: bool = True) -> tuple[int, bytes, bytes]:
        return self._run(["/bin/sh", "-c", cmd], in_data)

    def put_file(self, in_path: str, out_path: str) -> None:
        try:
            with open(to_bytes(in_path, errors="surrogate_or_strict"), "rb") as file:  # noqa: PTH123
                data = file.read()
        except OSError as error:
            raise AnsibleFileNotFound(f"{in_path} cannot be read: {error}") from error
        self._transfer(f"cat > {shlex.quote(out_path)}", data)

    def fetch_file(self, in_path: str, out_path: str) -> None:
        data = self._transfer(f"cat < {shlex.quote(in_path)}", b"")
        with open(to_bytes(out_path, errors="surrogate_or_strict"), "wb") as file:  # noqa: PTH123
            file.write(data)

    def _transfer(self, command: str, data: bytes) -> bytes:
        status, out, errors = self._run(["/bin/sh", "-c", command], data)
        if status != 0:
            raise AnsibleError(f"{command}: {errors.decode(errors='replace').strip()}")
        return out

    def reset(self) -> None:
        self.close()

    def close(self) -> None:
        self._connected = False
