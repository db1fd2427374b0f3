# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A change that locks nobody out: keep what is there, start a timer, load; confirmed from elsewhere, or put back.

    apply    (first call)   read, compare; keep, start the timer, test and load
    confirm  (second call)  over a new connection: the change stays
    restore  (instead)      the controller has found out that the change must not stay

Without a second call, the timer puts back what was there.

Note that this module util is **PRIVATE** to the collection.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.management import ssh_connection
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.pending import CONFIRMED, UNKNOWN, Store
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.persistence import Persistence
from ansible_collections.portledger.qradar.plugins.module_utils._safe_apply.timer import arm, disarm, put_back

APPLY = "apply"
CONFIRM = "confirm"
RESTORE = "restore"
# The confirmation came over the connection that the change was made over, which proves nothing.
SAME_CONNECTION = "same connection"

_POLL_SECONDS = 0.25
# The timer is late by less than this, unless it is gone.
_GRACE_SECONDS = 15.0


class Part:
    """A change of one provider."""

    def __init__(self, provider, present, wanted, lines):
        """
        :param provider: the provider, a module
        :param present: what is, as the provider read it
        :param wanted: what is to be, as the provider built it
        :param lines: the difference; none where nothing is to do
        :type lines: list[str]
        """
        self.provider = provider
        self.present = present
        self.wanted = wanted
        self.lines = lines


class Prepared:
    """A change that is worked out, and not made."""

    def __init__(self, parts, lines, rules):
        """
        :param parts: in the order of their loading: what is to be in force, then what goes
        :type parts: list[Part]
        :param lines: the whole difference; none where nothing is to do
        :type lines: list[str]
        :param rules: what a boot is to load: provider and state of each; None for nothing
        :type rules: list[dict] | None
        """
        self.parts = parts
        self.lines = lines
        self.rules = rules

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

    :type host: ansible_collections.portledger.qradar.plugins.module_utils._host.host.Host
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
        mark = store.mark()
        try:
            prepared = prepare()
        except RulesetError:
            # What another run is changing cannot always be read.
            if store.mark() == mark:
                raise
            continue
        if options["check"] or not prepared.lines:
            return Applied(prepared, None, warnings)
        with store.lock():
            if store.mark() != mark:
                continue
            if not prepared.changes():
                # Nothing in force changes, so nothing is to be confirmed.
                persistence.write(prepared.rules)
            elif change:
                timer = _load_with_timer(store, providers, prepared, change, options["forget"])
                return Applied(prepared, timer, warnings)
            else:
                _load(store, providers, prepared, None)
                persistence.write(prepared.rules)
        if options["forget"]:
            store.forget()
        return Applied(prepared, None, warnings)


def _settle(store, providers, check):
    """Wait until no other change is pending; where its timer is gone, put back in its place. Gives warnings."""
    pending = store.pending()
    if not pending:
        return []
    began = store.host.uptime()
    while (store.pending() or {}).get("token") == pending["token"]:
        if store.host.uptime() < pending["deadline"] + _GRACE_SECONDS:
            store.host.sleep(_POLL_SECONDS)
            # Its time begins anew once it is loaded.
            pending = store.pending() or pending
            continue
        if check:
            return ["A change of another run was never confirmed, and its timer is gone. A real run puts back first."]
        with store.lock():
            if store.pending() == pending:
                put_back(store, providers, pending, "nobody confirmed it, and its timer was gone")
    outcome = store.outcome() or {}
    became = outcome["outcome"] if outcome.get("token") == pending["token"] else "forgotten"
    waited = store.host.uptime() - began
    return ["A change of another run was waiting for its confirmation. Waited %d s, and it was %s." % (waited, became)]


def _load_with_timer(store, providers, prepared, change, forget):
    """Keep, start the timer, load. Gives what will put back."""
    host, (token, seconds) = store.host, change
    parts = prepared.changes()
    pending = {
        "token": token,
        "seconds": seconds,
        "deadline": host.uptime() + seconds,
        "connection": ssh_connection(host),
        "forget": forget,
        "path": host.path,
        "timer": None,
        "kept": [{"provider": part.provider.NAME, "state": part.provider.save(part.present)} for part in parts],
        "rules": prepared.rules,
        "undo": any(part.provider.PERSISTS for part in parts),
    }
    persistence = Persistence(host, store.scope)
    try:
        store.write(pending)
        pending["timer"] = arm(host, store, token, seconds)
        store.write(pending)
        if pending["undo"]:
            persistence.write_undo(pending["kept"])
    except RulesetError as error:
        disarm(host, store, pending)
        persistence.remove_undo()
        store.drop(pending)
        error.changed = False
        raise
    _load(store, providers, prepared, pending)
    if (store.pending() or {}).get("token") != token:
        # The timer found this process stuck.
        put_back(store, providers, pending, "loading it took too long")
        words = "Loading took so long that the former rules were put back meanwhile."
        raise RulesetError(words, changed=False)
    pending["deadline"] = host.uptime() + seconds
    try:
        store.write(pending)
    except RulesetError as error:
        put_back(store, providers, pending, "its deadline could not be written")
        error.changed = False
        raise
    return pending["timer"]


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
                error.changed = False
            raise error
        done.append(part)


def _take_back(store, done):
    for part in reversed(done):
        provider = part.provider
        present = provider.read(store.host, store.scope)
        provider.load(store.host, store.scope, present, provider.former(provider.save(part.present), present))


def confirm(host, scope, providers, token, over_new_connection):
    """Let a change stay.

    :param over_new_connection: whether it must come over another SSH connection than the change did
    :type over_new_connection: bool
    :returns: outcome and why; problem, where the change stays but a boot would not load it
    :rtype: dict[str, str]
    :raises RulesetError: the former rules could not be put back after all.
    """
    store = Store(host, scope)
    with store.lock():
        pending = store.pending()
        if not pending or pending["token"] != token:
            return _became(store, token)
        if host.uptime() > pending["deadline"]:
            put_back(store, providers, pending, "nobody confirmed it within %d s" % pending["seconds"])
            return _became(store, token)
        connection = ssh_connection(host)
        if over_new_connection and connection and connection == pending["connection"]:
            return {"outcome": SAME_CONNECTION, "why": connection}
        store.end(pending, CONFIRMED, "over a new connection")
        outcome = _became(store, token)
        disarm(host, store, pending)
        problem = _persist(Persistence(host, scope), pending)
        if problem:
            outcome["problem"] = problem
        if pending["forget"]:
            store.forget()
        return outcome


def _persist(persistence, pending):
    """Have a boot load what was confirmed. Why that failed, or nothing."""
    try:
        if pending["undo"]:
            persistence.remove_undo()
        persistence.write(pending["rules"])
    except (RulesetError, OSError) as error:
        return str(error)
    return ""


def restore(host, scope, providers, token):
    """Put back what was there before a change, without waiting for the timer.

    :returns: outcome and why
    :rtype: dict[str, str]
    :raises RulesetError: it is not all as it was.
    """
    store = Store(host, scope)
    with store.lock():
        pending = store.pending()
        if pending and pending["token"] == token:
            put_back(store, providers, pending, "the controller asked for it")
        return _became(store, token)


def _became(store, token):
    outcome = store.outcome()
    if not outcome or outcome["token"] != token:
        return {"outcome": UNKNOWN, "why": "the host knows nothing of this change"}
    return {"outcome": outcome["outcome"], "why": outcome["why"]}
