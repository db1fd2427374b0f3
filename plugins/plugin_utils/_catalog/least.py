# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the profile ``least`` leaves of a reading.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LEAST_REMEDY: Final = (
    "Write closed, pinned, when=CONDITION, ports=FIRST-LAST or FROM>TO; FROM>TO may have when= behind it"
)

_FORMS: Final = re.compile(
    r"(?P<closed>closed)|(?P<pinned>pinned)|ports=(?P<first>[0-9]{1,5})-(?P<last>[0-9]{1,5})"
    r"|(?:(?P<from>[a-z_]+)>(?P<to>[a-z_]+))?(?:(?(from) )when=(?P<when>[a-z_]+))?"
)


@dataclass(frozen=True, slots=True)
class Least:
    """One value of the column ``least``.

    Attributes:
        text: as it is written, e.g. ``console>app_host when=app_host_unencrypted``.
        closed: the reading permits nothing.
        pinned: it permits the pinned ports, and nothing without a pin.
        when: a condition that must hold as well.
        ports: first and last port, in the place of the documented range.
        ends: the only two words that it is from and to.
    """

    text: str
    closed: bool = False
    pinned: bool = False
    when: str | None = None
    ports: tuple[int, int] | None = None
    ends: tuple[str, str] | None = None

    @classmethod
    def parse(cls, value: object) -> Least:
        """Read a value of the column.

        Raises:
            ValueError: the value has another form.
        """
        form = _FORMS.fullmatch(value) if isinstance(value, str) and value else None
        if form is None:
            raise ValueError("is not a value of the profile least")
        ports = (int(form["first"]), int(form["last"])) if form["first"] else None
        return cls(
            form[0],
            closed=form["closed"] is not None,
            pinned=form["pinned"] is not None,
            when=form["when"],
            ports=ports,
            ends=(form["from"], form["to"]) if form["from"] else None,
        )

    def __str__(self) -> str:
        return self.text
