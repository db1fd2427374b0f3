# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""From the options of the inventory plugin to the inventory: out of the cache, or asked of the console.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.console_files import read_ca_path, read_token
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.https import sender
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.networks import require_netaddr
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.options import check_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.client import Client
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.fetch import fetch
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.inventory import (
    ConsoleInventory,
    read_inventory,
)
from ansible_collections.portledger.qradar.plugins.plugin_utils._console.options import ConsoleOptions, read_options

_OPTIONS: Final = ("url", "api_version", "timeout", "retries", "nat_groups")
_QUESTION: Final = "question"
"""Of what is in the cache: which console, and how. Another question has another answer."""


def find_inventory(plugin: Any, config: Mapping[str, Any], path: str, cache: bool) -> ConsoleInventory:
    """The inventory.

    Args:
        plugin: with its options set.
        config: what is in the configuration file.
        path: of that file.
        cache: whether Ansible permits to use the cache.

    Raises:
        PortledgerError: for people, without the token.
    """
    require_netaddr()
    check_options(config, plugin.get_options(), "plugin")
    given = {name: plugin.get_option(name) for name in _OPTIONS}
    token = read_token(
        path, plugin.get_option("token"), plugin.get_option("token_file"), plugin.loader, plugin.display.warning
    )
    options = read_options(path, given, token)
    try:
        return _cached(plugin, options, path, cache) or _asked(plugin, options, path)
    except PortledgerError as error:
        raise PortledgerError(options.redacted(str(error))) from None


def _question(plugin: Any, options: ConsoleOptions) -> dict[str, Any]:
    return {"api_version": options.api_version, "url": options.url, **_widened(plugin)}


def _widened(plugin: Any) -> dict[str, bool]:
    """What is asked of each host besides."""
    return {name: plugin.get_option(name) for name in ("interfaces", "tunnels", "user_entries")}


def _cached(plugin: Any, options: ConsoleOptions, path: str, cache: bool) -> ConsoleInventory | None:
    """The inventory out of the cache; None where it is not there, or of no use."""
    if not (cache and plugin.get_option("cache")):
        return None
    try:
        cached = plugin.cache[plugin.get_cache_key(path)]
        if cached[_QUESTION] != _question(plugin, options):
            return None
        return read_inventory(cached, options)
    except (LookupError, TypeError, PortledgerError):
        return None


def _asked(plugin: Any, options: ConsoleOptions, path: str) -> ConsoleInventory:
    ca_path, validate_certs = read_ca_path(path, plugin.get_option("ca_path")), plugin.get_option("validate_certs")
    if not validate_certs:
        plugin.display.warning(
            f"{path}: validate_certs is false: whoever is between here and {options.url} can read the token. "
            "Set ca_path instead."
        )
    send = sender(timeout=options.timeout, ca_path=ca_path, validate_certs=validate_certs)
    client = Client(options, send)
    answers = fetch(client, lambda line: plugin.display.vv(f"{options.url}: {line}"), **_widened(plugin))
    inventory = read_inventory(answers, options)
    if plugin.get_option("cache"):
        # Only what was found to be whole.
        plugin.cache[plugin.get_cache_key(path)] = {_QUESTION: _question(plugin, options), **answers}
    return inventory
