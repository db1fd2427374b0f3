# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the site: the guides, and the reference of modules, plugins and roles, as HTML that needs no network.

antsibull-docs writes the reference, Sphinx the pages. Every warning of either is an error, and so is a link in a
finished page to a page, an anchor or a file that is not there.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from urllib.parse import unquote, urlsplit

ROOT: Final = Path(__file__).resolve().parents[1]
SITE: Final = ROOT / "dist" / "site"
PAGES: Final = (
    "README.md",
    "README.ja.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "docs/*.md",
    "docs/providers/*.md",
    "roles/*/README.md",
    "examples/README.md",
)
REFERENCE: Final = "docs/plugins"
_PROGRAMS: Final = Path(sys.executable).parent
_LINK: Final = re.compile(r"(\]\()([^)\s#]+)((?:#[^)\s]*)?\))")


def local_links(page: Path, text: str) -> Iterator[Path]:
    """The files that a page of the checkout links to, from its root."""
    for _begin, name, _end in _LINK.findall(text):
        if not urlsplit(name).scheme:
            yield Path(os.path.normpath(page.parent / name))


def for_site(page: Path, text: str) -> str:
    """A page whose links to the generated reference lead to what antsibull-docs writes."""

    def changed(link: re.Match[str]) -> str:
        name = link[2]
        if Path(os.path.normpath(page.parent / name)).parent == Path(REFERENCE):
            name = re.sub(r"README\.md$", "index.rst", name)
            name = re.sub(r"\.md$", ".rst", name)
        return link[1] + name + link[3]

    return _LINK.sub(changed, text)


def pages() -> list[Path]:
    """All pages of the checkout that are part of the site, from its root."""
    return sorted({page.relative_to(ROOT) for pattern in PAGES for page in ROOT.glob(pattern)})


def assemble(source: Path) -> None:
    """Put pages, and the files that they link to, where Sphinx reads them."""
    known = pages()
    for page in known:
        text = (ROOT / page).read_text(encoding="utf-8")
        _write(source / page, for_site(page, text))
        for name in local_links(page, text):
            if name not in known and name.parent != Path(REFERENCE) and (ROOT / name).is_file():
                # Once for MyST, which looks whether it is there, and once to be part of the site.
                for copy in (source / name, source / "files" / name):
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(ROOT / name, copy)
    for part in ("conf.py", "index.md"):
        shutil.copyfile(ROOT / "docs" / "docsite" / part, source / part)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def run(*command: str) -> None:
    """Run a program of .venv; show what it says only where it fails.

    Raises:
        SystemExit: it failed.
    """
    environment = {
        **os.environ,
        "PATH": f"{_PROGRAMS}:{os.environ['PATH']}",
        "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
    }
    name, *arguments = command
    done = subprocess.run(
        [str(_PROGRAMS / name), *arguments], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}{done.stderr}site: {name} ended with {done.returncode}")


def build(site: Path, work: Path) -> None:
    """Build the whole site.

    Args:
        site: where it is written.
        work: a folder for what is read, and for what Sphinx remembers.
    """
    source = work / "source"
    shutil.rmtree(source, ignore_errors=True)
    assemble(source)
    # antsibull-docs wants a folder that only its owner can write to.
    (source / REFERENCE).mkdir(mode=0o700, parents=True)
    reference = ("collection", "--use-current", "--squash-hierarchy", "--fail-on-error")
    run("antsibull-docs", *reference, "--dest-dir", str(source / REFERENCE), "portledger.qradar")
    run("sphinx-build", "-q", "-W", "--keep-going", "-n", "-E", "-d", str(work / "doctrees"), str(source), str(site))


class _Page(HTMLParser):
    """The anchors of a page, where it links to, and what it is shown with."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.links: list[str] = []
        self.parts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what one tag says."""
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif (tag, name) == ("a", "href") and value:
                self.links.append(value)
            elif (tag, name) in {("link", "href"), ("script", "src"), ("img", "src")} and value:
                self.parts.append(value)


def broken_links(site: Path) -> list[str]:
    """Links of finished pages that lead nowhere in the site, and parts of them that are not in it."""
    found = {path: _Page(path.read_text(encoding="utf-8")) for path in sorted(site.rglob("*.html"))}
    return [
        f"{path.relative_to(site)}: {link}"
        for path, page in found.items()
        for link in (
            *(link for link in page.links if not _outside(link) and not _leads(path, link, found)),
            *(part for part in page.parts if _outside(part) or not _leads(path, part, found)),
        )
    ]


def _outside(link: str) -> bool:
    parts = urlsplit(link)
    return parts.scheme != "data" and bool(parts.scheme or parts.netloc)


def _leads(page: Path, link: str, known: Mapping[Path, _Page]) -> bool:
    """Whether there is what a link within the site names."""
    parts = urlsplit(link)
    if parts.scheme:
        return True
    target = Path(os.path.normpath(page.parent / unquote(parts.path))) if parts.path else page
    anchor = unquote(parts.fragment)
    return target.is_file() and (not anchor or target not in known or anchor in known[target].anchors)


def main() -> None:
    """Build, and look at every link."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--check", action="store_true", help="build it where nobody sees it, and keep nothing")
    check = arguments.parse_args().check
    with tempfile.TemporaryDirectory() as scratch:
        site = Path(scratch) / "site" if check else SITE
        if not check:
            shutil.rmtree(site, ignore_errors=True)
        build(site, Path(scratch))
        broken = broken_links(site)
        number = sum(1 for _page in site.rglob("*.html"))
    if broken:
        sys.exit("\n".join([*broken, "site: links that lead nowhere"]))
    if not check:
        print(f"{(SITE / 'index.html').relative_to(ROOT)} written: {number} pages")


if __name__ == "__main__":
    main()
