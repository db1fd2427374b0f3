# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The changes: of whatever a run reads, and of what is kept itself."""

from __future__ import annotations

import copy
import sys
from collections.abc import Callable

from tests.lab.damage.kept_code.change import KEPT, Change, Ground
from tests.lab.damage.kept_code.many import new_plan
from tests.lab.hosts.background import start_in_background
from tests.lab.plays.direct import Inside

QRADAR = "/opt/qradar/bin"
FIREWALLD = "/run/firewalld"
# Where this collection writes, or has others read from.
_FOLDERS = "/etc/portledger /etc/systemd/system /etc/firewalld /opt/qradar/conf"
_OURS = "-path '/etc/portledger/*' -o -name 'portledger*' -o -name 'ip*tables.pre'"
_RULES = {
    "nftables": ("nft delete table inet portledger_host",),
    "iptables": ("iptables -F PORTLEDGER-IN", "ip6tables -F PORTLEDGER-IN"),
    "firewalld": ("firewall-cmd --policy=portledger-host --add-port=64999/tcp",),
    "qradar": ("iptables -F INPUT", "ip6tables -F INPUT", "iptables -I INPUT -p tcp --dport 64999 -j ACCEPT"),
}
# Kept by a Python of another version: the digest is right, the line about it is another one.
_UPDATED = """
import hashlib, sys
for path in sys.argv[1:]:
    with open(path, "rb") as stream:
        parts = stream.read().split(b"\\n", 2)
    # Of another release or interpreter, a former change may have left it empty.
    if len(parts) == 3:
        rest = b"('3.5.0', 'little')\\n" + parts[2]
        with open(path, "wb") as stream:
            stream.write(hashlib.sha256(rest).hexdigest().encode() + b"\\n" + rest)
"""


def a_file(ground: Ground) -> Change:
    """A file of ours, or a unit, is damaged or gone."""
    here = ground.sh(f"ls -d {_FOLDERS} 2>/dev/null || true").split()
    found = ground.sh(f"find {' '.join(here)} '(' {_OURS} ')' '(' -type f -o -type l ')'")
    path = ground.chance.choice(sorted(found.split()))
    how = ground.chance.choice(("printf x >>{}", ": >{}", "rm {}", "rm {}; mkdir {}", "rm {}; ln -s /dev/null {}"))
    ground.sh(f"tar -C / -cf /run/former.tar {' '.join(one[1:] for one in here)}")
    ground.sh(how.format(*[path] * how.count("{}")))

    def undo() -> None:
        ground.sh(f"rm -rf {path}; tar -C / -xf /run/former.tar")

    # What stands behind our block of a file of QRadar is foreign.
    noticed = not (how.startswith("printf") and path.endswith(".pre"))
    return Change(how.format(*[path] * how.count("{}")), undo, noticed=noticed)


def an_option(ground: Ground) -> Change:
    """Something else is to be enforced."""
    before = dict(ground.options)
    name, values = ground.chance.choice(
        (
            ("unlisted", ("log", "leave")),
            ("management", (["198.18.9.0/25"], [], ["198.18.9.0/24", "2001:db8:9::/64", "198.18.8.1"])),
            ("provider", ("auto", *sorted(set(_RULES) - {ground.provider}))),
        )
    )
    ground.options[name] = ground.chance.choice(values)
    ground.options = {**ground.options}

    def undo() -> None:
        ground.options = before

    # The provider that is there is the one that auto chooses, and its name is all that is said of it.
    return Change(f"{name}: {ground.options[name]}", undo, noticed=ground.options[name] != "auto")


def a_plan(ground: Ground) -> Change:
    """Another plan, or one port of it."""
    before = ground.options
    plan = copy.deepcopy(before["plan"])
    if ground.chance.random() < 0.5:
        flow = ground.chance.choice(plan["flows"])
        flow["ports"].append(f"tcp/{ground.chance.randrange(60000, 65000)}")
    else:
        plan = new_plan(ground.chance, ground.many)
    ground.options = {**before, "plan": plan}

    def undo() -> None:
        ground.options = before

    return Change("another plan", undo, sent=True)


def rules(ground: Ground) -> Change:
    """Some of the rules are gone."""
    command = ground.chance.choice(_RULES[ground.provider])
    ground.sh(command)
    return Change(command, ground.put_right)


def what_a_boot_did(ground: Ground) -> Change:
    """The last boot did not load what it should."""
    path = "/run/portledger/host/boot.json"
    ground.sh(f'mkdir -p -m 700 /run/portledger/host; echo \'{{"outcome": "failed", "why": "somebody"}}\' >{path}')
    return Change("boot.json", lambda: ground.sh(f"rm {path}"), noticed=False)


def a_change_that_waits(ground: Ground) -> Change:
    """The file of a change that waits is damaged, so nobody knows what waits."""
    path = "/run/portledger/host/pending.json"
    ground.sh(f"mkdir -p -m 700 /run/portledger/host; echo '{{' >{path}")
    return Change("pending.json", lambda: ground.sh(f"rm {path}"))


def kept_code(ground: Ground) -> Change:
    """What is kept is damaged, gone, or could be somebody else's."""
    how = ground.chance.choice(
        (
            "for f in {}/*/code; do printf x >>$f; done",
            "for f in {}/*/code; do dd if=/dev/zero of=$f bs=1 count=9 seek=5000 conv=notrunc 2>/dev/null; done",
            "for f in {}/*/python; do chmod 644 $f; done",
            "chmod 711 {}",
            "rm -r {}",
            "rm {}/plan-*; for f in {}/*/code; do : >$f; done",
        )
    )
    ground.sh(how.replace("{}", KEPT))
    return Change(how, lambda: None, noticed=False, sent=True)


def a_rival(ground: Ground) -> Change:
    """Somebody else comes to manage this host's firewall, or another provider has left rules of ours."""
    kinds = [_traces_of_another_provider]
    # QRadar's own files and firewalld's own policies are left alone by everybody.
    if ground.provider in ("iptables", "nftables"):
        kinds.extend([_qradar, _firewalld])
    return ground.chance.choice(kinds)(ground)


def _traces_of_another_provider(ground: Ground) -> Change:
    how, undo = "nft add table inet portledger_host", "nft delete table inet portledger_host"
    if ground.provider == "nftables":
        how, undo = "iptables -N PORTLEDGER-IN", "iptables -X PORTLEDGER-IN"
    ground.sh(how)
    return Change(how, lambda: ground.sh(undo))


def _qradar(ground: Ground) -> Change:
    ground.sh(f"mkdir -p {QRADAR}; cp /bin/true {QRADAR}/iptables_update.pl")
    return Change("QRadar", lambda: ground.sh(f"rm -r {QRADAR}"))


def _firewalld(ground: Ground) -> Change:
    ground.sh(f"cp /bin/sleep {FIREWALLD}")
    number = start_in_background(ground.node, f"{FIREWALLD} 600", FIREWALLD)
    return Change("firewalld", lambda: ground.sh(f"kill {number}"))


def the_clock(ground: Ground) -> Change:
    """It was set back, or forward: files are older or newer than they can be."""
    date = ground.chance.choice(("1970-01-02", "2001-09-09", "2106-02-07"))
    here = ground.sh(f"ls -d /run/portledger {_FOLDERS} 2>/dev/null || true").split()
    how = f"find {' '.join(here)} -exec touch -h -d {date} '{{}}' +"
    ground.sh(how)
    return Change(how, lambda: ground.sh(how.replace(date, "now")), noticed=False)


def another_release(ground: Ground) -> Change:
    """A controller with another release of this collection."""
    ground.kept.release = f" of release {ground.chance.randrange(1 << 32)}"

    def undo() -> None:
        ground.kept.release = ""

    return Change("another release", undo, noticed=False, sent=True)


def another_interpreter(ground: Ground) -> Change:
    """Another Python is configured, or the one that was there was updated."""
    if ground.chance.random() < 0.5:
        ground.kept.interpreter = f"/run/python{ground.chance.randrange(1 << 32)}"
        ground.sh(f"ln -s {sys.executable} {ground.kept.interpreter}")
        module = Inside(ground.node, ground.kept.interpreter)

        def undo() -> None:
            ground.kept.interpreter = ""
            module.__exit__()

        # What takes back, and what a boot starts, is run by it.
        return Change("another interpreter", undo, sent=True, module=module)
    ground.node.run([sys.executable, "-c", _UPDATED, *ground.sh(f"ls {KEPT}/*/code").split()])
    return Change("an updated interpreter", lambda: None, noticed=False, sent=True)


KINDS: dict[str, Callable[[Ground], Change]] = {
    "file": a_file,
    "option": an_option,
    "plan": a_plan,
    "rules": rules,
    "boot": what_a_boot_did,
    "waiting": a_change_that_waits,
    "kept": kept_code,
    "rival": a_rival,
    "clock": the_clock,
    "release": another_release,
    "interpreter": another_interpreter,
}
