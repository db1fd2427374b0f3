# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as one HTML file, with everything that it needs inside.

The page may load nothing and send nothing: its policy permits the scripts and styles that are in it, by their digests,
and no request at all. Data stands in a script element as JSON, which nothing runs.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

ASSETS: Final = Path(__file__).with_name("assets")

_SCRIPTS: Final = (
    "tabulator.min.js",
    "words.js",
    "common.js",
    "model.js",
    "flows.js",
    "matrix.js",
    "picture.js",
    "sections.js",
    "main.js",
)
_STYLES: Final = ("tabulator.min.css", "common.css", "page.css")
_LICENCES: Final = ("LICENSE-tabulator.txt",)

# Neither "</script" nor "<!--" may stand in a script element; the two line ends are none in JSON, but in JavaScript.
_ESCAPED: Final = {ord(one): f"\\u{ord(one):04x}" for one in "<>&\u2028\u2029"}


def as_page(report: Mapping[str, Any], lang: str) -> str:
    """The page.

    Args:
        report: its data.
        lang: the language until it is switched.
    """
    return fill("page.html", report, lang, _SCRIPTS, _STYLES, _LICENCES)


def fill(
    template: str,
    data: Mapping[str, Any],
    lang: str,
    scripts: Sequence[str],
    styles: Sequence[str],
    licences: Sequence[str] = (),
) -> str:
    """A template with its parts.

    Args:
        template: name of a file in the folder of assets, as the other names, or its path; ``@word@`` in it is a part.
        data: for the scripts.
        lang: the language until it is switched.
        scripts: names of files, in the order in which they run.
        styles: names of files.
        licences: names of files, shown as text.
    """
    code = [f"\n{_asset(name)}" for name in scripts]
    looks = [f"\n{_asset(name)}" for name in styles]
    policy = (
        f"default-src 'none'; script-src {_digests(code)}; style-src {_digests(looks)}; "
        "base-uri 'none'; form-action 'none'"
    )
    parts = {
        "lang": lang,
        "policy": policy,
        "styles": "\n".join(f"<style>{text}</style>" for text in looks),
        "scripts": "\n".join(f"<script>{text}</script>" for text in code),
        "licences": html.escape("\n".join(_asset(name) for name in licences)),
        "data": json.dumps(data, ensure_ascii=False, separators=(",", ":")).translate(_ESCAPED),
    }
    # In one go: nothing in a part is taken for another part.
    return re.sub(r"@([a-z]+)@", lambda found: parts[found[1]], _asset(template))


def _asset(name: str) -> str:
    """A file's text, without the mark that names another file for debugging."""
    text = (ASSETS / name).read_text(encoding="utf-8")
    return re.sub(r"^(//# sourceMappingURL=.*|/\*# sourceMappingURL=.*?\*/)$", "", text, flags=re.MULTILINE)


def _digests(texts: Sequence[str]) -> str:
    return " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'" for text in texts)
