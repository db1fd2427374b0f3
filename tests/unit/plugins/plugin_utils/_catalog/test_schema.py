# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A broken catalog names the row and the field, what stands there, and what may."""

from __future__ import annotations

from pathlib import Path

import pytest

from ansible_collections.portledger.qradar.plugins.plugin_utils._base.errors import PortledgerError
from ansible_collections.portledger.qradar.plugins.plugin_utils._catalog.catalog import CatalogError, load_catalog

SOUND = """\
source: {title: A table, address: "https://example.com/", edition: first, licence: free, rows: 3}
services:
  - row: 1
    service: ssh
    ports: [tcp/22]
    class: network
    title: {en: SSH, ja: SSH}
    readings:
      - {from: [console], to: [component]}
      - {from: [ha_peer], to: [ha_peer], when: ha}
    note: {en: A note., ja: 注記。}
  - row: 2
    service: docker
    ports: [tcp/2376, tcp/dynamic>32000]
    class: local
    title: {en: Docker, ja: Docker}
    readings: [{from: [self], to: [self]}]
    note: {en: A note., ja: 注記。}
  - row: 2
    service: soap
    ports: [tcp/23111]
    class: unspecified
    title: {en: SOAP, ja: SOAP}
    readings: [{from: [], to: []}]
    note: {en: A note., ja: 注記。}
  - row: 3
    service: web
    ports: [tcp/10000, udp/10000]
    class: retired
    title: {en: Web, ja: Web}
    readings: [{from: [users], to: [component], when: version<7.2.6}]
    note: {en: A note., ja: 注記。}
"""

SIDES = (
    "api_clients, app_host, component, console, data_node, event_collector, event_listener, event_processor, "
    "external_networks, flow_collector, flow_listener, flow_processor, flow_sources, forensics, ha_peer, lan, "
    "log_sources, managed_host, nfs_servers, ntp_servers, offsite_sources, risk_manager, self, smtp_gateways, "
    "snmp_managers, srx_devices, users, vulnerability_processor, vulnerability_scanner, wincollect_agents, "
    "windows_hosts"
)
CONDITIONS = (
    "app_host_encrypted, app_host_unencrypted, emulex_hba, encrypted, ha, imm, risk_manager, rpc, snmp_agent, "
    "unencrypted, version<X, vulnerability_manager"
)
ROW_FIELDS = "class, note, ports, readings, row, service, title"
PORT_FORMS = "Write tcp/514, udp/40000-40010, tcp/dynamic, tcp/dynamic>32000 or icmp"
PAIR = "Write ha_peer alone on both sides and when: ha, or none of these"
SSH = "ports.yml: row 1 (ssh)"
WORDS_OF_NETWORK = "A network row names both sides, and self on neither"
ROW_REMEDY = "Write the line of the table, counted from 1"

BROKEN = {
    # what a row is made of
    "unknown field": (
        "    class: network\n",
        "    class: network\n    notes: x\n",
        f"{SSH}: notes: 'x' is in an unknown field. Did you mean note? Valid values: {ROW_FIELDS}.",
    ),
    "missing field": ("    class: network\n", "", f"{SSH}: class is missing. Write it."),
    "field twice": (
        "    class: network\n",
        "    class: network\n    class: local\n",
        f"{SSH}: class: 'local' is not the only value of this field. Write each field once.",
    ),
    "no mapping": (
        "  - row: 1\n",
        "  - ssh\n  - row: 1\n",
        "ports.yml: entry 1: the entry: 'ssh' is not a mapping. "
        "Write its fields: row, service, ports, class, title, readings, note.",
    ),
    # rows
    "row as text": (
        "row: 1\n",
        "row: '1'\n",
        f"ports.yml: entry 1 (ssh): row: '1' is not a row number. {ROW_REMEDY}.",
    ),
    "row as boolean": (
        "row: 1\n",
        "row: true\n",
        f"ports.yml: entry 1 (ssh): row: True is not a row number. {ROW_REMEDY}.",
    ),
    "row 0": ("row: 1\n", "row: 0\n", f"ports.yml: row 0 (ssh): row: 0 is not a row number. {ROW_REMEDY}."),
    "no row 1": ("row: 1\n", "row: 2\n", "ports.yml: row 2 (ssh): row: 2 follows row 0. Add row 1."),
    "row missing": ("row: 3\n", "row: 4\n", "ports.yml: row 4 (web): row: 4 follows row 2. Add row 3."),
    "row out of order": (
        "row: 3\n",
        "row: 1\n",
        "ports.yml: row 1 (web): row: 1 comes after row 2. Put the rows in order.",
    ),
    "last rows missing": (
        "rows: 3}",
        "rows: 72}",
        "ports.yml: source.rows: 72 is not the last row, 3. Add the rows that are missing.",
    ),
    # services
    "duplicate service": (
        "service: web",
        "service: ssh",
        "ports.yml: row 3 (ssh): service: 'ssh' is already the name of an entry of row 1. Name each entry once.",
    ),
    "bad service": (
        "service: ssh",
        "service: SSH login",
        "ports.yml: row 1 (SSH login): service: 'SSH login' is not a service name. "
        "Use small letters, digits and underscores.",
    ),
    # classes
    "unknown class": (
        "class: network",
        "class: netwrok",
        f"{SSH}: class: 'netwrok' is not a class. Did you mean network? Valid values: local, network, retired, "
        "unspecified.",
    ),
    "class of wrong type": (
        "class: network",
        "class: [network]",
        f"{SSH}: class: ['network'] is not a class. Did you mean network? "
        "Valid values: local, network, retired, unspecified.",
    ),
    # ports
    "ports no list": ("[tcp/22]", "tcp/22", f"{SSH}: ports: 'tcp/22' is not a list. Write a list."),
    "no ports": ("[tcp/22]", "[]", f"{SSH}: ports: [] is empty. Write at least one item."),
    "port as number": ("[tcp/22]", "[22]", f"{SSH}: ports[0]: 22 is not a transport with a port. {PORT_FORMS}."),
    "port 0": (
        "[tcp/22]",
        "[tcp/0]",
        f"{SSH}: ports[0]: 'tcp/0' names port 0, which is outside 1 to 65535. {PORT_FORMS}.",
    ),
    "port 65536": (
        "[tcp/22]",
        "[udp/22, tcp/65536]",
        f"{SSH}: ports[1]: 'tcp/65536' names port 65536, which is outside 1 to 65535. {PORT_FORMS}.",
    ),
    "reversed range": (
        "[tcp/22]",
        "[tcp/23-22]",
        f"{SSH}: ports[0]: 'tcp/23-22' is a range that runs backwards. {PORT_FORMS}.",
    ),
    "transport alone": ("[tcp/22]", "[tcp]", f"{SSH}: ports[0]: 'tcp' is not a transport with a port. {PORT_FORMS}."),
    "unknown transport": (
        "[tcp/22]",
        "[sctp/22]",
        f"{SSH}: ports[0]: 'sctp/22' names the transport 'sctp', which is neither tcp nor udp. {PORT_FORMS}.",
    ),
    "nothing above": (
        "[tcp/22]",
        "[tcp/dynamic>65535]",
        f"{SSH}: ports[0]: 'tcp/dynamic>65535' leaves no port above 65535. {PORT_FORMS}.",
    ),
    "port twice, range first": (
        "[tcp/22]",
        "[tcp/20-22, tcp/22]",
        f"{SSH}: ports[1]: 'tcp/22' overlaps 'tcp/20-22'. Write each port once.",
    ),
    "port twice, range last": (
        "[tcp/22]",
        "[tcp/22, tcp/20-22]",
        f"{SSH}: ports[1]: 'tcp/20-22' overlaps 'tcp/22'. Write each port once.",
    ),
    # languages
    "missing language": ("{en: SSH, ja: SSH}", "{en: SSH}", f"{SSH}: title.ja is missing. Write it."),
    "unknown language": (
        "{en: SSH, ja: SSH}",
        "{en: SSH, ja: SSH, fr: SSH}",
        f"{SSH}: title.fr: 'SSH' is in an unknown field. Valid values: en, ja.",
    ),
    "empty text": (
        "{en: SSH, ja: SSH}",
        "{en: SSH, ja: ''}",
        f"{SSH}: title.ja: '' is not a text. Write a sentence or a few words.",
    ),
    "text of wrong type": (
        "{en: SSH, ja: SSH}",
        "{en: 22, ja: SSH}",
        f"{SSH}: title.en: 22 is not a text. Write a sentence or a few words.",
    ),
    "white space": (
        "{en: SSH, ja: SSH}",
        "{en: 'SSH ', ja: SSH}",
        f"{SSH}: title.en: 'SSH ' starts or ends with white space. Remove it.",
    ),
    "title as text": (
        "{en: SSH, ja: SSH}",
        "SSH",
        f"{SSH}: title: 'SSH' is not a mapping. Write its fields: en, ja.",
    ),
    # readings
    "unknown word": (
        "to: [component]",
        "to: [componnet]",
        f"{SSH}: readings[0].to[0]: 'componnet' is not a role or party. Did you mean component? Valid values: {SIDES}.",
    ),
    "word of wrong type": (
        "to: [component]",
        "to: [1]",
        f"{SSH}: readings[0].to[0]: 1 is not a role or party. Valid values: {SIDES}.",
    ),
    "word twice": (
        "to: [component]",
        "to: [users, users]",
        f"{SSH}: readings[0].to[1]: 'users' is written twice. Keep one.",
    ),
    "side as text": (
        "to: [component]",
        "to: component",
        f"{SSH}: readings[0].to: 'component' is not a list. Write a list.",
    ),
    "missing side": (", to: [component]", "", f"{SSH}: readings[0].to is missing. Write it."),
    "unknown condition": (
        "when: ha",
        "when: hq",
        f"{SSH}: readings[1].when: 'hq' is not a condition. Valid values: {CONDITIONS}.",
    ),
    "condition empty": (
        "when: ha",
        "when: ",
        f"{SSH}: readings[1].when: None is not a condition. Valid values: {CONDITIONS}.",
    ),
    "version without number": (
        "when: version<7.2.6",
        "when: version<new",
        f"ports.yml: row 3 (web): readings[0].when: 'version<new' is not a condition. "
        f"Did you mean version<X? Valid values: {CONDITIONS}.",
    ),
    "reading twice": (
        "{from: [console], to: [component]}",
        "{from: [ha_peer], to: [ha_peer], when: ha}",
        f"{SSH}: readings[1]: {{'from': ['ha_peer'], 'to': ['ha_peer'], 'when': 'ha'}} is written twice. Keep one.",
    ),
    # parts that contradict each other
    "network to itself": (
        "to: [component]",
        "to: [self]",
        f"{SSH}: readings[0]: {{'from': ['console'], 'to': ['self']}} does not fit class network. {WORDS_OF_NETWORK}.",
    ),
    "network to nobody": (
        "to: [component]",
        "to: []",
        f"{SSH}: readings[0]: {{'from': ['console'], 'to': []}} does not fit class network. {WORDS_OF_NETWORK}.",
    ),
    "local to others": (
        "{from: [self], to: [self]}",
        "{from: [self], to: [console]}",
        "ports.yml: row 2 (docker): readings[0]: {'from': ['self'], 'to': ['console']} does not fit class local. "
        "A local row is from self to self.",
    ),
    "unspecified with sides": (
        "{from: [], to: []}",
        "{from: [users], to: [console]}",
        "ports.yml: row 2 (soap): readings[0]: {'from': ['users'], 'to': ['console']} does not fit class unspecified. "
        "An unspecified row leaves from and to empty.",
    ),
    "pair without condition": (
        ", when: ha}",
        "}",
        f"{SSH}: readings[1]: {{'from': ['ha_peer'], 'to': ['ha_peer']}} is only partly about the nodes of a pair. "
        f"{PAIR}.",
    ),
    "condition without pair": (
        "to: [component]}",
        "to: [component], when: ha}",
        f"{SSH}: readings[0]: {{'from': ['console'], 'to': ['component'], 'when': 'ha'}} "
        f"is only partly about the nodes of a pair. {PAIR}.",
    ),
    "retired without version": (
        ", when: version<7.2.6",
        "",
        "ports.yml: row 3 (web): readings[0]: {'from': ['users'], 'to': ['component']} does not fit class retired. "
        "when: version<X goes with class retired alone.",
    ),
    "version without retired": (
        "class: retired",
        "class: network",
        "ports.yml: row 3 (web): readings[0]: {'from': ['users'], 'to': ['component'], 'when': 'version<7.2.6'} "
        "does not fit class network. when: version<X goes with class retired alone.",
    ),
    # the head
    "source without title": ("title: A table, ", "", "ports.yml: source.title is missing. Write it."),
    "unknown part": (
        "services:\n",
        "extra: 1\nservices:\n",
        "ports.yml: extra: 1 is in an unknown field. Valid values: services, source.",
    ),
    "no YAML": (
        "[tcp/22]",
        "[tcp/22",
        "ports.yml: line 6: did not find expected ',' or ']'; this is not valid YAML.",
    ),
    "object": (
        "[tcp/22]",
        "!!python/object:os.system []",
        "ports.yml: line 5: could not determine a constructor for the tag "
        "'tag:yaml.org,2002:python/object:os.system'; this is not valid YAML.",
    ),
}


def load(folder: Path, text: str) -> None:
    path = folder / "ports.yml"
    path.write_text(text, encoding="utf-8")
    load_catalog(path)


def test_sound(tmp_path: Path) -> None:
    load(tmp_path, SOUND)


@pytest.mark.parametrize("case", BROKEN)
def test_broken(case: str, tmp_path: Path) -> None:
    before, after, message = BROKEN[case]
    assert before in SOUND
    with pytest.raises(PortledgerError) as caught:
        load(tmp_path, SOUND.replace(before, after, 1))
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "ports.yml: the entry: None is not a mapping. Write its fields: source, services."),
        ("[]", "ports.yml: the entry: [] is not a mapping. Write its fields: source, services."),
        (
            SOUND[: SOUND.index("  - row")].replace("services:", "services: []"),
            "ports.yml: services: [] is empty. Write at least one item.",
        ),
        ("1: x", "ports.yml: line 1: the key 1 is not a string; this is not valid YAML."),
    ],
)
def test_broken_as_a_whole(text: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(CatalogError) as caught:
        load(tmp_path, text)
    assert str(caught.value) == message


def test_no_file(tmp_path: Path) -> None:
    path = tmp_path / "ports.yml"
    with pytest.raises(CatalogError) as caught:
        load_catalog(path)
    reason = f"[Errno 2] No such file or directory: '{path}'"
    assert str(caught.value) == f"{path}: cannot be read: {reason}. Reinstall the collection."
