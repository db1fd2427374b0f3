# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Pages, messages, comments and docstrings use the words that network engineers know.

``vocabulary.yml`` says which words do not belong, and what to write in their place. A word that names something, such
as a key, an option or ``V(opens)``, is left alone.
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest
import yaml

ROOT: Final = Path(__file__).resolve().parents[2]
CATALOG: Final = Path("plugins/plugin_utils/_catalog/ports.yml")
PAGES: Final = (
    "README.md",
    "CONTRIBUTING.md",
    "docs/**/*.md",
    "roles/*/README.md",
    "roles/**/*.yml",
    "playbooks/*.yml",
    "changelogs/fragments/*.yml",
    str(CATALOG),
)
JAPANESE: Final = (CATALOG, Path("docs/ports.ja.md"), Path("README.ja.md"))
# One word in a markup of its own is a name, not prose.
NAME: Final = re.compile(r"`[^`\s]+`|\b[A-Z]{1,2}\([^()\s]+\)|\"[\w.-]+\"|'[\w.-]+'")


@dataclass(frozen=True)
class Word:
    """What is not written, and what is written in its place."""

    patterns: tuple[re.Pattern[str], ...]
    write: str
    flagged: tuple[str, ...]
    fine: tuple[str, ...]

    def found(self, text: str) -> Iterator[tuple[int, str]]:
        """Where in a text the word stands, and the words around it."""
        for pattern in self.patterns:
            for match in pattern.finditer(text):
                yield match.start(), text[max(match.start() - 30, 0) : match.end() + 30].strip()


def words(kind: str) -> tuple[Word, ...]:
    """The words of one language."""
    data = yaml.safe_load(Path(__file__).with_name("vocabulary.yml").read_text(encoding="utf-8"))
    return tuple(
        Word(
            tuple(re.compile(one.replace("{opened}", data["opened"]), re.IGNORECASE) for one in entry["patterns"]),
            entry["write"],
            tuple(entry["flagged"]),
            tuple(entry["fine"]),
        )
        for entry in data[kind]
    )


ENGLISH_WORDS: Final = words("english")
JAPANESE_WORDS: Final = words("japanese")


@dataclass(frozen=True)
class Passage:
    """A text that is read as a whole, and the line that it begins in."""

    line: int
    text: str


def passages(path: Path) -> Iterator[Passage]:
    """What there is to read in a file: the whole page, or strings and comments of Python."""
    text = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield Passage(1, text)
        return
    yield from _strings(ast.parse(text))
    yield from _comments(text)


def _strings(tree: ast.AST) -> Iterator[Passage]:
    inner: set[int] = set()  # parts of an f-string, which is read as a whole
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inner.update(id(part) for part in node.values)
            parts = (part.value if isinstance(part, ast.Constant) else "{}" for part in node.values)
            yield Passage(node.lineno, "".join(str(part) for part in parts))
        elif isinstance(node, ast.Constant) and id(node) not in inner and " " in (text := str(node.value)):
            yield Passage(node.lineno, text)


def _comments(text: str) -> Iterator[Passage]:
    """Lines of comments that follow one another are one text."""
    first, last, lines = 0, -1, [""]
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if token.start[0] != last + 1:
                yield Passage(first, "\n".join(lines))
                first, lines = token.start[0], []
            last = token.start[0]
            lines.append(token.string.lstrip("#:! "))
    yield Passage(first, "\n".join(lines))


def flat(text: str) -> tuple[str, list[int]]:
    """Each run of white space as one blank, and the line of each letter that is left, from 0."""
    text = NAME.sub(lambda name: "_" * len(name[0]), text)
    letters, lines, line = [], [], 0
    for letter in text:
        if not letter.isspace():
            letters.append(letter)
            lines.append(line)
        elif letters and letters[-1] != " ":
            letters.append(" ")
            lines.append(line)
        line += letter == "\n"
    return "".join(letters), lines


def complaints(path: Path, name: str, unwanted: tuple[Word, ...]) -> list[str]:
    """Each unwanted word of a file, with its line and what to write."""
    found = []
    for passage in passages(path):
        text, lines = flat(passage.text)
        for word in unwanted:
            for start, shown in word.found(text):
                found.append((passage.line + lines[start], f"'{shown}'. Write: {word.write}"))
    return [f"{name}:{line}: {text}" for line, text in sorted(found)]


def files() -> list[Path]:
    """All that is read."""
    found = {path.relative_to(ROOT) for pattern in PAGES for path in ROOT.glob(pattern)}
    found |= {path.relative_to(ROOT) for path in ROOT.glob("plugins/**/*.py")}
    return sorted(found)


@pytest.mark.parametrize("path", files(), ids=str)
def test_english(path: Path) -> None:
    assert complaints(ROOT / path, str(path), ENGLISH_WORDS) == []


@pytest.mark.parametrize("path", JAPANESE, ids=str)
def test_japanese(path: Path) -> None:
    assert complaints(ROOT / path, str(path), JAPANESE_WORDS) == []


@pytest.mark.parametrize("word", [*ENGLISH_WORDS, *JAPANESE_WORDS], ids=lambda word: word.write)
def test_each_pattern_finds_its_word_and_nothing_else(word: Word) -> None:
    assert [text for text in word.flagged if not list(word.found(flat(text)[0]))] == []
    assert [text for text in word.fine if list(word.found(flat(text)[0]))] == []


@pytest.mark.parametrize("unwanted", [ENGLISH_WORDS, JAPANESE_WORDS], ids=["english", "japanese"])
def test_no_pattern_finds_what_another_one_leaves_alone(unwanted: tuple[Word, ...]) -> None:
    fine = [text for word in unwanted for text in word.fine]
    assert [text for text in fine for word in unwanted if list(word.found(flat(text)[0]))] == []


def test_files_lines_and_remedies_are_named(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Title\n\nThe rules of\nothers stay. What nothing opens is `opens`.\n", encoding="utf-8")
    assert complaints(page, "page.md", ENGLISH_WORDS) == [
        "page.md:3: '# Title The rules of others stay. What nothing opens is _'. "
        "Write: foreign rules (tables, chains, files, ...)",
        "page.md:4: 'of others stay. What nothing opens is _______.'. Write: permits / blocks",
    ]


def test_strings_docstrings_and_comments_of_python_are_read(tmp_path: Path) -> None:
    module = tmp_path / "module.py"
    module.write_text(
        '"""A docstring.\n\n    It is no list.\n"""\n'
        "# A comment that is\n# no list.\n"
        'strange = f"{strange} is no {strange} " "here"\n'
        'names = {"strange": "opens", "others": "in"}\n'
        'message = "passed in " "vain"\n',
        encoding="utf-8",
    )
    assert [text.split(". Write")[0] for text in complaints(module, "module.py", ENGLISH_WORDS)] == [
        "module.py:3: 'A docstring. It is no list.'",
        "module.py:5: 'A comment that is no list.'",
        "module.py:7: '{} is no {} here'",
        "module.py:9: 'passed in vain'",
    ]


def test_every_kind_of_file_is_read() -> None:
    found = [str(path) for path in files()]
    for expected in (
        "README.md",
        "CONTRIBUTING.md",
        "docs/rules.md",
        "docs/providers/qradar.md",
        "docs/plugins/README.md",
    ):
        assert expected in found
    for start in (
        "roles/",
        "playbooks/",
        "changelogs/",
        "plugins/modules/",
        "plugins/lookup/",
        "plugins/plugin_utils/",
    ):
        assert any(path.startswith(start) for path in found), start
