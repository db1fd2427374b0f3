# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The provider qradar: files and kernel from one state to another, or not at all."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._base.fields import OBJECT, field
from ansible_collections.portledger.qradar.plugins.module_utils._host.process import LONG_SECONDS
from ansible_collections.portledger.qradar.plugins.module_utils._host.unfinished import Note
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.lock import is_locked_out, who_holds
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.put_back import finish, put_back_rules
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.restore import Restore, restore_text
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.tables import (
    missing_jumps, read_tables, same_tables,
)
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.busy import wait_for_others
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.files import (
    FileChange, read_file, remove_leftovers, replace_file,
)
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.foreign import (
    lost_rules, misplaced_rules, read_chains, same_chains,
)
from ansible_collections.portledger.qradar.plugins.module_utils._iptables.save import PREFIX, save_of
from ansible_collections.portledger.qradar.plugins.module_utils._qradar.state import (
    TOOL, block_tables, generated_file, names_of, our_files, pre_file, put_back_generated, same_blocks, with_ours,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native

_PAUSE_SECONDS = 1.0
# Somebody who changes the same chain again and again is not waited for.
_TRIES = 4
_FAMILY_NAMES = {"ipv4": "IPv4", "ipv6": "IPv6"}


class Load:
    """One change."""

    def __init__(self, host, scope, present, wanted):
        """
        :type host: _host.host.Host
        :type scope: str
        :type present: _qradar.state.QradarState
        :type wanted: _qradar.state.QradarState
        """
        self.host = host
        self.scope = scope
        self.present = present
        self.wanted = wanted
        self.names = names_of(scope)
        self.families = sorted(wanted.tables)
        self.tool = host.file(*TOOL)
        self.files = {}
        self.note = Note(host, scope, "qradar")

    def _file(self, family):
        """The change of one file; none where it says already what it is to say."""
        path = pre_file(self.host, family)
        now = read_file(path)
        content = with_ours(now, self.scope, self.wanted.blocks[family], path)
        if content != now:
            self.files[family] = FileChange(path, now, content)
            self.files[family].prepare()

    def run(self):
        """Test, write, have QRadar load it, read back.

        :raises RulesetError: what was there before is there, or the text says what is not.
        """
        wait_for_others(self.host)
        self._remove_leftovers()
        if self._is_done():
            return
        before, generated = self._what_is()
        try:
            try:
                for family in self.families:
                    if self.wanted.blocks[family]:
                        self._restore(family, "*filter\n" + native(self.wanted.blocks[family]) + "COMMIT\n", test=True)
                for family in self.families:
                    self._file(family)
            except RulesetError as error:
                error.changed = False
                raise
            try:
                for change in self.files.values():
                    change.make()
                before, generated = self._what_is()
                self._load(before, generated)
                for family in self.families:
                    # What was there before may have drifted: then the kernel did not hold what the file says.
                    live = self.wanted.tables[family]
                    if not same_tables(block_tables(self.wanted.blocks[family], self.scope), live):
                        self._load_family(family, self.wanted)
                self._prove()
            except RulesetError as error:
                raise self._undo(before, generated, error.words)
        finally:
            self._done()

    def go_back(self):
        """As run(), to what was there before a change. Access comes first: what is live goes back whatever the disk
        and QRadar's program say.

        :raises RulesetError: not all is as it was.
        """
        before, generated = self._what_is()
        attempt = _Attempt()
        late = []
        # QRadar's program may take minutes. Where this fails, the same is tried again behind it, and says why.
        for family in self.families:
            _Attempt()(self._load_family, family, self.wanted)
        for family in self.families:
            if attempt(self._file, family) and family in self.files:
                attempt(self.files[family].make)
        if _Attempt()(lambda: late.extend(self._what_is())):
            before, generated = late
        if not _Attempt()(self._load, before, generated):
            attempt(self._put_back_others, before, generated)
            for family in self.families:
                former = (self.wanted.blocks[family], self.wanted.generated.get(family))
                attempt(put_back_generated, self.host, family, self.scope, *former)
        for family in self.families:
            attempt(self._load_family, family, self.wanted)
        self._done()
        _Attempt()(self._remove_leftovers)
        if attempt.problems:
            raise RulesetError(" ".join(attempt.problems), changed=True)
        self._prove()

    def _remove_leftovers(self):
        for path in our_files(self.host) if self.present.left else ():
            remove_leftovers(path)

    def _is_done(self):
        """Whether nothing else was to do."""
        now, then = self.present, self.wanted
        if not now.left or not all(same_blocks(now.blocks[one], then.blocks[one]) for one in self.families):
            return False
        return all(same_tables(now.tables[one], then.tables[one]) for one in self.families)

    def _what_is(self):
        """All tables, and the files that QRadar has generated, by family.

        Asked again right before QRadar's program: foreign rules must stay as they are then.
        """
        return (
            dict((family, save_of(self.host, family)) for family in self.families),
            dict((family, read_file(generated_file(self.host, family))) for family in self.families),
        )

    def _done(self):
        for change in self.files.values():
            change.done()

    def _restore(self, family, text, test=False):
        restore_text(self.host, PREFIX[family] + "-restore", text, test)

    def _load(self, before, generated):
        """Run QRadar's program; foreign rules that are in the kernel only are there after it as it was before."""
        texts = dict((family, native(data or b"")) for family, data in generated.items())
        self.note.write({"before": before, "generated": texts})
        end = None
        while True:
            code, out, err = self.host.run(self.tool, [], None, LONG_SECONDS)
            # It does not wait for a lock that others hold.
            if code == 0 or not is_locked_out(err or out):
                break
            end = end or self.host.uptime() + self.host.patience()
            if self.host.uptime() > end:
                break
            self.host.sleep(_PAUSE_SECONDS)
        if code != 0:
            words = " ".join(line.strip() for line in (err or out).splitlines() if line.strip())
            said = "%s: failed (exit %d): %s." % (self.tool, code, words.rstrip(".") or "without a word")
            raise RulesetError(said + who_holds(self.host, words))
        self._put_back_others(before, generated)

    def _put_back_others(self, before, generated):
        texts = dict((family, native(generated[family] or b"")) for family in self.families)
        _put_back(self.host, self.names, before, texts)
        noted = {"before": before, "generated": texts}
        finish(self.note, lambda data: _put_back_noted(self.host, self.names, data), noted)

    def _load_family(self, family, state):
        """Lead what is live to what it was, or is to be, without QRadar's program."""
        now = read_tables(save_of(self.host, family), self.names)
        if not same_tables(now, state.tables[family]):
            Restore(self.host, PREFIX[family] + "-restore", now, state.tables[family]).load()

    def _prove(self):
        """Read back what is live.

        :raises RulesetError: it is not what it is to be.
        """
        for family in self.families:
            text = save_of(self.host, family)
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
            before = self._accepts_before(text, chain, now.ahead[chain])
            if before:
                return (
                    "the rule '%s' stands in %s before ours, and may let pass what the plan does not allow. Find it in "
                    "QRadar's files, often iptables.post, and append it (-A) or insert it into QChain"
                    % (before.text(), chain)
                )
        return "our chains differ. Is %s one that copies the file as it is?" % self.tool

    def _undo(self, before, generated, words):
        """Put back files and rules. Gives the error that says what became of it."""
        attempt = _Attempt()
        for family, change in self.files.items():
            path, block = pre_file(self.host, family), self.present.blocks[family]
            attempt(change.undo, lambda now, path=path, block=block: with_ours(now, self.scope, block, path))
        # Where it fails again it has said why a moment ago; what counts is what is live and what is in the files.
        if not _Attempt()(self._load, before, generated):
            attempt(self._put_back_others, before, generated)
            for family in self.families:
                path = generated_file(self.host, family)
                attempt(replace_file, path, read_file(path), generated[family])
        for family in self.families:
            attempt(self._load_family, family, self.present)
        if attempt.problems:
            return RulesetError(" ".join([words, "Putting back failed too:"] + attempt.problems), changed=True)
        left = self._left_changed(before)
        return RulesetError("%s %s" % (words, left), changed=True) if left else RulesetError(words, changed=False)

    def _left_changed(self, before):
        """What is not as it was, for people; empty where all is."""
        now = dict((family, save_of(self.host, family)) for family in self.families)
        if all(same_chains(before[family], now[family]) for family in self.families):
            return ""
        if all(
            same_tables(read_tables(now[family], self.names), self.present.tables[family]) for family in self.families
        ):
            return "Our own rules are as they were; foreign rules are now as %s made them." % self.tool
        return "Putting back failed too: our rules are not what they were."

    def _accepts_before(self, text, chain, ahead):
        """The first foreign rule that accepts something, where it is before our jump."""
        for rule in read_chains(text)["filter"][chain].rules:
            if self.names.owns_chain(rule.target() or ""):
                return None
            if not ahead:
                return rule
            ahead -= 1
        return None


def recover(host, scope):
    """Put back foreign rules that QRadar's program has cost, where the process was killed before it could.

    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :raises RulesetError: not all of them are back.
    """
    finish(Note(host, scope, "qradar"), lambda data: _put_back_noted(host, names_of(scope), data))


def _put_back_noted(host, names, data):
    _put_back(host, names, field(data, "before", OBJECT), field(data, "generated", OBJECT))


def _put_back(host, names, before, generated):
    """Foreign rules that are lost, in each family, whatever becomes of the other."""
    attempt = _Attempt()
    for family, save in sorted(before.items()):
        attempt(_put_back_family, host, names, family, (save, generated.get(family) or ""))
    if attempt.problems:
        raise RulesetError(" ".join(attempt.problems))


def _put_back_family(host, names, family, texts):
    def lost():
        return lost_rules(names, texts[0], texts[1], save_of(host, family))

    def misplaced():
        return misplaced_rules(names, texts[0], texts[1], save_of(host, family), text)

    text, tries, left = lost(), _TRIES, lost
    while text:
        put_back_rules(host, PREFIX[family], text, left)
        tries, left = tries - 1, misplaced
        text = misplaced() if tries else ""


class _Attempt:
    """Goes on where something fails, and keeps what was said."""

    def __init__(self):
        self.problems = []

    def __call__(self, function, *arguments):
        try:
            function(*arguments)
            return True
        except RulesetError as error:
            self.problems.append(error.words)
            return False
