# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbooks that labs are run against."""

from __future__ import annotations

SITE = "playbooks/site.yml"
REMOVE = "playbooks/remove.yml"
