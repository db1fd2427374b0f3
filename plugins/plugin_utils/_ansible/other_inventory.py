# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Another inventory than that of the run, read as Ansible reads one.

Note that this plugin util is **PRIVATE** to the collection.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.vars.hostvars import HostVars
from ansible.vars.manager import VariableManager

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.host_variables import FullHostVars
from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError


def read_inventory(name: str, sources: Sequence[str], loader: Any) -> tuple[FullHostVars, Mapping[str, Sequence[str]]]:
    """The variables of its hosts, and its groups.

    Args:
        name: of the option or variable that names it, for errors.
        sources: as after ``-i``; several make one inventory together.
        loader: Ansible's, as every action and lookup has it.

    Raises:
        PortledgerError: a source does not exist, or Ansible cannot read it.
    """
    for source in sources:
        if "," not in source and not Path(source).expanduser().exists():
            raise PortledgerError(f"{name}: {source!r} does not exist. Write it as you would after -i.")
    try:
        inventory = InventoryManager(loader=loader, sources=list(sources))
        manager = VariableManager(loader=loader, inventory=inventory)
    except AnsibleError as error:
        raise PortledgerError(f"{name}: {', '.join(sources)}: {' '.join(str(error).split())}") from error
    return FullHostVars(HostVars(inventory, manager, loader), loader), inventory.get_groups_dict()
