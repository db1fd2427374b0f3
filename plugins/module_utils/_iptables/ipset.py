# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Sets of networks in the kernel, through ipset.

A set's content is a dictionary: name, then canonical networks. 0.0.0.0/0 and ::/0 are two halves each, for hash:net
takes no length of 0.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import words_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.netlink import IPSET
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import ipset_lines, split

_HALVES = {"0.0.0.0/0": ["0.0.0.0/1", "128.0.0.0/1"], "::/0": ["::/1", "8000::/1"]}
# Means nothing, and may hold what looks like a line.
_COMMENT = re.compile(r' comment "[^"]*"')
# nf_tables lets go of the sets of removed rules a moment after the rules are gone.
_RELEASE_SECONDS = 3.0


class SetState:
    """Our sets in the kernel."""

    def __init__(self, members, kinds):
        """
        :param members: canonical networks of each set
        :type members: dict[str, set[str]]
        :param kinds: type and family of each set, as ipset writes them
        :type kinds: dict[str, str]
        """
        self.members = members
        self.kinds = kinds


def read_sets(host, prefix):
    """Our sets, or None where ipset is not installed, or the kernel knows no sets.

    :type host: _host.host.Host
    :param prefix: what the names of our sets start with
    :type prefix: str
    :rtype: SetState | None
    :raises RulesetError: ipset failed; what it would have said is not known then.
    """
    save = ask_ipset(host, ["save"])
    return save if save is None else parse_sets(save, prefix)


def ask_ipset(host, arguments):
    """What ipset prints, or None where it is not installed, or the kernel knows no sets.

    :type host: _host.host.Host
    :type arguments: list[str]
    :rtype: str | None
    :raises RulesetError: it failed.
    """
    if not host.find("ipset"):
        return None
    code, out, err = host.run("ipset", arguments)
    if code == 0:
        return out
    if host.kernel_has(IPSET) is False:
        return None
    raise RulesetError(
        "ipset %s: failed: %s. What it holds is not known, so nothing can be compared or kept. Find out why it fails, "
        "then run this again." % (" ".join(arguments), words_of(code, out, err)),
    )


def parse_sets(save, prefix):
    """Our sets in the output of ipset save.

    :type save: str
    :type prefix: str
    :rtype: SetState
    """
    state = SetState({}, {})
    create, add = "create " + prefix, "add " + prefix
    for line in ipset_lines(save):
        if line.startswith(add):
            words = line.split(" ", 2)
            members = state.members.get(words[1])
            if members is not None and len(words) == 3:
                members.add(_canonical(words[2]))
        elif line.startswith(create):
            words = split(line)
            if len(words) > 2:
                state.members[words[1]] = set()
                state.kinds[words[1]] = " ".join(words[2:5])
    return state


def _canonical(member):
    """A member with its length; what has options behind it is none of ours and stays as it is."""
    if " " in member:
        member = _COMMENT.sub("", member)
    if "/" in member or " " in member:
        return member
    return member + ("/128" if ":" in member else "/32")


def as_members(networks):
    """Networks as hash:net takes them.

    :type networks: list[str]
    :rtype: set[str]
    """
    members = set(networks)
    for whole in members.intersection(_HALVES):
        members.remove(whole)
        members.update(_HALVES[whole])
    return members


def as_networks(members):
    """The reverse of :func:`as_members`.

    :rtype: set[str]
    """
    networks = set(members)
    for whole, halves in _HALVES.items():
        if networks.issuperset(halves):
            networks.difference_update(halves)
            networks.add(whole)
    return networks


def kind_of(name, prefix):
    """Type and family that a set of this name has.

    :rtype: str
    """
    return "hash:net family %s" % ("inet6" if name[len(prefix)] == "6" else "inet")


class SetChange:
    """Leads from the sets that are there to those wanted, around the change of the rules that use them."""

    def __init__(self, host, prefix, present, wanted, kept):
        """
        :param present: what is there
        :type present: SetState
        :param wanted: what is to be; a set without a kind is of the one that its name says
        :type wanted: SetState
        :param kept: names of sets of ours that foreign rules use, and that therefore stay
        :type kept: set[str]
        """
        kinds = wanted.kinds
        self.host = host
        self.prefix = prefix
        self.present = present
        self.wanted = wanted = wanted.members
        self.kinds = dict((name, kinds.get(name) or kind_of(name, prefix)) for name in wanted)
        self.new = sorted(set(wanted) - set(present.members))
        self.drifted = sorted(name for name in set(wanted) & set(present.members) if not self._same(name))
        self.stale = sorted(set(present.members) - set(wanted) - set(kept))
        self._spare = dict(
            (name, "%s%s-swap-%d" % (prefix, name[len(prefix)], number)) for number, name in enumerate(self.drifted)
        )

    def _same(self, name):
        return self.present.members[name] == self.wanted[name] and not self._wrong_kind(name)

    def _wrong_kind(self, name):
        return self.present.kinds[name] != self.kinds[name]

    def needed(self):
        """Whether anything is to do.

        :rtype: bool
        """
        return bool(self.new or self.drifted or self.stale)

    def prepare(self):
        """Make new sets, and fill spare ones for those that drifted. No rule sees any of it yet.

        :raises RulesetError: nothing is left of the attempt.
        """
        for name in self.drifted:
            if self._wrong_kind(name):
                raise RulesetError(
                    "ipset: the set %s is of type %s, which this module never makes. Remove the rules that use it, "
                    "then: ipset destroy %s." % (name, self.present.kinds[name], name)
                )
        lines = []
        for name in self.new:
            lines.extend(fill(name, self.kinds[name], self.wanted[name]))
        for name in self.drifted:
            lines.extend(fill(self._spare[name], self.kinds[name], self.wanted[name]))
        if not lines:
            return
        code, out, err = self._restore(lines)
        if code != 0:
            self.abandon()
            raise RulesetError("ipset restore: failed: %s." % words_of(code, out, err), changed=False)

    def abandon(self):
        """Remove what :meth:`prepare` made, as far as that works: whoever calls this has said what went wrong."""
        self._destroy(self.new + sorted(self._spare.values()))

    def finish(self):
        """Once the new rules are in force: swap drifted sets for their spares, and remove what no rule uses.

        :raises RulesetError: a drifted set could not be swapped, or ipset failed to remove one that nothing uses.
        """
        if self.drifted:
            code, out, err = self._restore("swap %s %s" % (self._spare[name], name) for name in self.drifted)
            if code != 0:
                raise RulesetError("ipset restore: swapping sets failed: %s." % words_of(code, out, err), changed=True)
        failed = self._destroy(sorted(set(self._spare.values()) | set(self.stale)))
        if failed:
            raise RulesetError(
                "ipset destroy %s: failed: %s. No rule uses this set any more, but it is still in the kernel." % failed,
                changed=True,
            )

    def _restore(self, lines):
        return self.host.run("ipset", ["restore"], "\n".join(lines) + "\n")

    def _destroy(self, names):
        """Destroy sets; those that are not there do not matter, those in use are tried again for a moment.

        Gives the first that ipset failed at, and its words; None where there is none.
        """
        if not names or self._restore("destroy %s" % name for name in names)[0] == 0:
            return None
        failed = []
        end = self.host.uptime() + _RELEASE_SECONDS
        while names and self.host.uptime() < end:
            answers = [(name,) + self.host.run("ipset", ["destroy", name]) for name in names]
            names = [name for name, code, _out, err in answers if code != 0 and "in use" in err]
            failed.extend(
                (name, words_of(code, out, err))
                for name, code, out, err in answers
                if code != 0 and "in use" not in err and "does not exist" not in err
            )
            if names:
                self.host.sleep(0.05)
        return failed[0] if failed else None


def fill(name, kind, members):
    """Lines of ipset restore that make a set with these members.

    :type name: str
    :param kind: type and family, as ipset writes them
    :type kind: str
    :type members: set[str]
    :rtype: collections.Iterable[str]
    """
    size = 64
    while size < len(members):
        size *= 2
    yield "create -exist %s %s hashsize %d maxelem %d" % (name, kind, size, max(65536, len(members)))
    yield "flush %s" % name
    for member in sorted(members):
        yield "add %s %s" % (name, member)
