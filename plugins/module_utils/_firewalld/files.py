# Copyright: (c) 2026, the portledger.qradar contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""firewalld's own files of ours: their text, and what they mean."""

from __future__ import absolute_import, division, print_function

__metaclass__ = type

import errno
import os
import re
from xml.etree import ElementTree
from xml.sax.saxutils import escape, quoteattr

from ansible_collections.portledger.qradar.plugins.module_utils._base.errors import RulesetError
from ansible_collections.portledger.qradar.plugins.module_utils._host.files import (
    names_in, remove_file, replace_file,
)
from ansible_collections.portledger.qradar.plugins.module_utils._firewalld.rules import (
    ICMP, Model, Policy, Rule, Service, Set, with_interface,
)
from ansible_collections.portledger.qradar.plugins.module_utils._base.networks import FAMILIES, parse_network
from ansible_collections.portledger.qradar.plugins.module_utils._base.text import native
from ansible_collections.portledger.qradar.plugins.module_utils._plan.rules import LOG_PREFIX

FOLDER = os.path.join("etc", "firewalld")
# Folders of what policies and direct rules name.
_NAMED = ("ipsets", "services")
_HEADER = '<?xml version="1.0" encoding="utf-8"?>\n'
_NOTICE = "Written by the Ansible collection portledger.qradar. It removes what others write here."
_FAMILY_OPTIONS = {"4": "inet", "6": "inet6"}
_PORT = re.compile(r"^(?:(?:tcp|udp)/\d+(?:-\d+)?|icmp)$")


def read_files(host, names):
    """Our files of one scope.

    :type host: _host.host.Host
    :type names: _firewalld.rules.Names
    :returns: content by path under firewalld's folder
    :rtype: dict[str, bytes]
    :raises RulesetError: one cannot be read.
    """
    found = {}
    for kind in ("policies", "services", "ipsets"):
        folder = host.file(FOLDER, kind)
        for entry in names_in(folder):
            stem, end = os.path.splitext(entry)
            ours = stem == names.policy if kind == "policies" else names.owns(stem)
            if end == ".xml" and ours:
                found["%s/%s" % (kind, entry)] = read_bytes(os.path.join(folder, entry))
    return found


def read_bytes(path):
    """Content of a file, or None where there is none.

    :rtype: bytes | None
    :raises RulesetError: it cannot be read.
    """
    try:
        with open(path, "rb") as stream:
            return stream.read()
    except (IOError, OSError) as error:
        if error.errno == errno.ENOENT:
            return None
        raise RulesetError("%s: cannot be read: %s." % (path, error.strerror))


def write_files(host, before, after):
    """Lead from some files to others: each is replaced in one step. Where one fails, all are as they were.

    :param before: content by path under firewalld's folder, None for a file that is not there
    :type before: dict[str, bytes | None]
    :type after: dict[str, bytes | None]
    :raises RulesetError: a file cannot be written. Its field ``changed`` is True where another could not be put back.
    """
    done = []
    paths = sorted(set(before) | set(after), key=lambda path: (_turn(path, after.get(path)), path))
    try:
        for path in paths:
            if before.get(path) != after.get(path):
                done.append(path)
                _replace(host.file(FOLDER, path), after.get(path))
    except (IOError, OSError) as error:
        failure = RulesetError("%s: cannot be written: %s." % (host.file(FOLDER, done[-1]), error.strerror))
        try:
            for path in reversed(done):
                if read_bytes(host.file(FOLDER, path)) != before.get(path):
                    _replace(host.file(FOLDER, path), before.get(path))
        except (IOError, OSError) as undoing:
            words = "%s Putting back failed too: %s." % (failure.words, undoing.strerror)
            failure = RulesetError(words, changed=True)
        raise failure


def _turn(path, content):
    """Somebody may reload firewalld at any moment: what others name comes before them, and goes after them."""
    named = path.partition("/")[0] in _NAMED
    if content is None:
        return 2 if named else 1
    return 0 if named else 1


def _replace(path, content):
    if content is None:
        # firewalld itself leaves a copy where somebody has changed a file of ours by firewall-cmd --permanent.
        ours = os.path.basename(path).startswith("portledger-")
        for name in [path] + ([path + ".old"] if ours else []):
            remove_file(name)
        return
    if not os.path.isdir(os.path.dirname(path)):
        os.makedirs(os.path.dirname(path), 0o755)
    # firewalld reads every name that ends in .xml, which the unfinished file's does not.
    replace_file(path, content, 0o644)


def render_files(names, model):
    """Files that say what a model says.

    :type names: _firewalld.rules.Names
    :type model: _firewalld.rules.Model
    :rtype: dict[str, bytes]
    """
    texts = {}
    if model.policy:
        texts["policies/%s.xml" % names.policy] = _policy_text(names, model.policy)
    for name, service in model.services.items():
        texts["services/%s.xml" % name] = _service_text(name, service)
    for name, found in model.sets.items():
        texts["ipsets/%s.xml" % name] = _set_text(names, name, found)
    return dict((path, _bytes(text)) for path, text in texts.items())


def _bytes(text):
    return text if isinstance(text, bytes) else text.encode("utf-8", "surrogateescape")


def _policy_text(names, policy):
    lines = [
        _HEADER + '<policy target="%s" priority="%d">' % (policy.target, policy.priority),
        "  <short>%s</short>" % escape(names.policy),
        "  <description>%s</description>" % escape(_NOTICE),
    ]
    lines.extend('  <ingress-zone name="%s"/>' % zone for zone in policy.ingress)
    lines.extend('  <egress-zone name="%s"/>' % zone for zone in policy.egress)
    for rule in policy.rules:
        family = ' family="%s"' % rule.family if rule.family else ""
        lines.append('  <rule%s priority="%d">' % (family, rule.priority))
        lines.extend("    " + part for part in _rule_parts(rule))
        lines.append("  </rule>")
    return "\n".join(lines + ["</policy>", ""])


def _rule_parts(rule):
    for word, end in (("source", rule.source), ("destination", rule.destination)):
        if end:
            inverted = ' invert="True"' if end[0].startswith("not ") else ""
            yield "<%s %s=%s%s/>" % (word, end[0].replace("not ", ""), quoteattr(end[1]), inverted)
    if rule.match:
        kind, value = rule.match
        if kind == "port":
            transport, _slash, port = value.partition("/")
            yield '<port port="%s" protocol="%s"/>' % (port, transport)
        else:
            yield "<%s %s=%s/>" % (kind, "value" if kind == "protocol" else "name", quoteattr(value))
    if rule.action == "log":
        yield '<log prefix=%s level="debug"><limit value="10/m"/></log>' % quoteattr(LOG_PREFIX)
    else:
        yield "<%s/>" % rule.action


def rich_text(rule):
    """A rule as firewalld itself writes it.

    :rtype: str
    """
    parts = ['rule priority="%d"' % rule.priority]
    if rule.family:
        parts.append('family="%s"' % rule.family)
    for word, end in (("source", rule.source), ("destination", rule.destination)):
        if end:
            parts.append('%s %s="%s"' % (word, end[0].replace("not ", "NOT "), end[1]))
    if rule.match:
        kind, value = rule.match
        if kind == "port":
            transport, _slash, port = value.partition("/")
            parts.append('port port="%s" protocol="%s"' % (port, transport))
        else:
            parts.append('%s %s="%s"' % (kind, "value" if kind == "protocol" else "name", value))
    if rule.action == "log":
        parts.append('log prefix="%s" level="debug" limit value="10/m"' % LOG_PREFIX)
    else:
        parts.append(rule.action)
    return " ".join(parts)


def _service_text(name, service):
    lines = [_HEADER + "<service>", "  <short>%s</short>" % escape(name)]
    flows = sorted(service.flows.items(), key=lambda item: _port_key(item[0]))
    words = ["%s %s" % (port, one) for port, some in flows for one in some]
    lines.append("  <description>%s</description>" % escape("\n".join([_NOTICE] + words)))
    for port, _names in flows:
        if port != ICMP:
            transport, _slash, numbers = port.partition("/")
            lines.append('  <port port="%s" protocol="%s"/>' % (numbers, transport))
    return "\n".join(lines + ["</service>", ""])


def _port_key(port):
    transport, _slash, numbers = port.partition("/")
    # Somebody may have written anything there.
    found = [int(number) for number in re.findall("[0-9]{1,5}", numbers)[:2]] or [0]
    return transport, found[0], found[-1]


def _set_text(names, name, found):
    lines = [
        _HEADER + '<ipset type="%s">' % _set_type(found.members),
        "  <short>%s</short>" % escape(found.label),
        "  <description>%s</description>" % escape(_NOTICE),
        '  <option name="family" value="%s"/>' % _family_option(names, name),
    ]
    if len(found.members) > 65536:
        lines.append('  <option name="maxelem" value="%d"/>' % len(found.members))
    lines.extend("  <entry>%s</entry>" % member for member in sorted(found.members))
    return "\n".join(lines + ["</ipset>", ""])


def _set_type(members):
    return "hash:net,iface" if with_interface(members) else "hash:net"


def _family_option(names, name):
    return _FAMILY_OPTIONS.get(name[len(names.prefix):len(names.prefix) + 1], "inet")


def parse_files(names, files):
    """What our files mean.

    :type names: _firewalld.rules.Names
    :type files: dict[str, bytes]
    :rtype: _firewalld.rules.Model
    """
    policy, services, sets, unrecognised = None, {}, {}, []
    for path in sorted(files):
        kind, _slash, entry = path.partition("/")
        name = entry[: -len(".xml")]
        try:
            root = ElementTree.fromstring(files[path])
            if kind == "policies":
                policy = _read_policy(root)
            elif kind == "services":
                services[name] = _read_service(root, unrecognised, path)
            else:
                sets[name] = _read_set(root, _family_option(names, name))
        except (ElementTree.ParseError, LookupError, ValueError, RuntimeError):
            unrecognised.append("%s, which cannot be read" % path)
    return Model(policy, services, sets, unrecognised)


def _read_policy(root):
    rules, more = [], []
    zones = {"ingress-zone": [], "egress-zone": []}
    for child in root:
        if child.tag in zones:
            zones[child.tag].append(native(child.attrib["name"]))
        elif child.tag == "rule":
            rule = _read_rule(child)
            if rule:
                rules.append(rule)
            else:
                more.append(_flat(child))
        elif child.tag not in ("short", "description"):
            more.append(_flat(child))
    ingress, egress = (tuple(sorted(zones[word])) for word in ("ingress-zone", "egress-zone"))
    priority = int(root.attrib.get("priority", -1))
    return Policy(native(root.attrib["target"]), priority, ingress, egress, tuple(rules), tuple(more))


def _flat(element):
    raw = ElementTree.tostring(element)
    return " ".join((raw if isinstance(raw, str) else raw.decode("utf-8")).split())


def _read_rule(element):
    """A rule of the forms that we write, else None."""
    source = destination = match = action = None
    family = element.attrib.get("family")
    for child in element:
        found = dict((native(key), native(value)) for key, value in child.attrib.items())
        if child.tag in ("source", "destination"):
            kind = "ipset" if "ipset" in found else "address"
            negated = "not " if found.pop("invert", "no").lower() in ("yes", "true") else ""
            value = found.pop(kind, None)
            if value is None or found:
                return None
            end = (negated + kind, _address(value) if kind == "address" else value)
            source, destination = (end, destination) if child.tag == "source" else (source, end)
        elif child.tag == "port":
            match = ("port", "%s/%s" % (found.get("protocol"), found.get("port")))
        elif child.tag in ("service", "icmp-type"):
            match = (native(child.tag), found.get("name"))
        elif child.tag == "protocol":
            match = ("protocol", found.get("value"))
        elif child.tag in ("accept", "drop") and not len(child) and not action:
            action = native(child.tag)
        elif child.tag == "log" and found.get("prefix") == LOG_PREFIX and not action:
            action = "log"
        else:
            return None
    if not action or (match and not match[1]) or family not in (None,) + FAMILIES:
        return None
    priority = int(element.attrib.get("priority", 0))
    return Rule(priority, family and native(family), source, destination, match, action)


def _address(text):
    try:
        return parse_network(text)[1]
    except ValueError:
        return text


def _entry(text):
    network, comma, interface = text.partition(",")
    return _address(network) + comma + interface


def _read_service(root, unrecognised, path):
    flows = {}
    for child in root:
        if child.tag == "port":
            flows["%s/%s" % (native(child.attrib["protocol"]), native(child.attrib["port"]))] = ()
        elif child.tag not in ("short", "description"):
            unrecognised.append("%s in %s" % (_flat(child), path))
    for line in native(root.findtext("description") or "").split("\n"):
        port, _space, name = line.partition(" ")
        # What somebody took out is not a flow any more, whatever the description says.
        if _PORT.match(port) and name and (port in flows or port == ICMP):
            flows[port] = flows.get(port, ()) + (name,)
    return Service(dict((port, tuple(sorted(set(some)))) for port, some in flows.items()))


def _read_set(root, family):
    options = dict((child.attrib["name"], child.attrib.get("value")) for child in root if child.tag == "option")
    options.pop("maxelem", None)
    more = []
    members = frozenset(_entry(native(child.text or "").strip()) for child in root if child.tag == "entry")
    if root.attrib.get("type") != _set_type(members) or options != {"family": family}:
        more = ["%s %s" % (root.attrib.get("type"), sorted(options.items()))]
    return Set(native(root.findtext("short") or ""), members, tuple(more))
