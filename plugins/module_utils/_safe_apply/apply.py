# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that locks nobody out: save the former state, start a timer, load; confirmed from elsewhere, or put back.

    apply    (first call)   read, compare; save, start the timer, test and load
    confirm  (second call)  over a new connection: the change stays (see confirm.py)
    restore  (instead)      the controller has found out that the change must not stay

Without a second call, the timer restores the former state.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import ssh_connection
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.arm import arm, disarm
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.finish import finish
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import Pending
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.put_back import put_back, recover
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.saved import Saved
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.store import Store

_POLL_SECONDS = 0.25
# The timer is late by less than this, unless it is gone.
_GRACE_SECONDS = 15.0
_STALE = (
    "A change of another run was never confirmed, and its timer is gone. A real run restores the former rules first."
)


class Part:
    """What a change does with one provider."""

    def __init__(self, provider, present, wanted, lines):
        """
        :type provider: _providers.provider.Provider
        :param present: the present state, as the provider read it
        :param wanted: the wanted state, as the provider built it
        :param lines: the difference; none where nothing is to do
        :type lines: list[str]
        """
        self.provider = provider
        self.present = present
        self.wanted = wanted
        self.lines = lines


class Prepared:
    """A change that is worked out, and not made."""

    def __init__(self, parts, lines, at_boot):
        """
        :param parts: in the order of their loading: what is to be in force, then what goes
        :type parts: list[Part]
        :param lines: the whole difference; none where nothing is to do
        :type lines: list[str]
        :param at_boot: what a boot is to do
        :type at_boot: _safe_apply.saved.AtBoot
        """
        self.parts = parts
        self.lines = lines
        self.at_boot = at_boot

    def changes(self):
        """The parts that load something.

        :rtype: list[Part]
        """
        return [part for part in self.parts if part.lines]


class Applied:
    """What was made of a change."""

    def __init__(self, prepared, timer, warnings):
        """
        :type prepared: Prepared
        :param timer: what will put back; None where nothing waits for a confirmation
        :type timer: str | None
        :type warnings: list[str]
        """
        self.prepared = prepared
        self.timer = timer
        self.warnings = warnings


def apply_safely(host, scope, providers, prepare, change, options):
    """Work out a change, and make it.

    :type host: _host.host.Host
    :param scope: host or gateway
    :type scope: str
    :param providers: the providers by name
    :type providers: dict
    :param prepare: reads and compares; called again where another run was in between
    :type prepare: Callable[[], Prepared]
    :param change: its token, and the seconds to confirm it in; None loads without a timer
    :type change: tuple[str, int] | None
    :param options: check: make nothing; forget: leave no trace of the change either, once it is made
    :type options: dict[str, bool]
    :rtype: Applied
    :raises RulesetError: its field ``changed`` says whether anything was changed.
    """
    store, persistence = Store(host, scope), Persistence(host, scope)
    warnings = []
    while True:
        warnings.extend(_settle(store, providers, options["check"]))
        if store.unfinished() and not options["check"]:
            with store.lock():
                recover(store, providers)
        mark = store.mark()
        try:
            prepared = prepare()
        except RulesetError:
            # What another run is changing cannot always be read.
            if store.mark() == mark:
                raise
            continue
        if options["check"] or not prepared.lines:
            if options["forget"] and not options["check"]:
                # A removal that was killed may have left its traces.
                store.clean_up()
                persistence.clean_up()
            return Applied(prepared, None, warnings)
        with store.lock():
            if store.mark() != mark:
                continue
            if not prepared.changes():
                # Nothing in force changes, so nothing is to be confirmed.
                persistence.write(prepared.at_boot)
            elif change:
                timer = _load_with_timer(store, providers, prepared, change, options["forget"])
                return Applied(prepared, timer, warnings)
            else:
                _load(store, providers, prepared, None)
                persistence.write(prepared.at_boot)
            if options["forget"]:
                store.forget()
        return Applied(prepared, None, warnings)


def _settle(store, providers, check):
    """Wait until no other change is pending; where its timer is gone, put back in its place. Gives warnings."""
    pending = store.pending()
    if not pending:
        return []
    token, began = pending.token, store.host.uptime()
    while store.pending_as(token):
        if pending.confirmed:
            if check:
                return []
            with store.lock():
                if store.pending() == pending:
                    # Whoever confirmed it is gone.
                    finish(store, pending)
        if store.host.uptime() < pending.deadline + _GRACE_SECONDS:
            store.host.sleep(_POLL_SECONDS)
            # Its time begins anew once it is loaded; it may be confirmed meanwhile.
            pending = store.pending() or pending
            continue
        if check:
            return [_STALE]
        with store.lock():
            if store.pending() == pending:
                put_back(store, providers, pending, "nobody confirmed it, and its timer was gone")
    outcome = store.outcome()
    became = outcome.outcome if outcome and outcome.token == token else "forgotten"
    waited = store.host.uptime() - began
    return ["A change of another run was waiting for its confirmation. Waited %d s, and it was %s." % (waited, became)]


def _load_with_timer(store, providers, prepared, change, forget):
    """Save the former state, start the timer, load. Gives what will put back."""
    host, (token, seconds) = store.host, change
    parts = prepared.changes()
    pending = Pending(
        token=token,
        boot=store.boot(),
        seconds=seconds,
        deadline=host.uptime() + seconds,
        connection=ssh_connection(host),
        forget=forget,
        path=host.path,
        timer=None,
        saved=tuple(Saved(part.provider.NAME, part.provider.save(part.present)) for part in parts),
        at_boot=prepared.at_boot,
        undo=any(part.provider.PERSISTS for part in parts),
        confirmed=False,
    )
    pending = _arm(store, pending)
    _load(store, providers, prepared, pending)
    if not store.pending_as(token):
        # The timer found this process stuck.
        put_back(store, providers, pending, "loading it took too long")
        words = "Loading took so long that the former rules were put back meanwhile."
        raise RulesetError(words, changed=False)
    pending = pending._replace(deadline=host.uptime() + seconds)
    try:
        store.write(pending)
    except RulesetError as error:
        put_back(store, providers, pending, "its deadline could not be written")
        error.changed = False
        raise error
    return pending.timer


def _arm(store, pending):
    """Write down a change, and start its timer. Gives the change with its timer."""
    persistence = Persistence(store.host, store.scope)
    try:
        store.write(pending)
        pending = pending._replace(timer=arm(store.host, store, pending.token, pending.seconds))
        store.write(pending)
        # What a former change has left must not be undone at a boot that finds this one.
        if pending.undo:
            persistence.write_undo(pending.saved)
        elif persistence.has_undo():
            persistence.remove_undo()
    except RulesetError as error:
        disarm(store.host, store, pending)
        persistence.remove_undo()
        store.drop(pending)
        error.changed = False
        raise error
    return pending


def _load(store, providers, prepared, pending):
    """Load each part; where one fails, put back those before it."""
    done = []
    for part in prepared.changes():
        try:
            part.provider.load(store.host, store.scope, part.present, part.wanted)
        except RulesetError as error:
            try:
                if pending:
                    put_back(store, providers, pending, "it could not be loaded")
                else:
                    _take_back(store, done)
            except RulesetError as undoing:
                again = " The timer tries again." if pending else ""
                words = "%s Putting back failed: %s%s" % (error.words, undoing.words, again)
                raise RulesetError(words, changed=True)
            if pending and error.changed:
                # What it says was so before that.
                raise RulesetError(error.words + " Putting back was tried once more, and worked.", changed=False)
            raise error
        done.append(part)


def _take_back(store, done):
    for part in reversed(done):
        provider = part.provider
        present = provider.read(store.host, store.scope)
        provider.load(store.host, store.scope, present, provider.former(provider.save(part.present), present))
