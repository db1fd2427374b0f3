# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Notes that filters share."""

from __future__ import annotations


class ModuleDocFragment:
    """Parts only, such as ``portledger.qradar.filters.pure``."""

    PURE = r"""
options: {}
notes:
  - Runs on the controller. Contacts no host, reads no inventory and changes nothing.
"""
