# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A console for the guides' examples, and for whoever has none: ``python -m tests.console FOLDER --port 8443``.

Writes ``ca.pem`` and ``token`` into the folder, says its URL, and runs until it is stopped.
"""

from __future__ import annotations

import argparse
import threading
from pathlib import Path

from tests.console.certificate import make_certificates
from tests.console.deployment import example
from tests.console.server import TOKEN, serve


def main() -> None:
    """The program."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("folder", type=Path, help="where ca.pem and token are written")
    arguments.add_argument("--name", default="127.0.0.1", help="name or address in the certificate and in the URL")
    arguments.add_argument("--port", type=int, default=0, help="any free one unless given")
    given = arguments.parse_args()
    certificates = make_certificates(given.folder, given.name)
    token = given.folder / "token"
    token.touch(mode=0o600)
    token.write_text(f"{TOKEN}\n", encoding="utf-8")
    with serve(example(), certificates.chain, name=given.name, port=given.port) as console:
        print(console.url, flush=True)
        threading.Event().wait()


if __name__ == "__main__":
    main()
