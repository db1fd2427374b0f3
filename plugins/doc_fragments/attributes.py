# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Attributes that modules share. A module adds ``support`` where it is missing here, and ``details`` of its own."""

from __future__ import annotations


class ModuleDocFragment:
    """``portledger.qradar.attributes`` and its parts, such as ``portledger.qradar.attributes.linux``."""

    DOCUMENTATION = r"""
attributes:
  action:
    description: Parts of the module run on the controller, in an action plugin of the same name.
    support: full
  async:
    description: Runs in the background with C(async).
    support: none
  check_mode:
    description: Runs in check mode, and returns there what a real run would return.
  diff_mode:
    description: Shows in diff mode what has changed.
  idempotent:
    description: A second run with the same input changes nothing.
  platform:
    description: Operating systems that the module supports.
"""

    LINUX = r"""
attributes:
  platform:
    details: Runs on the managed host, under Python 2.7 or under 3.6 and newer.
    platforms: linux
    support: full
"""

    CONTROLLER = r"""
attributes:
  platform:
    details: Runs on the controller.
    platforms: posix
    support: full
"""

    READ_ONLY = r"""
attributes:
  check_mode:
    details: The module never changes a host.
    support: full
  diff_mode:
    details: The module changes nothing, so there is no difference to show.
    support: none
  idempotent:
    details: The module never changes a host.
    support: full
"""
