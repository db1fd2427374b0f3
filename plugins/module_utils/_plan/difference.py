# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The difference between what is and what is wanted, in lines for people: flows, not rules.

Every provider reads its rules into a Meaning for each family; the rest is here.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import apart, count_text, shown, sort_key
from ansible_collections.portledger.qradar.plugins.module_utils._plan.line import Counted, Line
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import is_containers_label

_FAMILY_NAMES = {"ipv4": "IPv4", "ipv6": "IPv6"}
_MEMBERS_SHOWN = 10
_PUBLISHED = ", published by containers"


class Meaning:
    """What the rules of one family mean."""

    def __init__(self):
        #: flows: service, port value, source label, destination label or None; an empty port stands for any
        self.flows = set()
        #: flows into what containers publish, the same way; a subset of the flows where all is well
        self.published = set()
        #: networks of each label
        self.members = {}
        #: the same for what containers publish, where rules say them once more; else empty
        self.published_members = {}
        #: for rules that are not flows: anything that identifies the rule, and its text
        self.fixed = {}
        #: as fixed, for what containers publish
        self.published_fixed = {}
        #: texts about rules and chains that this collection did not create
        self.unrecognised = []


def difference(present, wanted):
    """Lines that lead from one to the other.

    :param present: by family
    :type present: dict[str, Meaning]
    :param wanted: by family, the same families
    :type wanted: dict[str, Meaning]
    :rtype: list[str]
    """
    lines = _flow_lines(present, wanted, "flows", lambda family, flow, less, more: False)
    # What is opened or closed on the host as well has its line already.
    lines.extend(
        line.ending(_PUBLISHED)
        for line in _flow_lines(
            present,
            wanted,
            "published",
            lambda family, flow, less, more: flow in more[family].flows and flow not in less[family].flows,
        )
    )
    members = _member_lines(present, wanted, "members")
    lines.extend(members)
    again = _member_lines(present, wanted, "published_members")
    lines.extend(line.ending(_PUBLISHED) for line in again if line not in members)
    fixed = _fixed_lines(present, wanted, "fixed")
    lines.extend(fixed)
    published = (line for line in _fixed_lines(present, wanted, "published_fixed") if line not in fixed)
    lines.extend(line + _PUBLISHED for line in published)
    unrecognised = dict((family, present[family].unrecognised) for family in present)
    # A rule that this collection did not create could be in any family, so it says in which it is.
    anywhere = dict((family, set().union(*unrecognised.values())) for family in unrecognised)
    lines.extend(by_family("- ", unrecognised, anywhere))
    return lines


def by_family(sign, found, possible):
    """Lines, each once, with the families named where a text applies to fewer of them than it could.

    :type sign: str
    :param found: by family, texts
    :type found: dict[str, collections.Iterable[str]]
    :param possible: by family, texts that exist there before or after
    :type possible: dict[str, collections.Iterable[str]]
    :rtype: list[str]
    """
    lines = []
    for text in sorted(set().union(*found.values())):
        here = [name for name in sorted(found) if text in found[name]]
        could = [name for name in sorted(possible) if text in possible[name]]
        lines.append(sign + text + _only(here, could))
    return lines


def _only(here, could):
    if set(here) >= set(could):
        return ""
    return " (%s)" % ", ".join(_FAMILY_NAMES[family] for family in here)


def _all_members(meanings, kind):
    members = {}
    for meaning in meanings.values():
        for label, networks in getattr(meaning, kind).items():
            members.setdefault(label, set()).update(networks)
    return members


def _members_of(meaning, kind):
    """Networks of each label, for flows of one kind."""
    return meaning.published_members or meaning.members if kind == "published" else meaning.members


def _flow_lines(present, wanted, kind, said):
    """Lines about flows of one kind.

    :param kind: flows or published
    :type kind: str
    :param said: whether a flow has a line already
    :type said: Callable
    """

    def of(meaning):
        return getattr(meaning, kind)

    changes = {}
    for family in wanted:
        for sign, less, more in (("-", wanted, present), ("+", present, wanted)):
            others = set().union(*[of(less[name]) for name in less])
            for flow in of(more[family]) - of(less[family]):
                ends = [end for end in flow[2:] if end is not None]
                # Where a set only loses or gains a family, the line about its members says it.
                if flow in others and not all(_members_of(less[family], kind).get(end) for end in ends):
                    continue
                if said(family, flow, less, more):
                    continue
                changes.setdefault((flow[2], flow[3] or "", flow[0], _port_key(flow[1]), sign), (flow, []))[1].append(
                    family
                )
    lines, known = [], {}
    for key in sorted(changes):
        sign, (flow, families) = key[-1], changes[key]
        side = wanted if sign == "+" else present
        both = [name for name in sorted(wanted) if flow in of(wanted[name]) or flow in of(present[name])]
        counted = [_counted(label, side, families, kind, known) for label in flow[2:] if label is not None]
        text = "%s from %s" % (("%s %s" % (flow[1], flow[0])).strip(), " to ".join(one.words for one in counted))
        lines.append(Line("%s %s%s" % (sign, text, _only(families, both)), counted))
    return lines


def _counted(label, side, families, kind, known):
    """What stands for a set in lines. known: those of these lines, for a set may have many flows and networks."""
    if is_containers_label(label):
        # All that comes by an interface, whatever its address.
        return Counted(label, ())
    key = (label, id(side), tuple(families))
    if key not in known:
        networks = set().union(*[_members_of(side[family], kind).get(label, ()) for family in families])
        known[key] = Counted("%s (%s)" % (label, count_text(networks)), networks)
    return known[key]


def _port_key(port):
    transport, _slash, numbers = port.partition("/")
    # Of rules that were read, it may be anything.
    first = re.match("[0-9]{1,5}", numbers)
    return transport, int(first.group(0)) if first else 0, numbers


def _member_lines(present, wanted, kind):
    before, after = _all_members(present, kind), _all_members(wanted, kind)
    lines = []
    for label in sorted(set(before) & set(after)):
        changes, counted = [], []
        for sign, word, networks in _changed(before[label], after[label]):
            changes.extend(_some(sign, networks))
            if len(networks) > _MEMBERS_SHOWN:
                counted.append(Counted("%s, %s (%s)" % (label, word, count_text(networks)), networks))
        if changes:
            lines.append(Line("~ %s: %s" % (label, ", ".join(changes)), counted))
    return lines


def _changed(before, after):
    """What is added, and what is removed. Neighbours in one network are hosts, unless only that differs."""
    there, wanted = set(apart(before)), set(apart(after))
    if there == wanted:
        there, wanted = before, after
    return ("+", "added", wanted - there), ("-", "removed", there - wanted)


def _some(sign, networks):
    ordered = sorted(networks, key=sort_key)
    texts = [sign + shown(network) for network in ordered[:_MEMBERS_SHOWN]]
    if len(ordered) > _MEMBERS_SHOWN:
        texts.append("%sand %d more" % (sign, len(ordered) - _MEMBERS_SHOWN))
    return texts


def _fixed_lines(present, wanted, kind):
    before, after = (
        dict((family, getattr(side[family], kind)) for family in wanted) for side in (present, wanted)
    )
    lines = []
    possible = dict((family, set(before[family].values()) | set(after[family].values())) for family in wanted)
    for sign, less, more in (("- ", after, before), ("+ ", before, after)):
        found = {}
        for family in more:
            keys = [key for key in more[family] if key not in less[family]]
            found[family] = sorted(set(more[family][key] for key in keys))
        lines.extend(by_family(sign, found, possible))
    return lines
