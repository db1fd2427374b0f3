# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a provider is: it turns the policy of a plan into rules of its own kind, loads them, and reads them back.

A provider has no state of its own: what it knows of a host is in the state that :meth:`Provider.read` returns.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type


class Provider:
    """The interface. A State is a class of the provider's own; nobody else looks into it.

    Throughout, host is a ``_host.host.Host``, and scope is "host" or "gateway".
    """

    #: as people choose it
    NAME = ""
    #: whether a boot loads what it loads, from files of its own; else a unit of ours does
    PERSISTS = False
    #: module utils that it needs where nothing of Ansible is, beside those of ``_safe_apply.code``
    CODE = ()

    def detect(self, host):
        """Check that it can be used on this host.

        :raises RulesetError: it cannot, with the reason and the remedy.
        """
        raise NotImplementedError

    def traces(self, host, scope):
        """Whether something that it made may be here: where a program fails, it may. Never raises.

        :rtype: bool
        """
        raise NotImplementedError

    def version(self, host):
        """The release, for people.

        :rtype: str
        """
        raise NotImplementedError

    def warnings(self, host):
        """What whoever uses it on this host has to know.

        :rtype: list[str]
        """
        return []

    def boot_wait(self, host):
        """What a boot is to wait for, where the provider's own service loads its rules, but not before the network.

        :returns: service, and command, which is answered once the rules are loaded; None where nothing is to wait for
        :rtype: dict[str, str] | None
        """
        return

    def read(self, host, scope):
        """The present state: what is ours on this host.

        :rtype: State
        :raises RulesetError: it cannot be read.
        """
        raise NotImplementedError

    def seen(self, host, scope):
        """All that :meth:`read` reads, in a few bytes, where these take less time than to read it.

        :returns: the same only where nothing of it has changed but what is counted; None where that is not known
        :rtype: str | None
        :raises RulesetError: it cannot be read.
        """
        return

    def seen_in(self, host, scope, present):
        """The same of a state that was read before.

        :type present: State
        :returns: None where that is not known, or may have changed since
        :rtype: str | None
        """
        return

    def build(self, scope, present, policy):
        """The wanted state.

        :param present: as read, for what this host can do
        :type present: State
        :param policy: None for nothing at all
        :type policy: _plan.policy.Policy | None
        :rtype: State
        :raises RulesetError: this provider, or its release on this host, cannot express it.
        """
        raise NotImplementedError

    def refuse(self, host, wanted):
        """Refuse rules of which something on this host is known to make something else. A check is refused as well.

        :type host: _host.host.Host
        :param wanted: as built of a policy
        :type wanted: State
        :raises RulesetError: naming what is in the way.
        """
        return

    def compare(self, host, scope, present, wanted):
        """Lines that lead from the present to the wanted state; none where nothing is to do.

        :type present: State
        :type wanted: State
        :rtype: list[str]
        """
        raise NotImplementedError

    def load(self, host, scope, present, wanted):
        """Lead from the present to the wanted state: test it, then load it in one step.

        :type present: State
        :type wanted: State
        :raises RulesetError: with the program's own words. Its field ``changed`` is False where the present state is
            in force still.
        """
        raise NotImplementedError

    def recover(self, host, scope):
        """Complete what a process has noted and was killed in the middle of. Nothing where there is no note.

        :raises RulesetError: not all of it can be completed.
        """
        return

    def save(self, state):
        """A state as data, from which :meth:`former` makes it again in another process.

        :type state: State
        :returns: what JSON can hold
        :rtype: dict
        """
        raise NotImplementedError

    def former(self, saved, present):
        """A state that was saved, to be loaded again.

        :param saved: what :meth:`save` returned
        :type saved: dict
        :param present: as read now: foreign rules may have come and gone since
        :type present: State
        :rtype: State
        """
        raise NotImplementedError

    def put_back_files(self, host, saved):
        """At boot, before anything is loaded, where it PERSISTS: write the files of a saved state.

        :param saved: what :meth:`save` returned
        :type saved: dict
        :raises RulesetError: a file cannot be read or written.
        """
        raise NotImplementedError

    def appliance(self, host):
        """What the host's own product says of itself, and the rules that it adds by itself; None without a product.

        :returns: facts by name, and ``rules``
        :rtype: dict | None
        """
        return

    def counters(self, host, scope):
        """What passed so far, by flow, and what nothing permits; both families together.

        :returns: service, source, destination, ports, packets and bytes of each; None where it counts nothing
        :rtype: list[dict] | None
        :raises RulesetError: the rules cannot be read.
        """
        return
