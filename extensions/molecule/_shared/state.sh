#!/bin/sh
# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# What the kernel holds of anybody, and the files of firewalls; the same where nothing has changed.
PATH=$PATH:/usr/sbin:/sbin
for tool in iptables ip6tables; do
    echo "== $tool"
    # An empty table and none are the same.
    $tool-save 2>/dev/null | sed 's/ *\[[0-9]*:[0-9]*\]$//' |
        awk '/^[*]/ { table = $1 } /^(-A|:)/ && !/^:[A-Z]+ ACCEPT$/ { print table, $0 }' | sort -s -k 1,3
done
echo "== sets"
ipset save 2>/dev/null | sed 's/ initval 0x[0-9a-f]*//' | sort
# The tables that iptables keeps there are shown above.
nft list tables 2>/dev/null | grep -v -E ' ip6? (filter|nat|mangle|raw|security)$' | while read -r table; do
    echo "== $table"
    # shellcheck disable=SC2086 # family and name
    nft -s list $table
done
echo "== files"
find /etc/portledger /etc/systemd/system /etc/firewalld /etc/nftables.conf /etc/iptables /etc/sysconfig /opt/qradar \
    ! -type d 2>/dev/null | sort | while read -r file; do
    echo "$file $(readlink "$file") $(sha256sum <"$file")"
done
