# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: a marked block in the files that QRadar makes its own firewall of.

QRadar writes /etc/sysconfig/iptables out of /opt/qradar/conf/iptables.pre, its own rules and iptables.post, and loads
it, at each deploy and whenever it likes. What is only in the kernel does not survive that, so ours is in iptables.pre
and ip6tables.pre, and QRadar's own program loads it. Sets are not used: a boot would load rules before their sets.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import base64
import os

from ansible_collections.portledger.qradar.plugins.module_utils._iptables.provider import filtered_families
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.state import (
    IptablesState, former_state, save_state,
)
from ansible_collections.portledger.qradar.plugins.module_utils._plan.difference import by_family, difference
from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.counters import count
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.meaning import read_meaning
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.render import render
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import (
    missing_jumps, repairs, same_tables, wanted_tables,
)
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.appliance import own_rules, read_appliance
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.block import find_block
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.files import read_file, replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.inserted import refuse_opening
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.load import Load, recover
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import (
    TOOL, FormerQradarState, QradarState, block_tables, generated_of_another, left_files, names_of, pre_file,
    put_back_generated, read_state, render_block, same_blocks, unrecognised_lines, with_ours,
)
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.version import (
    find_version, ipv6_warning, version_text,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._providers.answers import may_print
from ansible_collections.portledger.qradar.plugins.module_utils._providers.provider import Provider


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


def _to_text(content):
    return None if content is None else native(base64.b64encode(content))


def _to_bytes(text):
    return None if text is None else base64.b64decode(text.encode("ascii"))


def _families(host):
    """The families that this host filters; raises RulesetError where this is not a QRadar host."""
    if not _has_tool(host):
        raise RulesetError(
            "%s: no such program. This is not a QRadar host, or QRadar is not installed yet: "
            "install it first, or choose another provider." % host.file(*TOOL)
        )
    return filtered_families(host)


def _has_tool(host):
    tool = host.file(*TOOL)
    return os.path.isfile(tool) and os.access(tool, os.X_OK)


class Qradar(Provider):
    """A marked block in the files that QRadar makes its own firewall of."""

    NAME = "qradar"
    PERSISTS = True
    CODE = (
        "_base.intervals", "_base.networks", "_host.conntrack", "_iptables.counters",
        "_iptables.ipset", "_iptables.lock", "_iptables.meaning", "_iptables.provider", "_iptables.put_back",
        "_iptables.render", "_iptables.restore", "_iptables.rule", "_iptables.save", "_iptables.state",
        "_iptables.tables", "_iptables.trees", "_iptables.words", "_plan.counters", "_plan.difference", "_plan.line",
        "_plan.plan", "_plan.policy", "_plan.rules", "_providers.answers", "_providers.provider", "_qradar.appliance",
        "_qradar.block", "_qradar.busy", "_qradar.files", "_qradar.foreign", "_qradar.inserted", "_qradar.load",
        "_qradar.provider", "_qradar.state", "_qradar.version",
    )

    def traces(self, host, scope):
        for family in ("ipv4", "ipv6"):
            path = pre_file(host, family)
            try:
                if find_block(read_file(path) or b"", scope, path) is not None:
                    return True
            except RulesetError:
                # Damaged: what there is has to be looked at.
                return True
        if left_files(host):
            return True
        if not _has_tool(host):
            return False
        main = names_of(scope).main
        return any(may_print(host, PREFIX[family] + "-save", [], main) for family in ("ipv4", "ipv6"))

    def detect(self, host):
        _families(host)

    def version(self, host):
        code, out, _err = host.run("iptables", ["-V"])
        return version_text(find_version(host)[0]) + (", " + out.strip() if code == 0 else "")

    def warnings(self, host):
        if not os.path.exists(host.file("proc/net/if_inet6")):
            return []
        found = ipv6_warning(*find_version(host))
        return [found] if found else []

    def appliance(self, host):
        return dict(read_appliance(host), rules=own_rules(host, _families(host)))

    def read(self, host, scope):
        return read_state(host, scope, _families(host))

    def build(self, scope, present, policy):
        if present.damage:
            raise present.damage
        names = names_of(scope)
        tables, blocks = {}, {}
        for family in present.tables:
            chains = {} if policy is None else render(policy, names, family, False).chains
            tables[family] = wanted_tables(names, chains)
            blocks[family] = render_block(scope, tables[family], family in present.created)
        return QradarState(scope, tables, blocks)

    def refuse(self, host, wanted):
        refuse_opening(host, sorted(wanted.tables))

    def compare(self, host, scope, present, wanted):
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
            odd = dict((one, unrecognised_lines(present.blocks[one], wanted.blocks[one])) for one in families)
            found = _lines(names, there, want) + by_family("- ", odd, odd)
            # What is said once for the kernel is not said again for the file.
            lines.extend(line + " (in the file only)" for line in found if line not in lines)
            if not lines:
                lines.append("~ block in %s written anew" % ", ".join(pre_file(host, family) for family in changed))
        if isinstance(wanted, FormerQradarState):
            # A way back that was killed has made good what is live, and not what the next boot loads.
            lines.extend("~ %s written anew" % name for name in generated_of_another(host, present, wanted))
        else:
            lines.extend("~ %s removed, which an interrupted run has left" % name for name in present.left)
        return lines

    def load(self, host, scope, present, wanted):
        change = Load(host, scope, present, wanted)
        if isinstance(wanted, FormerQradarState):
            change.go_back()
        else:
            change.run()

    def recover(self, host, scope):
        recover(host, scope)

    def save(self, state):
        return {
            "scope": state.scope,
            "tables": save_state(IptablesState(state.tables, None))["tables"],
            "blocks": dict((family, _to_text(block)) for family, block in state.blocks.items()),
            "generated": dict((family, _to_text(content)) for family, content in state.generated.items()),
        }

    def former(self, saved, present):
        tables = former_state({"tables": saved["tables"], "sets": None}, present).tables
        blocks, generated = (
            dict((family, _to_bytes(saved[name].get(family))) for family in tables) for name in ("blocks", "generated")
        )
        return FormerQradarState(saved["scope"], tables, blocks, generated=generated)

    def counters(self, host, scope):
        saves = dict((family, host.output(PREFIX[family] + "-save", ["-c"])) for family in _families(host))
        return count(saves, {}, names_of(scope))

    def put_back_files(self, host, saved):
        scope, problems = saved["scope"], []
        for family in sorted(saved["blocks"]):
            block = _to_bytes(saved["blocks"][family])
            path = pre_file(host, family)
            try:
                # First what this boot loads, then what a later deploy makes of it.
                put_back_generated(host, family, scope, block, _to_bytes(saved["generated"].get(family)))
                now = read_file(path)
                replace_file(path, now, with_ours(now, scope, block, path))
            except RulesetError as error:
                problems.append(error.words)
        if problems:
            raise RulesetError(" ".join(problems))
