# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What proofs of a safe change share: labs with SSH, all that is loaded, who gets in, and the death of a controller."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.lab.hosts.providers import PROVIDERS, Provider
from tests.lab.hosts.rules import FAMILIES, saved
from tests.lab.over_ssh.ssh import SshLab
from tests.lab.plays.record import Recorded
from tests.lab.world.lab import Lab, RunningNode
from tests.lab.world.labs import SMALL

KNOCKER = Path(__file__).parent / "knocker.py"
SECONDS = 4
# What a change may cost at most: the time to confirm, and five seconds.
LIMIT = SECONDS + 5
SHORT = ("-e", f"host_firewall_confirm_seconds={SECONDS}", "-e", f"gateway_firewall_confirm_seconds={SECONDS}")
# For what has to be confirmed, on a machine that may be busy.
CALM = ("-e", "host_firewall_confirm_seconds=60", "-e", "gateway_firewall_confirm_seconds=60")
# A change beside the first apply.
CHANGE = ("-e", "host_firewall_unlisted=log")
PENDING = "/run/portledger/host/pending.json"

# What a boot reads: ours, and files of the providers that have some. What comments say is not compared.
_FILES = """
for place in /etc/portledger /etc/firewalld /opt/qradar/conf /etc/sysconfig; do
    find $place -type f -not -path '*/program-*' 2>/dev/null
done | sort | while read -r path; do
    echo "$path $(grep -v '^#' "$path" | sha256sum)"
done
ls -d /etc/systemd/system/*portledger* /etc/systemd/system/*/*portledger* 2>/dev/null
true
"""


@contextlib.contextmanager
def ssh_lab(provider: Provider = PROVIDERS["iptables"], **options: bool) -> Iterator[SshLab]:
    """The small lab, ready for a provider, with SSH daemons; the stranger is the controller."""
    with Lab.start(SMALL, extra_variables=provider.variables) as lab, provider.prepared(lab):
        ssh = SshLab(lab, "guest", **options)
        try:
            yield ssh
        finally:
            ssh.stop()


def rules(node: RunningNode) -> dict[str, str]:
    """All that the kernel holds. Chains, like sets' members, have no order; rules in a chain do."""
    kept = {tool: "\n".join(_iptables(saved(node, tool))) for tool in FAMILIES}
    sets = node.run(["sh", "-c", "ipset save | sed 's/ initval 0x[0-9a-f]*//'"]).stdout.splitlines()
    return {**kept, "sets": "\n".join(sorted(sets)), "nft": _nft(node)}


def _iptables(text: str) -> list[str]:
    """Chains and rules with their tables; a table that somebody has only looked at is not told from none."""
    lines, table = [], ""
    for line in text.splitlines():
        if line.startswith("*"):
            table = line
        elif line != "COMMIT" and not re.match(r":[A-Z]+ ACCEPT ", line):
            lines.append(f"{table} {line}")
    return sorted(lines, key=lambda line: line.split()[:3])


def _nft(node: RunningNode) -> str:
    """Tables of nft, but for those that iptables makes, which are shown by iptables."""
    lines: list[str] = []
    for entry in json.loads(node.run(["nft", "-j", "-s", "list", "ruleset"]).stdout)["nftables"]:
        ((kind, thing),) = entry.items()
        table = (thing.get("family"), thing.get("table", thing.get("name")))
        if kind == "metainfo" or (table[0] in ("ip", "ip6") and table[1] in ("filter", "nat", "mangle", "raw")):
            continue
        thing.pop("handle", None)
        if isinstance(thing.get("elem"), list):
            thing["elem"] = sorted(json.dumps(member, sort_keys=True) for member in thing["elem"])
        # Rules of one chain stay in their order.
        place = f"{table} {kind} {thing.get('chain', thing.get('name'))}"
        lines.append(f"{place} {json.dumps(thing, sort_keys=True)}")
    return "\n".join(sorted(lines, key=lambda line: line.partition(" {")[0]))


def files(node: RunningNode) -> str:
    """What a boot reads."""
    return node.run(["sh", "-c", _FILES]).stdout


def result(run: Recorded, host: str = "console") -> dict[str, object]:
    """What the one task said that changes anything."""
    return next(one for one in reversed(run.results[host]) if "arg spec" not in str(one.get("msg")))


def wait_for(what: str, condition: Callable[[], object], seconds: float = 40) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


def there(node: RunningNode, path: str) -> bool:
    return Path(f"/proc/{node.process}/root{path}").exists()


def nothing_waits(ssh: SshLab, host: str = "console") -> None:
    """No change is pending, no timer runs, and nothing of it is left but the outcome, and what the host keeps."""
    wait_for("the end of the timer", lambda: not ssh.processes(host, ["restore.py"]), 2)
    left = ssh.lab[host].run(["find", "/run/portledger", "-type", "f"], check=False).stdout.split()
    left = [path for path in left if not path.startswith("/run/portledger/kept/")]
    assert [path for path in left if not path.endswith(("/outcome.json", "/boot.json"))] == []


@contextlib.contextmanager
def knocking(ssh: SshLab, host: str) -> Iterator[list[tuple[float, bool]]]:
    """Whether SSH of a host could be opened from the controller: time and answer, filled in at the end."""
    attempts: list[tuple[float, bool]] = []
    knocker = ssh.controller.popen(
        [sys.executable, str(KNOCKER), ssh.hosts[host]], stdout=subprocess.PIPE, start_new_session=True
    )
    try:
        yield attempts
    finally:
        # Whoever knocked last has to have an answer.
        time.sleep(1.2)
        os.killpg(knocker.pid, signal.SIGKILL)
        out, _errors = knocker.communicate()
        attempts += sorted((float(began), entered == "1") for began, entered in map(str.split, out.splitlines()))


def longest_outage(attempts: list[tuple[float, bool]]) -> float:
    """Seconds between the first attempt of several that failed and the next that did not; infinite where none did."""
    assert attempts, "nobody knocked"
    longest, shut = 0.0, None
    for began, entered in attempts:
        if entered:
            longest, shut = max(longest, began - shut if shut is not None else 0.0), None
        elif shut is None:
            shut = began
    return longest if shut is None else float("inf")


def outage(attempts: list[tuple[float, bool]]) -> float:
    """The longest, in a test that shuts SSH."""
    longest = longest_outage(attempts)
    assert longest > 0, "SSH was never shut: the test has not tested"
    return longest


class Controller:
    """A run of Ansible that can be killed with all that belongs to it, and with nothing of other tests."""

    def __init__(self, ssh: SshLab, playbook: str | Path, *arguments: str, **more: str) -> None:
        self._mark = f"LAB_CONTROLLER={uuid.uuid4().hex}"
        name, _is, value = self._mark.partition("=")
        self.process = ssh.start_play(playbook, *arguments, **{name: value, **more})

    def kill(self) -> int:
        """Kill Ansible, its workers and its ssh, wherever they hide; how many there were."""
        killed = 0
        for folder in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if self._mark.encode() in (folder / "environ").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)
                    killed += 1
        return killed

    def finish(self) -> tuple[int, str]:
        """Its exit code and what it has written."""
        out, _errors = self.process.communicate()
        return self.process.returncode, out


def stalling_ssh(ssh: SshLab, until: str) -> tuple[str, Path]:
    """An ssh that waits for a file before it drops a connection, which the controller does first after a change.

    Returns its path, and the file that is there once it waits.
    """
    program, waits = ssh.folder / f"ssh-until-{until}", ssh.folder / f"waits-until-{until}"
    for path in (waits, ssh.folder / until):
        path.unlink(missing_ok=True)
    wait = (
        f"touch {waits}; n=0; while [ ! -e {ssh.folder}/{until} ] && [ $n -lt 3000 ]; do sleep 0.02; n=$((n+1)); done"
    )
    program.write_text(f'#!/bin/sh\ncase " $* " in *" -O stop "*) {wait};; esac\nexec ssh "$@"\n', encoding="utf-8")
    program.chmod(0o755)
    return str(program), waits
