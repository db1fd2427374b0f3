# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what qradar_first_run.yml has collected as one archive. It runs on the controller.

Masked, each address and each host's name is another one: the same one in each file and each archive, as long as the key
beside the archives is the same. Nobody who has an archive without that key can tell which.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import ipaddress
import json
import os
import re
import secrets
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

_KEY = "qradar-first-run.key"
_IPV4 = re.compile(r"(?<![\w.])(?:\d{1,3}\.){3}\d{1,3}(?![\w.]*\.\d)(?!\w)")
_IPV6 = re.compile(r"(?<![\w:.])(?=[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*:)[0-9A-Fa-f:.]{2,45}(?![\w:])")
_MAC = re.compile(r"(?<![\w:])(?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}(?![\w:])")


class Mask:
    """Puts other addresses and names in the place of real ones."""

    def __init__(self, key: bytes, names: Mapping[str, str]) -> None:
        self._key = key
        words = sorted(names, key=len, reverse=True)
        self._names = names
        self._pattern = re.compile("|".join(rf"(?<![\w.-]){re.escape(word)}(?![\w-])" for word in words) or r"(?!)")

    def text(self, text: str) -> str:
        """A text without real addresses and names."""
        text = _MAC.sub(lambda found: "02:" + ":".join(f"{byte:02x}" for byte in self._digest(found[0])[:5]), text)
        text = _IPV4.sub(lambda found: self._address(found[0]), text)
        text = _IPV6.sub(lambda found: self._address(found[0]), text)
        return self._pattern.sub(lambda found: self._names[found[0]], text)

    def _address(self, text: str) -> str:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return text
        # What everybody has says nothing: no address, loopback, masks, multicast.
        if address.is_loopback or address.is_unspecified or address.is_multicast or str(address).startswith("255."):
            return text
        number = int.from_bytes(self._digest(str(address))[:8], "big")
        if address.version == 4:
            # 198.18.0.0/15, which is for tests.
            return str(ipaddress.IPv4Address((198 << 24 | 18 << 16) + number % 2**17))
        return str(ipaddress.IPv6Address((0x20010DB8 << 96) + number))

    def _digest(self, text: str) -> bytes:
        return hmac.new(self._key, text.lower().encode(), hashlib.sha256).digest()


def read_key(folder: Path) -> bytes:
    """The key of a folder; made where there is none."""
    path = folder / _KEY
    if not path.exists():
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(secrets.token_hex(32).encode())
    return path.read_bytes()


def files_of(answers: Mapping[str, list[Mapping[str, Any]]]) -> dict[str, str]:
    """The files of the archive, by name."""
    files = {}
    for host, results in answers.items():
        for result in results:
            item = result["item"]
            head = f"# {item['assumption']}\n# {item['command']}\n# exit code {result.get('rc')}\n"
            files[f"{host}/{item['id']}.txt"] = head + str(result.get("stdout") or result.get("msg") or "") + "\n"
    items = [result["item"] for result in next(iter(answers.values()), [])]
    lines = [f"- {item['id']}: {item['assumption']}\n  `{item['command']}`\n  holds: yes / no" for item in items]
    files["questions.md"] = "# What the provider assumes\n\n" + "\n".join(lines) + "\n"
    return files


def main(arguments: list[str]) -> None:
    """Called with folder, label, and mask or plain; the answers are the input."""
    folder, label, how = Path(arguments[0]), re.sub(r"[^A-Za-z0-9_-]", "_", arguments[1]), arguments[2]
    files = files_of(json.load(sys.stdin))
    if how == "mask":
        hosts = sorted({name.split("/")[0] for name in files if "/" in name})
        mask = Mask(read_key(folder), {host: f"host{number}" for number, host in enumerate(hosts, 1)})
        files = {mask.text(name): mask.text(text) for name, text in files.items()}
    path = folder / f"qradar-first-run-{label}.tar.gz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in sorted(files.items()):
            data = text.encode("utf-8", "backslashreplace")
            entry = tarfile.TarInfo(f"qradar-first-run-{label}/{name}")
            entry.size, entry.mode = len(data), 0o600
            archive.addfile(entry, io.BytesIO(data))
    path.chmod(0o600)
    sys.stdout.write(f"{path}: {len(files)} files\n")


if __name__ == "__main__":
    main(sys.argv[1:])
