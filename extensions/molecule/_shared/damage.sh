#!/bin/sh
# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Takes away, adds and opens what it finds of our rules, and says what it has done.
set -eu
PATH=$PATH:/usr/sbin:/sbin
for chain in PORTLEDGER-IN PORTLEDGER-FWD PORTLEDGER-QIN; do
    if iptables -w -S $chain >/dev/null 2>&1; then
        iptables -w -F $chain
        ip6tables -w -I $chain 1 -j ACCEPT
        echo "flushed and opened $chain"
    fi
done
for table in portledger_host:input portledger_gateway:forward; do
    if nft list chain inet ${table%:*} ${table#*:} >/dev/null 2>&1; then
        nft flush chain inet ${table%:*} ${table#*:}
        echo "flushed $table"
    fi
done
for policy in portledger-host portledger-gw; do
    if [ -e /etc/firewalld/policies/$policy.xml ]; then
        firewall-cmd --quiet --permanent --policy=$policy --add-port=1-65535/tcp
        firewall-cmd --quiet --policy=$policy --add-port=9999/tcp
        echo "opened $policy"
    fi
done
for scope in host gateway; do
    if [ -e /etc/portledger/$scope/rules.json ]; then
        : >/etc/portledger/$scope/rules.json
        echo "emptied rules.json of $scope"
    fi
done
file=/opt/qradar/conf/iptables.pre
if grep -q portledger $file 2>/dev/null; then
    sed -i '/^# BEGIN portledger.qradar/,/^# END portledger.qradar/d' $file
    echo "took our block out of $file"
fi
