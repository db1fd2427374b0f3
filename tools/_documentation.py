# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the generators of references share: ansible-doc's data, its markup as Markdown, files that may be stale."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from antsibull_docs_parser import dom, parser

ROOT: Final = Path(__file__).resolve().parents[1]
COLLECTION: Final = "portledger.qradar"


def ansible_doc(kind: str, names: Sequence[str]) -> dict[str, Any]:
    """What ansible-doc knows of plugins of one kind, by name without the collection.

    Raises:
        SystemExit: one of them has no documentation that ansible-doc can read.
    """
    full = [f"{COLLECTION}.{name}" for name in names]
    command = [str(Path(sys.executable).with_name("ansible-doc")), "--type", kind, "--json", *full]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = json.loads(run.stdout) if run.returncode == 0 else {}
    missing = [name for name in full if name not in found]
    if missing:
        sys.exit(f"ansible-doc cannot read the {kind} {', '.join(missing)}: {run.stderr.strip()}")
    return {name: found[f"{COLLECTION}.{name}"] for name in names}


def markdown(text: str) -> str:
    """Ansible's markup as Markdown; what names an option, a value or a plugin becomes code."""
    return "".join(_part(part) for paragraph in parser.parse([text], parser.Context()) for part in paragraph)


def _part(part: dom.AnyPart) -> str:
    match part:
        case dom.TextPart():
            return part.text.replace("|", "\\|").replace("<", "&lt;").replace("*", "\\*")
        case dom.BoldPart():
            return f"**{part.text}**"
        case dom.ItalicPart():
            return f"*{part.text}*"
        case dom.LinkPart():
            return f"[{part.text}]({part.url})"
        case dom.URLPart():
            return f"<{part.url}>"
        case dom.ModulePart():
            return f"`{part.fqcn}`"
        case dom.PluginPart():
            return f"`{part.plugin.fqcn}`"
        case dom.OptionNamePart() | dom.ReturnValuePart():
            return f"`{part.name}`" if part.value is None else f"`{part.name}={part.value}`"
        case dom.OptionValuePart():
            return f"`{part.value}`"
        case dom.EnvVariablePart():
            return f"`{part.name}`"
        case dom.CodePart():
            return f"`{part.text}`"
        case dom.ErrorPart():
            sys.exit(f"documentation with markup that cannot be read: {part.message}")
        case _:
            return getattr(part, "text", "")


def paragraph(text: str | Sequence[str]) -> str:
    """A description, a text or a list of them, as one paragraph."""
    return " ".join(markdown(item) for item in ([text] if isinstance(text, str) else text))


def form(option: Mapping[str, Any]) -> str:
    """The type of an option or return value, e.g. "list of str"."""
    kind = str(option.get("type", "str"))
    return f"{kind} of {option['elements']}" if "elements" in option else kind


def options_table(options: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Options as lines of a Markdown table; options of options follow theirs, with their path."""
    lines = ["| option | form | default | meaning |", "| --- | --- | --- | --- |"]
    lines.extend(_option_lines("", options))
    return lines


def _option_lines(prefix: str, options: Mapping[str, Mapping[str, Any]]) -> Iterable[str]:
    for name, option in options.items():
        meaning = paragraph(option.get("description", ""))
        if option.get("choices"):
            meaning += f" One of {', '.join(f'`{choice}`' for choice in option['choices'])}."
        if option.get("required"):
            default = "required"
        elif option.get("default") is None:
            default = "none"
        else:
            default = f"`{json.dumps(option['default']).strip(chr(34))}`"
        yield f"| `{prefix}{name}` | {form(option)} | {default} | {meaning} |"
        yield from _option_lines(f"{prefix}{name}.", option.get("options") or option.get("suboptions") or {})


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table in Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def between(path: Path, text: str, marks: tuple[str, str], parts: Iterable[str]) -> str:
    """A page with these paragraphs between its two marks.

    Raises:
        SystemExit: the page lacks the marks.
    """
    begin, end = marks
    if not 0 <= text.find(begin) < text.find(end):
        sys.exit(f"{path.relative_to(ROOT)} lacks the marks {begin} and {end}")
    return "\n\n".join([text.split(begin)[0] + begin, *parts, end + text.split(end)[1]])


def settle(files: Mapping[Path, str], description: str) -> None:
    """Write files that differ; with ``--check`` on the command line, say which are stale and exit with 1."""
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("--check", action="store_true", help="change nothing; exit with 1 where a file is stale")
    check = arguments.parse_args().check
    stale = [path for path, text in files.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path in stale:
        shown = path.relative_to(ROOT)
        if check:
            print(f"{shown} is stale; run: make docs", file=sys.stderr)
        else:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(files[path], encoding="utf-8")
            print(f"{shown} written")
    if check and stale:
        sys.exit(1)
