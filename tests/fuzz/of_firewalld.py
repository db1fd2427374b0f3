# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""firewalld's files and what firewall-cmd prints."""

from __future__ import annotations

import re
from typing import Any

from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import family_of, is_network
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld import published
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.files import parse_files, render_files
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.meaning import file_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.reload import (
    _Others,
    finish_reload,
    parse_listing,
)
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import Builder, Names
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.runtime import wanted_runtime
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from tests.fuzz.guard import own_folder
from tests.fuzz.machine import REFUSALS, Machine, as_output, says
from tests.fuzz.planned import SCOPES, as_json, policy
from tests.fuzz.target import Target, require

WORDS = tuple(
    b"""<rule family="ipv4" priority="7">
<accept/>
<drop/>
<source ipset="x"/>
<port port="1" protocol="tcp"/>
<option name="maxelem" value="x"/>
<entry>
</entry>
<service name='x'/>
encoding="x"
invert="yes"
<!DOCTYPE x [<!ENTITY y 'z'>]>
&#x202e;
&#0;
priority="x"
target="x"
<description>tcp/1 x</description>""".split(b"\n")
)
LISTING = b"""public (active)
  target: default
  icmp-block-inversion: no
  interfaces: eth0
  sources: 198.18.9.0/24
  services: dhcpv6-client ssh
  ports: 8080/tcp
  forward: yes
  masquerade: no
  forward-ports:
\tport=80:proto=tcp:toport=8080:toaddr=
  rich rules:
\trule family="ipv4" source address="198.18.9.9" drop

trusted
  target: ACCEPT
  rich rules:
"""
DIRECT = b"""ipv4 filter INPUT 0 -p tcp --dport 9 -m comment --comment 'a b' -j ACCEPT
ipv4 mangle FORWARD 0 -j PORTLEDGER-PUB
"""
FILES = {
    "host": [
        ("FORWARD", ["-m", "conntrack", "--ctstate", "DNAT", "--ctdir", "ORIGINAL", "-j", published.CHAIN]),
        (published.CHAIN, ["-s", "198.18.1.0/24", "-m", "comment", "--comment", 'a "b" & <c>', "-j", "RETURN"]),
    ]
}
FOREIGN = (
    '<?xml version="1.0" encoding="utf-8"?>\n<direct>\n  <chain ipv="ipv4" table="filter" chain="mine"/>\n</direct>\n'
)


_PORT = re.compile(r"(?:tcp|udp)/[0-9]+(?:-[0-9]+)?\Z|icmp\Z")


def _rendered() -> dict[str, dict[str, bytes]]:
    return {
        scope: dict(render_files(Names(scope), Builder(Names(scope), policy(scope), True).build())) for scope in SCOPES
    }


def _with_path(path: str, content: bytes) -> bytes:
    return path.encode() + b"\n" + content


def _is_ours(model: Any) -> bool:
    """Whether we could have written it."""
    ports = [port for service in model.services.values() for port in service.flows]
    members = [member.partition(",")[0] for one in model.sets.values() for member in one.members]
    odd = [*model.unrecognised, *(more for one in model.sets.values() for more in one.more)]
    odd += model.policy.more if model.policy else ()
    return not odd and all(map(_PORT.match, ports)) and all(is_network(one, family_of(one)) for one in members)


def _files(raw: bytes) -> None:
    path, _end, content = raw.partition(b"\n")
    for scope in SCOPES:
        names = Names(scope)
        name = path.decode("utf-8", "replace")
        for prefix in (Names(one).prefix for one in SCOPES):
            name = name.replace(prefix, names.prefix)
        kind, _slash, entry = name.partition("/")
        stem, dot, end = entry.rpartition(".")
        # Only these are read.
        if kind not in ("policies", "services", "ipsets") or dot + end != ".xml":
            continue
        if stem != names.policy if kind == "policies" else not (names.owns(stem) and stem.isprintable()):
            continue
        model = parse_files(names, {name: content})
        file_meaning(names, model)
        wanted_runtime(model)
        if _is_ours(model):
            again = parse_files(names, render_files(names, model))
            require(again.key() == model.key(), f"reads back as another file: {model.key()!a} {again.key()!a}")


def _direct(raw: bytes) -> None:
    text = as_output(raw)
    published.key_of(published.parse(text))
    for rules in ({}, {"ipv4": FILES["host"]}):
        written = published.edit(text, rules)
        try:
            found = published.parse(written)
        except ValueError:
            # It was not XML before.
            continue
        if rules and found:
            ours = [(chain, Rule(words).key) for chain, words in found.get("ipv4", [])]
            require(
                all((chain, Rule(words).key) in ours for chain, words in rules["ipv4"]), "our rules do not read back"
            )


def _zones(raw: bytes) -> None:
    text = as_output(raw)
    parse_listing(text)
    zones, _mark, direct = raw.partition(b"@\n")
    answers = {
        "firewall-cmd": direct,
        "firewall-cmd --list-all-zones": zones,
        "firewall-cmd --list-all-policies": zones,
    }
    machine = Machine(answers=answers)
    noted = _Others.read(machine)
    _Others.from_data(machine, noted.as_data()).put_back()


def _note(raw: bytes) -> None:
    answers = {
        "firewall-cmd": DIRECT,
        "firewall-cmd --list-all-zones": LISTING,
        "firewall-cmd --list-all-policies": b"",
    }
    path = own_folder() / "run/portledger/host/unfinished-firewalld.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(raw)
    finish_reload(Machine(answers=answers, root=str(own_folder())), "host")
    require(not path.exists(), "the note stays")


NOTE = as_json(
    {
        "settings": {"--zone=public": {"ports": ["8080/tcp"], "masquerade": ["yes"]}},
        "direct": {"chain": [], "rule": ["ipv4 filter INPUT 0 -j ACCEPT"], "passthrough": []},
        "tables": {},
    }
)
RENDERED = _rendered()
DIRECT_FILE = published.edit(FOREIGN, {"ipv4": FILES["host"]}).encode()
TARGETS = (
    Target(
        "firewalld-files",
        tuple(_with_path(path, content) for files in RENDERED.values() for path, content in files.items()),
        _files,
        REFUSALS,
        says,
        share=100,
        words=WORDS,
    ),
    Target("firewalld-direct", (DIRECT_FILE, FOREIGN.encode()), _direct, (ValueError,), says, share=60, words=WORDS),
    Target("firewalld-zones", (LISTING + b"@\n" + DIRECT,), _zones, REFUSALS, says, share=30),
    Target("firewalld-note", (NOTE,), _note, REFUSALS, says, json=True, share=20),
)
