# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of clouds: what enters a host, as the modules of Amazon, Microsoft and Google take it.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.amazon import amazon_rules
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.google import google_rules
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.microsoft import microsoft_rules
from ansible_collections.portledger.qradar.plugins.plugin_utils._other_firewalls.planned import (
    PlannedRule,
    planned_for_host,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._rulesets.given import word

_WHY: Final = "cannot be expressed by a security group, which is about what enters a host"
_CLOUDS: Final[Mapping[str, Callable[[Iterable[PlannedRule]], list[dict[str, Any]]]]] = {
    "aws": amazon_rules,
    "azure": microsoft_rules,
    "gcp": google_rules,
}


def security_group(
    plan: object, cloud: object = None, management: object = (), ssh_ports: object = (22,)
) -> list[dict[str, Any]]:
    """The filter; see its documentation.

    Raises:
        PortledgerError: the plan or an option cannot be used, or a limit of the cloud is exceeded.
    """
    rules = _CLOUDS[word("cloud", cloud, _CLOUDS)]
    return rules(planned_for_host(plan, _WHY, management, ssh_ports).rules)
