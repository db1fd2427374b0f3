# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the collection's filters: options, errors, and text that stays text.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final

from ansible.errors import AnsibleFilterError
from ansible.utils.unsafe_proxy import wrap_var

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.options import check_options

COLLECTION: Final = "portledger.qradar"


def as_filter(function: Callable[..., Any]) -> Callable[..., Any]:
    """A function as Ansible calls a filter: it refuses unknown options, and reports errors under its own name.

    Args:
        function: named as the filter, with what it filters as its first parameter.

    Returns:
        A function whose result is never taken for a template, whatever hosts and comments are called.
    """
    options = tuple(inspect.signature(function).parameters)[1:]

    @functools.wraps(function)
    def called(value: Any, *arguments: Any, **given: Any) -> Any:
        try:
            if len(arguments) > len(options):
                raise PortledgerError(f"takes {len(options)} options at most. Remove {arguments[len(options)]!r}.")
            check_options(given, options, "filter")
            for name in options[: len(arguments)]:
                if name in given:
                    raise PortledgerError(f"{name}: is given twice. Give options by their names.")
            return wrap_var(function(value, *arguments, **given))
        except PortledgerError as error:
            raise AnsibleFilterError(f"{COLLECTION}.{function.__name__}: {error}") from error

    return called


class Filters:
    """Base of the class that Ansible looks for in a file of filters.

    Attributes:
        FILTERS: functions named as the filters.
    """

    FILTERS: tuple[Callable[..., Any], ...]

    def filters(self) -> dict[str, Callable[..., Any]]:
        """The filters by name, as Ansible asks for them."""
        return {function.__name__: as_filter(function) for function in self.FILTERS}
