# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error of everything that runs on hosts.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type


class RulesetError(Exception):
    """What is wrong, where, and what to do about it; nothing was changed, unless the text says otherwise."""


def complaint(variable, value, problem, remedy):
    """One sentence about a value and one about the remedy.

    :type variable: str
    :type value: object
    :type problem: str
    :type remedy: str
    :rtype: str
    """
    return "%s: %s %s. %s." % (variable, quoted(value), problem, remedy)


def quoted(value):
    """The value as a person would write it, the same under every Python.

    :rtype: str
    """
    if hasattr(value, "encode") and not isinstance(value, str):
        value = value.encode("utf-8")
    if isinstance(value, str):
        return "'%s'" % value
    return "%s" % (value,)
