// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// Who reaches whom: a cell for each pair of roles and parties, or of hosts and parties, a page at a time.
const PAGE = 30;
const matrix = { kind: "roles", rows: "", columns: "", rowPage: 0, columnPage: 0 };
const heldCache = new Map();

function heldOnce(end) {
  const key = `${end.kind} ${end.name}`;
  if (!heldCache.has(key)) heldCache.set(key, heldBy(end));
  return heldCache.get(key);
}

function countFlows(from, to) {
  const sources = heldOnce(from), destinations = heldOnce(to);
  return flows.reduce((count, flow) => count + reaches(sources[flow.source], destinations[flow.destination]), 0);
}

function pageOf(every, text, page) {
  const found = every.filter((end) => end.name.toLowerCase().includes(text.trim().toLowerCase()));
  const pages = Math.max(1, Math.ceil(found.length / PAGE)), at = Math.min(page, pages - 1);
  return { pages, at, ends: found.slice(at * PAGE, (at + 1) * PAGE) };
}

function drawMatrix() {
  const every = matrix.kind === "roles" ? roleEnds : hostEnds;
  const down = pageOf(every, matrix.rows, matrix.rowPage), across = pageOf(every, matrix.columns, matrix.columnPage);
  [matrix.rowPage, matrix.columnPage] = [down.at, across.at];
  const most = { count: 1 };
  const cells = down.ends.map((from) => across.ends.map((to) => {
    const count = from.kind === "host" && from === to ? null : countFlows(from, to);
    most.count = Math.max(most.count, count ?? 0);
    return { from, to, count };
  }));
  const cell = ({ from, to, count }) => {
    if (!count) return make("td", { class: "empty" }, count === null ? "–" : "·");
    const shade = Math.ceil((4 * count) / most.count);
    return make("td", { class: `shade${shade}` }, make("button", {
      type: "button", tabindex: "-1", "aria-label": say("cell", { from: from.name, to: to.name, count }), click: () => showFlows({ from: from.name, to: to.name }),
    }, count));
  };
  const heading = (end) => make("th", { scope: "col", class: "vertical" }, make("span", {}, end.name));
  fill("grid", make("table", { class: "matrix" }, make("caption", { class: "hidden" }, say("matrixHelp")),
    make("thead", {}, make("tr", {}, make("td", { class: "corner" }, say("reaches")), across.ends.map(heading))),
    make("tbody", {}, cells.map((row, at) => make("tr", {}, make("th", { scope: "row" }, down.ends[at].name), row.map(cell))))));
  byId("grid").querySelector("button")?.setAttribute("tabindex", "0");
  fill("pages", pager("rowsPage", "rowPage", down), pager("columnsPage", "columnPage", across));
}

function pager(label, key, page) {
  if (page.pages === 1) return make("span");
  const step = (by, word, disabled) => make("button", { type: "button", disabled, click: () => { matrix[key] += by; drawMatrix(); } }, say(word));
  return make("span", { class: "pager", role: "group", "aria-label": say(label) }, `${say(label)}: `, step(-1, "previous", page.at === 0),
    ` ${say("page", { page: page.at + 1, pages: page.pages })} `, step(1, "next", page.at === page.pages - 1));
}

// Arrow keys go to the next cell with flows; one cell at a time is in the order of tabs.
function moveInMatrix(event) {
  const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
  const cell = event.target.closest("td");
  if (!step || !cell) return;
  event.preventDefault();
  const rows = [...byId("grid").querySelectorAll("tbody tr")];
  let [row, column] = [rows.indexOf(cell.parentNode), cell.cellIndex];
  for (;;) {
    row += step[0];
    column += step[1];
    const next = rows[row]?.cells[column];
    if (!next || next.tagName !== "TD") return;
    const button = next.querySelector("button");
    if (button) {
      event.target.setAttribute("tabindex", "-1");
      button.setAttribute("tabindex", "0");
      button.focus();
      return;
    }
  }
}

function listenToMatrix() {
  byId("m-kind").addEventListener("change", (event) => { Object.assign(matrix, { kind: event.target.value, rowPage: 0, columnPage: 0 }); drawMatrix(); });
  for (const key of ["rows", "columns"]) byId(`m-${key}`).addEventListener("input", (event) => { matrix[key] = event.target.value; drawMatrix(); });
  byId("grid").addEventListener("keydown", moveInMatrix);
}
