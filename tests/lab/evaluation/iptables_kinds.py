# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rulesets of iptables at random, each kind with much of what is easily read wrong."""

from __future__ import annotations

from collections.abc import Iterator

from tests.lab.evaluation.random_rules import CHAINS, Iptables

_ADDRESSES = {
    4: ("198.19.1.3", "198.19.1.8", "198.19.1.77", "198.19.1.130", "198.19.2.51"),
    6: ("2001:db8:a1::3", "2001:db8:a1::8", "2001:db8:a1::7:1", "2001:db8:a1:0:8000::1", "2001:db8:a2::51"),
}


class IptablesKind(Iptables):
    """What kinds share."""

    def special(self, version: int, table: str, chain: str, first: int) -> str | None:
        if not self.maybe(0.5):
            return None
        transport = self.one(("tcp", "udp"))
        ports = f"-p {transport} --dport {self.ports(':')} " if self.maybe(0.3) else ""
        return f"{ports}{self.matched(version, table, chain)} {self.target(table, first)}"

    def matched(self, version: int, table: str, chain: str) -> str:
        raise NotImplementedError

    def target(self, table: str, first: int) -> str:
        if first < CHAINS and self.maybe(0.4):
            return f"{'-g' if self.maybe(0.3) else '-j'} c{self.chance.randrange(first, CHAINS)}"
        return f"-j {self.one(('ACCEPT', 'DROP', 'RETURN', 'LOG', 'DROP', 'ACCEPT'))}"

    def sign(self, probability: float = 0.25) -> str:
        return "! " if self.maybe(probability) else ""


class Rpfilter(IptablesKind):
    """Whether a route leads back."""

    def special(self, version: int, table: str, chain: str, first: int) -> str | None:
        # Other chains than this one, and those that lead elsewhere, may not ask so.
        return super().special(version, table, chain, first) if chain == "PREROUTING" else None

    def matched(self, version: int, table: str, chain: str) -> str:
        some = [one for one in ("--loose", "--validmark", "--accept-local", "--invert") if self.maybe(0.4)]
        return " ".join(["-m rpfilter", *some])


class Ipset(IptablesKind):
    """Sets of ipset with masks, timeouts, several fields, and such that rules fill."""

    def sets(self) -> Iterator[str]:
        yield from super().sets()
        for version, family in ((4, "inet"), (6, "inet6")):
            mask = self.one(("24", "25", "26", "32") if version == 4 else ("64", "80", "112", "128"))
            some = self.chance.sample(_ADDRESSES[version], 2)
            yield f"create mask{version} hash:ip family {family} netmask {mask}"
            yield f"create time{version} hash:net family {family} timeout 3600 counters"
            yield f"create port{version} hash:ip,port family {family}"
            yield f"create fill{version} hash:ip family {family} timeout 600"
            yield f"create odd{version} hash:net family {family}"
            for one in some:
                yield f"add mask{version} {one} -exist"
                yield f"add time{version} {one}/{self.one(('24', '29') if version == 4 else ('64', '125'))} -exist"
                yield f"add port{version} {one},tcp:{self.one(('22', '514'))} -exist"
            yield f"add odd{version} {'198.19.1.0/24' if version == 4 else '2001:db8:a1::/64'}"
            yield f"add odd{version} {some[0]} nomatch"

    def matched(self, version: int, table: str, chain: str) -> str:
        name = self.one(("mask", "mask", "time", "time", "port", "fill", "odd"))
        return f"-m set {self.sign()}--match-set {name}{version} {self.one(('src', 'src', 'dst'))}" + (
            ",dst" if name == "port" else ""
        )

    def special(self, version: int, table: str, chain: str, first: int) -> str | None:
        if self.maybe(0.06):
            return f"-p tcp --dport {self.ports(':')} -j SET --add-set fill{version} src"
        return super().special(version, table, chain, first)


class Matches(IptablesKind):
    """Interfaces, kinds of addresses, marks and the like."""

    def matched(self, version: int, table: str, chain: str) -> str:
        kinds = ["LOCAL", "UNICAST", "MULTICAST", "ANYCAST", "LOCAL,UNICAST"]
        if version == 4:
            kinds.extend(("BROADCAST", "BROADCAST,MULTICAST", "LOCAL,BROADCAST"))
        some = [
            f"-m addrtype {self.sign()}--dst-type {self.one(kinds)}",
            f"-m addrtype {self.sign()}--src-type {self.one(('LOCAL', 'UNICAST'))}",
            f"-m pkttype {self.sign()}--pkt-type {self.one(('unicast', 'broadcast', 'multicast'))}",
            f"{self.sign()}-i {self.one(('near', 'far', 'other', 'n+', 'wg+', 'lo'))}",
            f"-m conntrack --ctdir {self.one(('ORIGINAL', 'REPLY'))}",
            f"-m conntrack {self.sign()}--ctstatus {self.one(('NONE', 'ASSURED', 'SEEN_REPLY'))}",
            f"-m mark {self.sign()}--mark {self.one(('0x0', '0x1'))}",
            "-m limit --limit 100/sec",
            f"-m multiport {self.sign()}--sports 61000,1:600",
            f"-m iprange {self.sign()}--src-range "
            + ("198.19.1.3-198.19.1.90" if version == 4 else "2001:db8:a1::3-2001:db8:a1::9"),
            f"-m length {self.sign()}--length 20:100",
        ]
        if chain in ("FORWARD", "user"):
            some.extend([f"{self.sign()}-o {self.one(('near', 'far', 'other', 'f+', 'wg+'))}"] * 3)
        found = self.one(some)
        if "multiport" in found:
            return f"-p {self.one(('tcp', 'udp'))} {found}"
        return found

    def special(self, version: int, table: str, chain: str, first: int) -> str | None:
        found = super().special(version, table, chain, first)
        if found and "multiport" in found and found.count("-p ") > 1:
            return None
        if table == "mangle" and found and self.maybe(0.1):
            life = "TTL --ttl-set 64" if version == 4 else "HL --hl-set 64"
            return self.one((f"-j {life}", "-j MARK --set-mark 1", "-p tcp --syn -j TCPMSS --set-mss 1000"))
        if table == "raw" and found and self.maybe(0.1):
            return self.one(("-p udp -j CT --notrack", "-p tcp --dport 23 -j CT --notrack"))
        return found


IPTABLES_KINDS: dict[str, type[IptablesKind]] = {"rpfilter": Rpfilter, "ipset": Ipset, "matches": Matches}
