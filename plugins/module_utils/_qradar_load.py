# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: files and kernel from one state to another, or not at all.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._iptables_restore import Restore, restore_text
from ansible_collections.portledger.qradar.plugins.module_utils._iptables_tables import missing_jumps, read_tables
from ansible_collections.portledger.qradar.plugins.module_utils._iptables_tables import same_tables
from ansible_collections.portledger.qradar.plugins.module_utils._qradar_block import find_block, with_block
from ansible_collections.portledger.qradar.plugins.module_utils._qradar_files import FileChange, read_file, replace_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar_others import lost_rules, read_chains
from ansible_collections.portledger.qradar.plugins.module_utils._qradar_others import same_chains
from ansible_collections.portledger.qradar.plugins.module_utils._qradar_state import PREFIX, TOOL, generated_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar_state import made_by_us, names_of, pre_file
from ansible_collections.portledger.qradar.plugins.module_utils._qradar_state import same_blocks, save, says_what_is_live
from ansible_collections.portledger.qradar.plugins.module_utils._text import native

_FAMILY_NAMES = {"ipv4": "IPv4", "ipv6": "IPv6"}


class Load:
    """One change."""

    def __init__(self, host, scope, present, wanted):
        """
        :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.Host
        :type scope: str
        :type present: ansible_collections.portledger.qradar.plugins.module_utils._qradar_state.State
        :type wanted: ansible_collections.portledger.qradar.plugins.module_utils._qradar_state.State
        :raises RulesetError: a marker is damaged. Nothing was changed.
        """
        self.host = host
        self.scope = scope
        self.present = present
        self.wanted = wanted
        self.names = names_of(scope)
        self.families = sorted(wanted.tables)
        self.tool = host.file(*TOOL)
        self.files = []
        for family in self.families:
            path = pre_file(host, family)
            now = read_file(path)
            content = self._content(now, family, wanted.blocks[family])
            if content != now:
                self.files.append((family, FileChange(path, now, content)))

    def _content(self, now, family, block):
        """The file with a block in it."""
        path = pre_file(self.host, family)
        there = find_block(now or b"", self.scope, path)
        if same_blocks(there, block):
            return now
        content = with_block(now or b"", self.scope, block, path)
        return None if not content and (now is None or made_by_us(there)) else content

    def test(self):
        """Have iptables-restore read what is new.

        :raises RulesetError: with the tool's own words.
        """
        for family in self.families:
            block = self.wanted.blocks[family]
            if block:
                restore_text(self.host, PREFIX[family] + "-restore", "*filter\n" + native(block) + "COMMIT\n", True)

    def run(self):
        """Write, have QRadar load it, read back.

        :raises RulesetError: what was there before is there, or the text says what is not.
        """
        before = dict((family, save(self.host, family)) for family in self.families)
        generated = dict((family, read_file(generated_file(self.host, family))) for family in self.families)
        try:
            for _family, change in self.files:
                change.prepare()
            try:
                for _family, change in self.files:
                    change.make()
                self._load(before, generated)
                for family in self.families:
                    if not says_what_is_live(self.wanted, family):
                        self._lead(family, self.wanted)
                self._prove()
            except RulesetError as error:
                raise RulesetError(" ".join([str(error)] + self._undo(before, generated)))
        finally:
            for _family, change in self.files:
                change.done()

    def _load(self, before, generated):
        """Run QRadar's program; what others have put into the kernel only is there after it as it was before."""
        code, out, err = self.host.run(self.tool, [])
        if code != 0:
            words = " ".join(line.strip() for line in (err or out).splitlines() if line.strip())
            raise RulesetError("%s: failed (exit %d): %s." % (self.tool, code, words.rstrip(".") or "without a word"))
        self._put_back_others(before, generated)

    def _put_back_others(self, before, generated):
        for family in self.families:
            texts = (before[family], native(generated[family] or b""), save(self.host, family))
            text = lost_rules(self.names, *texts)
            if text:
                restore_text(self.host, PREFIX[family] + "-restore", text)

    def _lead(self, family, state):
        """Lead what is live to what it was, or is to be, without QRadar's program."""
        now = read_tables(save(self.host, family), self.names)
        if not same_tables(now, state.tables[family]):
            Restore(self.host, PREFIX[family] + "-restore", now, state.tables[family]).load()

    def _prove(self):
        """Read back what is live.

        :raises RulesetError: it is not what it is to be.
        """
        for family in self.families:
            text = save(self.host, family)
            now = read_tables(text, self.names)
            if not same_tables(now, self.wanted.tables[family]):
                raise RulesetError(
                    "%s: ran, but what is live in %s is not what %s says: %s."
                    % (self.tool, _FAMILY_NAMES[family], pre_file(self.host, family), self._why(text, now, family))
                )

    def _why(self, text, now, family):
        wanted = self.wanted.tables[family]
        if set(wanted.chains) - set(now.chains) == set(wanted.chains):
            return "none of our chains is there. Does QRadar read that file? See docs/providers/qradar.md"
        for chain in missing_jumps(self.names, now, wanted):
            before = self._opens_before(text, chain, now.lead[chain])
            if before:
                return (
                    "the rule '%s' stands in %s before ours, and may let pass what the plan does not allow. Find it in "
                    "QRadar's files, often iptables.post, and append it (-A) or insert it into QChain"
                    % (before.text(), chain)
                )
        return "our chains differ. Is %s one that copies the file as it is?" % self.tool

    def _undo(self, before, generated):
        """Put back files and rules. Gives what is to be said about it."""
        problems = []

        def attempt(function, *arguments):
            try:
                function(*arguments)
                return True
            except RulesetError as error:
                problems.append(str(error).replace(" Nothing was changed.", ""))
                return False

        for family, change in self.files:
            attempt(change.undo, lambda now, family=family: self._content(now, family, self.present.blocks[family]))
        if not attempt(self._load, before, generated):
            # It has said why a moment ago, and what counts is what is live and what is in the files.
            problems.pop()
            attempt(self._put_back_others, before, generated)
            for family in self.families:
                path = generated_file(self.host, family)
                attempt(lambda path=path, family=family: replace_file(path, read_file(path), generated[family]))
        for family in self.families:
            attempt(self._lead, family, self.present)
        if problems:
            return ["Putting back failed too: " + " ".join(problems)]
        return [self._how_it_is(before)]

    def _how_it_is(self, before):
        now = dict((family, save(self.host, family)) for family in self.families)
        if all(same_chains(before[family], now[family]) for family in self.families):
            return "Nothing was changed."
        if all(
            same_tables(read_tables(now[family], self.names), self.present.tables[family]) for family in self.families
        ):
            return "Our own rules are as they were; others are now as %s made them." % self.tool
        return "Putting back failed too: our rules are not what they were."

    def _opens_before(self, text, chain, lead):
        """The rule of others that is the first to open something, where it stands before our jump."""
        for rule in read_chains(text)["filter"][chain].rules:
            if self.names.owns_chain(rule.target() or ""):
                return None
            if not lead:
                return rule
            lead -= 1
        return None
