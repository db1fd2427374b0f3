# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How each provider loads, and the ways to have that go wrong on a host of a lab."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from tests.lab.over_ssh.ssh import HOOKS, SshLab

HOOKED = "/run/lab/hooked"


@dataclass(frozen=True)
class Means:
    """program loads last where its arguments fit the shell pattern; shut: adds a rule of ours, as the provider does.

    files: folders that loading writes to. pause: seconds that a load keeps new connections out at most.
    broken: programs that fail meanwhile, so that this one is used.
    """

    program: str
    loading: str
    shut: dict[str, str]
    files: tuple[str, ...] = ()
    pause: float = 0.0
    broken: tuple[str, ...] = ()


_IPTABLES = {
    # A wrong rule cuts the running connection as well, or only new ones.
    "all": "iptables -w -I {chain} 1 -p tcp --dport 22 -j DROP",
    "new": "iptables -w -I {chain} 1 -p tcp --dport 22 -m conntrack --ctstate NEW -j DROP",
}
_NFT = "nft insert rule inet portledger_host input "
_RICH = "firewall-cmd --policy=portledger-host --add-rich-rule='rule priority=-32768 {what} drop'"

MEANS: dict[str, Means] = {
    "iptables": Means(
        "ip6tables-restore", "*", {kind: text.format(chain="PORTLEDGER-IN") for kind, text in _IPTABLES.items()}
    ),
    "nftables": Means(
        "nft", "*' -f '*", {"all": _NFT + "tcp dport 22 drop", "new": _NFT + "ct state new tcp dport 22 drop"}
    ),
    "firewalld": Means(
        "busctl",
        "*' reload '*",
        # firewalld itself lets pass what is established.
        {"new": _RICH.format(what='port port="22" protocol="tcp"')},
        ("/etc/firewalld",),
        # A reload drops what is new (ReloadPolicy), for half a second where nothing else is to do.
        pause=3.0,
    ),
    "qradar": Means(
        "/opt/qradar/bin/iptables_update.pl",
        "*",
        {kind: text.format(chain="PORTLEDGER-QIN") for kind, text in _IPTABLES.items()},
        ("/opt/qradar/conf",),
    ),
}

# Where a load over the bus fails, firewall-cmd makes it: what shall fail fails with both.
FAILING: dict[str, Means] = {
    **MEANS,
    "firewalld": replace(MEANS["firewalld"], program="firewall-cmd", loading="*' --reload '*", broken=("busctl",)),
}

# Only a load, no test, and only the first one: what puts back afterwards uses the same program.
_WHEN_LOADING = """
case " $* " in *" --test "*|*" -c "*) exec "$REAL" "$@";; {loading}) ;; *) exec "$REAL" "$@";; esac
[ -e {hooked} ] && exec "$REAL" "$@"
touch {hooked}
"""
# Once the load is made: whoever loads holds this lock until then.
_AFTERWARDS = """
import fcntl, os, subprocess, sys, time
folder = os.path.dirname(sys.argv[1])
while True:
    try:
        held = os.open(folder, os.O_RDONLY)
        fcntl.flock(held, fcntl.LOCK_EX)
        if os.path.exists(sys.argv[1]):
            break
        os.close(held)
    except OSError:
        pass
    time.sleep(0.01)
done = subprocess.run(sys.argv[2], shell=True, capture_output=True, text=True)
with open(sys.argv[3], "w") as stream:
    stream.write(done.stderr if done.returncode else "")
"""


@contextlib.contextmanager
def hooked(ssh: SshLab, host: str, means: Means, script: str) -> Iterator[None]:
    """Have a shell script stand in for the first load. $REAL is the program."""
    node = ssh.lab[host]
    node.run(["rm", "-f", HOOKED])
    script = _WHEN_LOADING.format(loading=means.loading.replace("'", '"'), hooked=HOOKED) + script
    if not means.program.startswith("/"):
        for program in means.broken:
            ssh.hook(host, program, "exit 1")
        ssh.hook(host, means.program, script)
        yield
        for program in (means.program, *means.broken):
            ssh.unhook(host, program)
        return
    real = f"/run/lab/{means.program.rpartition('/')[2]}"
    node.run(["cp", "-p", means.program, real])
    text = f"#!/bin/sh\nREAL={real}\n{script}\n"
    node.run(["sh", "-c", f"cat > {HOOKS}/hook; chmod 755 {HOOKS}/hook"], stdin=text)
    node.run(["mount", "--bind", f"{HOOKS}/hook", means.program])
    yield
    node.run(["umount", means.program])


@contextlib.contextmanager
def shut_after_the_load(ssh: SshLab, host: str, command: str, path: str, marker: str) -> Iterator[None]:
    """Run a command on a host as soon as a change is loaded, which path says; a file of the lab's folder says that."""
    arguments = [sys.executable, "-c", _AFTERWARDS, path, command, str(ssh.folder / marker)]
    waiting = ssh.lab[host].popen(arguments, start_new_session=True)
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(waiting.pid, signal.SIGKILL)
        waiting.wait()
        for process in ssh.processes(host, [str(ssh.folder / marker)]):
            ssh.lab[host].run(["kill", "-9", str(process)], check=False)
    said = (ssh.folder / marker).read_text(encoding="utf-8") if (ssh.folder / marker).exists() else ""
    assert not said, f"{command}: {said}"


@contextlib.contextmanager
def full_disk(ssh: SshLab, host: str, folder: str, left: int = 0) -> Iterator[None]:
    """A file system of its own over a folder, with what was in it, and room for so many bytes more."""
    script = """
set -e
mkdir -p "$1"
rm -rf /run/lab/there; cp -a "$1" /run/lab/there
size=$(du -s --apparent-size -B4096 /run/lab/there | cut -f1)
mount -t tmpfs -o mode=700,size=$((size * 8192 + 65536 + $2)) none "$1"
cp -a /run/lab/there/. "$1"
dd if=/dev/zero of="$1/filling" bs=4096 2>/dev/null || true
truncate -s -"$2" "$1/filling"
"""
    node = ssh.lab[host]
    node.run(["sh", "-c", script, "sh", folder, str(left)])
    try:
        yield
    finally:
        script = 'rm -f "$1/filling"; rm -rf /run/lab/there; cp -a "$1" /run/lab/there; umount -l "$1"; '
        script += 'find "$1" -mindepth 1 -delete; cp -a /run/lab/there/. "$1"; rmdir "$1" 2>/dev/null; true'
        node.run(["sh", "-c", script, "sh", folder])
