# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to hosts: nobody can enter their namespaces any more, or the module dies once it has loaded rules."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

from tests.lab.world.lab import RunningNode
from tests.load.deployment import CUT, KILLED

# Stands for nft: what is not the first load goes on as usual.
_HOOK = """\
#!/bin/sh
case " $* " in
    *" -c "*|*" --check "*) exec /run/lab/nft "$@";;
    *" -f "*) [ -e /run/lab/loaded ] && exec /run/lab/nft "$@";;
    *) exec /run/lab/nft "$@";;
esac
/run/lab/nft "$@"
code=$?
: >/run/lab/loaded
{then}
exit $code
"""
_THEN = {
    KILLED: "kill -9 $PPID",
    CUT: "n=0; while [ ! -e /run/lab/cut ] && [ $n -lt 600 ]; do sleep 0.1; n=$((n + 1)); done",
}
_INSTALL = """
mkdir -p /run/lab && cp /usr/sbin/nft /run/lab/nft && cat >/run/lab/hook && chmod 755 /run/lab/hook &&
mount --bind /run/lab/hook /usr/sbin/nft
"""
_POLL_SECONDS = 0.05


def arm(node: RunningNode, fate: str) -> None:
    """Have it happen to a host, once it loads rules. What the node finds as nft is its own affair."""
    node.run(["sh", "-c", _INSTALL], stdin=_HOOK.replace("{then}", _THEN[fate]))


def disarm(node: RunningNode) -> None:
    node.run(["umount", "/usr/sbin/nft"])


def unplug(process: int) -> str:
    """A line of shell, after which whoever shares its view of /proc cannot enter the namespaces of a process."""
    return f"mount -t tmpfs none /proc/{process}"


class Cutting:
    """Unplugs nodes, each once it has loaded rules and before its module answers, until the end of a with statement."""

    def __init__(self, nodes: Sequence[RunningNode], controller: Path) -> None:
        """controller: a file that names the process of Ansible."""
        self._nodes = list(nodes)
        self._controller = controller
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)

    def __enter__(self) -> Cutting:
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._end.set()
        self._thread.join()

    def _work(self) -> None:
        left = self._nodes
        while left and not self._end.wait(_POLL_SECONDS):
            for node in list(left):
                folder = Path(f"/proc/{node.process}/root/run/lab")
                if (folder / "loaded").exists():
                    target = self._controller.read_text(encoding="utf-8").strip()
                    command = ["nsenter", "--target", target, "--mount", "sh", "-c", unplug(node.process)]
                    subprocess.run(command, check=True)
                    (folder / "cut").touch()
                    left.remove(node)
