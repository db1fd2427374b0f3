# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Documentation of other people's modules as argument specifications, and what Ansible says of arguments under them."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Any

import yaml
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.modules import iptables

from tests.other_collections import other_collections


@functools.cache
def options_of(name: str) -> dict[str, Any]:
    """The documented options of a module, such as ``amazon.aws.ec2_security_group``."""
    namespace, collection, module = name.split(".")
    if (namespace, collection) == ("ansible", "builtin"):
        assert module == "iptables"
        path = Path(iptables.__file__)
    else:
        modules = other_collections() / "ansible_collections" / namespace / collection / "plugins/modules"
        path = modules / f"{module}.py"
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "DOCUMENTATION":
            documentation = yaml.safe_load(ast.literal_eval(node.value))
            return dict(documentation["options"])
    raise LookupError(name)


def specification(options: dict[str, Any]) -> dict[str, Any]:
    """Documented options in the form of an argument specification."""
    keys = ("type", "elements", "choices", "required", "default", "aliases")
    return {
        name: {key: about[key] for key in keys if key in about and not (key == "default" and about.get("required"))}
        | ({"options": specification(about["suboptions"])} if "suboptions" in about else {})
        for name, about in options.items()
    }


def complaints(name: str, arguments: dict[str, Any]) -> list[str]:
    """What Ansible has against arguments of a module."""
    messages: list[str] = ArgumentSpecValidator(specification(options_of(name))).validate(arguments).error_messages
    return messages
