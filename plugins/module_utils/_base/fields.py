# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fields of what a file holds: read with their type, since whoever wrote the file may not have been us."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

TEXT = (str, type(u""))
NUMBER = (int, float)
FLAG = (bool,)
ENTRIES = (list,)
OBJECT = (dict,)

#: what reading the fields of damaged data raises
DAMAGED = (AttributeError, LookupError, OverflowError, RuntimeError, TypeError, ValueError)


def field(data, name, kinds, optional=False):
    """One field.

    :type data: dict
    :type name: str
    :param kinds: TEXT, NUMBER, FLAG, ENTRIES or OBJECT
    :type kinds: tuple[type, ...]
    :param optional: whether it may be missing or null
    :type optional: bool
    :raises ValueError: it is of another type, or missing.
    """
    if not isinstance(data, dict):
        raise ValueError("%s: there are no fields" % name)
    value = data.get(name)
    if value is None and optional:
        return None
    # JSON in Python knows numbers that are none: NaN, Infinity.
    odd = isinstance(value, float) and value - value != 0
    if not isinstance(value, kinds) or odd or (isinstance(value, bool) and kinds is not FLAG):
        raise ValueError("%s: is not of the type that it is written with" % name)
    return value
