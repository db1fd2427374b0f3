// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
const SECTIONS = ["overview", "flows", "matrix", "picture", "blocked", "attention", "ports"];

function openSection(name, focus = false) {
  for (const each of SECTIONS) {
    byId(each).hidden = each !== name;
    byId(`tab-${each}`).setAttribute("aria-selected", String(each === name));
    byId(`tab-${each}`).tabIndex = each === name ? 0 : -1;
  }
  if (name === "flows" && !table) makeTable();
  if (focus) byId(`tab-${name}`).focus();
}

function moveInTabs(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const at = SECTIONS.findIndex((name) => byId(`tab-${name}`) === event.target);
  if (step && at >= 0) openSection(SECTIONS[(at + step + SECTIONS.length) % SECTIONS.length], true);
}

function drawAll() {
  sayAll();
  document.title = say("title");
  prepareFilters();
  drawOverview();
  drawMatrix();
  drawPicture();
  drawBlocked();
  drawAttention();
  drawPorts();
  if (table) makeTable();
  applyFilters();
  if (opened) openFlow(opened);
}

byId("lang").value = lang;
byId("lang").addEventListener("change", (event) => { lang = event.target.value; drawAll(); });
byId("theme").addEventListener("change", (event) => chooseTheme(event.target.value));
byId("p-search").addEventListener("input", drawPorts);
for (const name of SECTIONS) byId(`tab-${name}`).addEventListener("click", () => openSection(name));
byId("tabs").addEventListener("keydown", moveInTabs);
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
listenToFilters();
listenToMatrix();
drawAll();
openSection("overview");
