# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Probes many targets at once, and notes which answer, which are rejected and by whom, and which stay silent.

A TCP target is probed by opening a connection and closing it, a UDP target by a datagram, ICMP by an echo request. Who
has rejected a probe is known from ICMP messages, which a raw socket receives under every Python and every kernel.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import heapq
import os
import random
import resource
import select
import socket

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._reach.icmp import (
    echo_request,
    meaning,
    open_raw,
    read_message,
)
from ansible_collections.portledger.qradar.plugins.module_utils._reach.pace import Pacer, clock, sent_again
from ansible_collections.portledger.qradar.plugins.module_utils._reach.udp import question

NOT_ASKED = "not_asked"
_AF = {"ipv4": socket.AF_INET, "ipv6": socket.AF_INET6}
# Files that the interpreter and this module need beside one for each target.
_SPARE_FILES = 24
# Somebody else's flood of ICMP must not keep us from what is due.
_HEARD_AT_ONCE = 1000
# A datagram may be lost, too.
_DATAGRAM_AGAIN = [1.0]
_NO_FAMILY = (errno.EAFNOSUPPORT, errno.EPROTONOSUPPORT, errno.EADDRNOTAVAIL)
_LINEAR = "/proc/sys/net/ipv4/tcp_syn_linear_timeouts"


class Answer:
    """What became of one target."""

    def __init__(self, target):
        """
        :type target: Target
        """
        self.target = target
        #: open, closed, filtered, rejected, unreachable, unknown or not_asked
        self.result = NOT_ASKED
        #: the address that a rejection came from, None without
        self.by = None
        #: why, empty where there is nothing to add
        self.reason = ""
        #: seconds until there was an answer, None without
        self.seconds = None


class _Probe:
    """A probe that is under way."""

    def __init__(self, answer, number, started):
        self.answer = answer
        self.number = number
        self.target = answer.target
        self.started = started
        self.socket = None
        self.key = None


class Limits:
    """How fast and how long to probe."""

    def __init__(self, timeout, rate, time_limit, parallel):
        """
        :param timeout: seconds to wait for an answer
        :type timeout: float
        :param rate: packets a second
        :type rate: int
        :param time_limit: seconds for all
        :type time_limit: float
        :param parallel: targets at once, fewer where this process may not have as many files
        :type parallel: int
        """
        self.timeout = timeout
        self.rate = rate
        self.time_limit = time_limit
        self.parallel = max(1, min(parallel, _free_files() - _SPARE_FILES))


def _free_files():
    limit = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    return (1 << 20) if limit == resource.RLIM_INFINITY else limit - len(os.listdir("/proc/self/fd"))


class Asker:
    """Probes all targets once."""

    def __init__(self, targets, limits):
        """
        :type targets: list[Target]
        :type limits: Limits
        """
        self.answers = [Answer(target) for target in targets]
        self._limits = limits
        self._pacer = Pacer(limits.rate)
        self._again = {"tcp": sent_again(limits.timeout, _linear_timeouts()), "udp": [], "icmp": []}
        self._again["udp"] = self._again["icmp"] = [at for at in _DATAGRAM_AGAIN if at < limits.timeout]
        self._poll = select.poll()
        self._raw = {}
        self._by_file = {}
        self._by_key = {}
        self._due = []
        self._serial = 0
        self._under_way = 0
        self._echo = random.randrange(1, 1 << 16)

    @property
    def packets(self):
        """How many probes were sent, retransmissions included. An open TCP connection has more packets.

        :rtype: int
        """
        return self._pacer.spent

    def run(self):
        """Returns when there is an answer to each, or none in time.

        :rtype: list[Answer]
        :raises RulesetError: this user may not open a raw socket.
        """
        self._open_raw()
        try:
            self._ask_all()
        finally:
            for one in list(self._raw.values()) + [probe.socket for probe in self._by_file.values()]:
                one.close()
        return self.answers

    def _open_raw(self):
        for family in sorted(set(answer.target.family for answer in self.answers)):
            try:
                raw = open_raw(family)
            except (socket.error, OSError) as error:
                if error.errno in _NO_FAMILY:
                    continue
                raise RulesetError("reachability: a raw ICMP socket cannot be opened: %s. Run the task as root, "
                                   "with become: true." % os.strerror(error.errno))
            self._raw[family] = raw
            self._poll.register(raw.fileno(), select.POLLIN)

    def _ask_all(self):
        left = list(reversed(list(enumerate(self.answers))))
        # The last target has its whole time, too.
        last_start = clock() + self._limits.time_limit - self._limits.timeout
        while True:
            now = clock()
            self._settle_due(now)
            while left and now <= last_start and self._may_start(now):
                self._start(*left.pop() + (now,))
                now = clock()
            if left and now > last_start:
                left = []
            if not left and not self._under_way:
                return
            self._listen(self._wait(now, bool(left)))

    def _may_start(self, now):
        return self._under_way < self._limits.parallel and self._pacer.free_at <= now

    def _wait(self, now, more):
        """Seconds until something is to be done even without an answer."""
        moments = [self._due[0][0]] if self._due else []
        if more and self._under_way < self._limits.parallel:
            moments.append(self._pacer.free_at)
        return max(0.0, min(moments) - now) if moments else 0.0

    def _listen(self, seconds):
        try:
            ready = self._poll.poll(int(seconds * 1000) + 1)
        except select.error as error:
            # Under Python 2, any signal ends the wait.
            if error.args[0] != errno.EINTR:
                raise
            return
        # ICMP first: it says more than the error that a connection gets from it.
        self._hear()
        for number, _events in ready:
            if number in self._by_file:
                self._look_at(self._by_file[number])

    def _hear(self):
        for family, raw in self._raw.items():
            for _turn in range(_HEARD_AT_ONCE):
                try:
                    data, sender = raw.recvfrom(2048)
                except (socket.error, OSError):
                    break
                message = read_message(family, data, sender[0].partition("%")[0])
                probe = self._by_key.get(message.about.key) if message else None
                if probe is None:
                    continue
                if message.kind == "reply":
                    self._settle(probe, "open")
                else:
                    self._settle(probe, *meaning(family, message))

    def _start(self, number, answer, now):
        probe = _Probe(answer, number, now)
        target = answer.target
        self._under_way += 1
        self._pacer.spend(now)
        if target.family not in self._raw:
            self._settle(probe, "unreachable", None, "this host has no IP" + target.family[2:])
            return
        try:
            getattr(self, "_ask_" + target.transport)(probe)
        except (socket.error, OSError) as error:
            self._hear()
            self._refused(probe, error.errno)
            return
        if probe.answer.result == NOT_ASKED:
            self._remind(now + self._limits.timeout, probe, None)
            for at in self._again[target.transport]:
                self._remind(now + at, probe, at)

    def _ask_tcp(self, probe):
        one = self._open(probe, socket.SOCK_STREAM)
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_SYNCNT, max(1, len(self._again["tcp"])))
        error = one.connect_ex((probe.target.address, probe.target.port))
        if error not in (0, errno.EINPROGRESS):
            raise socket.error(error, os.strerror(error))
        self._wait_for(probe, select.POLLOUT)

    def _ask_udp(self, probe):
        one = self._open(probe, socket.SOCK_DGRAM)
        one.connect((probe.target.address, probe.target.port))
        self._wait_for(probe, select.POLLIN)
        one.send(question(probe.target.port))

    def _ask_icmp(self, probe):
        number = probe.number & 0xFFFF
        probe.key = (probe.target.address, "icmp", self._echo, number)
        self._by_key[probe.key] = probe
        request = echo_request(probe.target.family, self._echo, number)
        self._raw[probe.target.family].sendto(request, (probe.target.address, 0))

    @staticmethod
    def _open(probe, kind):
        probe.socket = socket.socket(_AF[probe.target.family], kind)
        probe.socket.setblocking(False)
        return probe.socket

    def _wait_for(self, probe, events):
        target = probe.target
        probe.key = (target.address, target.transport, probe.socket.getsockname()[1], target.port)
        self._by_key[probe.key] = probe
        self._by_file[probe.socket.fileno()] = probe
        self._poll.register(probe.socket.fileno(), events)

    def _look_at(self, probe):
        """There is something to be read from a socket, or an error."""
        if probe.target.transport == "tcp":
            error = probe.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            if error:
                self._refused(probe, error)
            else:
                self._settle(probe, "open")
            return
        try:
            probe.socket.recv(1)
        except (socket.error, OSError) as error:
            if error.errno != errno.EAGAIN:
                self._refused(probe, error.errno)
            return
        self._settle(probe, "open")

    def _refused(self, probe, error):
        """The kernel has reported an error. Where an ICMP message caused it, that message has been read already."""
        transport = probe.target.transport
        if error == errno.ECONNREFUSED:
            self._settle(probe, "closed", None, "port unreachable" if transport == "udp" else "reset")
        elif error == errno.ETIMEDOUT:
            self._give_up(probe)
        elif error in (errno.EPERM, errno.EACCES):
            self._settle(probe, "rejected", None, "blocked by this host")
        elif error == errno.ENETUNREACH:
            self._settle(probe, "unreachable", None, "no route")
        else:
            self._settle(probe, "unreachable", None, os.strerror(error))

    def _remind(self, when, probe, again):
        self._serial += 1
        heapq.heappush(self._due, (when, self._serial, probe, again))

    def _settle_due(self, now):
        while self._due and self._due[0][0] <= now:
            _when, _serial, probe, again = heapq.heappop(self._due)
            if probe.answer.result != NOT_ASKED:
                continue
            if again is None:
                self._give_up(probe)
            elif probe.target.transport == "tcp":
                # The kernel does that by itself.
                self._pacer.spend(now)
            elif self._pacer.free_at > now:
                self._remind(self._pacer.free_at, probe, again)
            else:
                self._ask_again(probe, now)

    def _ask_again(self, probe, now):
        self._pacer.spend(now)
        try:
            if probe.target.transport == "udp":
                probe.socket.send(question(probe.target.port))
            else:
                self._ask_icmp(probe)
        except (socket.error, OSError) as error:
            self._hear()
            self._refused(probe, error.errno)

    def _give_up(self, probe):
        """Nothing has answered. Over UDP, a daemon that accepts a datagram is silent, too."""
        self._settle(probe, "unknown" if probe.target.transport == "udp" else "filtered")

    def _settle(self, probe, result, by=None, reason=""):
        if probe.answer.result != NOT_ASKED:
            return
        answer = probe.answer
        answer.result, answer.by, answer.reason = result, by, reason
        if result not in ("filtered", "unknown"):
            answer.seconds = round(clock() - probe.started, 3)
        self._under_way -= 1
        self._by_key.pop(probe.key, None)
        if probe.socket is not None:
            if self._by_file.pop(probe.socket.fileno(), None) is not None:
                self._poll.unregister(probe.socket.fileno())
            probe.socket.close()


def _linear_timeouts():
    """Kernels before 6.5 have no such setting."""
    try:
        with open(_LINEAR) as stream:
            return int(stream.read())
    except (IOError, OSError, ValueError):
        return 0
