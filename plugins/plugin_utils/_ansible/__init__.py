# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What meets Ansible. All plugins begin here, so what follows is imported as fast as Python can.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.compiled import keep_compiled

keep_compiled()
