// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// Text goes into the page as text nodes only: whatever a host or a comment is called, it is no markup.
let lang = document.documentElement.lang === "ja" ? "ja" : "en";
const byId = (id) => document.getElementById(id);
const readData = () => JSON.parse(byId("data").textContent);

function say(key, values = {}) {
  const text = WORDS[lang][key];
  if (text === undefined) throw new Error(`no word for ${key}`);
  return text.replace(/\{(\w+)\}/g, (_whole, name) => String(values[name]));
}

// make("td", {class: "x"}, "text", child, ...): an element; a function as an attribute listens to that event.
function make(name, attributes = {}, ...children) {
  const svg = ["svg", "g", "rect", "path", "text", "tspan", "title"].includes(name);
  const element = svg ? document.createElementNS("http://www.w3.org/2000/svg", name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") element.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : key === "value" ? value : seen(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined).map((child) => child instanceof Node ? child : seen(child)));
  return element;
}

// Control characters, and marks that reverse the direction of writing, are shown as what they are: not text.
const seen = (text) => String(text).replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, "\ufffd");

const fill = (id, ...children) => byId(id).replaceChildren(...children.flat().map((child) => (child instanceof Node ? child : seen(child))));

// A table out of headings (keys of words) and rows of cells; the first cell of a row is its heading.
function simpleTable(caption, headings, rows) {
  const cell = (value, index) => make(index ? "td" : "th", index ? {} : { scope: "row" }, ...[value].flat());
  return make("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    make("table", {}, make("caption", { class: "hidden" }, caption),
      make("thead", {}, make("tr", {}, headings.map((key) => make("th", { scope: "col" }, say(key))))),
      make("tbody", {}, rows.map((row) => make("tr", {}, row.map(cell))))));
}

function parsePort(text) {
  const form = /^(?:(tcp|udp)\/)?(\d{1,5})(?:-(\d{1,5}))?$/i.exec(text.trim());
  if (text.trim().toLowerCase() === "icmp") return { transport: "icmp", first: 0, last: 0 };
  if (!form) return null;
  const first = Number(form[2]), last = Number(form[3] ?? form[2]);
  return first < 1 || last > 65535 || last < first ? null : { transport: form[1]?.toLowerCase() ?? null, first, last };
}

const overlaps = (port, wanted) => (wanted.transport === null || port.transport === wanted.transport) && (port.transport !== "icmp" || wanted.transport === "icmp") && port.first <= wanted.last && wanted.first <= port.last;

// Static words of the page: data-t is its text, data-t-ATTRIBUTE an attribute's.
function sayAll() {
  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll("[data-t]")) element.textContent = say(element.dataset.t);
  for (const element of document.querySelectorAll("[data-t-placeholder]")) element.placeholder = say(element.dataset.tPlaceholder);
  for (const element of document.querySelectorAll("[data-t-label]")) element.setAttribute("aria-label", say(element.dataset.tLabel));
}

function chooseTheme(theme) {
  if (theme === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

function readingText(reading) {
  if (!reading.from.length) return say("noDirection");
  const text = `${reading.from.join(", ")} → ${reading.to.join(", ")}`;
  return reading.when ? `${text} (${say("whenWord", { when: reading.when })})` : text;
}

// Rows for a table of services; further cells come from more(service).
function serviceRows(services, more = () => []) {
  return services.map((service) => [
    service.supplement ? say("supplementOf", service.supplement) : String(service.row), make("code", {}, service.service), service.ports.join(", "), say(`class_${service.class}`), service.title[lang],
    service.readings.length ? make("ul", {}, service.readings.map((reading) => make("li", {}, readingText(reading)))) : say("noDirection"),
    ...more(service),
  ]);
}

const SERVICE_HEADINGS = ["row", "service", "portsColumn", "class", "reason", "readings"];

function searchable(service) {
  service.found ??= [service.service, service.title.en, service.title.ja, ...service.ports, ...service.readings.flatMap((one) => [...one.from, ...one.to, one.when ?? ""])].join("\n").toLowerCase();
  service.parsed ??= service.ports.map(parsePort);
  return service;
}

// Services that use a port, or whose text contains what was typed.
function findServices(services, text) {
  const wanted = parsePort(text), words = text.trim().toLowerCase().split(/\s+/);
  return services.map(searchable).filter((one) => wanted ? one.parsed.some((port) => overlaps(port, wanted)) : words.every((word) => one.found.includes(word)));
}
