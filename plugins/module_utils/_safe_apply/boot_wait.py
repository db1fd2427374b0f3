# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A boot that waits for a service which systemd regards as started before it has loaded its rules.

The unit is ours, so the service's own stays as its package or its admin wants it.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._host.units import Unit

# The network comes up after this, whether the command succeeds, fails or takes too long.
_TEXT = """\
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


def wait_unit(host, scope, wait=None):
    """The unit that waits.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param wait: None where the unit is to go
    :type wait: ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved.Wait | None
    :rtype: ansible_collections.portledger.qradar.plugins.module_utils._host.units.Unit
    """
    name = "portledger-%s-wait.service" % scope
    if not wait:
        return Unit(host, name)
    return Unit(host, name, [wait.service], _TEXT.format(scope=scope, service=wait.service, command=wait.command))
