// A finished run or sweep: single worlds, what may be said, charts and a memo to take along.

import { ask, bytes, doing, download, el, labelled, remember, remembered, select, table } from "./dom.js";
import { dotChart } from "./draw.js";
import { memo } from "./memo.js";

export async function results(root, about, show) {
  const found = about.results, key = `results-${found.title}-${found.reproduce}`, state = remembered(key, {});
  const dots = el("div"), words = el("div"), picture = el("div"), layer = el("p", { class: "layer" });
  const named = (all) => all.map((one) => [one.name, one.title]);
  const among = (all, name, usual) => all.includes(name) ? name : usual;
  const outcomes = found.outcomes.map((one) => one.name);
  const outcome = select(named(found.outcomes), among(outcomes, state.outcome, among(outcomes, "depth", "")));
  const year = select(found.years.map((one) => [String(one), one]), among(found.years, state.year, found.years.at(-1)));
  const place = select(named(found.places), state.place), practice = select(named(found.practices), state.practice);
  const cell = select(found.cells.map((one) => [one.name, one.name]), "");
  const replicate = el("input", { type: "number", min: 0, value: 0 }), draw = el("input", { type: "number", min: 0, value: 0 });
  const kinds = Object.entries(found.kinds).map(([name, shows]) => [name, `${name}: ${shows}`]);
  const kind = select(kinds, state.kind ?? "adoption");

  const asked = () => ({ outcome: outcome.value, year: year.value ? Number(year.value) : null, place: place.value,
    practice: found.practices.length > 1 ? practice.value : null });
  const jump = (name, world) => show("world", { cell: name, draw: world[0], replicate: world[1],
    month: 12 * (asked().year ?? about.years), practice: Math.max(0, practice.selectedIndex) });
  const told = memo(about, asked);

  function keep() {
    remember(key, { ...asked(), practice: practice.value, kind: kind.value });
  }

  let points = null;
  function drawDots() {
    const wide = Math.min(900, root.clientWidth);
    if (points && wide) dots.replaceChildren(dotChart(points, wide, (row, world) => jump(row.cell, world)));
  }

  async function look() {
    keep();
    points = await ask("points", asked());
    drawDots();
    layer.textContent = points.layer;
    await compared();
  }

  async function compared() {
    if (found.cells.length < 2) {
      words.replaceChildren(el("p", {}, "One scenario: there is nothing to compare it with."));
      return;
    }
    words.replaceChildren(el("p", { role: "status" }, "Comparing world by world …"));
    const said = await ask("compare", asked()).catch((error) => ({ where: error.message, parts: [] }));
    words.replaceChildren(el("p", {}, said.where), ...said.parts.flatMap((part) => [
      part.rows.length ? table(part.heading, part.columns, part.rows) : el("h4", {}, part.heading),
      ...part.lines.map((line) => el("p", {}, line))]));
  }

  const drawn = doing(async () => {
    keep();
    picture.replaceChildren(el("p", { role: "status" }, "Drawing …"));
    let chart;
    try {
      chart = await ask("chart", { ...asked(), kind: kind.value });
    } catch (error) {
      picture.replaceChildren(el("p", { role: "status" }, error.message));
      return;
    }
    const name = kind.value;
    picture.replaceChildren(el("figure", {}, el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Chart" },
      el("img", { alt: chart.alt, src: `data:image/png;base64,${chart.png}` })), el("figcaption", {}, chart.caption)),
    el("p", { class: "row" },
      el("button", { onclick: () => download(`${name}.svg`, "image/svg+xml", bytes(chart.svg)) }, "Download SVG"),
      el("button", { onclick: () => download(`${name}.png`, "image/png", bytes(chart.png)) }, "Download PNG"),
      el("button", { onclick: () => download(`${name}.csv`, "text/csv", chart.csv) }, "Download numbers"),
      el("button", { onclick: () => download(`${name}.txt`, "text/plain", [chart.title, chart.caption, chart.alt,
        chart.caveat, chart.command].join("\n\n")) }, "Download caption and words")),
    el("details", {}, el("summary", {}, "The chart in words"), el("p", { id: "alt" }, chart.alt)),
    el("p", {}, "Drawn again by ", el("code", {}, chart.command)));
  });

  for (const control of [outcome, year, place, practice]) {
    control.addEventListener("change", doing(async () => { await look(); await drawn(); }));
  }
  kind.addEventListener("change", drawn);
  const factors = [...new Set(found.cells.flatMap((one) => Object.keys(one.levels)))];
  root.append(el("div", {},
    el("h2", {}, found.title), found.question ? el("p", {}, found.question) : null,
    found.partial ? el("p", { class: "partial" }, found.partial) : null,
    el("p", {}, `${found.cells.length} cell${found.cells.length > 1 ? "s" : ""}. Repeat: `, el("code", {}, found.reproduce)),
    factors.length ? el("details", {}, el("summary", {}, "Scenarios and factors"), table("Cells", ["cell", "scenario", ...factors],
      found.cells.map((one) => [one.name, one.scenario, ...factors.map((name) => String(one.levels[name] ?? "–"))]))) : null,
    el("fieldset", { class: "row", id: "asked" }, el("legend", {}, "What is looked at"), labelled("Outcome", outcome),
      found.years.length ? labelled("End of year", year) : null,
      found.places.length > 1 ? labelled("Place", place) : null,
      found.practices.length > 1 ? labelled("Practice", practice) : null), dots, layer,
    el("fieldset", { class: "row", id: "one" }, el("legend", {}, "One cell, one world (or click a dot)"), labelled("Cell", cell),
      found.draws > 1 ? labelled("Parameter draw", draw) : null, labelled("Replicate", replicate),
      el("button", { id: "replay", onclick: () => jump(cell.value, [Number(draw.value), Number(replicate.value)]) },
        "Replay this world"),
      found.cells.length > 1 ? el("button", { id: "add", onclick: () => told.add(
        found.cells.find((one) => one.name === cell.value).option) }, "Add this cell to the memo") : null),
    el("h3", {}, "What may be said"), words,
    el("h3", {}, "Charts"), el("div", { class: "row" }, labelled("Kind", kind)), picture,
    el("h3", {}, "Memo"), told.element));
  window.addEventListener("resize", drawDots);
  await look();
  await drawn();
  return { shown: drawDots };
}
