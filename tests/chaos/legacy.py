# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The older iptables in place of the one for nf_tables: it has a lock, and waits for it as fast as time goes."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.chaos.control import Control
from tests.lab.world import kernel

_OLDER, _NEWER = Path("/usr/sbin/xtables-legacy-multi"), Path("/usr/sbin/xtables-nft-multi")
# Under the name that it is called by; what it waits for is told in seconds of the faster clock.
_WRAPPER = """\
#!/bin/sh
for word do
    shift
    case $last in -w) word=$(((word + {speed} - 1) / {speed}));; esac
    last=$word
    set -- "$@" "$word"
done
case $0 in
    */ebtables*|*/arptables*) exec {newer} "${{0##*/}}" "$@";;
esac
exec {older} "${{0##*/}}" "$@"
"""


def has_legacy() -> bool:
    """Whether this machine has both."""
    return _OLDER.exists() and _NEWER.exists()


def use_legacy(control: Control) -> None:
    """From here on, this process and all that it starts find the older one under the usual names."""
    wrapper, newer = control.folder / "xtables", control.folder / "newer"
    if not wrapper.exists():
        # What is not of iptables is as before.
        shutil.copy(_NEWER, newer)
        wrapper.write_text(_WRAPPER.format(newer=newer, older=_OLDER, speed=int(control.speed)))
        wrapper.chmod(0o755)
    kernel.mount(str(wrapper), str(_NEWER), flags=kernel.MS_BIND)
