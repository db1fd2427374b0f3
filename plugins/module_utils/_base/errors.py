# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error of everything that runs on hosts."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

# A long value would hide the remedy, as the controller's.
_LONGEST_VALUE = 160


class RulesetError(Exception):
    """What is wrong, where, and what to do about it.

    As text it is the whole message. What is put together of several errors takes their ``words``.
    """

    def __init__(self, words, changed=None):
        """
        :param words: the message, without a word on whether anything was changed where that is nothing
        :type words: str
        :param changed: False: nothing was changed. True: something was, and could not be put back; the words say what.
            None: not known here, or nothing was to be changed
        :type changed: bool | None
        """
        Exception.__init__(self, words)
        self.words = words
        self.changed = changed

    def __str__(self):
        return "%s Nothing was changed." % self.words if self.changed is False else self.words


def words_alone(error):
    """What any error says, without a word on whether anything was changed.

    :type error: Exception
    :rtype: str
    """
    return error.words if isinstance(error, RulesetError) else str(error)


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
    """The value as a person would write it, the same under every Python; of a long one the beginning.

    :rtype: str
    """
    if hasattr(value, "encode") and not isinstance(value, str):
        value = value.encode("utf-8")
    if isinstance(value, str):
        return "'%s'" % _beginning(value)
    try:
        return _beginning("%s" % (value,))
    except ValueError:
        return "a number of thousands of digits"


def _beginning(text):
    if len(text) <= _LONGEST_VALUE:
        return text
    if isinstance(text, bytes):  # Python 2: not half a letter
        return text.decode("utf-8", "replace")[:_LONGEST_VALUE].encode("utf-8") + " ..."
    return text[:_LONGEST_VALUE] + " ..."
