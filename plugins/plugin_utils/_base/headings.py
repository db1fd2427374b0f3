# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Headings of tables of flows, in both languages.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

HEADINGS: Final[Mapping[str, Mapping[str, str]]] = {
    "number": {"en": "No.", "ja": "番号"},
    "gateway": {"en": "Gateway", "ja": "ゲートウェイ"},
    "source": {"en": "Source", "ja": "接続元"},
    "source_hosts": {"en": "Source hosts", "ja": "接続元ホスト"},
    "source_addresses": {"en": "Source addresses", "ja": "接続元アドレス"},
    "destination": {"en": "Destination", "ja": "接続先"},
    "destination_hosts": {"en": "Destination hosts", "ja": "接続先ホスト"},
    "destination_addresses": {"en": "Destination addresses", "ja": "接続先アドレス"},
    "transport": {"en": "Transport", "ja": "プロトコル"},
    "ports": {"en": "Ports", "ja": "ポート"},
    "service": {"en": "Service", "ja": "サービス"},
    "row": {"en": "Row", "ja": "行"},
    "supplement": {"en": "Supplement", "ja": "補足"},
    "when": {"en": "Condition", "ja": "条件"},
    "reason": {"en": "Reason", "ja": "理由"},
    "comment": {"en": "Comment", "ja": "コメント"},
    "owner": {"en": "Owner", "ja": "担当者"},
    "expires": {"en": "Expires", "ja": "有効期限"},
    "signature": {"en": "Signature", "ja": "承認"},
}
"""Each column that a table of flows may have."""
