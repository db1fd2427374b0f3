// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
const report = readData();
const NOTHING = null, MANY = -1;
const services = new Map(report.catalog.services.map((service) => [`${service.row} ${service.service}`, service]));
const roles = [...new Set(report.hosts.flatMap((host) => host.roles))].sort();
const membersOf = new Map(roles.map((role) => [role, report.hosts.flatMap((host, number) => host.roles.includes(role) ? [number] : [])]));
const parties = report.parties.map((party) => party.name);
const roleEnds = [...roles.map((name) => ({ kind: "role", name })), ...parties.map((name) => ({ kind: "party", name }))];
const hostEnds = [...report.hosts.map((host, number) => ({ kind: "host", name: host.name, number })), ...parties.map((name) => ({ kind: "party", name }))];
// A role or party hides a host of the same name, as in the lookups.
const ends = new Map([...hostEnds, ...roleEnds].map((end) => [end.name, end]));
const flows = report.flows.map((flow, number) => ({
  ...flow, number: number + 1, index: number, parsed: flow.ports.map(parsePort), catalog: services.get(`${flow.row} ${flow.service}`) ?? null,
}));
const owners = report.sets.map((set) => new Map([...set.own.map((host) => [host, true]), ...set.other.map((host) => [host, false])]));

// What of a set is at an end: nothing, the own addresses of one host alone (its number), or more.
function held(number, end) {
  const set = report.sets[number], own = owners[number];
  if (end === null) return set.sole ?? MANY;
  if (end.kind === "party") return set.parties[end.name] ?? NOTHING;
  if (end.kind === "host") return own.has(end.number) ? (own.get(end.number) ? end.number : MANY) : NOTHING;
  const members = membersOf.get(end.name).filter((host) => own.has(host));
  if (!members.length) return NOTHING;
  return members.length === 1 && own.get(members[0]) ? members[0] : MANY;
}

// For each set what an end holds of it; asked once for each end.
const heldBy = (end) => report.sets.map((_set, number) => held(number, end));

// A host needs no flow to itself.
const reaches = (one, other) => one !== NOTHING && other !== NOTHING && !(one === other && one !== MANY);

function reason(flow) {
  if (flow.catalog) return flow.catalog.title[lang];
  return flow.comment ?? say("extra");
}

function endText(number) {
  const set = report.sets[number], names = set.hosts.map((host) => report.hosts[host].name);
  if (!names.length || (names.length === 1 && names[0] === set.label)) return set.label;
  const few = names.slice(0, 3).join(", ");
  return `${set.label}: ${names.length > 4 ? `${few} +${names.length - 3}` : names.join(", ")}`;
}

const setTexts = report.sets.map((set) => [set.label, ...set.hosts.map((host) => report.hosts[host].name), ...set.addresses].join("\n").toLowerCase());
const flowTexts = flows.map((flow) => [flow.service, flow.row ?? flow.supplement ?? "", ...flow.ports, flow.when ?? "", flow.comment ?? "", flow.place ?? "", ...flow.gateways, flow.catalog?.title.en ?? "", flow.catalog?.title.ja ?? ""].join("\n").toLowerCase());

// The flows that a question selects; an end may be null for all.
function select(question) {
  const words = question.search.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const inSets = words.map((word) => setTexts.map((text) => text.includes(word)));
  const sources = heldBy(question.from), destinations = heldBy(question.to);
  const wanted = question.port ?? null;
  return flows.filter((flow) =>
    reaches(sources[flow.source], destinations[flow.destination])
    && (!question.service || flow.service === question.service)
    && (!question.gateway || flow.gateways.includes(question.gateway))
    && (!question.sites || (report.sets[flow.source].sites.includes(question.sites[0]) && report.sets[flow.destination].sites.includes(question.sites[1])))
    && (!(wanted || question.transport) || flow.parsed.some((port) => (!question.transport || port.transport === question.transport) && (!wanted || overlaps(port, wanted))))
    && words.every((word, at) => flowTexts[flow.index].includes(word) || inSets[at][flow.source] || inSets[at][flow.destination]));
}
