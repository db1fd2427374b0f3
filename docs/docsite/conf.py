# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How Sphinx makes the site. tools/site_pages.py assembles what it reads, and starts it."""

from __future__ import annotations

import re
from typing import Any

from docutils import nodes
from docutils.transforms import Transform
from sphinx.addnodes import download_reference

project = "portledger.qradar"
author = "the portledger.qradar contributors"
copyright = "2026, the portledger.qradar contributors"
extensions = ["myst_parser", "sphinx_antsibull_ext"]
html_theme = "furo"
# May break into two lines before the dot.
html_title = "portledger\N{ZERO WIDTH SPACE}.qradar"
html_copy_source = False
html_show_sphinx = False
# Files that pages link to and that are not pages: they keep their place.
html_extra_path = ["files"]
exclude_patterns = ["files"]
pygments_style = "ansible"
myst_heading_anchors = 6
nitpicky = True
# Of ansible-core's own documentation. Nothing is fetched to build the site, so these stay plain text.
nitpick_ignore_regex = [
    ("std:ref", r"ansible_collections\.ansible\..*|action_plugins|common_return_values|ansible_configuration_settings"),
    ("std:envvar", "ANSIBLE_CACHE_PLUGIN.*"),
]


class Anchors(Transform):
    """What ``<a id="ssh"></a>`` names in a page can be linked to, as on GitHub."""

    default_priority = 870  # before MyST looks for the targets of links

    def apply(self, **_keywords: Any) -> None:
        """Add each to the anchors that MyST knows of this page."""
        known = getattr(self.document, "myst_slugs", {})
        for raw in self.document.findall(nodes.raw):
            for anchor in re.findall(r'<a id="([^"]+)">', raw.astext()):
                known[anchor] = (raw.line, anchor, anchor)


class Files(Transform):
    """A link to a file that is not a page shows the file, and does not download a copy under another name."""

    default_priority = 870

    def apply(self, **_keywords: Any) -> None:
        """Make ordinary links of those that MyST takes for downloads."""
        for link in list(self.document.findall(download_reference)):
            link.replace_self(nodes.reference("", "", *link.children, refuri=link["reftarget"]))


def setup(app: Any) -> dict[str, bool]:
    """Register both."""
    app.add_transform(Anchors)
    app.add_transform(Files)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
