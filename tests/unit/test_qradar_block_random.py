# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whatever is in a file, putting our block in and out leaves it."""

from __future__ import annotations

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.block import find_block, marker, with_block

SCOPES = ("host", "gateway")


def block(scope: str, body: bytes) -> bytes:
    return marker("BEGIN", scope).encode() + b"\n" + body + marker("END", scope).encode() + b"\n"


BODIES = st.sampled_from([b"", b"-A INPUT -j X\n", b":X - [0:0]\n-A INPUT -j X\n", b"# \xff\n"])
# Anything; and what such files are made of, in any order.
PARTS = [
    b"# BEGIN /opt/qradar/conf/iptables.pre FILE",
    b"# END /opt/qradar/conf/iptables.pre FILE",
    b"# words",
    b"\xff\x00",
    b"-A INPUT -p udp --dport 514 -j ACCEPT",
    b"",
    b"\r",
    b" ",
    b"*filter",
    b"COMMIT",
    b"\xef\xbb\xbf# words",
]
LINES = st.lists(st.sampled_from(PARTS)).map(b"\n".join)
OTHERS = st.one_of(st.binary(max_size=80), LINES, st.lists(st.one_of(st.binary(max_size=9), LINES)).map(b"\n".join))


@given(OTHERS, BODIES, BODIES, st.permutations(SCOPES), st.permutations(SCOPES))
@example(b"", b"", b"", list(SCOPES), list(SCOPES))
def test_in_and_out(others: bytes, one: bytes, two: bytes, came: list[str], went: list[str]) -> None:
    assume(b"portledger.qradar" not in others.lower())
    bodies = dict(zip(SCOPES, (one, two), strict=True))
    content = others
    for scope in came:
        content = with_block(content, scope, block(scope, bodies[scope]), "pre")
    for scope in SCOPES:
        assert find_block(content, scope, "pre") == block(scope, bodies[scope])
        # Again is no change, and another one takes its place.
        assert with_block(content, scope, block(scope, bodies[scope]), "pre") == content
        changed = with_block(content, scope, block(scope, b"-A CHANGED\n"), "pre")
        assert find_block(changed, scope, "pre") == block(scope, b"-A CHANGED\n")
        assert with_block(changed, scope, block(scope, bodies[scope]), "pre") == content
    # Whichever comes first, they stand in one order, and nothing of others is before or after another.
    assert content.index(block("host", one) + block("gateway", two)) >= 0
    for scope in went:
        content = with_block(content, scope, None, "pre")
    assert content == others


MARKERS = [marker(word, scope).encode() for word in ("BEGIN", "END") for scope in SCOPES]


@given(st.lists(st.sampled_from([*MARKERS, b"-A X", b"# BEGIN portledger.qradar"]), max_size=7))
def test_markers_in_any_order_are_right_or_refused(lines: list[bytes]) -> None:
    content = b"".join(line + b"\n" for line in lines)
    try:
        found = {scope: find_block(content, scope, "pre") for scope in SCOPES}
    except RulesetError:
        with pytest.raises(RulesetError, match=r"Nothing was changed\.$"):
            with_block(content, "host", None, "pre")
        return
    rest = content
    for scope, there in found.items():
        if there is not None:
            assert there.startswith(marker("BEGIN", scope).encode() + b"\n")
            assert there.endswith(marker("END", scope).encode() + b"\n")
            rest = rest.replace(there, b"")
    assert b"portledger" not in rest
