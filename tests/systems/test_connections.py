# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Ways to connect to a whole system."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.lab.plays.record import Recorded
from tests.systems.site import PASSWORD, SSH_OPTIONS, USER, Site, address
from tests.systems.state import CONSOLE, REMOVE, SITE, provided, said, timers
from tests.systems.system import System, build

_SERIAL = """\
- hosts: qradar
  gather_facts: false
  become: true
  serial: 1
  roles: [portledger.qradar.host_firewall]
"""


@pytest.fixture(scope="module")
def pair(suite: str) -> Iterator[Site]:
    """Two systems with a user who is no root."""
    with Site(build(suite)) as found:
        found.add("console")
        found.add("collector", "qradar_event_collector")
        found.start()
        for system in found.systems.values():
            system.shell(f"useradd --create-home --shell /bin/sh {USER} && cp -r /root/.ssh /home/{USER}/")
            system.shell(f"chown -R {USER}: /home/{USER} && echo '{USER}:{PASSWORD}' | chpasswd")
        (found.folder / "serial.yml").write_text(_SERIAL, encoding="utf-8")
        yield found


def connections(system: System) -> int:
    return int(system.shell("journalctl --boot --no-pager --output=cat | grep -c 'Accepted publickey' || :"))


def check_change(
    pair: Site, *arguments: str, playbook: str | Path = SITE, hosts: tuple[str, ...], **more: str
) -> Recorded:
    """Change something, and have it confirmed over a connection more; then nothing is to do."""
    before = {name: connections(pair[name]) for name in hosts}
    # Any difference will do.
    network = f"198.18.{60 + sum(before.values()) % 100}.0/24"
    change = ("-e", f'{{"host_firewall_management": ["{network}"]}}', "-e", "host_firewall_confirm_seconds=15")
    run = pair.play(playbook, *arguments, *change, **more)
    assert run.run.ok, run.run.stdout
    assert run.run.changed == dict.fromkeys(hosts, 1)
    for name in hosts:
        found = said(run, name)
        assert (found["confirmed"], found["timer"]) == (True, "systemd")
        assert connections(pair[name]) - before[name] >= 2
        assert timers(pair[name]) == ""
    again = pair.play(playbook, *arguments, *change, **more)
    assert (again.run.ok, again.run.changed) == (True, {}), again.run.stdout
    return run


WAYS = {
    "pipelining off": ((), {"ANSIBLE_PIPELINING": "0"}),
    "free": ((), {"ANSIBLE_STRATEGY": "free", "ANSIBLE_FORKS": "5"}),
    "one fork": ((), {"ANSIBLE_FORKS": "1"}),
    "no ControlPersist": ((), {"ANSIBLE_SSH_ARGS": "-o ControlMaster=no -o ControlPath=none"}),
}


@pytest.mark.parametrize("way", WAYS)
def test_ways_to_connect(pair: Site, provider: str, way: str) -> None:
    arguments, settings = WAYS[way]
    run = check_change(pair, *provided(provider), *arguments, hosts=("console", "collector"), **settings)
    for name in ("console", "collector"):
        assert said(run, name)["management"]["connection"] == {"address": address(1), "port": 22}  # type: ignore[index]


def test_serial(pair: Site, provider: str) -> None:
    playbook = pair.folder / "serial.yml"
    check_change(pair, *provided(provider), playbook=playbook, hosts=("console", "collector"))


@pytest.mark.parametrize(
    ("password", "pipelining"), [(False, "1"), (True, "1"), (True, "0")], ids=["sudo", "password", "password, files"]
)
def test_sudo(pair: Site, provider: str, password: bool, pipelining: str) -> None:
    rule = f"{USER} ALL=(ALL) {'' if password else 'NOPASSWD: '}ALL"
    pair["console"].run(["sh", "-c", "cat > /etc/sudoers.d/lab; chmod 440 /etc/sudoers.d/lab"], stdin=rule + "\n")
    become = ["ansible_user=" + USER, *([f"ansible_become_password='{PASSWORD}'"] if password else [])]
    arguments = (*(word for one in become for word in ("-e", one)), "--limit", "console")
    check_change(pair, *provided(provider), *arguments, hosts=("console",), ANSIBLE_PIPELINING=pipelining)


def test_over_ipv6(pair: Site, provider: str) -> None:
    # The controller's other address is not known yet, so it would be kept out.
    assert pair.play(REMOVE, "--limit", "console").run.ok
    six = address(CONSOLE, 6)
    arguments = ("-e", f"ansible_host={six}", "--limit", "console")
    run = check_change(pair, *provided(provider), *arguments, hosts=("console",))
    assert said(run)["management"]["connection"] == {"address": address(1, 6), "port": 22}  # type: ignore[index]
    # Only the way that was taken is kept open.
    assert not pair.answers("console")
    assert pair.ssh("console", "true", version=6).returncode == 0
    assert pair.play(REMOVE, *arguments).run.ok
    assert pair.answers("console")


def test_through_a_jump_host(pair: Site, provider: str) -> None:
    common = f'{SSH_OPTIONS} -o ProxyCommand="{pair.jump("collector")}"'
    arguments = ("-e", f'{{"ansible_ssh_common_args": {json.dumps(common)}}}', "--limit", "console")
    run = check_change(pair, *provided(provider), *arguments, hosts=("console",))
    assert said(run)["management"]["connection"] == {"address": address(12), "port": 22}  # type: ignore[index]
    assert not pair.answers("console")
    assert pair.answers("collector")
    assert pair.play(REMOVE, *arguments).run.ok
    assert pair.answers("console")
