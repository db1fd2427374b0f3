#!/usr/bin/env bash
# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Runs play.yml of the current folder where no firewall and no file of this machine can be changed: in a network
# namespace of its own, with a /run and an /etc that nobody else sees. All hosts of the inventory are the local one.
set -eu
user=()
[ "$(id -u)" = 0 ] || user=(--user --map-root-user)
export PATH=$PATH:/usr/sbin:/sbin ANSIBLE_TRANSPORT=local
# shellcheck disable=SC2016 # for the shell inside
exec unshare --net --mount "${user[@]}" sh -euc '
    mount -t tmpfs tmpfs /run
    mkdir /run/upper /run/work
    mount -t overlay overlay -o lowerdir=/etc,upperdir=/run/upper,workdir=/run/work /etc
    rm -rf /etc/portledger
    ip link set lo up
    exec "$@"
' play ansible-playbook -i ../setup_namespace/inventory.yml play.yml "$@"
