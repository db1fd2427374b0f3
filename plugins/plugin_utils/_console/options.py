# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which console is asked, and how: the options of the inventory plugin, checked before anything is sent.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import InputError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import Networks
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.printable import Secret
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.values import (
    as_mapping,
    as_networks,
    as_number,
)

_LONGEST_TOKEN: Final = 512
_NAT_FORM: Final = "each NAT group with the private addresses in it, such as {1: [198.18.21.0/24]}"
_GROUPS: Final = 2**31 - 1
_HIDDEN: Final = "(hidden)"


@dataclass(frozen=True)
class ConsoleOptions:
    """One console.

    Args:
        url: without a path and without a slash at its end.
        token: of an authorized service.
        api_version: sent as the header Version; None for the console's newest.
        timeout: seconds for one whole answer.
        retries: tries after the first.
        nat_groups: NAT group with the private addresses in it.
    """

    url: str
    token: Secret
    api_version: str | None
    timeout: int
    retries: int
    nat_groups: Mapping[int, Networks]

    def headers(self) -> dict[str, str]:
        """Headers of every request. The token is plain in them: print none of this."""
        headers = {"Accept": "application/json", "SEC": str.__str__(self.token)}
        if self.api_version is not None:
            headers["Version"] = self.api_version
        return headers

    def redacted(self, text: str) -> str:
        """A text without the token, whoever put it there."""
        return text.replace(str.__str__(self.token), _HIDDEN)


def read_options(source: str, options: Mapping[str, object], token: str) -> ConsoleOptions:
    """Check the options.

    Args:
        source: the configuration file, for errors.
        options: by name.
        token: from whichever option or variable has it.

    Raises:
        InputError: one of them cannot be used. The token is not in it.
    """
    return ConsoleOptions(
        url=_url(source, options["url"]),
        token=_token(source, token),
        api_version=_api_version(source, options["api_version"]),
        timeout=as_number(source, "timeout", options["timeout"], 1, 600),
        retries=as_number(source, "retries", options["retries"], 0, 10),
        nat_groups=_nat_groups(source, options["nat_groups"]),
    )


def _url(source: str, value: object) -> str:
    remedy = "Write the console's address, such as https://console.example.com"
    if not isinstance(value, str) or not value:
        raise InputError(source, "url", None, "is not set", f"{remedy}, or set QRADAR_URL")
    try:
        parts = urllib.parse.urlsplit(value)
        host, user = parts.hostname, parts.username
        _port = parts.port
    except ValueError:
        raise InputError(source, "url", value, "is not a URL", remedy) from None
    if user is not None or "@" in value:
        raise InputError(source, "url", _HIDDEN, "has a user name or a password in it", f"{remedy}, and use a token")
    if parts.scheme != "https":
        raise InputError(source, "url", value, "is not https, so the token could be read on the way", remedy)
    if not host or not re.fullmatch(r"[A-Za-z0-9.:_-]{1,253}", host):
        raise InputError(source, "url", value, "names no host", remedy)
    if parts.path not in ("", "/") or parts.query or parts.fragment:
        raise InputError(source, "url", value, "has more than a host and a port", remedy)
    return f"https://{parts.netloc}"


def _token(source: str, value: str) -> Secret:
    remedy = "Write it as Admin > Authorized Services shows it, in one line"
    if "{{" in value:
        problem = "is a template, which this option does not take"
        raise InputError(source, "token", _HIDDEN, problem, "Use token_file, QRADAR_TOKEN or !vault")
    if not re.fullmatch(rf"[!-~]{{1,{_LONGEST_TOKEN}}}", value):
        problem = f"is not a token: 1 to {_LONGEST_TOKEN} letters, digits and signs, without white space"
        raise InputError(source, "token", _HIDDEN, problem, remedy)
    return Secret(value)


def _api_version(source: str, value: object) -> str | None:
    if value is None or value == "":
        return None
    if isinstance(value, str) and re.fullmatch(r"[0-9]{1,3}\.[0-9]{1,2}", value):
        return value
    remedy = 'Write it as "26.0", in quotation marks, or leave it out for the console\'s newest'
    raise InputError(source, "api_version", value, "is not a version of the API", remedy)


def _nat_groups(source: str, value: object) -> dict[int, Networks]:
    if isinstance(value, Mapping):
        value = {str(group) if isinstance(group, int) else group: networks for group, networks in value.items()}
    groups: dict[int, Networks] = {}
    owners: dict[str, int] = {}
    for name, networks in as_mapping(source, "nat_groups", value, _NAT_FORM).items():
        group = as_number(source, "nat_groups", name, 0, _GROUPS)
        groups[group] = as_networks(source, f"nat_groups.{name}", networks)
        for cidr in groups[group].cidrs:
            other = owners.setdefault(str(cidr), group)
            if other != group:
                problem = f"is in the NAT group {other}, too"
                raise InputError(source, f"nat_groups.{name}", str(cidr), problem, "List it in one of them")
    return groups
