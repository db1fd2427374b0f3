# Copyright: (c) 2026, the portledger.qradar contributors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Filter from flows to a table."""

from __future__ import annotations

DOCUMENTATION = r"""
name: flow_table
short_description: Flows as CSV, Markdown or HTML
version_added: 1.0.0
author:
  - The portledger.qradar contributors (@portledger)
description:
  - Returns a table with one line for each flow under a line of headings.
  - Names and comments stay text. No cell of the CSV is a formula for a spreadsheet, and nothing in Markdown or HTML is
    taken for markup. Control characters become U+FFFD, and line ends become blanks.
extends_documentation_fragment:
  - portledger.qradar.filters.pure
positional: format, lang, columns
options:
  _input:
    description:
      - Flows as the lookup P(portledger.qradar.flows#lookup) returns them, a list or a single one.
    type: raw
    required: true
  format:
    description:
      - V(csv) has commas, quotes where necessary, and a blank between the values of a list. Text that would begin as
        a formula, with an equals sign for example, begins with an apostrophe.
      - V(markdown) is a table of GitHub Flavored Markdown.
      - V(html) is a C(table) element for a page or a mail, without styles.
    type: str
    default: csv
  lang:
    description:
      - The language of headings and reasons, V(en) or V(ja).
    type: str
    default: en
  columns:
    description:
      - Columns in the order wanted. Without it, all but V(number), V(source_hosts) and V(destination_hosts).
      - One or more of V(number), V(source), V(source_hosts), V(source_addresses), V(destination), V(destination_hosts),
        V(destination_addresses), V(ports), V(service), V(row), V(when), V(comment) and V(reason).
      - V(reason) is what the catalog says the service is for.
    type: list
    elements: str
seealso:
  - plugin: portledger.qradar.flows
    plugin_type: lookup
  - plugin: portledger.qradar.select_flows
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write a request for the firewall team
  ansible.builtin.copy:
    dest: gateway.csv
    content: "{{ query('portledger.qradar.flows', gateway='gw1') | portledger.qradar.flow_table }}"
    mode: "0600"
  delegate_to: localhost

- name: Show what reaches the console, in Japanese
  ansible.builtin.debug:
    msg: "{{ flows | portledger.qradar.flow_table('markdown', lang='ja', columns=['source', 'ports', 'reason']) }}"
  vars:
    flows: "{{ query('portledger.qradar.flows', destination='console') }}"
"""

RETURN = r"""
_value:
  description: The table. It ends with a line end.
  type: str
"""

from ansible_collections.portledger.qradar.plugins.plugin_utils._ansible.filter import Filters
from ansible_collections.portledger.qradar.plugins.plugin_utils._filters.table import flow_table


class FilterModule(Filters):
    """``portledger.qradar.flow_table``."""

    FILTERS = (flow_table,)
