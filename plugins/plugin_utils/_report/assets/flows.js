// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// The table of flows: filters above it, details of one flow below.
const FILTERS = ["search", "from", "to", "port", "transport", "service", "gateway"];
const PRINTED = ["number", "service", "row", "portsColumn", "source", "destination", "reason", "gateways", "expires"];
const ADDRESSES = 100;
let shown = flows, sites = null, table = null, built = false, opened = null;

const cellsOf = (flow) => ({
  number: flow.number, service: flow.service, row: flow.row ?? flow.supplement ?? "", portsColumn: flow.ports.join(", "), source: endText(flow.source),
  destination: endText(flow.destination), reason: reason(flow), gateways: flow.gateways.join(", "), expires: flow.expires ?? "",
});
const textCell = (cell) => make("span", {}, cell.getValue() ?? "");

function columns() {
  const column = (field, more) => ({
    field, title: say(field), formatter: textCell, titleFormatter: () => make("button", { type: "button", class: "head" }, say(field)), ...more,
  });
  const details = (cell) => make("button", { type: "button", class: "link", "aria-label": say("details", { service: cell.getValue() }) }, cell.getValue());
  return [
    column("number", { width: 64, sorter: "number", responsive: 3 }),
    column("service", { formatter: details, minWidth: 92, widthGrow: 1.2, responsive: 0 }),
    column("row", { width: 62, sorter: "number", responsive: 4 }),
    column("portsColumn", { minWidth: 78, responsive: 0, sorter: byPort }),
    column("source", { minWidth: 96, widthGrow: 2, responsive: 1 }),
    column("destination", { minWidth: 96, widthGrow: 2, responsive: 1 }),
    column("reason", { minWidth: 150, widthGrow: 2, responsive: 2 }),
    column("gateways", { minWidth: 100, responsive: 5 }),
    column("expires", { width: 108, responsive: 6 }),
  ];
}

function byPort(_one, _other, rowOne, rowOther) {
  const [one, other] = [rowOne, rowOther].map((row) => flows[row.getData().number - 1].parsed[0]);
  return one.first - other.first || one.last - other.last || one.transport.localeCompare(other.transport);
}

function makeTable() {
  table?.destroy();
  built = false;
  table = new Tabulator(byId("table"), {
    data: shown.map(cellsOf), columns: columns(), layout: "fitColumns", responsiveLayout: "hide", height: "min(70vh, 44rem)", index: "number",
    headerSortElement: "<span></span>", placeholder: say("nothing"), movableColumns: false, columnDefaults: { headerSortTristate: true },
  });
  table.on("tableBuilt", () => {
    built = true;
    // Rows have buttons, so the body that scrolls needs no place of its own in the order of tabs, nor may a grid have one.
    byId("table").querySelector(".tabulator-tableholder").removeAttribute("tabindex");
    table.replaceData(shown.map(cellsOf));
  });
  table.on("rowClick", (_event, row) => openFlow(flows[row.getData().number - 1]));
}

function question() {
  const values = Object.fromEntries(FILTERS.map((name) => [name, byId(`f-${name}`).value.trim()]));
  const problems = [];
  const end = (name) => {
    const found = values[name] === "" ? null : ends.get(values[name]);
    byId(`f-${name}`).setAttribute("aria-invalid", String(found === undefined));
    if (found === undefined) problems.push(say("badEnd", { text: values[name] }));
    return found;
  };
  const from = end("from"), to = end("to");
  const port = values.port === "" ? null : parsePort(values.port);
  byId("f-port").setAttribute("aria-invalid", String(values.port !== "" && port === null));
  if (values.port !== "" && port === null) problems.push(say("badPort", { text: values.port }));
  return { problems, asked: { ...values, from, to, port, sites } };
}

function applyFilters() {
  const { problems, asked } = question();
  shown = problems.length ? [] : select(asked);
  fill("count", problems.length ? problems.join(" ") : say("count", { shown: shown.length, total: flows.length }));
  const chip = sites && make("button", { type: "button", class: "chip", "aria-label": say("removeFilter"), click: () => { sites = null; applyFilters(); } },
    say("siteFilter", { from: siteName(sites[0]), to: siteName(sites[1]) }), " ✕");
  fill("chips", chip ? [chip] : []);
  if (built) table.replaceData(shown.map(cellsOf));
}

// Show what another part of the page asks for.
function showFlows(wanted) {
  for (const name of FILTERS) byId(`f-${name}`).value = wanted[name] ?? "";
  sites = wanted.sites ?? null;
  openSection("flows");
  applyFilters();
  byId("count").focus();
}

function addressList(addresses) {
  const list = make("ul", { class: "addresses" }, addresses.slice(0, ADDRESSES).map((address) => make("li", {}, make("code", {}, address))));
  if (addresses.length <= ADDRESSES) return [list];
  const more = make("button", { type: "button", click: () => {
    list.replaceChildren(...addresses.map((address) => make("li", {}, make("code", {}, address))));
    more.remove();
  } }, say("moreAddresses", { count: addresses.length }));
  return [list, more];
}

function openFlow(flow) {
  opened = flow;
  if (!flow) return fill("details");
  const source = report.sets[flow.source], destination = report.sets[flow.destination];
  const names = (set) => set.hosts.map((host) => report.hosts[host].name).join(", ") || "–";
  const parts = [
    ["reason", reason(flow)], ["row", flow.row ?? (flow.supplement ? say("supplementOf", flow.catalog.supplement) : say("extra"))], ["note", flow.catalog?.note[lang]], ["portsColumn", flow.ports.join(", ")],
    ["when", flow.when], ["comment", flow.comment], ["place", flow.place], ["expires", flow.expires], ["gateways", flow.gateways.join(", ")],
    ["source", source.label], ["sourceHosts", names(source)], ["sourceAddresses", addressList(source.addresses)],
    ["destination", destination.label], ["destinationHosts", names(destination)], ["destinationAddresses", addressList(destination.addresses)],
  ].filter(([, value]) => value !== null && value !== undefined && value !== "");
  const heading = make("h3", { tabindex: "-1" }, say("details", { service: flow.service }));
  fill("details", make("div", { class: "panel" },
    make("div", { class: "panel-head" }, heading, make("button", { type: "button", click: () => { openFlow(null); byId("count").focus(); } }, say("close"))),
    make("dl", {}, parts.flatMap(([key, value]) => [make("dt", {}, say(key)), make("dd", {}, ...[value].flat())]))));
  heading.focus();
}

// A spreadsheet takes no copied cell for a formula.
const copyCell = (value) => { const text = String(value).replace(/[\t\r\n]+/g, " "); return /^\s*[=+\-@＝＋－＠]/.test(text) ? `'${text}` : text; };

async function copyTable() {
  const rows = table.getData("active").map((row) => PRINTED.map((field) => copyCell(row[field])).join("\t"));
  const text = [PRINTED.map((field) => say(field)).join("\t"), ...rows].join("\n");
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make("textarea", { class: "hidden", "aria-hidden": "true" });
    document.body.append(area);
    area.value = text;
    area.select();
    const done = document.execCommand("copy");
    area.remove();
    if (!done) return fill("copied", say("notCopied"));
  }
  return fill("copied", say("copied", { count: rows.length }));
}

// On paper there is no scrolling: the selected flows as a plain table.
function printTable() {
  const rows = shown.map(cellsOf).map((cells) => PRINTED.map((field) => String(cells[field])));
  fill("print-flows", simpleTable(say("tableOf"), PRINTED, rows));
}

function prepareFilters() {
  const option = (value, text = value) => make("option", { value }, text);
  fill("ends", [...ends.keys()].map((name) => make("option", { value: name })));
  const used = [...new Set(flows.map((flow) => flow.service))].sort();
  for (const [name, values] of [["service", used], ["gateway", report.gateways.map((gateway) => gateway.name)], ["transport", ["tcp", "udp", "icmp"]]]) {
    const box = byId(`f-${name}`), before = box.value;
    box.replaceChildren(option("", say("all")), ...values.map((value) => option(value)));
    box.value = before;
  }
}

function listenToFilters() {
  for (const name of FILTERS) byId(`f-${name}`).addEventListener("input", applyFilters);
  byId("clear").addEventListener("click", () => { for (const name of FILTERS) byId(`f-${name}`).value = ""; sites = null; applyFilters(); });
  byId("swap").addEventListener("click", () => { [byId("f-from").value, byId("f-to").value] = [byId("f-to").value, byId("f-from").value]; applyFilters(); });
  byId("copy").addEventListener("click", copyTable);
  window.addEventListener("beforeprint", printTable);
}
