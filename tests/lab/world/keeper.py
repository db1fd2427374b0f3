# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The process that holds a lab: one child for each node, each with namespaces of its own.

Started by lab.py as `python -m tests.lab.world.keeper`, with the layout as a line of JSON on its input. It answers with
the process of each node, and ends with its input: when the lab ends, however it ends, the nodes and all that runs in
them are killed by the kernel, and their namespaces go with them. Nothing is left in /run/netns or anywhere.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

from tests.lab.world import kernel

_NODE_SPACES = kernel.CLONE_NEWNET | kernel.CLONE_NEWNS | kernel.CLONE_NEWUTS


def _become_root_of_a_user_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    try:
        kernel.unshare(kernel.CLONE_NEWUSER)
        Path("/proc/self/setgroups").write_text("deny", encoding="ascii")
        Path("/proc/self/uid_map").write_text(f"0 {uid} 1", encoding="ascii")
        Path("/proc/self/gid_map").write_text(f"0 {gid} 1", encoding="ascii")
    except OSError as error:
        raise RuntimeError(
            f"a user namespace is refused ({error}): run as root, or allow them (sysctl user.max_user_namespaces, "
            "kernel.unprivileged_userns_clone, kernel.apparmor_restrict_unprivileged_userns)"
        ) from None


# Of /etc: where units are enabled.
_WANTING = tuple(
    f"systemd/system/{unit}.wants"
    for unit in (
        "sysinit.target",
        "iptables.service",
        "ip6tables.service",
        "nftables.service",
        "netfilter-persistent.service",
    )
)


def _overlay(folder: str) -> None:
    """Let a node write into a folder of this machine without anybody else seeing it."""
    if not Path(folder).is_dir():
        return
    layers = Path("/run/lab/overlay") / folder.strip("/").replace("/", "-")
    for layer in ("upper", "work"):
        (layers / layer).mkdir(parents=True)
    # A folder of the machine's root is nobody's in a user namespace, unless the upper layer has it too.
    for beneath in ("systemd/system", *_WANTING):
        if (Path(folder) / beneath).is_dir():
            (layers / "upper" / beneath).mkdir(parents=True, exist_ok=True)
    options = f"lowerdir={folder},upperdir={layers / 'upper'},workdir={layers / 'work'}"
    kernel.mount("overlay", folder, "overlay", kernel.MS_NODEV, options)


def _forget_the_machines_own() -> None:
    """What a boot of this machine loads is not what a boot of a node loads. Only the node sees it gone."""
    if not os.path.ismount("/etc"):
        return
    shutil.rmtree("/etc/portledger", ignore_errors=True)
    for unit in Path("/etc/systemd/system").glob("**/portledger-*"):
        unit.unlink()


def _hold(name: str, sysctls: dict[str, str], ready: int) -> NoReturn:
    """Be a node: init of its own process, network, mount and host name namespace."""
    kernel.die_with_parent()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    os.setsid()
    kernel.unshare(_NODE_SPACES)
    kernel.name_process(f"lab:{name}")
    socket.sethostname(name)
    kernel.mount("none", "/", flags=kernel.MS_REC | kernel.MS_PRIVATE)
    kernel.mount("proc", "/proc", "proc", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    with contextlib.suppress(OSError):
        # /sys/class/net shows the network of whoever mounted it.
        kernel.mount("sysfs", "/sys", "sysfs", kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC)
    # Locks and sockets of programs are a node's own; and no SSH daemon's configuration is found by accident.
    kernel.mount("tmpfs", "/run", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
    Path("/run/lock").mkdir()
    for folder in ("/etc", "/opt", "/var/log"):
        _overlay(folder)
    _forget_the_machines_own()
    if Path("/etc/ssh").is_dir():
        kernel.mount("tmpfs", "/etc/ssh", "tmpfs", kernel.MS_NOSUID | kernel.MS_NODEV, "mode=755")
    for key, value in sysctls.items():
        kernel.write_sysctl(key, value)
    os.write(ready, b"1")
    os.close(ready)
    null = os.open("/dev/null", os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(null, descriptor)
    while True:
        signal.pause()


def _start(name: str, sysctls: dict[str, str]) -> tuple[int, int, int]:
    """Start a node: its guard, and descriptors that say its process and one byte when it is ready.

    A process enters a new process namespace only by having a child. The guard has it, waits, and takes the child along
    when the keeper ends. It never collects it, so that the number of a dead node's process is not given to another.
    """
    pid_reading, pid_writing = os.pipe()
    reading, writing = os.pipe()
    guard = os.fork()
    if guard == 0:
        try:
            kernel.die_with_parent()
            os.close(pid_reading)
            os.close(reading)
            kernel.unshare(kernel.CLONE_NEWPID)
            process = os.fork()
            if process == 0:
                os.close(pid_writing)
                _hold(name, sysctls, writing)
            os.close(writing)
            os.write(pid_writing, str(process).encode())
            os.close(pid_writing)
            kernel.name_process("lab:guard")
            while True:
                signal.pause()
        except BaseException as error:
            os.write(writing, f"0{error}".encode())
        finally:
            os._exit(1)
    os.close(pid_writing)
    os.close(writing)
    return guard, pid_reading, reading


def _batch(process: int, command: list[str], lines: list[str]) -> subprocess.Popen[str]:
    """Run ip -batch or the like in the network namespace of a process."""
    running = subprocess.Popen(
        [*command, "-batch", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        # This process has one thread, and a user's could not come back from there.
        preexec_fn=lambda: kernel.enter(f"/proc/{process}/ns/net"),
    )
    assert running.stdin is not None
    running.stdin.write("\n".join(lines) + "\n")
    running.stdin.close()
    running.stdin = None
    return running


def _finish(what: str, running: subprocess.Popen[str]) -> None:
    _out, errors = running.communicate()
    if running.returncode != 0:
        raise RuntimeError(f"{what}: {errors.strip()}")


def _build(layout: dict[str, Any]) -> tuple[dict[str, int], list[int]]:
    if os.geteuid() != 0:
        _become_root_of_a_user_namespace()
    started = {name: _start(name, node["sysctls"]) for name, node in layout["nodes"].items()}
    processes: dict[str, int] = {}
    for name, (_guard, pid, ready) in started.items():
        said = os.read(ready, 4096).decode()
        if said != "1":
            raise RuntimeError(f"node {name}: {said[1:] or 'died'}")
        processes[name] = int(os.read(pid, 32))
        os.close(ready)
        os.close(pid)
    switch = layout["switch"]
    lines = [line.format(**{f"pid_{name}": process for name, process in processes.items()}) for line in layout["links"]]
    _finish("links", _batch(processes[switch], ["ip"], lines))
    for command, key in ((["ip"], "network"), (["ip", "-6"], "network6")):
        running = {
            name: _batch(processes[name], command, node[key]) for name, node in layout["nodes"].items() if node[key]
        }
        for name, one in running.items():
            _finish(f"node {name}", one)
    _finish("bridges", _batch(processes[switch], ["bridge"], layout["bridge"]))
    return processes, [guard for guard, _pid, _ready in started.values()]


def main() -> int:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    kernel.name_process("lab:keeper")
    kernel.adopt_orphans()
    layout = json.loads(sys.stdin.readline())
    try:
        processes, guards = _build(layout)
    except (OSError, RuntimeError) as error:
        print(json.dumps({"error": str(error)}), flush=True)
        return 1
    print(json.dumps({"processes": processes}), flush=True)
    # Until whoever started this lab closes our input, or dies.
    while os.read(0, 4096):
        pass
    for process in (*processes.values(), *guards):
        os.kill(process, signal.SIGKILL)
    with contextlib.suppress(ChildProcessError):
        while True:
            os.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
