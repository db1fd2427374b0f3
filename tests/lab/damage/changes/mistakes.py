# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The mistakes: each makes a change of rules go wrong."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from tests.lab.damage.changes import loads
from tests.lab.damage.changes.ground import HOST, PLENTY, Ground, State
from tests.lab.damage.changes.loads import MEANS
from tests.lab.hosts.reboot import come_up, go_down
from tests.lab.over_ssh.safety import PENDING, stalling_ssh

# Each makes a change to a state go wrong, and returns when it has done that: all that follows is the host's own doing.
Mistake = Callable[[Ground, State, random.Random], float]


def _wrong_rule(kind: str) -> Mistake:
    def mistake(ground: Ground, target: State, _draw: random.Random) -> float:
        shut = MEANS[target.provider].shut
        program, _waits = stalling_ssh(ground.ssh, "shut")
        with loads.shut_after_the_load(ground.ssh, HOST, shut.get(kind, shut["new"]), PENDING, "shut"):
            ground.play(target, ANSIBLE_SSH_EXECUTABLE=program)
        return time.monotonic()

    return mistake


def _controller_killed(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    if draw.random() < 0.7:
        ground.wait_until_pending(controller)
        time.sleep(draw.uniform(0, 1.5))
    else:
        time.sleep(draw.uniform(0.5, 8))
    controller.kill()
    killed = time.monotonic()
    controller.finish()
    return killed


def _worker_killed(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    ground.wait_until_pending(controller)
    time.sleep(draw.uniform(0, 1))
    ground.ssh.kill_sessions(HOST)
    controller.finish()
    return time.monotonic()


def _both_killed(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    ground.wait_until_pending(controller)
    time.sleep(draw.uniform(0, 1))
    controller.kill()
    ground.ssh.kill_sessions(HOST)
    killed = time.monotonic()
    controller.finish()
    return killed


def _loading(script: str) -> Mistake:
    def mistake(ground: Ground, target: State, draw: random.Random) -> float:
        # Of a change of the provider, either half.
        there_now = [] if ground.state.unlisted == "absent" else [ground.state.provider]
        which = draw.choice([target.provider, *there_now])
        filled = script.replace("DELAY", f"{draw.uniform(0, 0.05):.3f}")
        with loads.hooked(ground.ssh, HOST, MEANS[which], filled):
            ground.play(target)
        return time.monotonic()

    return mistake


def _full_disk(where: str) -> Mistake:
    def mistake(ground: Ground, target: State, draw: random.Random) -> float:
        folder = draw.choice((where, *MEANS[target.provider].files))
        with loads.full_disk(ground.ssh, HOST, folder, draw.choice([0, 4096, 1 << 15, 1 << 17])):
            ground.play(target)
            # Nothing may be pending when the disk is whole again, for then nobody would look at it.
            ground.settle(time.monotonic())
        return time.monotonic()

    return mistake


def restart(ground: Ground, target: State, draw: random.Random) -> float:
    controller = ground.start(target)
    ground.wait_until_pending(controller)
    time.sleep(draw.uniform(0, 1.5))
    # A machine that goes down ends all that runs, and nothing that is half done goes on.
    ground.ssh.kill_daemon(HOST)
    ground.node.run(["kill", "-9", *map(str, ground.running())], check=False)
    go_down(ground.node)
    controller.kill()
    controller.finish()
    come_up(ground.node)
    ground.ssh.start_daemon(HOST)
    ground.up = time.monotonic()
    return ground.up


def _two_runs(ground: Ground, target: State, draw: random.Random) -> float:
    first = ground.start(target, PLENTY)
    time.sleep(draw.uniform(0, 1))
    second = ground.start(target, PLENTY)
    first.finish()
    second.finish()
    return time.monotonic()


def _no_mistake(ground: Ground, target: State, _draw: random.Random) -> float:
    ground.play(target, PLENTY)
    return time.monotonic()


MISTAKES: dict[str, Mistake] = {
    "a wrong rule drops new connections": _wrong_rule("new"),
    "a wrong rule drops all of SSH": _wrong_rule("all"),
    "the controller is killed": _controller_killed,
    "the daemon's worker is killed": _worker_killed,
    "the controller and the worker are killed": _both_killed,
    "what loads fails": _loading("cat > /dev/null; exit 1"),
    "what loads is killed": _loading('"$REAL" "$@" & sleep DELAY; kill -9 $! 2>/dev/null; kill -9 $$'),
    "what loads is killed when it is done": _loading('"$REAL" "$@"; kill -9 $$'),
    "/run/portledger is full": _full_disk("/run/portledger"),
    "/etc/portledger is full": _full_disk("/etc/portledger"),
    "a restart before the confirmation": restart,
    "two runs at once": _two_runs,
    "a plan that forgets everything": _no_mistake,
}

# These have a host end in what was to be, with nobody kept out on the way.
HARMLESS = ("two runs at once", "a plan that forgets everything")
