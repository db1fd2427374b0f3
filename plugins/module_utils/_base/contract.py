# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Words that the controller and a host both use, in options, plans and results.

Controller code imports them from here too, so that neither side can change one alone.
"""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

#: of a plan: what a plan of another version says cannot be relied upon
PLAN_VERSION = 1

#: what a plan is about: what enters a host, or what crosses a gateway
HOST = "host"
GATEWAY = "gateway"
SCOPES = (HOST, GATEWAY)

#: what becomes of a packet that nothing permits (options unlisted and egress)
DROP = "drop"
LOG = "log"
LEAVE = "leave"
POLICIES = (DROP, LOG, LEAVE)

#: what is expected of packets to a target (option targets[].expected); DROP is the other word
PASS = "pass"
EXPECTATIONS = (PASS, DROP)

#: phases of a change (option change.phase)
APPLY = "apply"
CONFIRM = "confirm"
RESTORE = "restore"
#: not of a change: whether this host has one of some addresses, as the active node of an HA pair has
HOLDS = "holds"
PHASES = (APPLY, CONFIRM, RESTORE, HOLDS)

#: outcomes of a change (result outcome)
CONFIRMED = "confirmed"
RESTORED = "restored"
UNKNOWN = "unknown"
#: the confirmation came over the connection that the change was made over, which proves nothing
SAME_CONNECTION = "same connection"

#: providers, and the word that leaves the choice to the host
PROVIDERS = ("firewalld", "iptables", "nftables", "qradar")
AUTO = "auto"

#: what becomes of the rules of this collection (option state)
PRESENT = "present"
ABSENT = "absent"
STATES = (PRESENT, ABSENT)

#: why a host does not start what it keeps; the plan alone is sent then
NO_PLAN = "the plan is not kept"

#: services whose dynamic ports can be read on a host
IMQ_DYNAMIC = "imq_dynamic"
RMI_DYNAMIC = "rmi_dynamic"
READABLE = (IMQ_DYNAMIC, RMI_DYNAMIC)

#: options of both modules that are variables of a role too, with the scope and _firewall_ before them
ROLE_OPTIONS = ("provider", "unlisted", "egress", "management")
