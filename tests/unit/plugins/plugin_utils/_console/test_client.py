# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The client against a real HTTPS server: paging, retries, and every fault with its whole message."""

from __future__ import annotations

import datetime
import email.utils
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.https import sender
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.client import Client
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fetch import fetch
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.options import read_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.wire import LARGEST_ANSWER
from tests.console.certificate import Certificates, make_certificates
from tests.console.deployment import example, large
from tests.console.server import TOKEN, Console, Fault, serve

HOSTS = "/api/config/deployment/hosts"
SERVERS = "/api/system/servers"
NETWORK = "Check url, the network between here and the console, and https_proxy in the environment"
LOG = "Run again; if it stays so, look into the console's log."
FORM = "Check that url is the console's own, and see docs/inventory_plugin.md for the releases of its API."
MESSAGE = {"http_response": {"code": 500, "message": "Oops"}, "code": 1001, "message": "An error occurred\nhere."}


@dataclass
class Asker:
    """Asks a console; remembers how long it would have slept."""

    certificates: Certificates
    slept: list[float] = field(default_factory=list)

    def ask(self, console: Console, *, token: str = TOKEN, ca: bool = True, **given: Any) -> dict[str, Any]:
        options = read_options(
            "x.qradar.yml",
            {"url": console.url, "api_version": None, "timeout": 5, "retries": 2, "nat_groups": {}, **given},
            token,
        )
        ca_path = str(self.certificates.authority) if ca else None
        send = sender(timeout=options.timeout, ca_path=ca_path, validate_certs=True)
        return fetch(Client(options, send, self.slept.append), lambda _line: None, tunnels=True)

    def refused(self, console: Console, **given: Any) -> str:
        """The message, with a fixed port."""
        with pytest.raises(InputError) as error:
            self.ask(console, **given)
        assert TOKEN not in str(error.value)
        return str(error.value).replace(console.url, "https://con")


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("certificates"), "127.0.0.1")


@pytest.fixture
def asker(certificates: Certificates, monkeypatch: pytest.MonkeyPatch) -> Asker:
    for name in ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return Asker(certificates)


@pytest.fixture
def console(certificates: Certificates) -> Iterator[Console]:
    with serve(example(), certificates.chain) as running:
        yield running


def test_everything_is_asked_once_with_token_range_and_version(asker: Asker, console: Console) -> None:
    found = asker.ask(console, api_version="26.0")
    assert [host["hostname"] for host in found["hosts"]] == [host["hostname"] for host in console.deployment.hosts]
    assert set(found["tunnels"]) == {"52", "56"}
    assert console.asked == [
        (HOSTS, "items=0-99", "26.0"),
        (SERVERS, "items=0-99", "26.0"),
        ("/api/system/about", None, "26.0"),
        (f"{HOSTS}/52/tunnels", "items=0-99", "26.0"),
        (f"{HOSTS}/56/tunnels", "items=0-99", "26.0"),
    ]
    assert "LICENCE-SERIAL" not in json.dumps(found)
    assert asker.slept == []


def test_without_api_version_no_version_is_sent(asker: Asker, console: Console) -> None:
    asker.ask(console)
    assert {version for _path, _range, version in console.asked} == {None}


@pytest.mark.parametrize("count", [99, 100, 101, 1000])
@pytest.mark.parametrize(("takes_range", "says_range"), [(True, True), (True, False), (False, False)])
def test_pages(asker: Asker, console: Console, count: int, takes_range: bool, says_range: bool) -> None:
    console.deployment = large(count)
    console.takes_range, console.says_range = takes_range, says_range
    found = asker.ask(console)
    assert found["hosts"] == [{name: host[name] for name in found["hosts"][0]} for host in console.deployment.hosts]
    assert len(found["servers"]) == count
    asked = [asked_range for path, asked_range, _version in console.asked if path == HOSTS]
    if says_range:
        assert len(asked) == -(-count // 100)


def test_what_is_retried_and_how_long_it_waits(asker: Asker, console: Console) -> None:
    console.faults[HOSTS] = Fault(503, times=2)
    assert len(asker.ask(console)["hosts"]) == 9
    assert asker.slept == [1.0, 2.0]


@pytest.mark.parametrize(
    ("retry_after", "slept"),
    [
        ("7", [7.0]),
        ("86400", [30.0]),
        ("Fri, 27 Nov 2026 12:00:00 GMT", [0.0]),
        ("soon", [1.0]),
        ("-5", [1.0]),
    ],
)
def test_retry_after_is_respected_within_bounds(
    asker: Asker, console: Console, retry_after: str, slept: list[float]
) -> None:
    if retry_after.startswith("Fri"):
        past = datetime.datetime.now(datetime.UTC) - datetime.timedelta(hours=1)
        retry_after = email.utils.format_datetime(past, usegmt=True)
    console.faults[SERVERS] = Fault(429, headers={"Retry-After": retry_after}, times=1)
    asker.ask(console)
    assert asker.slept == slept


STATUS = [
    (
        Fault(401, body={"message": "No SEC header present in request"}),
        1,
        "401 is what the console answers (No SEC header present in request). Give the token of an authorized service "
        "that "
        "has not expired (Admin > Authorized Services).",
    ),
    (
        Fault(403, body={"http_response": {"code": 403, "message": "Your account is not authorized"}}),
        1,
        "403 is what the console answers (Your account is not authorized). Give the authorized service a user role "
        "and a "
        "security profile that may see the deployment.",
    ),
    (
        Fault(404),
        1,
        "404 is what the console answers. Check that url is the console's own, without a path, and that this release "
        "of the "
        "API has the endpoint.",
    ),
    (
        Fault(409, body={"message": "A deployment is in progress."}),
        1,
        "409 is what the console answers (A deployment is in progress). Something else changes the deployment. Wait "
        "until it "
        "is done, then run again.",
    ),
    (
        Fault(422, body={"message": "Version 99.0 is not supported"}),
        1,
        "422 is what the console answers (Version 99.0 is not supported). Check api_version: the console refuses a "
        "value of "
        "this request.",
    ),
    (
        Fault(429, headers={"Retry-After": "1"}),
        3,
        "429 is what the console answers, 3 times. The console asks for fewer requests. Run again later.",
    ),
    (
        Fault(500, body=MESSAGE),
        3,
        "500 is what the console answers (An error occurred here), 3 times. Look into the console's log, or run "
        "again later.",
    ),
    (
        Fault(502, body=b"<html>\x1b[2J" + b"x" * 5000),
        3,
        "502 is what the console answers, 3 times. Look into the console's log, or run again later.",
    ),
    (
        Fault(302, headers={"Location": "https://127.0.0.2/login"}),
        1,
        "302 is what the console answers. Set url to the console's own address: the token is never sent to another "
        "one.",
    ),
    (Fault(204), 1, f"204 is what the console answers. {FORM}"),
]


@pytest.mark.parametrize(("fault", "tries", "message"), STATUS, ids=[str(fault.status) for fault, _n, _m in STATUS])
def test_status(asker: Asker, console: Console, fault: Fault, tries: int, message: str) -> None:
    console.faults[SERVERS] = Fault(**vars(fault))
    assert asker.refused(console) == f"https://con{SERVERS}: status: {message}"
    assert len([path for path, _range, _version in console.asked if path == SERVERS]) == tries


def test_a_wrong_token_is_refused_by_the_console_and_not_printed(asker: Asker, console: Console) -> None:
    with pytest.raises(InputError) as error:
        asker.ask(console, token="another-token-4711")
    assert str(error.value).replace(console.url, "https://con") == (
        f"https://con{HOSTS}: status: 401 is what the console answers (You are unauthorized to access the requested "
        "resource). Give the token of an authorized service that has not expired (Admin > Authorized Services)."
    )


def test_a_token_that_the_console_repeats_is_hidden_where_the_message_is_cut(asker: Asker, console: Console) -> None:
    console.faults[SERVERS] = Fault(body=f"<!-- {'x' * 40} SEC: {TOKEN} -->".encode())
    message = asker.refused(console)
    assert TOKEN[:4] not in message
    assert f"'<!-- {'x' * 40} SEC: (hidden) ' is" in message
    console.faults[SERVERS] = Fault(500, body={"message": f"{'x' * 180} {TOKEN} {'x' * 200}"})
    assert TOKEN[:4] not in asker.refused(console)


NOT_JSON = (
    "is the beginning of something that is not whole JSON. Check that url is the console's own, and that nothing on "
    "the way answers in its place."
)
ANSWERS = [
    (Fault(body=b'[{"server_id": 1, "host'), f"""'[{{"server_id": 1, "host' {NOT_JSON}"""),
    (Fault(body=b"<html>Sign in</html>"), f"'<html>Sign in</html>' {NOT_JSON}"),
    (Fault(body=b""), f"'' {NOT_JSON}"),
    (Fault(body=b"[NaN]"), f"'[NaN]' {NOT_JSON}"),
    (Fault(body=b"[" * 100_000), f"'{'[' * 60}' {NOT_JSON}"),
    (Fault(body=b"[" + b"1" * 5000 + b"]"), f"'[{'1' * 59}' {NOT_JSON}"),
    (Fault(body={"servers": []}), f"{{'servers': []}} is not a list. {FORM}"),
    (Fault(body=list(range(10_001))), f"10001 is more than 10000 items. {FORM}"),
    (Fault(body=b"[]", length=500), f"None came whole: it ended after 2 of 500 bytes, 3 times. {LOG}"),
    (Fault(delay=1.5), f"None came whole within 1 seconds, 3 times. {NETWORK}, or set a longer timeout."),
    (
        Fault(body=b" " * 200, delay=0.1, drip=True),
        f"None came whole within 1 seconds, 3 times. {NETWORK}, or set a longer timeout.",
    ),
    (
        Fault(body=b" " * (LARGEST_ANSWER + 1)),
        "None was accepted: it has more than 16 MiB. Check that url is the console's own.",
    ),
]


@pytest.mark.parametrize(("fault", "message"), ANSWERS, ids=[message[:40] for _fault, message in ANSWERS])
def test_answers(asker: Asker, console: Console, fault: Fault, message: str) -> None:
    console.faults[SERVERS] = Fault(**vars(fault))
    timeout = 1 if fault.delay else 20
    assert asker.refused(console, timeout=timeout) == f"https://con{SERVERS}: answer: {message}"


RANGES = [
    ("items 0-8/9", [{}] * 5, "is not the range of the 5 items from 0 on: half an answer"),
    ("items 0-4/9", [{}] * 5, "belongs to a page of 5 items in the place of 100: half an answer"),
    ("items 5-9/10", [{}] * 5, "is not the range of the 5 items from 0 on: half an answer"),
    ("items 0-9/5", [{}] * 10, "is not the range of the 10 items from 0 on: half an answer"),
    ("items */9", [], "belongs to a page without items, after 0: half an answer"),
]


@pytest.mark.parametrize(("header", "body", "problem"), RANGES)
def test_ranges(asker: Asker, console: Console, header: str, body: list[Any], problem: str) -> None:
    console.faults[SERVERS] = Fault(headers={"Content-Range": header}, body=body)
    assert asker.refused(console) == f"https://con{SERVERS}: Content-Range: {header!r} {problem}. {LOG}"


def test_a_range_of_another_form(asker: Asker, console: Console) -> None:
    console.faults[SERVERS] = Fault(headers={"Content-Range": "bytes 0-8/9"}, body=[])
    assert asker.refused(console) == (
        f"https://con{SERVERS}: Content-Range: 'bytes 0-8/9' is not of the form items 0-9/10. {FORM}"
    )


def test_a_list_that_changes_while_it_is_read(asker: Asker, console: Console) -> None:
    console.deployment = large(150)
    seen: list[str] = []

    def shrinking(path: str, value: Any) -> Any:
        seen.append(path)
        return value[:-1] if path == SERVERS and seen.count(SERVERS) > 1 else value

    console.change = shrinking
    assert asker.refused(console) == (
        f"https://con{SERVERS}: Content-Range: 149 is not the total of the page before (150): the list changed while "
        "it was "
        "read. Something else changes the deployment. Wait until it is done, then run again."
    )


def test_a_certificate_of_another_authority(asker: Asker, console: Console) -> None:
    assert asker.refused(console, ca=False) == (
        f"https://con{HOSTS}: answer: None was accepted: its certificate is not valid (unable to get local issuer "
        "certificate). Set ca_path to the certificate of the authority that signed the console's, and url to a name "
        "that is "
        "in it."
    )
    assert console.asked == []
    assert asker.slept == []


def test_a_certificate_for_another_name(asker: Asker, certificates: Certificates, tmp_path: Path) -> None:
    other = make_certificates(tmp_path, "console.example.com")
    with serve(example(), other.chain) as console:
        message = Asker(other).refused(console)
        assert console.asked == []
    assert message == (
        f"https://con{HOSTS}: answer: None was accepted: its certificate is not valid (IP address mismatch, "
        "certificate is "
        "not valid for '127.0.0.1'). Set ca_path to the certificate of the authority that signed the console's, and "
        "url to a "
        "name that is in it."
    )


def test_nobody_listens(asker: Asker, certificates: Certificates) -> None:
    with serve(example(), certificates.chain) as console:
        pass
    assert asker.refused(console) == (
        f"https://con{HOSTS}: answer: None came (ConnectionRefusedError: [Errno 111] Connection refused), 3 times. "
        f"{NETWORK}."
    )
    assert asker.slept == [1.0, 2.0]
