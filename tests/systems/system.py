# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A whole Linux system that boots: systemd, network, SSH daemon, in containers of systemd-nspawn.

Its root is a writable overlay over a root file system that `build` keeps, so what a system writes stays over its own
boots and is gone afterwards. Each boot has a network namespace of its own, as a machine's kernel is new at each boot:
rules that nobody loads are gone. Nothing is registered anywhere; all mounts are in a namespace of the container's, and
the kernel kills everything when the process that started it dies.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

BUILD = Path(__file__).parent / "build"
_NUMBERS = itertools.count(1)
# What the machine's own cgroup version is does not matter: the container gets the second one, and a group of its own.
_START = """
set -eu
mount -t tmpfs tmpfs /run
touch /run/network
mount --bind "$NETWORK" /run/network
umount -R /sys/fs/cgroup 2>/dev/null || :
mount -t cgroup2 cgroup2 /sys/fs/cgroup
# Groups of processes that were killed before they could remove them.
for group in "/sys/fs/cgroup${CGROUP%/*}"/portledger-*; do
    [ -d "$group" ] || continue
    process=${group##*/portledger-}
    [ -d "/proc/${process%%-*}" ] || find "$group" -depth -type d -exec rmdir {} + || :
done
mkdir -p "/sys/fs/cgroup$CGROUP"
echo 0 > "/sys/fs/cgroup$CGROUP/cgroup.procs"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$DISK/upper,workdir=$DISK/work" "$DISK/root"
mount -t proc proc /proc
systemd-nspawn --boot --quiet --register=no --keep-unit --machine="$NAME" --directory="$DISK/root" \
    --network-namespace-path=/run/network --capability=CAP_NET_ADMIN \
    --link-journal=no --resolv-conf=off --timezone=off --console=pipe
exit $?
"""
_REMOVE_GROUPS = """
mount -t cgroup2 cgroup2 /sys/fs/cgroup
for try in 1 2 3 4 5 6 7 8 9 10; do
    find "/sys/fs/cgroup$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null
    [ -d "/sys/fs/cgroup$CGROUP" ] || exit 0
    sleep 0.1
done
"""
_OWN_MOUNTS = ("unshare", "--mount", "--propagation", "private")
_PACKAGES = {"systemd-nspawn": "systemd-container", "setpriv": "util-linux", "nsenter": "util-linux", "ip": "iproute2"}
# UseDNS waits for a resolver that is not there.
_SSHD = "UseDNS no\nLogLevel VERBOSE\nMaxStartups 100\n"


class BootError(Exception):
    """A system does not start, or does not answer; the text says which and why."""


def build(suite: str) -> Path:
    """The root file system of a suite; it is built where it is not there yet."""
    done = subprocess.run([BUILD, suite], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode != 0:
        raise BootError(f"no root file system of {suite}: tests/systems/build has said why")
    return Path(done.stdout.strip())


def dying(command: Sequence[str]) -> list[str]:
    """The command line that dies with the process that starts it."""
    return ["setpriv", "--pdeathsig", "KILL", *command]


def wait_for(what: str, condition: Callable[[], object], seconds: float = 30) -> None:
    """Until the condition is true; else raises BootError."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise BootError(f"{what}: not within {seconds:g} s")
        time.sleep(0.02)


class Network:
    """A network namespace that lives as long as this object."""

    def __init__(self) -> None:
        missing = {package for program, package in _PACKAGES.items() if shutil.which(program) is None}
        if missing:
            raise BootError(f"missing packages: {', '.join(sorted(missing))}. Run tools/setup")
        mine = Path("/proc/self/ns/net").readlink()
        self._holder = subprocess.Popen(dying(["unshare", "--net", "sleep", "infinity"]), stdin=subprocess.DEVNULL)
        self.path = f"/proc/{self._holder.pid}/ns/net"
        wait_for("a network namespace", lambda: Path(self.path).readlink() != mine)
        self.ip("link set lo up")

    @property
    def process(self) -> int:
        return self._holder.pid

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The command line that runs arguments in this network."""
        return ["nsenter", f"--net={self.path}", "--", *arguments]

    def ip(self, *lines: str) -> None:
        subprocess.run(
            self.command(["ip", "-batch", "-"]), input="\n".join(lines) + "\n", text=True, check=True, timeout=30
        )

    def unplug(self) -> None:
        """Remove every cable."""
        links = ["ip", "-brief", "link", "show", "type", "veth"]
        shown = subprocess.run(self.command(links), capture_output=True, text=True, check=True, timeout=30).stdout
        self.ip(*(f"link delete {line.partition('@')[0]}" for line in shown.splitlines()))

    def close(self) -> None:
        self._holder.kill()
        self._holder.wait()


class System:
    """One system. It does not run until start().

    Args:
        name: its host name.
        lower: root file system, which is never written to.
        disk: a folder of its own, for what it writes.
        connect: gives a network namespace for a boot, with all interfaces in it.
    """

    def __init__(self, name: str, lower: Path, disk: Path, connect: Callable[[], Network]) -> None:
        self.name = name
        self._lower = lower
        self._disk = disk
        self._connect = connect
        self._network: Network | None = None
        self._container: subprocess.Popen[bytes] | None = None
        self._leader = 0
        self.boots = 0
        own = next(line for line in Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::"))
        self._group = f"{own[3:].rstrip('/')}/portledger-{os.getpid()}-{next(_NUMBERS)}"
        for layer in ("upper", "work", "root"):
            (disk / layer).mkdir(parents=True)
        self.put("etc/hostname", f"{name}\n")

    # ---- its disk, from outside

    def put(self, path: str, text: str, mode: int = 0o644) -> None:
        """Write a file. Only while it does not run, or where it has never looked."""
        for parent in reversed(Path(path).parents[:-1]):
            if not (upper := self._disk / "upper" / parent).exists():
                upper.mkdir()
                below = self._lower / parent
                upper.chmod((below.stat().st_mode & 0o7777) if below.is_dir() else 0o755)
        file = self._disk / "upper" / path
        file.write_text(text, encoding="utf-8")
        file.chmod(mode)

    @property
    def upper(self) -> Path:
        """What it has written so far: a layer over the root file system."""
        return self._disk / "upper"

    def link(self, path: str, target: str) -> None:
        """As put(), a link."""
        self.put(f"{Path(path).parent}/.keep", "")
        (self.upper / path).symlink_to(target)

    def accept_ssh(self, public: str) -> None:
        """Let whoever has this key in as root, and however many ask at once."""
        self.put("root/.ssh/authorized_keys", public, 0o600)
        text = _SSHD
        if b"persourcepenalties" in (self._lower / "usr/sbin/sshd").read_bytes().lower():
            # Since OpenSSH 9.8, whoever knocks without entering is sent away for a while, whatever the firewall says.
            text += "PerSourcePenalties no\n"
        self.put("etc/ssh/sshd_config.d/lab.conf", text)

    def enable(self, unit: str, target: str = "multi-user.target", folder: str = "/lib/systemd/system") -> None:
        """Have a boot start a unit. As put()."""
        self.link(f"etc/systemd/system/{target}.wants/{unit}", f"{folder}/{unit}")

    @property
    def console(self) -> str:
        """What its boots have said."""
        return (self._disk / "console").read_text(encoding="utf-8", errors="replace")

    # ---- starting and ending

    def start(self) -> None:
        """Boot; returns once its first process runs."""
        self.boots += 1
        self._network = self._connect()
        settings = {
            "NAME": self.name,
            "LOWER": str(self._lower),
            "DISK": str(self._disk),
            "NETWORK": self._network.path,
            "CGROUP": self._group,
        }
        with (self._disk / "console").open("ab") as log:
            self._container = subprocess.Popen(
                dying([*_OWN_MOUNTS, "--pid", "--fork", "--kill-child", "--", "sh", "-c", _START]),
                env={**os.environ, **settings},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        wait_for(f"{self.name}: the first process", self._found_leader)

    def _found_leader(self) -> bool:
        assert self._container is not None
        if self._container.poll() is not None:
            raise BootError(f"{self.name} does not start: {self.console[-2000:].strip()}")
        with contextlib.suppress(OSError, IndexError):
            # Below unshare: the shell that is the first process, systemd-nspawn, the system's first process.
            found = self._container.pid
            for _generation in range(3):
                found = int(Path(f"/proc/{found}/task/{found}/children").read_text().split()[0])
            if Path(f"/proc/{found}/comm").read_text().strip() == "systemd":
                self._leader = found
                return True
        return False

    @property
    def network(self) -> str:
        """The file of this boot's network namespace."""
        assert self._network is not None
        return self._network.path

    @property
    def root(self) -> Path:
        """Its files, as it sees them, while it runs."""
        return Path(f"/proc/{self._leader}/root")

    @property
    def running(self) -> bool:
        return self._container is not None and self._container.poll() is None

    def shut_down(self, seconds: float = 60) -> None:
        """As `systemctl poweroff` does."""
        assert self._container is not None
        # SIGRTMIN+4 is systemd's own for this.
        os.kill(self._leader, signal.SIGRTMIN + 4)
        try:
            self._container.wait(seconds)
        except subprocess.TimeoutExpired:
            raise BootError(f"{self.name} does not shut down: {self.console[-2000:].strip()}") from None
        self._end()

    def lose_power(self) -> None:
        """Stop at once, with nothing written or ended in order."""
        if self._container is not None:
            self._container.kill()
            self._container.wait()
            self._end()

    def _end(self) -> None:
        assert self._network is not None
        self._container = None
        wait_for(f"the end of {self.name}", lambda: not Path(f"/proc/{self._leader}").exists())
        # The kernel takes a namespace apart rules first, and for some ms its interfaces would answer without them.
        self._network.unplug()
        self._network.close()
        subprocess.run(
            [*_OWN_MOUNTS, "--", "sh", "-c", _REMOVE_GROUPS],
            env={**os.environ, "CGROUP": self._group},
            check=False,
        )

    def reboot(self, *, orderly: bool = True) -> None:
        """Go down and come up again; orderly or as after a loss of power. Returns as start() does."""
        if orderly:
            self.shut_down()
        else:
            self.lose_power()
        self.start()

    # ---- inside

    def command(self, arguments: Sequence[str]) -> list[str]:
        """The command line that runs arguments inside, as from its console: no SSH, no network."""
        spaces = ["--mount", "--uts", "--ipc", "--net", "--pid"]
        clean = ["env", "-i", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C"]
        return ["nsenter", "--target", str(self._leader), *spaces, "--root", "--wd", "--", *clean, *arguments]

    def run(
        self, arguments: Sequence[str], *, check: bool = True, stdin: str | None = None, timeout: float = 60
    ) -> subprocess.CompletedProcess[str]:
        """Run a program inside, as from its console. Where check is, failure raises BootError with its words."""
        done = subprocess.run(
            self.command(arguments),
            input=stdin,
            stdin=subprocess.DEVNULL if stdin is None else None,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )
        if check and done.returncode != 0:
            said = f"{done.stdout} {done.stderr}".strip()
            raise BootError(f"{self.name}: {' '.join(arguments)}: exit {done.returncode}: {said}")
        return done

    def shell(self, script: str, *, check: bool = True) -> str:
        """What a script for the shell writes, run as run() does."""
        return self.run(["sh", "-c", script], check=check).stdout

    def properties(self, unit: str, *names: str) -> dict[str, str]:
        """What systemd knows of a unit."""
        out = self.run(["systemctl", "show", unit, *(f"--property={name}" for name in names)]).stdout
        return dict(line.split("=", 1) for line in out.splitlines() if "=" in line)

    def booted(self) -> bool:
        """Whether the boot is through, with or without failed units."""
        done = self.run(["systemctl", "is-system-running"], check=False)
        return done.stdout.strip() in {"running", "degraded"}
