# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that the inventory plugin's options name: the token, and the authorities to trust.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import ssl
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError

_LARGEST: Final = 4096


def beside(source: str, name: str) -> Path:
    """A file named in the configuration file: relative to that one, ~ being the home directory."""
    return Path(source).resolve().parent / Path(name).expanduser()


def read_token(source: str, given: object, token_file: object, loader: Any, warn: Callable[[str], None]) -> str:
    """The token.

    Args:
        source: the configuration file.
        given: the option ``token``, also from the environment; it wins.
        token_file: the option. What ansible-vault has encrypted is decrypted.
        loader: Ansible's.
        warn: takes a warning.

    Raises:
        InputError: there is none, or it cannot be read.
    """
    if given:
        return str(given)
    if not token_file:
        remedy = "Set token_file to a file that has it, or the environment variable QRADAR_TOKEN"
        raise InputError(source, "token", None, "is not set", remedy)
    path = beside(source, str(token_file))
    remedy = "Write the token, and nothing else, into a file that only you can read"
    try:
        mode = path.stat().st_mode
        if not stat.S_ISREG(mode):
            raise InputError(source, "token_file", str(token_file), "is not a file", remedy)
        real = Path(loader.get_real_file(str(path)))
        try:
            with real.open("rb") as file:
                content = file.read(_LARGEST + 1)
        finally:
            loader.cleanup_tmp_file(str(real))
    except OSError as error:
        problem = f"cannot be read ({error.strerror or type(error).__name__})"
        raise InputError(source, "token_file", str(token_file), problem, remedy) from None
    except InputError:
        raise
    except Exception as error:  # whatever this ansible-core raises where a vault's password is missing or wrong
        words = " ".join(str(error).split()).rstrip(".")
        raise InputError(source, "token_file", str(token_file), f"cannot be decrypted ({words})", remedy) from None
    if mode & (stat.S_IRGRP | stat.S_IROTH) and real == path:
        warn(f"{token_file} can be read by others than its owner. It holds a token: chmod 600 {token_file}.")
    if len(content) > _LARGEST:
        raise InputError(source, "token_file", str(token_file), f"has more than {_LARGEST} bytes", remedy)
    return content.decode("utf-8", "replace").strip()


def read_ca_path(source: str, given: object) -> str | None:
    """The file of authorities; None for those of the system.

    Raises:
        InputError: it has no certificate.
    """
    if not given:
        return None
    path = beside(source, str(given))
    remedy = "Name a file with certificates of authorities in PEM form"
    try:
        ssl.create_default_context(cafile=str(path))
    except (OSError, ValueError) as error:
        problem = "cannot be read" if isinstance(error, FileNotFoundError | PermissionError) else "has no certificate"
        words = "" if isinstance(error, ssl.SSLError) else f" ({getattr(error, 'strerror', None) or error})"
        raise InputError(source, "ca_path", str(given), problem + words, remedy) from None
    return str(path)
