# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The units of systemd that a scope has: they load its rules, or undo what was not confirmed."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._host import systemd
from ansible_collections.portledger.qradar.plugins.module_utils._host.units import Unit, has_units

# Services that flush everything when they are started or restarted. Ours loads after them, and with them.
_FLUSHERS = "iptables.service ip6tables.service nftables.service netfilter-persistent.service"

# Flushes iptables as it starts, too, and does not start before sysinit.target, so ours cannot wait for it.
_AGAIN_AFTER = _FLUSHERS + " firewalld.service"

# What "load" has done stands in boot.json: a script that is there and does nothing fails, too.
_UNIT = """\
[Unit]
Description=Firewall rules of portledger.qradar ({scope})
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After=local-fs.target systemd-modules-load.service portledger-{scope}-undo.service {flushers}
ReloadPropagatedFrom={flushers}

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/bin/sh {folder}/load
ExecStartPost=/bin/sh -c 'test -s {run}/boot.json'
ExecReload=/bin/sh {folder}/load

[Install]
WantedBy=sysinit.target
"""
# What is wanted by a service is started by its start and its restart, whatever has become of the unit above. PartOf
# would not cover a start; and where one of these services stops another, it would make that start impossible.
# systemd regards firewalld as started before it has loaded its rules; it answers once it has.
_AGAIN_UNIT = """\
[Unit]
Description=Firewall rules of portledger.qradar ({scope}), again after a service that flushes everything
DefaultDependencies=no
Before=network-pre.target shutdown.target
Conflicts=shutdown.target
After={flushers} portledger-{scope}.service

[Service]
Type=oneshot
ExecStartPre=-/bin/sh -c 'systemctl is-active --quiet firewalld && firewall-cmd --state --quiet'
ExecStart=/bin/sh {folder}/load
TimeoutStartSec=120

[Install]
WantedBy={flushers}
"""
# An undo that is there and does nothing fails, too. A change of this very boot still waits, and nothing undoes it.
_UNDO_UNIT = """\
[Unit]
Description=Undoes a change of portledger.qradar that was never confirmed ({scope})
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target firewalld.service iptables.service ip6tables.service shutdown.target
Conflicts=shutdown.target
After=local-fs.target

[Service]
Type=oneshot
ExecStart=/bin/sh {folder}/undo
ExecStartPost=/bin/sh -c 'test -e {run}/pending.json || test ! -e {folder}/undo.json'

[Install]
WantedBy=sysinit.target
"""
# The network comes up after this, whether the command succeeds, fails or takes too long.
_WAIT_UNIT = """\
[Unit]
Description=Waits until {service} has loaded the firewall rules of portledger.qradar ({scope})
DefaultDependencies=no
After={service}
Before=network-pre.target shutdown.target
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart={command}
TimeoutStartSec=60

[Install]
WantedBy={service}
"""


class BootUnits:
    """The units of one scope."""

    def __init__(self, host, scope, folder):
        """
        :type host: _host.host.Host
        :param scope: host or gateway
        :type scope: str
        :param folder: where the scripts "load" and "undo" are
        :type folder: str
        """
        self._host = host
        self._scope = scope
        self._folder = folder

    def loading(self):
        """The units that load the rules; the first one stays active.

        :rtype: list[_host.units.Unit]
        """
        return [
            self._unit("portledger-%s.service", ["sysinit.target"], _UNIT),
            self._unit("portledger-%s-again.service", _AGAIN_AFTER.split(), _AGAIN_UNIT, _AGAIN_AFTER),
        ]

    def undoing(self):
        """The unit that undoes a change.

        :rtype: _host.units.Unit
        """
        return self._unit("portledger-%s-undo.service", ["sysinit.target"], _UNDO_UNIT)

    def _unit(self, name, wanted_by, template, flushers=_FLUSHERS):
        run = self._host.file("run", "portledger", self._scope)
        text = template.format(scope=self._scope, folder=self._folder, run=run, flushers=flushers)
        return Unit(self._host, name % self._scope, wanted_by, text)


def are_written(host, units):
    """Whether these units are there, where there is a systemd that would read them.

    :type host: _host.host.Host
    :type units: list[_host.units.Unit]
    :rtype: bool
    """
    return not has_units(host) or all(unit.is_written() for unit in units)


def write_units(host, units):
    """Write units. On a root without systemd, whatever starts it has to run the script "load".

    :type host: _host.host.Host
    :type units: list[_host.units.Unit]
    :returns: whether one had to be written
    :rtype: bool
    :raises OSError: one cannot be written.
    """
    if not has_units(host):
        return False
    written = [unit.write() for unit in units]
    return True in written


def start_unit(host, unit):
    """Start a new unit, where systemd runs this machine.

    :type host: _host.host.Host
    :type unit: _host.units.Unit
    """
    if systemd.runs(host):
        host.run("systemctl", ["daemon-reload"])
        host.run("systemctl", ["--no-block", "start", unit.name])


def stop_and_remove(host, first, *others):
    """Remove units, of which the first one may be active.

    :type host: _host.host.Host
    :type first: _host.units.Unit
    :raises OSError: one cannot be removed.
    """
    stopped = first.exists() and systemd.runs(host)
    if stopped:
        host.run("systemctl", ["stop", first.name])
    for unit in (first,) + others:
        unit.remove()
    if stopped:
        host.run("systemctl", ["daemon-reload"])


def wait_unit(host, scope, wait=None):
    """The unit with which a boot waits for a service that systemd regards as started before it has loaded its rules.

    The unit is ours, so the service's own stays as its package or its administrator wants it.

    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param wait: None where the unit is to go
    :type wait: _safe_apply.saved.Wait | None
    :rtype: _host.units.Unit
    """
    name = "portledger-%s-wait.service" % scope
    if not wait:
        return Unit(host, name)
    return Unit(host, name, [wait.service], _WAIT_UNIT.format(scope=scope, service=wait.service, command=wait.command))
