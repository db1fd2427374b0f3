# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one reader of what ``nft -j`` prints: entries, values of matches, elements of sets."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import block, interval_of, number_of
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json, native

#: numbers of types of ICMP by the names that nft gives them
ICMP_TYPES = {
    "icmp type": {
        "echo-reply": 0, "destination-unreachable": 3, "source-quench": 4, "redirect": 5, "echo-request": 8,
        "router-advertisement": 9, "router-solicitation": 10, "time-exceeded": 11, "parameter-problem": 12,
        "timestamp-request": 13, "timestamp-reply": 14, "info-request": 15, "info-reply": 16,
        "address-mask-request": 17, "address-mask-reply": 18,
    },
    "icmpv6 type": {
        "destination-unreachable": 1, "packet-too-big": 2, "time-exceeded": 3, "parameter-problem": 4,
        "echo-request": 128, "echo-reply": 129, "mld-listener-query": 130, "mld-listener-report": 131,
        "mld-listener-done": 132, "mld-listener-reduction": 132, "nd-router-solicit": 133, "nd-router-advert": 134,
        "nd-neighbor-solicit": 135, "nd-neighbor-advert": 136, "nd-redirect": 137, "router-renumbering": 138,
        "ind-neighbor-solicit": 141, "ind-neighbor-advert": 142, "mld2-listener-report": 143,
    },
}

_WARNING = "warning: "


def entries_of(text):
    """What was listed.

    :param text: the output of ``nft -j list ...``; older versions print nothing where there is nothing
    :type text: str
    :rtype: list[dict]
    :raises ValueError: it is not such a list.
    """
    if not text.strip():
        return []
    # Release 0.9.8 warns there of what JSON does not have, such as a chain within a rule.
    while text.startswith(_WARNING):
        text = text.partition("\n")[2]
    found = from_json(text)
    listing = found.get("nftables") if isinstance(found, dict) else None
    if not isinstance(listing, list) or not all(isinstance(one, dict) and len(one) == 1 for one in listing):
        raise ValueError("is not a list of nft")
    return listing


def listed(right):
    """The right side of a match as the values that it stands for.

    :param right: one value, a list, a set, or bits
    :rtype: list
    """
    if isinstance(right, dict) and set(right) == set(["set"]):
        right = right["set"]
    if isinstance(right, dict) and set(right) == set(["|"]):
        # Bits, in versions that tell them as one expression; some nest it.
        return [one for part in right["|"] for one in listed(part)]
    return right if isinstance(right, list) else [right]


def set_named(value):
    """The name of the set that a value stands for, or None.

    :rtype: str | None
    """
    if isinstance(value, (dict, int)):
        return None
    return native(value)[1:] if native(value).startswith("@") else None


def element_value(element):
    """An element of a set without what belongs to it: a time, a counter, a comment.

    :rtype: object
    """
    if isinstance(element, dict) and "elem" in element:
        return element["elem"]["val"]
    return element


def interval(value, numbers):
    """First and last number of a value: a range, a network, or one value.

    :param numbers: makes first and last number of one value
    :type numbers: Callable[[object], tuple[int, int]]
    :rtype: tuple[int, int]
    :raises ValueError: it is something else.
    """
    if isinstance(value, dict) and "prefix" in value:
        prefix = network(value)
        return interval_of(prefix, "ipv6" if ":" in prefix else "ipv4")
    if isinstance(value, dict) and "range" in value:
        first, last = [numbers(end) for end in value["range"]]
        return first[0], last[1]
    if isinstance(value, (dict, list)):
        raise ValueError(value)
    return numbers(value)


def addresses(value, family):
    """First and last address of a value, as numbers.

    :param family: that it must be of
    :type family: str
    :rtype: tuple[int, int]
    :raises ValueError: it is something else.
    """
    if isinstance(value, dict) and "prefix" in value:
        return block(native(value["prefix"]["addr"]), value["prefix"]["len"], family)
    if isinstance(value, (str, type(u""))) and "/" not in value:
        number = number_of(native(value), family)
        return number, number
    return interval(value, lambda one: interval_of(network(one), family))


def network(value):
    """An address or a network, in canonical form.

    :rtype: str
    :raises ValueError: it is neither.
    """
    if isinstance(value, dict):
        value = "%s/%d" % (native(value["prefix"]["addr"]), value["prefix"]["len"])
    return parse_network(native(value))[1]
