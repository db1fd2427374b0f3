# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Foreign rules read, and put back, whatever has become of iptables-save and iptables-restore meanwhile.

Where one of these is gone or fails, iptables itself does the same, a table or a rule at a time: one rule that cannot be
put back costs no other.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import DAMAGED
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import words_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.lock import is_locked_out, waiting, who_holds
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.restore import restore_text
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import lines_of, split
from ansible_collections.portledger.qradar.plugins.module_utils._providers.answers import printed

_TABLES = ("filter", "mangle", "nat", "raw", "security")


def can_read(host, program):
    """Whether there is anything that shows rules.

    :type host: _host.host.Host
    :param program: iptables or ip6tables
    :type program: str
    :rtype: bool
    """
    return bool(host.find(program + "-save") or host.find(program))


def read_rules(host, program):
    """All rules, as iptables-save prints them.

    :type host: _host.host.Host
    :param program: iptables or ip6tables
    :type program: str
    :rtype: str
    :raises RulesetError: they cannot be read.
    """
    try:
        return printed(host, program + "-save", [])
    except RulesetError:
        found = _listed(host, program) if host.find(program) else None
        if found is None:
            raise
        return found


def put_back_rules(host, program, text, left):
    """Have the kernel take a text for iptables-restore that leaves alone what it does not name.

    A program that fails may have done its work all the same, so what is left is worked out anew before another one
    does it.

    :type host: _host.host.Host
    :param program: iptables or ip6tables
    :type program: str
    :type text: str
    :param left: gives such a text of what is not there at the moment of the call; empty for nothing
    :type left: Callable[[], str]
    :raises RulesetError: not all of it is there now.
    """
    problems = []
    for table in _by_table(text):
        try:
            restore_text(host, program + "-restore", table)
        except RulesetError as error:
            if is_locked_out(error.words):
                # So it would be with each rule, and each would wait.
                problems.append(error.words)
                break
            said = _put_back_rest(host, program, table, left)
            problems.extend([error.words] + said if said else [])
            if any(is_locked_out(words) for words in said):
                break
    if problems:
        raise RulesetError(" ".join(words for words in problems if words))


def _put_back_rest(host, program, table, left):
    """Line by line; gives what was said of lines that failed, which may be nothing at all."""
    try:
        rest = "".join(one for one in _by_table(left()) if one.split("\n")[0] == table.split("\n")[0])
    except RulesetError as error:
        return [error.words]
    if rest and not host.find(program):
        return [""]
    return [words for words in _one_by_one(host, program, rest) if words]


def _by_table(text):
    """The text of each table."""
    found = []
    for line in lines_of(text):
        if line.startswith("*"):
            found.append([])
        if found and line:
            found[-1].append(line)
    return ["\n".join(lines + [""]) for lines in found]


def finish(note, put_back, done=None):
    """Complete what was noted, by whoever was killed before he could, or could not for want of the lock.

    :type note: _host.unfinished.Note
    :param put_back: does it, given what was noted
    :type put_back: Callable[[dict], None]
    :param done: what is complete already, where the note says nothing else
    :type done: dict | None
    :raises RulesetError: not all of it is back. The note stays where somebody holds the lock, so that whoever comes
        next tries again; what fails otherwise would fail for ever.
    """
    data = note.read()
    try:
        if data and data != done:
            put_back(data)
    except DAMAGED:
        # Not what we write.
        pass
    except RulesetError as error:
        if not is_locked_out(error.words):
            note.remove()
        raise
    note.remove()


def _listed(host, program):
    """What iptables itself lists, in the form of iptables-save; None where it fails on the table that all have."""
    wait, seconds = waiting(host)
    parts = []
    for table in _TABLES:
        code, out, _err = host.run(program, wait + ["-t", table, "-S"], None, seconds)
        if code == 0:
            parts.append("\n".join(["*" + table] + [_saved(line) for line in lines_of(out) if line] + ["COMMIT", ""]))
        elif table == _TABLES[0]:
            return None
    return "".join(parts)


def _saved(line):
    """A line of iptables -S as iptables-save has it."""
    option, _blank, rest = line.partition(" ")
    if option == "-P":
        return ":%s [0:0]" % rest
    return ":%s - [0:0]" % rest if option == "-N" else line


def _one_by_one(host, program, text):
    """Run each line of a text; gives what was said of it, empty where it worked. The lock is waited for once."""
    wait, seconds = waiting(host)
    table = "filter"
    # How many rules of a chain could not be inserted: those behind them move up.
    failed = {}
    for line in lines_of(text):
        if line.startswith("*"):
            table = line[1:]
        elif line.startswith(":"):
            chain, policy = split(line[1:])[:2]
            if policy != "-":
                yield _run(host, program, wait + ["-t", table, "-P", chain, policy], seconds)
            else:
                # It may be there already: then its rules fail or not, and say so.
                host.run(program, wait + ["-t", table, "-N", chain], None, seconds)
        elif line and line != "COMMIT":
            words = split(line)
            if words[0] == "-I":
                words[2] = "%d" % (int(words[2]) - failed.get(words[1], 0))
            said = _run(host, program, wait + ["-t", table] + words, seconds)
            yield said
            if is_locked_out(said):
                return
            if said and words[0] == "-I":
                failed[words[1]] = failed.get(words[1], 0) + 1


def _run(host, program, arguments, seconds):
    code, out, err = host.run(program, arguments, None, seconds)
    words = " ".join(words_of(code, out, err).split())
    return "" if code == 0 else "%s %s: failed: %s.%s" % (
        program, " ".join(arguments), words.rstrip("."), who_holds(host, words)
    )
