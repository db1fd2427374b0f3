# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What entries of nft look like, and which names of interfaces are in them."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

_KEYS = frozenset(["iif", "iifname", "oif", "oifname"])


def has_form(about, form):
    """Whether an entry has what is asked of it.

    :param about: what stands behind the kind of an entry
    :param form: types by name; one with a question mark may be missing
    :type form: dict[str, tuple]
    :rtype: bool
    """
    if not isinstance(about, dict):
        return False
    for name, types in form.items():
        value = about.get(name.rstrip("?"))
        if value is None and name.endswith("?"):
            continue
        if not isinstance(value, types) or isinstance(value, bool):
            return False
    if about.get("hook") is None or "prio?" not in form:
        return True
    return about.get("prio") is not None and len(about.get("hook")) > 0


def interface_names(entries):
    """Names of interfaces in rules and sets of nft. What is none does no harm.

    :param entries: kinds, and what stands behind them
    :type entries: list[tuple[str, dict]]
    :rtype: set[str]
    """
    found = set()
    for kind, about in entries:
        if kind in ("set", "map") and "ifname" in _words(about.get("type")) | _words(about.get("typeof")):
            found |= _words(about.get("elem"))
        elif kind == "rule":
            for part in about["expr"]:
                words = _words(part)
                if words & _KEYS:
                    found |= words
    return set(name for name in found if not name.startswith("@"))


def _words(value):
    """All texts in a value."""
    found, left = set(), [value]
    while left:
        one = left.pop()
        if isinstance(one, dict):
            left.extend(one.values())
        elif isinstance(one, list):
            left.extend(one)
        elif isinstance(one, (str, type(u""))):
            found.add(one)
    return found
