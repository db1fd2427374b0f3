# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider nftables against the kernel: a load that fails changes nothing, and says what is wrong."""

from __future__ import annotations

import re

import pytest

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._nftables.provider import Nftables
from tests.unit.kernel.nftables.box import FOREIGN, Box
from tests.unit.plugins.module_utils.support import golden_plan

# Each fails at another place: the test of the new table, or the load after a test that succeeded.
LOAD_ONLY = 'case "$*" in "-f -") ;; *) exec {nft} "$@";; esac\n'

FAILURES = {
    "bad element": (
        'case "$*" in *-f*) sed \'s/198.18.3.0/198.18.3.999/\' | exec {nft} "$@";; *) exec {nft} "$@";; esac',
        r"nft -c -f -: failed: Error: [^.]+\. The line is: 198\.18\.3\.0/24\. Nothing was changed\.",
    ),
    "kernel without a feature": (
        LOAD_ONLY + "cat >/dev/null; echo 'Error: Could not process rule: Operation not supported' >&2; exit 1",
        r"nft -f -: failed: Error: Could not process rule: Operation not supported\. Nothing was changed\.",
    ),
    "killed": (
        LOAD_ONLY + "cat >/dev/null; kill -KILL $$",
        r"nft -f -: failed: exit code -?\d+\. Nothing was changed\.",
    ),
    "set too large": (
        LOAD_ONLY + 'ulimit -v {memory}; exec {nft} "$@"',
        r"nft -f -: failed: .+\. Nothing was changed\.",
    ),
}


@pytest.mark.parametrize("kind", FAILURES)
def test_a_failing_load_changes_nothing(box: Box, kind: str) -> None:
    box.nft("-f", "-", data=FOREIGN)
    box.apply()
    before = box.ruleset()
    good = (box.bin / "nft").read_text()
    script, message = FAILURES[kind]
    box.script("nft", script.format(nft=box.real, memory=24000))
    plan = golden_plan("host")
    plan["sets"]["component"] = {"ipv4": ["198.18.3.0/24"], "ipv6": ["2001:db8:3::/64"]}
    if kind == "set too large":
        plan["sets"]["component"]["ipv6"] = [f"2001:db8:{n >> 8:x}:{n & 255:x}::/64" for n in range(60000)]
    with pytest.raises(RulesetError) as caught:
        box.apply(plan=plan, unlisted="log")
    assert re.fullmatch(message, str(caught.value), re.DOTALL), str(caught.value)
    assert box.ruleset() == before
    (box.bin / "nft").write_text(good)
    assert box.apply(plan=plan, unlisted="log")["changed"]


NEW_ENOUGH = "[ $1 = --version ] && exec echo 'nftables v1.0.9 (x)'\n"


def test_where_it_cannot_be_used(box: Box) -> None:
    host = box.host()
    assert Nftables().version(host).startswith("nftables v")
    for script, message in (
        (
            "echo 'nftables v0.9.2 (Scram)'",
            "nft: this is nftables v0.9.2 (Scram), and nothing before 0.9.3 will do. Update the package nftables, or "
            "choose another provider.",
        ),
        (
            NEW_ENOUGH + "echo 'JSON support not compiled-in' >&2; exit 1",
            "nft: nftables v1.0.9 (x) was built without JSON, so rules cannot be read back. Install a build with it, "
            "or choose another provider.",
        ),
        (
            NEW_ENOUGH + "echo 'Error: Protocol not supported' >&2; exit 1",
            "nft -j list flowtables: failed: Error: Protocol not supported",
        ),
    ):
        box.script("nft", script)
        with pytest.raises(RulesetError) as caught:
            box.apply()
        assert str(caught.value) == message
        # A program that fails may show anything.
        assert Nftables().traces(host, "host") == ("exit 1" in script)
    (box.bin / "nft").unlink()
    with pytest.raises(RulesetError) as caught:
        box.apply()
    assert str(caught.value) == (
        f"nft: not found in PATH ({box.bin}). Install the package nftables, or choose another provider."
    )
    assert not Nftables().traces(box.host(), "host")
