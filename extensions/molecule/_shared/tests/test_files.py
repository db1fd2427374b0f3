# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and services: what a boot will load is there, enabled, and only root's."""

from __future__ import annotations

import pytest
from testinfra.host import Host

from tests.systems.verify import expected, lasting_of, name_of, provider_of

# Who loads the rules at a boot, where it is not a unit of ours.
LOADERS = {"firewalld": "firewalld", "qradar": "iptables"}


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_units_and_files(host: Host, scope: str) -> None:
    # With its ending: testinfra takes what only begins like the name for the unit, too.
    unit, file = host.service(f"portledger-{scope}.service"), host.file(f"/etc/portledger/{scope}/rules.json")
    # What takes all back by hand is there with each provider.
    kept = name_of(host) in expected()["scopes"][scope]
    ours = kept and lasting_of(host) == "unit"
    # Newer systemctl calls it an error to ask after a unit that nobody has.
    enabled = unit.exists and unit.is_enabled
    assert (enabled, unit.is_running, file.exists) == (ours, ours, kept)
    if kept:
        assert (file.user, file.mode) == ("root", 0o600)
        assert host.file(f"/etc/portledger/{scope}").mode == 0o700


@pytest.mark.parametrize("scope", ["host", "gateway"])
def test_a_boot_waits_for_firewalld(host: Host, scope: str) -> None:
    unit = host.service(f"portledger-{scope}-wait.service")
    waits = name_of(host) in expected()["scopes"][scope] and provider_of(host) == "firewalld"
    enabled = unit.exists and unit.is_enabled
    assert (enabled, unit.is_running) == (waits, waits)


def test_the_loader_of_the_provider(host: Host) -> None:
    loader = LOADERS.get(provider_of(host))
    if loader:
        assert (host.service(loader).is_enabled, host.service(loader).is_running) == (True, True)


def test_nothing_has_failed(host: Host) -> None:
    assert host.check_output("systemctl --failed --no-legend") == ""


def test_no_timer_is_left(host: Host) -> None:
    assert host.check_output("systemctl list-units --all --plain --no-legend 'portledger-restore-*'") == ""
