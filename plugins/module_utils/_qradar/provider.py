# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: a marked block in the files that QRadar makes its own firewall of.

QRadar writes /etc/sysconfig/iptables out of /opt/qradar/conf/iptables.pre, its own rules and iptables.post, and loads
it, at each deploy and whenever it likes. What is only in the kernel does not survive that, so ours is in iptables.pre
and ip6tables.pre, and QRadar's own program loads it. Sets are not used: a boot would load rules before their sets.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import os

from ansible_collections.portledger.qradar.plugins.module_utils._iptables import provider as iptables
from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import by_family, difference
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.counters import count
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.meaning import read_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import Renderer
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import missing_jumps, repairs
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import same_tables, wanted_tables
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.block import find_block
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.files import read_file, replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.load import Load
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import PREFIX, TOOL, State, block_tables
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import names_of, pre_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import put_back_generated, read_state
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import render_block, same_blocks
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import strange_lines, with_ours
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.version import find_version, ipv6_warning
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.version import version_text
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

NAME = "qradar"
PERSISTS = True


def traces(host, scope):
    """Whether something of ours is in QRadar's files or in the kernel.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :rtype: bool
    """
    for family in ("ipv4", "ipv6"):
        path = pre_file(host, family)
        try:
            if find_block(read_file(path) or b"", scope, path) is not None:
                return True
        except RulesetError:
            # Damaged: what there is has to be looked at.
            return True
    if not (_has_tool(host) and host.find("iptables-save")):
        return False
    code, out, _err = host.run("iptables-save", [])
    main = names_of(scope).main
    return code == 0 and any(main in line for line in out.splitlines())


def detect(host):
    """The families that this host filters.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :rtype: list[str]
    :raises RulesetError: this is no QRadar host, or a program is missing.
    """
    if not _has_tool(host):
        raise RulesetError(
            "%s: no such program. This is no QRadar host, or QRadar is not installed yet: "
            "install it first, or choose another provider." % host.file(*TOOL)
        )
    return iptables.detect(host)


def _has_tool(host):
    tool = host.file(*TOOL)
    return os.path.isfile(tool) and os.access(tool, os.X_OK)


def version(host):
    """For people.

    :rtype: str
    """
    program = "iptables"
    code, out, _err = host.run(program, ["-V"])
    return version_text(find_version(host)) + (", " + out.strip() if code == 0 else "")


def warnings(host):
    """What to tell whoever uses this provider on this host.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :rtype: list[str]
    """
    if not os.path.exists(host.file("proc/net/if_inet6")):
        return []
    found = ipv6_warning(find_version(host))
    return [found] if found else []


def read(host, scope):
    """What is ours, in QRadar's files and in the kernel.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :rtype: State
    :raises RulesetError: the rules cannot be read.
    """
    return read_state(host, scope, detect(host))


def build(scope, present, plan, management, unlisted, egress):
    """What is to be.

    :param scope: host or gateway
    :type scope: str
    :param present: what is, for its families
    :type present: State
    :param plan: None for nothing at all
    :type plan: ansible_collections.portledger.qradar.plugins.module_utils._plan.plan.Plan | None
    :type management: ansible_collections.portledger.qradar.plugins.module_utils._host.management.Management | None
    :param unlisted: drop, log or leave
    :type unlisted: str
    :param egress: drop, log or leave
    :type egress: str
    :rtype: State
    :raises RulesetError: a marker in a file is damaged. Nothing was changed.
    """
    if present.damage:
        raise RulesetError(present.damage)
    names = names_of(scope)
    tables, blocks = {}, {}
    for family in present.tables:
        chains = {}
        if plan is not None:
            renderer = Renderer(names, family, False)
            if scope == "host":
                chains = renderer.host(plan, management, unlisted).chains
            else:
                chains = renderer.gateway(plan, management, unlisted, egress).chains
        tables[family] = wanted_tables(names, chains)
        blocks[family] = render_block(scope, tables[family], family in present.created)
    return State(scope, tables, blocks)


def compare(host, scope, present, wanted):
    """Lines that lead from what is to what is to be; none where nothing is to do.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :type present: State
    :type wanted: State
    :rtype: list[str]
    """
    names = names_of(scope)
    families = sorted(wanted.tables)
    lines = []
    if not all(same_tables(present.tables[family], wanted.tables[family]) for family in families):
        live = _lines(names, present.tables, wanted.tables)
        lines.extend(live or ["~ rules repaired that meant the same"])
    changed = [family for family in families if not same_blocks(present.blocks[family], wanted.blocks[family])]
    if changed:
        there, want = (
            dict((family, block_tables(state.blocks[family], scope)) for family in families)
            for state in (present, wanted)
        )
        strange = dict((family, strange_lines(present.blocks[family], wanted.blocks[family])) for family in families)
        found = _lines(names, there, want) + by_family("- ", strange, strange)
        # What is said once for the kernel is not said again for the file.
        lines.extend(line + " (in the file only)" for line in found if line not in lines)
        if not lines:
            lines.append("~ block in %s written anew" % ", ".join(pre_file(host, family) for family in changed))
    return lines


def _lines(names, present, wanted):
    """What leads from some tables to others, by family."""
    meanings = [
        dict((family, read_meaning(tables[family].chains, {}, names, family)) for family in wanted)
        for tables in (present, wanted)
    ]
    lines = difference(*meanings)
    repaired, misplaced, possible = {}, {}, {}
    for family in wanted:
        there, want = present[family], wanted[family]
        repaired[family] = repairs(there, want)
        possible[family] = ["jump in %s restored" % hook for hook, _rule in names.jumps(want.chains)]
        misplaced[family] = ["jump in %s restored" % hook for hook in missing_jumps(names, there, want)]
    return lines + by_family("~ ", misplaced, possible) + by_family("~ ", repaired, repaired)


def load(host, scope, present, wanted):
    """Write our block, have QRadar load it, and read back.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param scope: host or gateway
    :type scope: str
    :type present: State
    :type wanted: State
    :raises RulesetError: with the tool's own words; what was there is there still, or the text says what is not.
    """
    change = Load(host, scope, present, wanted)
    if wanted.former:
        change.go_back()
    else:
        change.run()


def keep(present):
    """What is, as data from which :func:`kept` makes it again in another process.

    :type present: State
    :returns: what JSON can hold
    :rtype: dict
    """
    return {
        "scope": present.scope,
        "tables": iptables.keep(iptables.State(present.tables, None))["tables"],
        "blocks": dict((family, _to_text(block)) for family, block in present.blocks.items()),
        "generated": dict((family, _to_text(content)) for family, content in present.generated.items()),
    }


def kept(data, present):
    """What was: our block as it was, whatever others have written into the file since.

    :param data: what :func:`keep` gave
    :type data: dict
    :param present: what is now
    :type present: State
    :rtype: State
    """
    tables = iptables.kept({"tables": data["tables"], "sets": None}, present).tables
    blocks, generated = (
        dict((family, _to_bytes(data[name].get(family))) for family in tables) for name in ("blocks", "generated")
    )
    return State(data["scope"], tables, blocks, generated=generated, former=True)


def counters(host, scope):
    """Packets and bytes by flow since QRadar last loaded its rules, both families together.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :type scope: str
    :rtype: list[dict]
    :raises RulesetError: the rules cannot be read.
    """
    saves = dict((family, host.output(PREFIX[family] + "-save", ["-c"])) for family in detect(host))
    return count(saves, {}, names_of(scope))


def put_back_files(host, data):
    """Write the old block into QRadar's files, and into those that it generated; no program, no kernel.

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
    :param data: what :func:`keep` gave
    :type data: dict
    :raises RulesetError: a file cannot be read or written.
    """
    scope, problems = data["scope"], []
    for family in sorted(data["blocks"]):
        block = _to_bytes(data["blocks"][family])
        path = pre_file(host, family)
        try:
            # First what this boot loads, then what a later deploy makes of it.
            put_back_generated(host, family, scope, block, _to_bytes(data["generated"].get(family)))
            now = read_file(path)
            replace_file(path, now, with_ours(now, scope, block, path))
        except RulesetError as error:
            problems.append(str(error))
    if problems:
        raise RulesetError(" ".join(problems).replace(" Nothing was changed.", ""))


def _to_text(content):
    return None if content is None else native(base64.b64encode(content))


def _to_bytes(text):
    return None if text is None else base64.b64decode(text.encode("ascii"))
