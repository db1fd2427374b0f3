# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the system of a host says: /proc, environment, SSH daemon, logs, programs; and what the controller sends it."""

from __future__ import annotations

import ipaddress

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import from_json
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.jmx_url import jmx_port
from ansible_collections.portledger.qradar.plugins.module_utils._dynamic_ports.port_mapper import read_table
from ansible_collections.portledger.qradar.plugins.module_utils._host.holders import _HELD
from ansible_collections.portledger.qradar.plugins.module_utils._host.interfaces import check_interfaces
from ansible_collections.portledger.qradar.plugins.module_utils._host.listeners import listeners
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import (
    find_management,
    running_connection,
    ssh_connection,
)
from ansible_collections.portledger.qradar.plugins.module_utils._host.processes import parent_of
from ansible_collections.portledger.qradar.plugins.module_utils._host.sshd import ssh_ports
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.lock import who_holds
from ansible_collections.portledger.qradar.plugins.module_utils._log.flows import LoggedFlows
from ansible_collections.portledger.qradar.plugins.module_utils._log.kernel_log import read_kernel_log
from ansible_collections.portledger.qradar.plugins.module_utils._log.since import parse_time, read_since, time_text
from ansible_collections.portledger.qradar.plugins.module_utils._packets.evaluate import Interfaces
from ansible_collections.portledger.qradar.plugins.module_utils._packets.foreign import _local
from ansible_collections.portledger.qradar.plugins.module_utils._packets.ways import Ways
from ansible_collections.portledger.qradar.plugins.module_utils._plan.plan import read_plan
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.version import find_version, ipv6_warning
from ansible_collections.portledger.qradar.plugins.module_utils._reach.icmp import echo_request, meaning, read_message
from ansible_collections.portledger.qradar.plugins.module_utils._reach.targets import read_targets
from tests.fuzz.machine import REFUSALS, Machine, as_output, says
from tests.fuzz.planned import GOLDEN, SCOPES, as_json, plan
from tests.fuzz.target import Target, check_message, require

HEAD = b"  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n"
LINE = b"   0: %s 00000000:0000 %s 00000000:00000000 00:00000000 00000000     0        0 %s 1 0 0 10 0\n"
SOCKETS = HEAD + LINE % (b"00000000:0202", b"0A", b"101") + LINE % (b"0100007F:1538", b"07", b"102")
SOCKETS6 = HEAD + LINE % (b"0" * 32 + b":0202", b"0A", b"104") + LINE % (b"0" * 24 + b"01000000:0801", b"07", b"107")
PACKET = (
    b"IN=eth0 OUT= MAC=00:16:3e:00:00:01:00:16:3e:00:00:02:08:00 SRC=198.18.9.7 DST=198.18.1.11 LEN=60 "
    b"TOS=0x00 PREC=0x00 TTL=63 ID=1 DF PROTO=TCP SPT=40370 DPT=9999 WINDOW=64240 RES=0x00 SYN URGP=0 \n"
)
ICMP = b"IN=eth0 OUT=eth1 SRC=2001:db8::1 DST=2001:db8::2 LEN=64 PROTO=ICMPv6 TYPE=128 CODE=0 ID=1 SEQ=1 [SRC=::1 ] \n"
JOURNAL = b"".join(b"2027-01-15T08:00:12+0000 console kernel: portledger: " + line for line in (PACKET, ICMP))
DMESG = b"[    0.000000] Linux version 6\n" + b"".join(
    b"[ 1478.868741][  T12] portledger: " + line for line in (PACKET, ICMP)
)
STAT = {"proc/stat": b"cpu 1 2\nbtime 1800000000\nprocesses 3\n"}
SSHD = (
    b"# x\nPort 22\nport=2222\nListenAddress 198.18.1.1:2200\nListenAddress [::]:22 rdomain x\nMatch User x\nPort 9\n"
)
INTERFACES = b"Inter-|   Receive\n face |bytes\n    lo: 1 2 3\n  eth0: 1 2 3\n  eth1: 1 2 3\n"
ROUTES = (
    b"default via 198.18.1.254 dev eth0 proto static\nunreachable 198.18.7.0/24\n198.18.1.0/24 dev eth0 scope link\n"
)
TRIE = b"Local:\n  +-- 0.0.0.0/0 3 0 5\n           |-- 198.18.1.1\n              /32 host LOCAL\n"
# The reference in it leads to tcp/40111.
JMX_URL = b"service:jmx:rmi://ep1/stub/rO0ABXNyAAtVbmljYXN0UmVmMgAAA2VwMQAAnK94"
MAPPER = (
    b"101 imqbroker 4.4 Update 1\nportmapper tcp PORTMAPPER 7676 [sessionid=1,imqhome=/opt/openmq/mq]\n"
    b"jmxrmi rmi JMX 0 [url=" + JMX_URL + b"]\nadmin tcp ADMIN 43691\njms tcp NORMAL 7677\n.\n"
)
LOCKS = b"1: FLOCK  ADVISORY  WRITE 763 fe:00:2287892 0 EOF\n2: -> FLOCK  ADVISORY  WRITE 764 fe:00:2287892 0 EOF\n"
ADDRESSES = (
    b"20010db8000000000000000000000001 02 40 00 80     eth0\n00000000000000000000000000000001 01 80 10 80       lo\n"
)


def _connection(raw: bytes) -> None:
    text = as_output(raw)
    found = running_connection(Machine({"proc/net/if_inet6": ADDRESSES}, environ={"SSH_CONNECTION": text}))
    if found:
        address, port = found
        one = ipaddress.ip_address(address)
        require(not (one.is_multicast or one.is_unspecified or one.is_loopback), f"{address} is not one other host")
        require(1 <= port <= 65535, f"port {port}")


def _processes(raw: bytes) -> None:
    machine = Machine({"proc/self/stat": raw, "proc/7/environ": raw, "proc/7/stat": raw})
    ssh_connection(machine)
    parent = parent_of(machine, "7")
    require(parent == "" or (parent.isascii() and parent.isdigit()), f"{parent!a} is no process")


def _sockets(raw: bytes) -> None:
    for name in ("tcp", "udp6"):
        for one in listeners(Machine({"proc/net/" + name: raw})):
            require(0 <= one["port"] <= 65535, f"port {one['port']}")
            for address in one["addresses"]:
                ipaddress.ip_address(address)


def _mapper(raw: bytes) -> None:
    table = read_table(raw)
    check_message(f"{table.broker} {table.odd}")
    for entry in table.entries:
        require(0 <= entry.port <= 65535, f"port {entry.port}")
        check_message(entry.name + entry.protocol + entry.kind)
        _jmx((entry.url or "").encode())


def _jmx(raw: bytes) -> None:
    port = jmx_port(as_output(raw))
    require(port is None or 1 <= port <= 65535, f"port {port}")


def _log(raw: bytes) -> None:
    machine = Machine(STAT, {"dmesg": raw})
    for scope in SCOPES:
        log = read_kernel_log(machine, read_since(machine, "boot"), "portledger: ")
        flows = LoggedFlows(plan(scope), False)
        for moment, text in log.lines:
            flows.add(moment, text)
        for flow in flows.as_data():
            ipaddress.ip_address(flow["source"])
            require(parse_time(flow["first"]) is not None, f"{flow['first']!a} is not a time")


def _journal(raw: bytes) -> None:
    machine = Machine({**STAT, "run/systemd/journal": b""}, {"journalctl": raw})
    machine.file = lambda *_parts: "/"  # type: ignore[method-assign] # a folder
    log = read_kernel_log(machine, read_since(machine, "boot"), "portledger: ")
    flows = LoggedFlows(plan("host"), False)
    for moment, text in log.lines:
        flows.add(moment, text)
    flows.as_data()


def _since(raw: bytes) -> None:
    machine = Machine(STAT, {"dmesg": DMESG})
    read_kernel_log(machine, read_since(machine, as_output(raw)), "portledger: ")
    moment = parse_time(as_output(raw))
    if moment is not None and 0 <= moment < 253402300800:
        require(parse_time(time_text(moment)) == moment, f"{time_text(moment)} reads back as another time")


def _system(raw: bytes) -> None:
    machine = Machine(
        {"proc/net/dev": raw, "proc/net/if_inet6": raw, "proc/net/fib_trie": raw},
        {"ip": raw, "ip -4 -o rule show": b"", "ip -6 -o rule show": b""},
    )
    for family in ("ipv4", "ipv6"):
        Ways(machine, family, Interfaces(["eth0"]))
        _local(machine, family)


def _locks(raw: bytes) -> None:
    _HELD.findall(as_output(raw))
    check_message(says(ValueError(who_holds(Machine({"proc/locks": raw}), "x" + as_output(raw)))))


def _version(raw: bytes) -> None:
    machine = Machine(answers={"myver": raw})
    check_message(says(ValueError(ipv6_warning(*find_version(machine)))))


def _icmp(raw: bytes) -> None:
    for family, sender in (("ipv4", "198.18.1.1"), ("ipv6", "2001:db8::1")):
        found = read_message(family, raw, sender)
        if found and found.kind != "reply":
            meaning(family, found)


def _plan(raw: bytes) -> None:
    data = from_json(as_output(raw))
    if isinstance(data, dict):
        read_plan(data, "gateway" if data.get("scope") == "gateway" else "host")


def _targets(raw: bytes) -> None:
    data = from_json(as_output(raw))
    if isinstance(data, list) and all(isinstance(one, dict) and _has_types(one) for one in data):
        read_targets(data)


def _has_types(entry: dict[str, object]) -> bool:
    """The module's options have these types."""
    texts = [entry.get("address"), entry.get("port"), entry.get("name", ""), entry.get("expected", "pass")]
    services = entry.get("services", [])
    return all(isinstance(text, str) for text in [*texts, *(services if isinstance(services, list) else [None])])


def _management(raw: bytes) -> None:
    find_management(Machine(), [as_output(raw)])
    try:
        family, network = parse_network(as_output(raw))
    except ValueError as error:
        check_message(says(error))
        return
    require(parse_network(network) == (family, network), f"{network} reads back as another network")
    ipaddress.ip_network(network)


def _of_interfaces(raw: bytes) -> None:
    check_interfaces(Machine({"proc/net/dev": INTERFACES}), [as_output(raw)])


def _address(family: str, packet: bytes) -> bytes:
    """An ICMP error about a packet of ours."""
    if family == "ipv4":
        header = bytes([0x45, 0, 0, 60, 0, 1, 0, 0, 63, 6, 0, 0, 198, 18, 1, 1, 198, 18, 1, 9])
        return b"\x45" + bytes(19) + b"\x03\x01" + bytes(6) + header + packet
    return b"\x01\x04" + bytes(6) + b"\x60" + bytes(5) + b"\x11\x40" + bytes(15) + b"\1" + bytes(15) + b"\2" + packet


TARGET = {"address": "198.18.1.9", "port": "tcp/514", "services": ["syslog"], "name": "ep1", "expected": "pass"}
BAD = (ValueError,)
TARGETS = (
    Target(
        "ssh-connection",
        (b"198.18.9.7 40000 127.0.0.1 22", b"fe80::1%eth0 5 2001:db8::1 22", b"::ffff:198.18.9.7 1 ::1 22"),
        _connection,
        share=80,
    ),
    Target(
        "processes",
        (b"12 (sshd (x) y) S 7 1 1 0\0SSH_CONNECTION=198.18.9.7 40000 127.0.0.1 22\0",),
        _processes,
        share=20,
    ),
    Target("sockets", (SOCKETS, SOCKETS6), _sockets, share=80),
    Target(
        "port-mapper",
        (MAPPER, b"101 imqbroker 301\n.\n"),
        _mapper,
        REFUSALS,
        says,
        share=60,
        words=(b" [url=", b"\n.\n", b" tcp NORMAL "),
    ),
    Target("jmx-url", (JMX_URL, b"service:jmx:rmi://[::1]:5656/jndi/rmi://x:1098/x"), _jmx, share=40),
    Target("dmesg", (DMESG,), _log, REFUSALS, says, share=60),
    Target("journal", (JOURNAL,), _journal, REFUSALS, says, share=40),
    Target(
        "since",
        (b"boot", b"2 hours ago", b"60", b"2026-01-31 08:00", b"2026-01-31T08:00:00.5+0900"),
        _since,
        REFUSALS,
        says,
        share=60,
    ),
    Target(
        "system",
        (INTERFACES, ADDRESSES, TRIE, ROUTES),
        _system,
        REFUSALS,
        says,
        share=40,
        words=(b" dev ", b"default", b"/32 host LOCAL"),
    ),
    Target("locks", (LOCKS, b"xtables lock"), _locks, share=20),
    Target(
        "sshd",
        (SSHD,),
        lambda raw: ssh_ports(Machine({"etc/ssh/sshd_config": raw})),
        share=40,
        words=(b"Port ", b"ListenAddress ", b"Include "),
    ),
    Target(
        "myver",
        (b"Release name is '7.5.0 UpdatePackage 10'\n", b"2021.6.7.20230822112654\n7.5.0 UP14 IF02"),
        _version,
        share=40,
    ),
    Target(
        "icmp",
        (echo_request("ipv4", 1, 2), _address("ipv4", b"\x9c\x40\x02\x02"), _address("ipv6", b"\x9c\x40\x02\x02")),
        _icmp,
        share=60,
    ),
    Target(
        "plan",
        ((GOLDEN / "host.json").read_bytes(), (GOLDEN / "gateway.json").read_bytes()),
        _plan,
        (*REFUSALS, *BAD),
        says,
        json=True,
        share=60,
    ),
    Target(
        "targets",
        (as_json([TARGET, {**TARGET, "port": "icmp"}]),),
        _targets,
        (*REFUSALS, *BAD),
        says,
        json=True,
        share=40,
    ),
    Target(
        "management",
        (b"198.18.9.0/24", b"2001:db8::/64", b"198.18.9.7", b"::ffff:1.2.3.4"),
        _management,
        REFUSALS,
        says,
        share=80,
    ),
    Target("interface", (b"eth0", b"eth0.7@if3"), _of_interfaces, REFUSALS, says, share=20),
)
