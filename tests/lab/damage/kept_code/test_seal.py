# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where nothing has changed since a comparison, rules are not listed again, however many packets were counted."""

from __future__ import annotations

import copy
import random
from typing import Any

from tests.lab.damage.kept_code.many import new_plan
from tests.lab.hosts.providers import PROVIDERS
from tests.lab.plays.kept import KeptInside
from tests.lab.world.lab import Lab
from tests.lab.world.labs import SMALL

_LISTED = "/run/listed"
# In the place of nft for whoever looks in PATH.
_WITNESS = f"""
mkdir -p /run/witness
printf '#!/bin/sh\\necho "$*" >>{_LISTED}\\nexec %s "$@"\\n' "$(command -v nft)" >/run/witness/nft
chmod 755 /run/witness/nft
"""


class Witnessed(KeptInside):
    """Remembers how nft was called."""

    def call(self, module: str, *, check: bool = False, **options: Any) -> dict[str, Any]:
        self._node.run(["sh", "-c", f": >{_LISTED}"])
        return super().call(module, check=check, **copy.deepcopy(options))

    def listed(self) -> bool:
        """Whether the table was listed in the last call."""
        return "-j list table inet portledger_host" in self._node.run(["cat", _LISTED]).stdout


def test_only_what_may_have_changed_is_compared() -> None:
    provider = PROVIDERS["nftables"]
    with Lab.start(SMALL) as lab, provider.prepared(lab):
        node = lab["console"]
        node.run(["sh", "-c", _WITNESS])
        options: dict[str, Any] = {
            "scope": "host",
            "provider": "nftables",
            "state": "present",
            "unlisted": "drop",
            "egress": "leave",
            "management": ["198.18.9.0/24"],
            "confirm_seconds": 0,
            "plan": new_plan(random.Random(1), 6000),
        }
        with Witnessed(node) as kept:
            kept.environment = "PATH=/run/witness:$PATH"
            assert kept.call("ruleset", **options)["changed"]
            first = kept.call("ruleset", **options)
            assert (first["changed"], kept.listed()) == (False, True)
            # Loopback counts, and connections.
            node.run(["sh", "-c", "ping -c 1 127.0.0.1 >/dev/null; exec 3<>/dev/udp/127.0.0.1/9; true"], check=False)
            for check in (False, True):
                assert kept.call("ruleset", check=check, **options) == first
                assert not kept.listed()
            # Another table is none of ours.
            node.run(["nft", "add table inet somebody"])
            assert kept.call("ruleset", **options) == first
            assert not kept.listed()
            node.run(["nft", "add rule inet portledger_host input tcp dport 9 accept"])
            found = kept.call("ruleset", check=True, **options)
            assert found["difference"] == ["- rule without a service: tcp dport 9 accept"]
            assert kept.listed()
