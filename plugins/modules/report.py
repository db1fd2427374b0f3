#!/usr/bin/python

# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation only: the action plugin of the same name does all of it, on the controller."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

DOCUMENTATION = r"""
---
module: report
short_description: A report of the deployment as a page, a workbook, and tables
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Works out from the inventory what the deployment permits, what it does not permit and why, and what needs attention,
    and writes it as files on the controller. With the last audit, the files also show its findings.
  - Runs on the controller and contacts no host. The role P(portledger.qradar.report#role) and the playbook C(report)
    call it.
extends_documentation_fragment:
  - portledger.qradar.attributes
  - portledger.qradar.attributes.controller
  - portledger.qradar.attributes.read_only
attributes:
  action:
    details: All of the module runs on the controller.
  async:
    details: There is nothing to wait for.
  check_mode:
    details: Changes no host. The files are written in check mode, too.
options:
  html:
    description:
      - File on the controller for the page. It is one file that needs neither a server nor a network.
    type: path
  xlsx:
    description:
      - File on the controller for the workbook, with a sheet for the hosts and one for each gateway.
      - Needs the Python library XlsxWriter on the controller.
    type: path
  csv:
    description: File on the controller for the same tables as CSV.
    type: path
  markdown:
    description: File on the controller for the same tables as Markdown.
    type: path
  json:
    description: File on the controller for the data of the report. C(docs/report.schema.json) describes its form.
    type: path
  lang:
    description: Language of headings and reasons. The page begins in this language, and has a switch.
    type: str
    choices: [en, ja]
    default: en
  audit:
    description: File on the controller that the last audit wrote as JSON.
    type: path
seealso:
  - module: portledger.qradar.audit_report
  - plugin: portledger.qradar.flows
    plugin_type: lookup
  - plugin: portledger.qradar.check
    plugin_type: lookup
"""

EXAMPLES = r"""
- name: Write the report
  portledger.qradar.report:
    html: qradar.html
    csv: qradar.csv
  delegate_to: localhost
  run_once: true
"""

RETURN = r"""
flows:
  description: Number of flows, as the lookup P(portledger.qradar.flows#lookup) returns them.
  returned: success
  type: int
  sample: 143
warnings_of_check:
  description: Number of warnings that the lookup P(portledger.qradar.check#lookup) returns.
  returned: success
  type: int
  sample: 2
files:
  description: Path of each file that was written, by its option.
  returned: success
  type: dict
  sample: {html: qradar.html}
"""
