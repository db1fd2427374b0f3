# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTPS requests by way of ansible-core: bounded in time and size, without redirects, never to anybody but the console.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import http.client
import socket
import ssl
import time
import urllib.error
from collections.abc import Mapping
from typing import Any, Final

from ansible.module_utils.urls import Request, SSLValidationError

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import within
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.wire import (
    LARGEST_ANSWER,
    Answer,
    NoAnswerError,
    Send,
)

_CHUNK: Final = 2**16
_LONGEST_WORDS: Final = 300
_CERTIFICATE: Final = (
    "Set ca_path to the certificate of the authority that signed the console's, and url to a name that is in it"
)
_NETWORK: Final = "Check url, the network between here and the console, and https_proxy in the environment"
_AGAIN: Final = "Run again; if it stays so, look into the console's log"


def sender(*, timeout: int, ca_path: str | None, validate_certs: bool) -> Send:
    """A function that sends GET requests.

    Args:
        timeout: seconds for one answer, from the connection to its last byte.
        ca_path: file of authorities to trust in the place of the system's.
        validate_certs: whether the certificate has to be valid, and for this host.
    """
    request = Request(
        timeout=timeout,
        ca_path=ca_path,
        validate_certs=validate_certs,
        # The token goes to nobody whom the console names.
        follow_redirects="none",
        # No answer is larger than what is counted.
        decompress=False,
        use_netrc=False,
        http_agent="portledger.qradar",
    )

    def send(url: str, headers: Mapping[str, str]) -> Answer:
        end = time.monotonic() + timeout
        try:
            try:
                response = request.open("GET", url, headers=dict(headers))
            except urllib.error.HTTPError as error:
                response = error
            with response:
                names = {name.lower(): value for name, value in response.headers.items()}
                return Answer(response.code, names, _body(response, names, end, timeout))
        except NoAnswerError:
            raise
        # Whatever urllib and ansible-core raise. Their own errors are not chained: they hold the request.
        except Exception as error:
            raise _fault(error, timeout) from None

    return send


def _body(response: Any, headers: Mapping[str, str], end: float, timeout: int) -> bytes:
    """All of it, in time: a console that sends a byte now and then would be waited for without end."""
    parts, size = [], 0
    while chunk := response.read1(_CHUNK):
        parts.append(chunk)
        size += len(chunk)
        if size > LARGEST_ANSWER:
            problem = f"was accepted: it has more than {LARGEST_ANSWER // 2**20} MiB"
            raise NoAnswerError(problem, "Check that url is the console's own", again=False)
        if time.monotonic() > end:
            raise TimeoutError
    length = headers.get("content-length", "")
    if length.isdigit() and int(length[:20]) != size:
        problem = f"came whole: it ended after {size} of {length[:20]} bytes"
        raise NoAnswerError(problem, _AGAIN, again=True)
    if time.monotonic() > end:
        raise TimeoutError
    return b"".join(parts)


def _fault(error: Exception, timeout: int) -> NoAnswerError:
    reason = error.reason if isinstance(error, urllib.error.URLError) else error
    if isinstance(reason, ssl.SSLCertVerificationError | SSLValidationError):
        words = getattr(reason, "verify_message", "") or str(reason)
        return NoAnswerError(f"was accepted: its certificate is not valid ({_line(words)})", _CERTIFICATE, again=False)
    if isinstance(reason, TimeoutError | socket.timeout):
        return NoAnswerError(f"came whole within {timeout} seconds", f"{_NETWORK}, or set a longer timeout", again=True)
    if isinstance(reason, http.client.IncompleteRead):
        return NoAnswerError("came whole: it ended too early", _AGAIN, again=True)
    if isinstance(reason, socket.gaierror):
        return NoAnswerError("came: the name of the console does not resolve", _NETWORK, again=False)
    return NoAnswerError(f"came ({type(reason).__name__}: {_line(str(reason))})", _NETWORK, again=True)


def _line(words: str) -> str:
    return within(" ".join(words.split()), _LONGEST_WORDS).rstrip(".")
