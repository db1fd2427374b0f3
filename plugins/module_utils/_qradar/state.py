# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: what is ours in QRadar's files and in the kernel."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.contract import GATEWAY, HOST
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.rule import Rule
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX, save_of
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import Names, read_tables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.words import lines_of, split_input
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.block import find_block, marker, with_block
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.files import leftovers, read_file, replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

TOOL = ("opt", "qradar", "bin", "iptables_update.pl")
# Other names than those of the provider iptables, so that either can be removed while the other is there.
_CHAINS = {HOST: "PORTLEDGER-QIN", GATEWAY: "PORTLEDGER-QFWD"}
_NOTE = "# Written by the Ansible collection portledger.qradar. Its next run undoes what is changed in here."
_CREATED = "# This file was not there before."


class QradarState:
    """What is, or what is to be."""

    def __init__(self, scope, tables, blocks, created=(), generated=None, damage=None, left=()):
        """
        :type scope: str
        :param tables: what is live, by family
        :type tables: dict[str, _iptables.tables.Tables]
        :param blocks: our block in iptables.pre and ip6tables.pre, by family; None for none
        :type blocks: dict[str, bytes | None]
        :param created: families whose file is there only for us, or not at all
        :type created: collections.Iterable[str]
        :param generated: what is in the files that QRadar has generated, by family
        :type generated: dict[str, bytes | None] | None
        :param damage: what is wrong with markers in a file
        :type damage: RulesetError | None
        :param left: files that a run that was killed has left
        :type left: collections.Iterable[str]
        """
        self.scope = scope
        self.tables = tables
        self.blocks = blocks
        self.created = frozenset(created)
        self.generated = generated or {}
        self.damage = damage
        self.left = tuple(left)


class FormerQradarState(QradarState):
    """What was there before a change. The way back to it must not fail half-way."""


def names_of(scope):
    """What our chains are called.

    :type scope: str
    :rtype: _iptables.tables.Names
    """
    return Names(scope, _CHAINS)


def pre_file(host, family):
    """The file that QRadar copies ahead of its own rules.

    :rtype: str
    """
    return host.file("opt", "qradar", "conf", PREFIX[family] + ".pre")


def generated_file(host, family):
    """The file that QRadar generates, and that is loaded at boot.

    :rtype: str
    """
    return host.file("etc", "sysconfig", PREFIX[family])


def read_state(host, scope, families):
    """What is ours now.

    :type host: _host.host.Host
    :type scope: str
    :type families: list[str]
    :rtype: QradarState
    :raises RulesetError: the rules cannot be read.
    """
    names = names_of(scope)
    tables, blocks, created, generated, damage = {}, {}, set(), {}, None
    for family in families:
        path = pre_file(host, family)
        content = read_file(path)
        try:
            blocks[family] = find_block(content or b"", scope, path)
        except RulesetError as error:
            blocks[family], damage = None, damage or error
        if content is None or made_by_us(blocks[family]):
            created.add(family)
        generated[family] = read_file(generated_file(host, family))
        tables[family] = read_tables(save_of(host, family), names)
    return QradarState(scope, tables, blocks, created, generated, damage, left_files(host))


def our_files(host):
    """The files that a change may write.

    :type host: _host.host.Host
    :rtype: list[str]
    """
    return [name_of(host, family) for family in sorted(PREFIX) for name_of in (pre_file, generated_file)]


def left_files(host):
    """What a run that was killed has left beside these.

    :type host: _host.host.Host
    :rtype: list[str]
    """
    return [name for path in our_files(host) for name in leftovers(path)]


def made_by_us(block):
    """Whether a block says that its file is there only for it.

    :type block: bytes | None
    :rtype: bool
    """
    return block is not None and _CREATED.encode("ascii") in block.splitlines()


def render_block(scope, tables, created):
    """Our block, as it goes ahead of QRadar's own rules in the table filter.

    iptables-restore takes a line that declares a chain anywhere in its table.

    :type scope: str
    :type tables: _iptables.tables.Tables
    :param created: whether the file is there only for the block
    :type created: bool
    :returns: None where nothing is to be there
    :rtype: bytes | None
    """
    if not tables.chains:
        return None
    lines = [marker("BEGIN", scope), _NOTE]
    if created:
        lines.append(_CREATED)
    lines.extend(":%s - [0:0]" % name for name in sorted(tables.chains))
    # QRadar begins with empty chains, so what is appended here comes first.
    lines.extend("-A %s %s" % (chain, rule.text()) for chain, _position, rule in tables.jumps)
    for name in sorted(tables.chains):
        lines.extend("-A %s %s" % (name, rule.text()) for rule in tables.chains[name])
    lines.append(marker("END", scope))
    text = "".join(line + "\n" for line in lines)
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def block_tables(block, scope):
    """What a block makes of empty tables.

    :type block: bytes | None
    :type scope: str
    :rtype: _iptables.tables.Tables
    """
    return read_tables("*filter\n" + native(block or b""), names_of(scope))


def same_blocks(one, other):
    """Whether two blocks say the same, in the same order.

    :type one: bytes | None
    :type other: bytes | None
    :rtype: bool
    """
    if one == other:
        return True
    there, want = _meaning(one), _meaning(other)
    return (one is None) == (other is None) and [entry[:2] for entry in there] == [entry[:2] for entry in want]


def unrecognised_lines(present, wanted):
    """Lines of a block that are not rules of ours.

    :type present: bytes | None
    :type wanted: bytes | None
    :rtype: list[str]
    """
    ours = set(entry[:2] for entry in _meaning(wanted))
    chains = tuple(_CHAINS.values())
    return [
        "line in our block: " + text
        for chain, meaning, text in _meaning(present)
        if (chain, meaning) not in ours and not chain.startswith(chains)
    ]


def _meaning(block):
    """Chain, what is said about it, and the line."""
    found = []
    for line in lines_of(native(block or b"")):
        line = line.strip(" \t\r")
        chain, meaning = "", line
        if not line or line in (_NOTE, _CREATED):
            continue
        words = split_input(line)
        if words[:1] == ["-A"] and len(words) > 1:
            chain, meaning = words[1], Rule(words[2:]).key
        elif line.startswith(":"):
            chain, meaning = (split_input(line[1:]) or [""])[0], ":"
        found.append((chain, meaning, line))
    return found


def with_ours(now, scope, block, path):
    """A file with a block in the place of ours; None where the file was there only for ours, and it is gone.

    :type now: bytes | None
    :type scope: str
    :type block: bytes | None
    :type path: str
    :rtype: bytes | None
    :raises RulesetError: a marker is damaged.
    """
    there = find_block(now or b"", scope, path)
    if same_blocks(there, block):
        return now
    content = with_block(now or b"", scope, block, path)
    return None if not content and (now is None or made_by_us(there)) else content


def generated_of_another(host, present, former):
    """Files that QRadar has generated of neither of our blocks that were there before a change: a boot loads them.

    :type host: _host.host.Host
    :type present: QradarState
    :type former: FormerQradarState
    :returns: their names
    :rtype: list[str]
    """
    found = []
    for family in sorted(former.blocks):
        path = generated_file(host, family)
        now, then = (_block_in(state.generated.get(family), former.scope, path) for state in (present, former))
        if not any(same_blocks(now, one) for one in (then, former.blocks[family])):
            found.append(path)
    return found


def _block_in(content, scope, path):
    """Our block there; None where there is none, or it is damaged."""
    try:
        return find_block(content or b"", scope, path)
    except RulesetError:
        return None


def put_back_generated(host, family, scope, block, former):
    """QRadar copies our block as it is, so it is put back in there; else the whole file as it was.

    :type host: _host.host.Host
    :type family: str
    :type scope: str
    :type block: bytes | None
    :param former: the whole file
    :type former: bytes | None
    :raises RulesetError: the file cannot be read or written.
    """
    path = generated_file(host, family)
    now = read_file(path)
    if _block_in(now, scope, path) is not None:
        replace_file(path, now, with_block(now, scope, block, path))
    elif former is not None:
        replace_file(path, now, former)
