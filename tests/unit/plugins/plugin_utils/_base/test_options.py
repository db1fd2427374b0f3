# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that a lookup does not have."""

from __future__ import annotations

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.options import check_options


def test_unknown_option() -> None:
    check_options(["role"], ["role", "party"])
    with pytest.raises(InputError) as caught:
        check_options(["role", "roles"], ["role", "party"])
    assert (
        str(caught.value)
        == "option: 'roles' is not an option of this lookup. Did you mean role? Valid values: party, role."
    )
