# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What scripts of examples begin with, in namespaces of their own: private folders, and a console to ask."""

from __future__ import annotations

import sys
from typing import Final

from tests.pythons import ROOT

# What is applied is written for the next boot, too.
PRIVATE: Final = """mount -t tmpfs tmpfs /run && mkdir /run/upper /run/work || exit 99
mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc || exit 99
ip link set lo up || exit 99
"""
# A page with a configuration file of the inventory plugin has a console to ask.
CONSOLE: Final = f"""echo 127.0.0.1 console.example.com >>/etc/hosts
PYTHONPATH={ROOT} {sys.executable} -m tests.console . --name console.example.com --port 443 >/run/console 2>&1 &
trap "kill $!" EXIT
while ! grep -qs . /run/console; do sleep 0.1; done
"""
