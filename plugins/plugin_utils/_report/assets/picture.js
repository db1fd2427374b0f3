// Copyright: (c) 2026, the portledger.qradar contributors
// GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later
"use strict";
// Sites and gateways in layers from left to right, the largest site first: a gateway is right of the site that it was
// reached from. Drawn as SVG, which prints, scales and can be read aloud.
const WIDE = 230, GATEWAY = 140, GAP = 110, LINE = 19, SPACE = 28, MARGIN = 12, LETTER = 7.6;

const siteName = (number) => say("siteName", { number: number + 1 });
// Cut a text to a width; the rest is in the label.
const cut = (text, width) => { const most = Math.floor(width / LETTER); return text.length > most ? `${text.slice(0, most - 1)}…` : text; };

function siteLines(site) {
  const lines = [];
  const names = site.hosts.map((number) => report.hosts[number]);
  if (names.length <= 10) lines.push(...names.map((host) => `${host.name} (${host.roles.join(", ")})`));
  else for (const role of roles) {
    const count = names.filter((host) => host.roles.includes(role)).length;
    if (count) lines.push(say("hostsOf", { role, count }));
  }
  lines.push(...site.parties);
  if (!lines.length) lines.push(say("between"));
  else if (!site.place.length && report.gateways.length) lines.push(say("elsewhere"));
  return lines;
}

function siteFlowCount(from, to) {
  return select({ search: "", from: null, to: null, sites: [from, to] }).length;
}

// Layers of nodes: each a site or a gateway, by breadth from the site with most hosts.
function layers() {
  const nodes = new Map([...report.sites.map((_site, number) => [`s${number}`, []]), ...report.gateways.map((gateway) => [`g${gateway.name}`, []])]);
  for (const link of report.links) {
    nodes.get(`s${link.site}`).push(`g${link.gateway}`);
    nodes.get(`g${link.gateway}`).push(`s${link.site}`);
  }
  const order = [...nodes.keys()].sort((one, other) => size(other) - size(one));
  const at = new Map();
  for (const start of order) {
    if (at.has(start)) continue;
    at.set(start, 0);
    for (const node of [start]) walk(node, nodes, at);
  }
  const found = [];
  for (const [node, layer] of at) (found[layer] ??= []).push(node);
  return found;
}

const size = (node) => (node.startsWith("s") ? report.sites[Number(node.slice(1))].hosts.length : -1);

function walk(start, nodes, at) {
  const queue = [start];
  while (queue.length) {
    const node = queue.shift();
    for (const next of nodes.get(node)) {
      if (at.has(next)) continue;
      at.set(next, at.get(node) + 1);
      queue.push(next);
    }
  }
}

function place() {
  const boxes = new Map(), columns = layers();
  const height = (node) => LINE * (boxLines(node).length + 1) + 24;
  const heights = columns.map((column) => column.reduce((sum, node) => sum + height(node) + SPACE, -SPACE));
  const tallest = Math.max(...heights, 0);
  let left = MARGIN;
  columns.forEach((column, number) => {
    let top = MARGIN + (tallest - heights[number]) / 2;
    const width = column.some((node) => node.startsWith("s")) ? WIDE : GATEWAY;
    for (const node of column) {
      const own = node.startsWith("s") ? WIDE : GATEWAY;
      boxes.set(node, { x: left + (width - own) / 2, y: top, width: own, height: height(node) });
      top += height(node) + SPACE;
    }
    left += width + GAP;
  });
  return { boxes, width: left - GAP + MARGIN, height: tallest + 2 * MARGIN };
}

// How many flows that cross a gateway come from behind an interface, and how many go there.
function interfaceFlows(link) {
  const gateway = report.gateways.find((one) => one.name === link.gateway);
  const behind = new Set(report.sites.flatMap((site, number) => site.place.some((one) => one.gateway === link.gateway && one.interface === link.interface) ? [number] : []));
  const touches = (set) => report.sets[set].sites.some((site) => behind.has(site));
  return { out: gateway.flows.filter((flow) => touches(flow.source)).length, in: gateway.flows.filter((flow) => touches(flow.destination)).length };
}

function drawLink(link, boxes) {
  const site = boxes.get(`s${link.site}`), gateway = boxes.get(`g${link.gateway}`);
  const right = site.x < gateway.x;
  const [from, to] = right ? [site, gateway] : [gateway, site];
  const [x1, y1, x2, y2] = [from.x + from.width, from.y + from.height / 2, to.x, to.y + to.height / 2];
  const middle = (x1 + x2) / 2;
  // Labels are next to the site, so that those of one gateway do not cover each other.
  const [x, y] = [middle, right ? y1 : y2];
  const label = (text, dy) => make("text", { x, y: y + dy, class: "link-text", "text-anchor": "middle" }, text);
  return make("g", {}, make("path", { d: `M${x1} ${y1} C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`, class: "link-line" }),
    label(cut(link.interface, GAP), -8), label(say("linkFlows", interfaceFlows(link)), 18));
}

function boxLines(node) {
  const name = node.slice(1);
  if (node.startsWith("g")) return [say("crossing", { count: report.gateways.find((one) => one.name === name).flows.length })];
  const count = siteFlowCount(Number(name), Number(name));
  return [...siteLines(report.sites[Number(name)]), ...(count ? [say("within", { count })] : [])];
}

function drawBox(node, box) {
  const isSite = node.startsWith("s"), number = Number(node.slice(1)), name = isSite ? siteName(number) : node.slice(1);
  const gateway = isSite ? null : report.gateways.find((one) => one.name === name);
  const count = isSite ? siteFlowCount(number, number) : gateway.flows.length, lines = boxLines(node);
  const open = () => showFlows(isSite ? { sites: [number, number] } : { gateway: name });
  const text = (value, at, style) => make("text", { x: box.x + 12, y: box.y + 22 + LINE * at, class: style }, cut(value, box.width - 20));
  return make("g", {
    class: isSite ? "site" : "gateway", role: "button", tabindex: "0", "aria-label": `${say("flowsOf", { name, count })}. ${lines.join(". ")}`, click: open,
    keydown: (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); open(); } },
  }, make("rect", { x: box.x, y: box.y, width: box.width, height: box.height, rx: isSite ? 6 : 22 }),
    text(name, 0, "box-title"), lines.map((line, at) => text(line, at + 1, "box-text")));
}

function drawPicture() {
  const { boxes, width, height } = place();
  const svg = make("svg", { viewBox: `0 0 ${width} ${height}`, width, height, role: "group", "aria-label": say("pictureTitle") },
    report.links.map((link) => drawLink(link, boxes)), [...boxes].map(([node, box]) => drawBox(node, box)));
  fill("drawing", svg);
  const filled = report.sites.map((_site, number) => number).filter((number) => report.sites[number].hosts.length || report.sites[number].parties.length);
  const cell = (from, to) => {
    const count = siteFlowCount(from, to);
    return count ? make("button", { type: "button", "aria-label": say("cell", { from: siteName(from), to: siteName(to), count }), click: () => showFlows({ sites: [from, to] }) }, count) : "·";
  };
  fill("site-flows", make("table", { class: "sites" }, make("caption", {}, say("siteFlows")),
    make("thead", {}, make("tr", {}, make("td", {}, say("reaches")), filled.map((to) => make("th", { scope: "col" }, siteName(to))))),
    make("tbody", {}, filled.map((from) => make("tr", {}, make("th", { scope: "row" }, siteName(from)), filled.map((to) => make("td", {}, cell(from, to))))))));
}
