# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Asks the console's REST API: whole lists page by page, again where that may help, and never half an answer.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import datetime
import email.utils
import json
import re
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NoReturn

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import within
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.progress import at
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fields import REMEDY
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.options import ConsoleOptions
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.wire import Answer, NoAnswerError, Send

PAGE: Final = 100
MOST_ITEMS: Final = 10_000
LONGEST_PAUSE: Final = 30.0
"""Seconds, whatever Retry-After says."""

_AGAIN: Final = frozenset({429, 500, 502, 503, 504})
_BEGINNING: Final = 60
_CONTENT_RANGE: Final = re.compile(r"items (?:([0-9]{1,9})-([0-9]{1,9})|\*)/([0-9]{1,9})")
_REMEDIES: Final[Mapping[int, str]] = {
    400: "Check api_version",
    401: "Give the token of an authorized service that has not expired (Admin > Authorized Services)",
    403: "Give the authorized service a user role and a security profile that may see the deployment",
    404: "Check that url is the console's own, without a path, and that this release of the API has the endpoint",
    409: "Something else changes the deployment. Wait until it is done, then run again",
    422: "Check api_version: the console refuses a value of this request",
    429: "The console asks for fewer requests. Run again later",
}
_REDIRECT: Final = "Set url to the console's own address: the token is never sent to another one"
_SERVER_FAULT: Final = "Look into the console's log, or run again later"


class Client:
    """GET requests to one console.

    Args:
        options: which console, and how.
        send: sends one request.
        sleep: waits for some seconds.
    """

    def __init__(self, options: ConsoleOptions, send: Send, sleep: Callable[[float], None] = time.sleep) -> None:
        self._options = options
        self._send = send
        self._sleep = sleep

    def url(self, path: str) -> str:
        """The whole URL of a path below ``/api``."""
        return f"{self._options.url}/api{path}"

    def item(self, path: str) -> object:
        """One object.

        Raises:
            InputError: naming URL, field, value and remedy.
        """
        url = self.url(path)
        return _decoded(url, self._get(url, {}))

    def items(self, path: str) -> list[Any]:
        """All items of a list.

        Raises:
            InputError: naming URL, field, value and remedy. A list that ends too early is one, too.
        """
        url = self.url(path)
        found: list[Any] = []
        total: int | None = None
        while True:
            first = len(found)
            at(f"{url} ({first:,} items so far)")
            answer = self._get(url, {"Range": f"items={first}-{first + PAGE - 1}"})
            page = _decoded(url, answer)
            if not isinstance(page, list):
                raise InputError(url, "answer", page, "is not a list", REMEDY)
            said = _total(url, answer, first, len(page))
            if first and said != total:
                problem = f"is not the total of the page before ({total}): the list changed while it was read"
                raise InputError(url, "Content-Range", said, problem, _REMEDIES[409])
            total = said
            if total is None and first and page == found[-PAGE:]:
                return found  # The console ignores the range, and its list is as long as a page.
            found += page
            count = max(total or 0, len(found))
            if count > MOST_ITEMS:
                raise InputError(url, "answer", count, f"is more than {MOST_ITEMS} items", REMEDY)
            if len(found) == total or (total is None and len(page) != PAGE):
                return found

    def _get(self, url: str, headers: Mapping[str, str]) -> Answer:
        tries = self._options.retries + 1
        for number in range(1, tries + 1):
            last = number == tries
            try:
                answer = self._redacted(self._send(url, {**self._options.headers(), **headers}))
            except NoAnswerError as fault:
                if last or not fault.again:
                    raise InputError(url, "answer", None, _tried(fault.problem, number), fault.remedy) from None
                at(f"{url} (try {number + 1} of {tries})")
                self._sleep(_pause(number, None))
                continue
            if answer.status in (200, 206):
                return answer
            if last or answer.status not in _AGAIN:
                _refuse(url, answer, number)
            at(f"{url} (try {number + 1} of {tries})")
            self._sleep(_pause(number, answer.headers.get("retry-after")))
        raise AssertionError("there is at least one try")

    def _redacted(self, answer: Answer) -> Answer:
        """An answer without the token. Where a message is cut, half of it would not be recognised any more."""
        hide = self._options.redacted
        headers = {name: hide(value) for name, value in answer.headers.items()}
        # Each byte is one letter of Latin-1, so all others stay as they are.
        return Answer(answer.status, headers, hide(answer.body.decode("latin-1")).encode("latin-1"))


def _tried(problem: str, number: int) -> str:
    return problem if number == 1 else f"{problem}, {number} times"


def _pause(number: int, retry_after: str | None) -> float:
    """Seconds before the next try: what the console asks for, or twice as long after each; both within bounds."""
    seconds = 2.0 ** (number - 1)
    if retry_after is not None:
        if re.fullmatch(r"[0-9]{1,9}", retry_after.strip()):
            seconds = float(retry_after)
        else:
            try:
                when = email.utils.parsedate_to_datetime(retry_after)
                seconds = (when - datetime.datetime.now(when.tzinfo)).total_seconds()
            except (ValueError, TypeError, OverflowError):
                pass
    return min(max(seconds, 0.0), LONGEST_PAUSE)


def _refuse(url: str, answer: Answer, number: int) -> NoReturn:
    said = _message(answer)
    problem = "is what the console answers" + (f" ({said})" if said else "")
    if 300 <= answer.status < 400:
        remedy = _REDIRECT
    else:
        remedy = _REMEDIES.get(answer.status, _SERVER_FAULT if answer.status >= 500 else REMEDY)
    raise InputError(url, "status", answer.status, _tried(problem, number), remedy)


def _message(answer: Answer) -> str:
    """What QRadar says about its error, in one short line."""
    try:
        said = json.loads(answer.body)
        text = said.get("message") or said["http_response"]["message"]
    except (ValueError, RecursionError, AttributeError, LookupError, TypeError):
        return ""
    return within(" ".join(text.split()), 200).rstrip(".") if isinstance(text, str) else ""


def _decoded(url: str, answer: Answer) -> object:
    try:
        return json.loads(answer.body, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        beginning = answer.body[:_BEGINNING].decode("utf-8", "replace")
    remedy = "Check that url is the console's own, and that nothing on the way answers in its place"
    raise InputError(url, "answer", beginning, "is the beginning of something that is not whole JSON", remedy)


def _no_constant(name: str) -> NoReturn:
    raise ValueError(name)


def _total(url: str, answer: Answer, first: int, count: int) -> int | None:
    """How many items there are in all, as Content-Range says; None without that header."""
    header = answer.headers.get("content-range")
    if header is None:
        return None
    match = _CONTENT_RANGE.fullmatch(header.strip())
    if match is None:
        raise InputError(url, "Content-Range", header, "is not of the form items 0-9/10", REMEDY)
    total = int(match[3])
    if count == 0:
        if total == first:
            return total
        problem = f"belongs to a page without items, after {first}: half an answer"
    elif (
        match[1] is not None and (int(match[1]), int(match[2])) == (first, first + count - 1) and int(match[2]) < total
    ):
        if count == PAGE or first + count == total:
            return total
        problem = f"belongs to a page of {count} items in the place of {PAGE}: half an answer"
    else:
        problem = f"is not the range of the {count} items from {first} on: half an answer"
    raise InputError(url, "Content-Range", header, problem, "Run again; if it stays so, look into the console's log")
