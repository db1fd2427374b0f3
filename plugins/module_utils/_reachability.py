# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which targets this host reaches, and whether that is as expected. Changes nothing."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError, complaint
from ansible_collections.portledger.qradar.plugins.module_utils._reach.asker import Asker, Limits
from ansible_collections.portledger.qradar.plugins.module_utils._reach.pace import clock
from ansible_collections.portledger.qradar.plugins.module_utils._reach.report import (
    VERDICTS,
    as_data,
    contradictions,
    not_asked,
    report,
    verdict,
)
from ansible_collections.portledger.qradar.plugins.module_utils._reach.targets import read_targets

RESULTS = ("open", "closed", "filtered", "rejected", "unreachable", "unknown", "not_asked")
# Options that are numbers, with the least and the most that they may be.
_BOUNDS = {"timeout": (0.1, 60), "rate": (1, 10000), "time_limit": (1, 3600), "parallel": (1, 10000)}


def reachability(options):
    """What the module returns.

    :param options: of the module
    :type options: dict
    :rtype: dict
    :raises RulesetError: nothing was sent.
    """
    limits = Limits(**read_limits(options))
    targets = read_targets(options["targets"] or [])
    started = clock()
    asker = Asker(targets, limits)
    answers = asker.run()
    seconds = round(clock() - started, 2)
    verdicts = [verdict(answer) for answer in answers]
    found = [answer.result for answer in answers]
    return {
        "changed": False,
        "answers": [as_data(answer) for answer in answers],
        "counts": dict((result, found.count(result)) for result in RESULTS),
        "verdicts": dict((name, verdicts.count(name)) for name in VERDICTS),
        "contradictions": contradictions(answers),
        "not_asked": not_asked(answers),
        "report": report(answers, seconds),
        "packets": asker.packets,
        "seconds": seconds,
    }


def read_limits(options):
    """The options that are limits, checked.

    :type options: dict
    :rtype: dict
    :raises RulesetError: naming the option, its value, and the remedy.
    """
    for name, (least, most) in sorted(_BOUNDS.items()):
        if not least <= options[name] <= most:
            problem = "is not within %s to %s" % (least, most)
            raise RulesetError(complaint(name, options[name], problem, "Write a number that is"))
    if options["time_limit"] < options["timeout"]:
        problem = "is less than timeout, %s, so that nothing could be probed" % options["timeout"]
        raise RulesetError(complaint("time_limit", options["time_limit"], problem, "Write a larger one"))
    return dict((name, options[name]) for name in _BOUNDS)
