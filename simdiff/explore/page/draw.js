// Pictures in SVG: bands of two policies, cells as dots, schools on a map.

import { STAGES, svg } from "./dom.js";

const WIDE = 380, HIGH = 210, LEFT = 48, RIGHT = 26, TOP = 10, BOTTOM = 34;

export function tick(value, unit) {
  if (unit.startsWith("share")) return `${Number((100 * value).toPrecision(3))}%`.replace("-", "−");
  if (unit.startsWith("$")) {
    const [scale, name] = [[1e9, "bn"], [1e6, "M"], [1e3, "k"], [1, ""]].find(([size]) => Math.abs(value) >= size) || [1, ""];
    return `${value < 0 ? "−" : ""}$${Number((Math.abs(value) / scale).toPrecision(3))}${name}`;
  }
  return String(Number(value.toPrecision(3)));
}

function ticks(low, high) {
  const step = 10 ** Math.floor(Math.log10((high - low) / 3));
  const by = [1, 2, 5, 10].map((n) => n * step).find((size) => (high - low) / size <= 5);
  const found = [];
  for (let n = Math.ceil(low / by); n * by <= high + by / 1e6; n += 1) found.push(n * by);
  return found;
}

// Bands over months for each policy: `bands` = [[median, low, high], …], a list each; A is solid, B dashed.
export function bandChart({ title, unit, bands }, words) {
  const all = bands.flat(2).filter((value) => value !== null);
  let low = Math.min(0, ...all), high = Math.max(...all, low + (unit.startsWith("$") ? 1000 : 0.02));
  const months = bands[0][0].length - 1;
  const x = (month) => LEFT + (month / Math.max(1, months)) * (WIDE - LEFT - RIGHT);
  const y = (value) => HIGH - BOTTOM - ((value - low) / (high - low)) * (HIGH - TOP - BOTTOM);
  const path = (values) => values.map((value, n) => value === null ? "" :
    `${n && values[n - 1] !== null ? "L" : "M"}${x(n).toFixed(1)} ${y(value).toFixed(1)}`).join("");
  const area = (one) => {
    const known = one[1].map((value, n) => n).filter((n) => one[1][n] !== null && one[2][n] !== null);
    if (!known.length) return "";
    const at = (row) => (n) => `${x(n).toFixed(1)} ${y(one[row][n]).toFixed(1)}`;
    return `M${known.map(at(1)).join("L")}L${known.reverse().map(at(2)).join("L")}Z`;
  };
  const picture = svg("svg", { viewBox: `0 0 ${WIDE} ${HIGH}`, role: "img", "aria-label": `${title}. ${words}` });
  for (const value of ticks(low, high)) {
    picture.append(svg("line", { x1: LEFT, x2: WIDE - RIGHT, y1: y(value), y2: y(value), class: "rule" }),
      svg("text", { x: LEFT - 5, y: y(value) + 4, class: "tick end" }, tick(value, unit)));
  }
  const years = months / 12, by = Math.max(1, Math.ceil(years / 5));
  for (let year = 0; year <= years; year += by) {
    picture.append(svg("text", { x: x(12 * year), y: HIGH - BOTTOM + 16, class: "tick middle" }, String(year)));
  }
  picture.append(svg("text", { x: (LEFT + WIDE - RIGHT) / 2, y: HIGH - 3, class: "tick middle" }, "years of policy"));
  bands.forEach((one, n) => picture.append(svg("path", { d: area(one), class: `band p${n}` })));
  bands.forEach((one, n) => picture.append(svg("path", { d: path(one[0]), class: `line p${n}` })));
  const ends = bands.map((one) => y(one[0][months] ?? low));
  if (ends.length > 1 && Math.abs(ends[0] - ends[1]) < 13) {
    const up = ends[0] <= ends[1] ? 0 : 1, middle = (ends[0] + ends[1]) / 2;
    ends[up] = middle - 6.5;
    ends[1 - up] = middle + 6.5;
  }
  bands.forEach((one, n) => picture.append(svg("text", { x: WIDE - RIGHT + 5, y: ends[n] + 4, class: `name p${n}` },
    bands.length > 1 ? "AB"[n] : "")));
  return picture;
}

// A row for each cell, `wide` pixels: single worlds as dots, the median and its interval as a bar; names stand beside the
// rows, above them where it is narrow. `pick(row, world)` on a click.
export function dotChart({ rows, title, unit, layer }, wide, pick) {
  const all = rows.flatMap((row) => [row.low, row.high, ...row.worlds.map((world) => world[2])]).filter((v) => v !== null);
  const low = Math.min(0, ...all), high = Math.max(...all, low + 1e-9), beside = wide >= 600;
  const step = beside ? 34 : 54, tall = rows.length * step + 30, left = beside ? 270 : 12;
  const x = (value) => left + ((value - low) / (high - low)) * (wide - left - 24);
  const picture = svg("svg", { viewBox: `0 0 ${wide} ${tall}`, class: "dots", role: "img",
    "aria-label": `${title} by cell. ${layer} ${rows.map((row) => `${row.cell}: ${row.text}`).join("; ")}` });
  for (const value of ticks(low, high)) {
    picture.append(svg("line", { x1: x(value), x2: x(value), y1: 0, y2: tall - 24, class: "rule" }),
      svg("text", { x: x(value), y: tall - 8, class: "tick middle" }, tick(value, unit)));
  }
  rows.forEach((row, n) => {
    const y = n * step + (beside ? 17 : 37), most = beside ? 38 : Math.floor(wide / 7);
    const name = row.cell.length > most ? `${row.cell.slice(0, most - 1)}…` : row.cell;
    picture.append(svg("text", { x: beside ? left - 14 : 0, y: beside ? y + 4 : y - 20, class: beside ? "tick end" : "tick" }, name));
    for (const world of row.worlds) {
      const dot = svg("circle", { cx: x(world[2]), cy: y + 6, r: 4, class: "dot", onclick: () => pick(row, world) },
        svg("title", {}, `${row.cell}, replicate ${world[1]}: ${world[3]}. Click to replay this world.`));
      picture.append(dot);
    }
    if (row.median !== null) {
      picture.append(svg("line", { x1: x(row.low), x2: x(row.high), y1: y - 6, y2: y - 6, class: "bar" }),
        svg("line", { x1: x(row.median), x2: x(row.median), y1: y - 11, y2: y - 1, class: "bar" }));
    }
  });
  return picture;
}

// How a stage is drawn with radius r: the attributes of a path. Exploring and installing are rings, dropped is a cross.
export function stageMark(stage, colour, r) {
  const hollow = stage === "explore" || stage === "install", cross = stage === "dropped";
  return {
    d: cross ? `M${-r} ${-r}L${r} ${r}M${-r} ${r}L${r} ${-r}` : `M${-r} 0A${r} ${r} 0 1 0 ${r} 0A${r} ${r} 0 1 0 ${-r} 0Z`,
    fill: hollow || cross ? "white" : colour, stroke: stage === "none" ? "#8a8a8a" : colour, "stroke-width": hollow || cross ? 3 : 1,
  };
}

// The schools on a map: colour and shape say the stage, size the share of proficient teachers.
export class SchoolMap {
  constructor(world, colours, pick) {
    const xs = world.schools.map((one) => one.x), ys = world.schools.map((one) => one.y);
    const [left, top] = [Math.min(...xs), Math.max(...ys)];
    this.size = Math.max(Math.max(...xs) - left, top - Math.min(...ys), 1);
    this.at = world.schools.map((one) => [30 + ((one.x - left) / this.size) * 540, 30 + ((top - one.y) / this.size) * 540]);
    const tall = Math.max(...this.at.map(([, y]) => y)) + 30, wide = Math.max(...this.at.map(([x]) => x)) + 30;
    this.world = world;
    this.colours = colours;
    this.lines = world.ties.map(([a, b]) => svg("line", { x1: this.at[a][0], y1: this.at[a][1], x2: this.at[b][0],
      y2: this.at[b][1], class: "tie" }));
    this.marks = this.at.map(([x, y], row) => svg("g", { transform: `translate(${x.toFixed(1)} ${y.toFixed(1)})`,
      class: "school", "data-row": row, onclick: () => pick(row) },
    svg("circle", { r: 12, class: "hit" }), svg("path", {}), svg("title", {}, world.schools[row].name)));
    this.ties = svg("g", {}, ...this.lines);
    this.element = svg("svg", { viewBox: `0 0 ${wide.toFixed(0)} ${tall.toFixed(0)}`, class: "map", role: "img" },
      this.ties, ...this.marks);
  }

  show(now, withTies) {
    const names = this.world.stages, counts = {};
    const most = Math.min(15, 120 / Math.sqrt(this.marks.length));
    this.marks.forEach((mark, row) => {
      const stage = names[now.stage[row]], colour = this.colours[stage], path = mark.children[1];
      const r = most * (0.35 + 0.65 * Math.sqrt(now.depth[row]));
      counts[stage] = (counts[stage] || 0) + 1;
      for (const [name, value] of Object.entries(stageMark(stage, colour, r))) path.setAttribute(name, value);
      const { name, district } = this.world.schools[row];
      mark.children[2].textContent = `${name} (${district}): ${STAGES[stage]}, ${Math.round(100 * now.depth[row])}% proficient`;
    });
    const active = (row) => now.stage[row] === names.indexOf("initial") || now.stage[row] === names.indexOf("full");
    this.ties.toggleAttribute("hidden", !withTies);
    this.ties.setAttribute("display", withTies ? "inline" : "none");
    if (withTies) this.world.ties.forEach(([a, b], n) => this.lines[n].classList.toggle("live", active(a) || active(b)));
    const told = names.filter((name) => counts[name]).map((name) => `${counts[name]} ${STAGES[name]}`).join(", ");
    this.element.setAttribute("aria-label", `Map of ${this.marks.length} schools ${now.when}: ${told}. The table below ` +
      "lists them.");
    return told;
  }
}
