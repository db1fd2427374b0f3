# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rules of iptables, whoever has written them, in the form of _packet_rules.

They are asked about the first packet of a connection: of TCP, a SYN. An option that is not known here makes its rule
unsure.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import re

from ansible_collections.portledger.qradar.plugins.module_utils._base.intervals import (
    BITS, interval_of, merged, number_of,
)
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import ipset_lines, split
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import (
    ACCEPT, DROP, GOTO, GO_ON, JUMP, RETURN, TRANSLATE, UNKNOWN, Chains, PacketRule, RuleReader,
)
from ansible_collections.portledger.qradar.plugins.module_utils._packets.boxes import (
    CAME, DESTINATION, GOES, ICMP, ICMPV6, LAST_PORT, PORT, PROTOCOL, SOURCE, SOURCE_PORT, TCP, UDP, complement,
    narrowed,
)

#: numbers of protocols by the names that rules use
PROTOCOLS = {
    "icmp": ICMP, "igmp": 2, "ipencap": 4, "ipip": 4, "tcp": TCP, "udp": UDP, "dccp": 33, "ipv6": 41, "gre": 47,
    "esp": 50, "ah": 51, "icmpv6": ICMPV6, "ipv6-icmp": ICMPV6, "ospf": 89, "pim": 103, "vrrp": 112, "sctp": 132,
    "udplite": 136,
}
_VERDICTS = {"ACCEPT": ACCEPT, "DROP": DROP, "REJECT": DROP, "RETURN": RETURN}
_TRANSLATE = frozenset(["DNAT", "REDIRECT", "NETMAP", "TPROXY"])
_GO_ON = frozenset(
    [
        None, "LOG", "NFLOG", "ULOG", "AUDIT", "TRACE", "MARK", "CONNMARK", "SECMARK", "CONNSECMARK", "CLASSIFY",
        "DSCP", "TOS", "TCPMSS", "TCPOPTSTRIP", "CHECKSUM", "SET", "IDLETIMER", "LED", "RATEEST", "TEE",
        "CT",
    ]
)
_SOURCES, _LIVES = ("SNAT", "MASQUERADE"), ("TTL", "HL")
_SYN, _FLAGS = "SYN", ("FIN", "SYN", "RST", "PSH", "ACK", "URG")
# Matches that say nothing by themselves, for their options do.
_BY_OPTIONS = frozenset(
    ["tcp", "udp", "icmp", "icmp6", "multiport", "comment", "conntrack", "state", "set", "iprange", "addrtype",
     "pkttype", "rpfilter"]
)
_OF_ROUTES = frozenset(["--invert", "--loose", "--validmark", "--accept-local"])
_ALWAYS = frozenset(["--comment"])
_TWO_VALUES = frozenset(["--match-set", "--tcp-flags"])
_WITHOUT_VALUE = frozenset(["--syn", "--invert", "--loose", "--validmark", "--accept-local", "-f", "--return-nomatch"])
_PORTS = {"--dport": PORT, "--dports": PORT, "--sport": SOURCE_PORT, "--sports": SOURCE_PORT}
_ENDS = {"-s": SOURCE, "-d": DESTINATION, "--src-range": SOURCE, "--dst-range": DESTINATION}


class Sets:
    """What ipset holds, of the types that name addresses."""

    def __init__(self, save):
        """
        :param save: the output of ipset save
        :type save: str
        """
        self._kinds, self._members, self._odd = {}, {}, set()
        #: names of sets that rules change: a packet may enter one on its way
        self.filled = set()
        for line in ipset_lines(save):
            words = split(line)
            if words[:1] == ["create"] and len(words) > 2:
                family, mask = _after(words, "family", "inet"), _after(words, "netmask", None)
                self._kinds[words[1]] = (words[2], {"inet": "ipv4", "inet6": "ipv6"}.get(family), mask)
                if "bitmask" in words:
                    self._odd.add(words[1])
                self._members[words[1]] = []
            elif words[:1] == ["add"] and len(words) > 2 and words[1] in self._members:
                self._members[words[1]].append(words[2])
                if "nomatch" in words[3:]:
                    self._odd.add(words[1])

    def intervals(self, name, family):
        """Addresses of a set.

        :type name: str
        :type family: str
        :returns: merged; None where it is none of addresses alone
        :rtype: list[tuple[int, int]] | None
        """
        kind, of, mask = self._kinds.get(name, (None, None, None))
        if kind not in ("hash:net", "hash:ip", "bitmap:ip") or name in self._odd or name in self.filled:
            return None
        if of != family:
            return []
        try:
            return merged(_masked(_addresses(member, family), mask, family) for member in self._members[name])
        except ValueError:
            return None


def _after(words, name, otherwise):
    """The word behind another one."""
    return (words[words.index(name) + 1:] + [""])[0] if name in words else otherwise


def _masked(interval, mask, family):
    """Addresses that are in a set of networks of one size when these are put into it."""
    if mask is None:
        return interval
    size = 1 << (BITS[family] - int(mask))
    return interval[0] // size * size, interval[1] // size * size + size - 1


def _addresses(text, family):
    """First and last address of an address, a network, or two ends.

    :raises ValueError: it is none of these.
    """
    first, dash, last = text.partition("-")
    if dash:
        return number_of(first, family), number_of(last, family)
    return interval_of(parse_network(text)[1], family)


class Reader(RuleReader):
    """Reads the rules of one family. sets: a :class:`Sets`."""

    def read(self, name, chains):
        """Chains of one table.

        :param name: of the table, for people
        :type name: str
        :param chains: tokens of rules by chain
        :type chains: dict[str, list[list[str]]]
        :rtype: _packets.evaluate.Chains
        """
        found = Chains(name)
        for chain, rules in chains.items():
            found.rules[chain] = [self._rule(tokens, chains) for tokens in rules]
        return found

    def _rule(self, tokens, chains):
        try:
            return self._read(tokens, chains)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError):
            return PacketRule([{}], UNKNOWN, None, Rule(tokens).text(), "this rule")

    def _read(self, tokens, chains):
        product, unsure, target, goes = {}, [], None, False
        options = list(_options(tokens))
        if sum(1 for negated, option, values in options if negated and _is_one_port(option, values)) > 1:
            # iptables for nf_tables, 1.8.9 for one, has the kernel compare both at once: it is true where one differs.
            unsure.append("! --sport with ! --dport")
            options = [one for one in options if not (one[0] and _is_one_port(*one[1:]))]
        matches = [values[0] for _negated, option, values in options if option == "-m" and values]
        for negated, option, values in options:
            if option in ("-j", "-g"):
                target, goes = values[0], option == "-g"
                break
            found = self._asked(option, values)
            if option in _OF_ROUTES and "rpfilter" in matches:
                # It looks for packets that a route leads back to, as to those of every flow.
                found = option != "--invert"
            if found is None:
                unsure.append(" ".join((["!"] if negated else []) + [option] + values))
            elif found is True or found is False:
                # What never matches has no product.
                if found == negated:
                    product = None
                    break
            else:
                if negated and len(found) > 1:
                    # Not these ports, but this protocol.
                    product.update((key, found[key]) for key in found if key == PROTOCOL)
                    found = dict((key, found[key]) for key in found if key != PROTOCOL)
                for dimension, intervals in found.items():
                    if negated:
                        intervals = complement(intervals, self.whole[dimension])
                    product = narrowed(product, dimension, intervals)
        verdict = self._verdict(target, goes, tokens, chains)
        text = Rule(tokens).text()
        products = [] if product is None or not all(product.values()) else [product]
        return PacketRule(products, verdict, target, text, ", ".join(unsure) if unsure else None)

    def _verdict(self, target, goes, tokens, chains):
        if target in _VERDICTS:
            return _VERDICTS[target]
        if target in _TRANSLATE:
            return TRANSLATE
        if target in chains:
            return GOTO if goes else JUMP
        if target in _GO_ON and "--notrack" not in tokens:
            return GO_ON
        if target in _LIVES:
            # With too short a life, a gateway drops it.
            number = int(tokens[-1])
            return GO_ON if tokens[-2].endswith("-inc") or (tokens[-2].endswith("-set") and number > 1) else UNKNOWN
        if target in _SOURCES:
            # Behind all verdicts, sources do not matter any more.
            return UNKNOWN if self.hook == "input" else ACCEPT
        return UNKNOWN

    def _asked(self, option, values):
        """What an option asks for: a product, True or False for the first packet, None where this is not known."""
        try:
            return self._known(option, values)
        except (ValueError, IndexError, KeyError):
            return None

    def _known(self, option, values):
        value = values[0] if values else ""
        if option == "-m":
            return True if value in _BY_OPTIONS else None
        if option in _ALWAYS:
            return True
        if option in _ENDS:
            return {_ENDS[option]: [_addresses(value, self.family)]}
        if option in ("-i", "-o"):
            return self._of_interface(option, value)
        if option == "-p":
            if value in ("all", "0"):
                return True
            number = PROTOCOLS[value] if value in PROTOCOLS else int(value)
            return {PROTOCOL: [(number, number)]}
        if option in _PORTS:
            return {_PORTS[option]: merged(_port_bounds(text) for text in value.split(","))}
        if option in ("--icmp-type", "--icmpv6-type"):
            return True if value in ("255", "any") else {PORT: [(int(value), int(value))]}
        if option in ("--ctstate", "--state"):
            return ("NEW" if self.tracked else "INVALID") in value.split(",")
        if option == "--ctdir" and self.tracked:
            return value == "ORIGINAL"
        if option in ("--syn", "--tcp-flags"):
            return option == "--syn" or _flags(values)
        if option == "--dst-type":
            return self._of_kind(value)
        if option == "--pkt-type":
            return value in ("unicast", "host")
        if option == "--match-set" and values[1] in ("src", "dst"):
            found = self.sets.intervals(value, self.family)
            return None if found is None else {SOURCE if values[1] == "src" else DESTINATION: found}
        return None

    def _of_interface(self, option, value):
        """What an option asks of an interface, where the kernel knows it."""
        if value == "+":
            return True
        name = value[:-1] + "*" if value.endswith("+") else value
        if option == "-o" and self.hook in ("prerouting", "input"):
            return False
        if option == "-i" and self.hook == "postrouting":
            return None
        return {CAME if option == "-i" else GOES: self.interface(name)}

    def _of_kind(self, value):
        """Whether a destination is of such a kind: those of flows are this host's, or hosts' behind it."""
        kinds = set(value.split(","))
        if self.family == "ipv4":
            return ("LOCAL" if self.local else "UNICAST") in kinds
        # In IPv6, all of them must fit: an address of a host is of the kind UNICAST as well.
        if kinds & set(["MULTICAST", "UNSPEC"]):
            return False
        if kinds & set(["LOCAL", "ANYCAST", "UNREACHABLE"]):
            return self.local and "LOCAL" in kinds
        return True if "UNICAST" in kinds else None


def _is_one_port(option, values):
    return option in ("--sport", "--dport") and len(values) == 1 and values[0].isdigit()


def _flags(values):
    """Whether a SYN has the flags that are looked for."""
    looked, wanted = ([] if value == "NONE" else _FLAGS if value == "ALL" else value.split(",") for value in values)
    return [flag for flag in looked if flag == _SYN] == list(wanted)


def _port_bounds(text):
    first, _colon, last = text.partition(":")
    return int(first or 0), int(last or (LAST_PORT if _colon else first))


def _options(tokens):
    """Whether it is negated, name and values of each option."""
    position, negated = 0, False
    while position < len(tokens):
        option = tokens[position]
        position += 1
        if option == "!":
            negated = True
            continue
        if option in _WITHOUT_VALUE:
            end = position
        elif option in ("-j", "-g", "--comment", "--log-prefix", "--string"):
            end = position + 1
        elif option in _TWO_VALUES:
            end = position + 2
        else:
            end = position
            while end < len(tokens) and tokens[end] != "!" and not re.match(r"-(-|[a-z]$)", tokens[end]):
                end += 1
        yield negated, option, tokens[position:end]
        position, negated = end, False


def filled_sets(save):
    """Names of sets that rules of iptables-save change.

    :type save: str
    :rtype: set[str]
    """
    return set(re.findall(r"--(?:add|del|map)-set (\S+)", save))


def interface_names(save):
    """Names of interfaces in the output of iptables-save, as nft writes them.

    :type save: str
    :rtype: set[str]
    """
    found = re.findall(r"(?:^|\s)-[io] (\S+)", save)
    return set(name[:-1] + "*" if name.endswith("+") else name for name in found)
