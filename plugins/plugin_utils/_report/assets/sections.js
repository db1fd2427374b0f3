// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// Overview, what is not permitted, what needs attention, and the vendor's table.
const KINDS = ["party", "feature", "profile", "supplement", "unspecified", "retired", "excluded", "local", "role", "pair", "alone", "version", "expired", "idle"];
const siteOf = new Map(report.sites.flatMap((site, number) => site.hosts.map((host) => [host, number])));

function drawOverview() {
  const cards = [
    ["flows", flows.length, "flows"], ["hosts", report.hosts.length, null], ["gateways", report.gateways.length, "picture"], ["blocked", report.not_permitted.length, "blocked"],
    ["warnings", report.check.warnings, "attention"], ["wide", report.wide.length, "attention"], ["expiries", report.expiries.length, "attention"],
  ];
  const card = ([key, count, section]) => make("li", {}, section
    ? make("button", { type: "button", class: "card", click: () => openSection(section, true) }, make("strong", {}, count), make("span", {}, say(key)))
    : make("div", { class: "card" }, make("strong", {}, count), make("span", {}, say(key))));
  const states = report.audit ? Object.entries(report.audit.states).map(([state, count]) => `${say(`audit_${state}`)}: ${count}`).join(", ") : say("noAudit");
  const settings = report.settings, source = report.catalog.source;
  const pins = Object.entries(settings.dynamic_ports).map(([service, ports]) => `${service}: ${ports.join(", ")}`);
  fill("created", say("created", { date: new Date(report.created).toLocaleString(lang), version: settings.version, title: source.title, edition: source.edition }));
  fill("cards", cards.map(card));
  fill("settings", [["audit", states], ["profile", settings.profile], ["supplements", settings.supplements.join(", ")], ["features", settings.features.join(", ")], ["excluded", settings.excluded_services.join(", ")], ["pins", pins.join("; ")]]
    .flatMap(([key, value]) => [make("dt", {}, say(key)), make("dd", {}, value || say("none"))]));
  const more = (host) => [host.cluster_addresses.length ? say("cluster", { list: host.cluster_addresses.join(", ") }) : "", host.public_addresses.length ? say("publicly", { list: host.public_addresses.join(", ") }) : ""].filter(Boolean);
  fill("hosts", simpleTable(say("hosts"), ["name", "roles", "addresses", "site", "encrypted", "peer"], report.hosts.map((host, number) => [
    make("button", { type: "button", class: "link", click: () => showFlows({ to: host.name }) }, host.name), host.roles.join(", "), [...host.addresses, ...more(host)].join(", "),
    siteOf.has(number) ? siteName(siteOf.get(number)) : "", host.encrypted ? say("yes") : "", host.ha_peer ?? "",
  ])));
  fill("parties", simpleTable(say("parties"), ["name", "networks"], report.parties.map((party) => [party.name, addressList(party.networks)])));
}

function drawBlocked() {
  const why = (one) => say(`kind_${one.kind}`, { lacks: one.lacks.join(", ") });
  const title = (one) => services.get(`${one.row} ${one.service}`)?.title[lang] ?? one.comment ?? say("extra");
  fill("blocked-groups", KINDS.map((kind) => [kind, report.not_permitted.filter((one) => one.kind === kind)]).filter(([, found]) => found.length).map(([kind, found]) =>
    make("section", { "aria-labelledby": `group-${kind}` }, make("h3", { id: `group-${kind}` }, `${say(`group_${kind}`)} (${found.length})`),
      simpleTable(say(`group_${kind}`), ["service", "row", "portsColumn", "source", "destination", "reason", "why", "remedy"], found.map((one) => [
        make("code", {}, one.service), one.row ?? one.supplement ?? "", one.ports.join(", "), one.from.join(", "), one.to.join(", "), title(one), why(one), one.variable ? make("code", {}, one.variable) : "",
      ])))));
}

function drawAttention() {
  fill("findings", report.check.findings.length ? simpleTable(say("findings"), ["level", "finding"], report.check.findings.map((one) => [make("span", { class: one.level }, say(`level_${one.level}`)), one.text])) : say("nothing"));
  const button = (one) => make("button", { type: "button", click: () => showFlows({ service: one.service }) }, say("showFlows"));
  fill("wide", report.wide.length ? simpleTable(say("wide"), ["service", "row", "portsColumn", "portCount", "pin", "flows"], report.wide.map((one) => [
    make("code", {}, one.service), one.row, one.ports.join(", "), one.count.toLocaleString(lang), make("code", {}, one.variable), button(one),
  ])) : say("noWide"));
  fill("expiries", report.expiries.length ? simpleTable(say("expiries"), ["expires", "days", "state", "place", "source", "destination", "portsColumn", "comment"], report.expiries.map((one) => [
    one.expires, one.days, make("span", { class: one.state === "later" ? "note" : "warning" }, say(`state_${one.state}`)), make("code", {}, one.place), one.from.join(", "), one.to.join(", "), one.ports.join(", "), one.comment ?? "",
  ])) : say("noExpiries"));
  fill("audit", report.audit ? auditTable(report.audit.findings) : say("noAudit"));
}

function auditTable(findings) {
  return simpleTable(say("audit"), ["name", "scope", "provider", "state", "drift"], findings.map((one) => [
    one.name, say(`scope_${one.scope}`), one.provider ?? "", make("span", { class: one.state === "in force" ? "good" : "warning" }, say(`audit_${one.state}`)),
    make("ul", {}, auditLines(one).map(([key, text]) => make("li", {}, make("b", {}, `${say(key)}: `), text))),
  ]));
}

function auditLines(one) {
  const drift = ["missing", "extra", "narrower", "wider", "other"].flatMap((key) => (one.drift[key] ?? []).map((text) => [key === "extra" ? "extraDrift" : key, text]));
  const effect = (rule) => (rule.certain ? say(`effect_${rule.effect}`) : say("maybe", { effect: say(`effect_${rule.effect}`) }));
  const foreign = one.others.map((rule) => ["foreign", `${effect(rule)} ${rule.flows.join(", ")}, ${rule.place}: ${rule.rule}`]);
  const listening = one.listeners.filter((each) => ["no", "wide", "elsewhere"].includes(each.documented) && !each.loopback).map((each) => ["listens", `${each.transport}/${each.port} ${each.processes.join(", ")}`]);
  return [...(one.why ? [["auditNote", one.why]] : []), ...drift, ...foreign, ...one.unread.map((text) => ["unread", text]), ...listening, ...(one.pins ?? []).map((pin) => ["auditPin", pin.text]), ...one.notes.map((text) => ["auditNote", text])];
}

function drawPorts() {
  const text = byId("p-search").value, found = findServices(report.catalog.services, text), wanted = parsePort(text);
  const here = (service) => [flows.filter((flow) => flow.catalog === service).length].map((count) => (count ? make("button", { type: "button", click: () => showFlows({ service: service.service }) }, count) : "–"));
  fill("p-count", wanted ? say("lookupResult", { port: text.trim(), count: found.length, flows: select({ search: "", from: null, to: null, port: wanted }).length }) : say("lookupCatalog", { count: found.length, total: report.catalog.services.length }));
  fill("p-table", simpleTable(say("ports"), [...SERVICE_HEADINGS, "permitted"], serviceRows(found, here)));
}
