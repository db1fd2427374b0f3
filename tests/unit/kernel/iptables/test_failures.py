# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider iptables against the kernel: a load that fails changes nothing, and says what is wrong."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from tests.unit.kernel.iptables.box import Box, add_foreign
from tests.unit.plugins.module_utils.support import golden_plan


def test_a_failing_load_changes_nothing(box: Box) -> None:
    add_foreign(box)
    box.apply()
    rules, sets = box.rules(), box.sets()
    real = (box.bin / "ip6tables-restore").read_text()
    (box.bin / "ip6tables-restore").write_text(
        '#!/bin/sh\ncat >/dev/null\ncase "$*" in *--test*) exit 0;; esac\necho "line 3 failed" >&2\nexit 1\n'
    )
    plan = golden_plan("host")
    plan["sets"]["component"] = {"ipv4": ["198.18.3.0/24"], "ipv6": ["2001:db8:3::/64"]}
    with pytest.raises(RulesetError) as caught:
        box.apply(plan=plan, unlisted="log")
    assert str(caught.value).startswith("ip6tables-restore: failed: line 3 failed. The line is: ")
    assert str(caught.value).endswith(" Nothing was changed.")
    assert (box.rules(), box.sets()) == (rules, sets)
    (box.bin / "ip6tables-restore").write_text(real)
    assert box.apply(plan=plan, unlisted="log")["changed"]


def test_the_kernels_own_words(box: Box) -> None:
    plan = golden_plan("host")
    plan["sets"] = {"x" * 20: {"ipv4": ["198.18.1.1"], "ipv6": []}}
    plan["flows"] = [{"service": "y", "row": 1, "source": "x" * 20, "destination": None, "ports": ["tcp/1"]}]
    before = box.rules()
    script = (box.bin / "iptables-restore").read_text()
    broken = script.replace("exec", "sed 's/--dport 1 /--dport banana /' | exec")
    (box.bin / "iptables-restore").write_text(broken)
    with pytest.raises(RulesetError) as caught:
        box.apply(plan=plan)
    assert "banana" in str(caught.value)
    assert "The line is: -A PORTLEDGER-IN-" in str(caught.value)
    assert str(caught.value).endswith(" -p tcp -m tcp --dport 1 -m comment --comment y -j ACCEPT. Nothing was changed.")
    assert (box.rules(), box.sets()) == (before, [])
