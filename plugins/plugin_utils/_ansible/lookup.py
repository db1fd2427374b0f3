# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The frame of the collection's lookups: options, errors, and the inventory of the run.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.progress import progress
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.options import check_options
from ansible_collections.portledger.qradar.plugins.plugin_utils._inventory.view import HostVars

COLLECTION: Final = "portledger.qradar"
FAIL: Final = "fail"
"""An option of lookups whose error may be their answer: newer releases of Ansible print an error several times."""


class Lookup(LookupBase):  # type: ignore[misc] # ansible-core has no types
    """A lookup that refuses unknown options and reports errors under its own name.

    Attributes:
        NAME: of the plugin, without the collection.
        OPTIONS: names of its options.
        TERMS: whether it takes terms.
    """

    NAME: str
    OPTIONS: tuple[str, ...] = ()
    TERMS = False

    _loader: Any

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        self.set_options(var_options=variables, direct=kwargs)
        try:
            check_options(kwargs, self.OPTIONS)
            if terms and not self.TERMS:
                raise PortledgerError(f"takes no terms. Remove {terms[0]!r}.")
            options = {name: self.get_option(name) for name in self.OPTIONS}
            with progress("", f"{self.NAME}: reading the inventory"):
                return self.answer(terms, self._in_full_context(variables or {}), options)
        except PortledgerError as error:
            if FAIL in self.OPTIONS and not self.get_option(FAIL):
                return [{"error": str(error)}]
            raise AnsibleLookupError(f"{COLLECTION}.{self.NAME}: {error}") from error

    def _in_full_context(self, variables: Mapping[str, Any]) -> Mapping[str, Any]:
        if "hostvars" not in variables:
            return variables
        return {**variables, "hostvars": self._full(variables["hostvars"])}

    def _full(self, hostvars: HostVars) -> FullHostVars:
        return FullHostVars(hostvars, self._loader)

    def answer(self, terms: Sequence[Any], variables: Mapping[str, Any], options: dict[str, Any]) -> list[Any]:
        """What the lookup returns.

        Args:
            terms: empty where the lookup takes none.
            variables: of the host that asks, with ``hostvars`` and ``groups``.
            options: each of ``OPTIONS``.

        Raises:
            PortledgerError: for people.
        """
        raise NotImplementedError
