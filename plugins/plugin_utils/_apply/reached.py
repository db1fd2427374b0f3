# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a connection that failed was ever made.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from typing import Final

# What ssh says before there is a session. Of what it says later, nothing is in here.
_NO_SESSION: Final = re.compile(
    r"ssh: (connect to host|Could not resolve hostname)|Host key verification failed|Permission denied \(|"
    r"banner exchange|kex_exchange_identification"
)


def had_no_session(said: str) -> bool:
    """Whether the words of a failed connection prove that nothing was started on the host."""
    return _NO_SESSION.search(said) is not None
