# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What firewalld has of ours, or is to have: files, what is in force, direct rules."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import FOLDER, read_bytes
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.published import FILE
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.ipset import ask_ipset


class FirewalldState:
    """What is, or what is to be."""

    def __init__(self, files, model, runtime, rules, about):
        """
        :param files: content of our files, by path under firewalld's folder
        :type files: dict[str, bytes]
        :type model: _firewalld.rules.Model
        :param runtime: None where firewalld does not run
        :type runtime: _firewalld.runtime.Runtime | None
        :param rules: direct rules: those in the file, and those in force
        :type rules: tuple[dict, dict]
        :param about: scope; for what is: version, containers, with_sets, and zoned, the interfaces in a zone, where
            these matter; for what is and what was: kernel_sets, the names of sets that firewalld has made for ipset,
            beside those of its own table
        :type about: dict
        """
        self.files = files
        self.model = model
        self.runtime = runtime
        self.rules, self.rules_in_force = rules
        self.about = about


class FormerFirewalldState(FirewalldState):
    """What was there before a change. It needs no test, and the way back to it must not wait for one."""


def same_files(present, wanted):
    """Whether files mean the same.

    :type present: FirewalldState
    :type wanted: FirewalldState
    :rtype: bool
    """
    return present.model.key() == wanted.model.key()


def same_runtime(there, wanted):
    """Whether what is in force is what is wanted; yes where firewalld does not run.

    :type there: _firewalld.runtime.Runtime | None
    :type wanted: _firewalld.runtime.Runtime
    :rtype: bool
    """
    if there is None:
        return True
    return same_policy(there, wanted) and not other_sets(there, wanted)


def same_policy(there, wanted):
    """The same, whatever is in the sets.

    :type there: _firewalld.runtime.Runtime
    :type wanted: _firewalld.runtime.Runtime
    :rtype: bool
    """
    unrecognised = [text for text in there.unrecognised if text not in wanted.unrecognised]
    return (there.there, there.target, there.atoms) == (wanted.there, wanted.target, wanted.atoms) and not unrecognised


def other_sets(there, wanted):
    """Sets that are not as wanted. Those that nobody wants any more do nothing: a reload may keep them.

    :type there: _firewalld.runtime.Runtime
    :type wanted: _firewalld.runtime.Runtime
    :rtype: list[str]
    """
    return [name for name in sorted(wanted.sets) if there.sets.get(name) != wanted.sets[name]]


def kernel_sets(host, names):
    """Names of our sets that firewalld has made for ipset.

    :type host: _host.host.Host
    :type names: _firewalld.rules.Names
    :rtype: list[str]
    :raises RulesetError: ipset failed.
    """
    return sorted(name for name in (ask_ipset(host, ["-n", "list"]) or "").split() if names.owns(name))


def direct_text(host):
    """What firewalld's file of direct rules says; None where there is none.

    :type host: _host.host.Host
    :rtype: str | None
    :raises RulesetError: it cannot be read.
    """
    raw = read_bytes(host.file(FOLDER, FILE))
    return raw if raw is None else native(raw)


def as_bytes(text):
    """
    :type text: str | bytes | None
    :rtype: bytes | None
    """
    return text if text is None or isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")
