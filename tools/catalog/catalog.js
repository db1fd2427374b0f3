// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// The vendor's table with a search, without any deployment.
const catalog = readData();
const CLASSES = ["network", "local", "unspecified", "retired"];

function drawTable() {
  const port = byId("c-port").value.trim(), text = byId("c-search").value, wanted = byId("c-class").value;
  const valid = port === "" || parsePort(port) !== null;
  byId("c-port").setAttribute("aria-invalid", String(!valid));
  let found = valid ? catalog.services : [];
  if (valid && port) found = findServices(found, port);
  if (text.trim()) found = found.map(searchable).filter((one) => text.trim().toLowerCase().split(/\s+/).every((word) => one.found.includes(word)));
  if (wanted) found = found.filter((one) => one.class === wanted);
  fill("c-count", valid ? say("lookupCatalog", { count: found.length, total: catalog.services.length }) : say("badPort", { text: port }));
  fill("c-table", simpleTable(say("ports"), [...SERVICE_HEADINGS, "note"], serviceRows(found, (service) => [service.note[lang]])));
}

function draw() {
  sayAll();
  document.title = say("catalogTitle");
  const source = catalog.source, chosen = byId("c-class").value;
  fill("about", say("catalogAbout", { rows: source.rows, services: catalog.services.filter((one) => !one.supplement).length, more: catalog.services.filter((one) => one.supplement).length }));
  byId("source").href = source.address;
  fill("source", `${source.title}, ${source.edition}`);
  byId("c-class").replaceChildren(make("option", { value: "" }, say("all")), ...CLASSES.map((name) => make("option", { value: name }, say(`class_${name}`))));
  byId("c-class").value = chosen;
  drawTable();
}

byId("lang").value = lang;
byId("lang").addEventListener("change", (event) => { lang = event.target.value; draw(); });
byId("theme").addEventListener("change", (event) => chooseTheme(event.target.value));
for (const name of ["c-port", "c-search", "c-class"]) byId(name).addEventListener("input", drawTable);
document.querySelector("form").addEventListener("submit", (event) => event.preventDefault());
draw();
