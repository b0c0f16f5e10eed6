// A finished run or sweep: single worlds, what may be said, charts to take along.

import { ask, doing, download, el, labelled, select, table } from "./dom.js";
import { dotChart } from "./draw.js";

export async function results(root, about, show) {
  const found = about.results, dots = el("div", { class: "wide scroll", tabindex: "0", role: "region", "aria-label": "Cells" });
  const words = el("div"), picture = el("div"), layer = el("p", { class: "layer" });
  const names = new Set(found.outcomes.map((one) => one.name));
  const outcome = select(found.outcomes.map((one) => [one.name, one.title]), names.has("depth") ? "depth" : "");
  const cell = select(found.cells.map((one) => [one.name, one.name]), "");
  const replicate = el("input", { type: "number", min: 0, value: 0 }), draw = el("input", { type: "number", min: 0, value: 0 });
  const kind = select(Object.entries(found.kinds).map(([name, shows]) => [name, `${name}: ${shows}`]), "adoption");
  const jump = (row, world) => show("world", { cell: row, draw: world[0], replicate: world[1] });

  async function look() {
    const points = await ask("points", { outcome: outcome.value });
    dots.replaceChildren(dotChart(points, (row, world) => jump(row.cell, world)));
    layer.textContent = points.layer;
    await compared();
  }

  async function compared() {
    if (found.cells.length < 2) {
      words.replaceChildren(el("p", {}, "One scenario: there is nothing to compare it with."));
      return;
    }
    words.replaceChildren(el("p", { role: "status" }, "Comparing world by world …"));
    const said = await ask("compare", { outcome: outcome.value }).catch((error) => ({ where: error.message, parts: [] }));
    words.replaceChildren(el("p", {}, said.where), ...said.parts.flatMap((part) => [
      part.rows.length ? table(part.heading, part.columns, part.rows) : el("h4", {}, part.heading),
      ...part.lines.map((line) => el("p", {}, line))]));
  }

  const drawn = doing(async () => {
    picture.replaceChildren(el("p", { role: "status" }, "Drawing …"));
    let chart;
    try {
      chart = await ask("chart", { kind: kind.value });
    } catch (error) {
      picture.replaceChildren(el("p", { role: "status" }, error.message));
      return;
    }
    const bytes = (suffix) => Uint8Array.from(atob(chart[suffix]), (letter) => letter.charCodeAt(0));
    const name = `${kind.value}`;
    picture.replaceChildren(el("figure", {}, el("img", { alt: chart.alt, src: `data:image/png;base64,${chart.png}` }),
      el("figcaption", {}, chart.caption)),
    el("p", { class: "row" },
      el("button", { onclick: () => download(`${name}.svg`, "image/svg+xml", bytes("svg")) }, "Download SVG"),
      el("button", { onclick: () => download(`${name}.png`, "image/png", bytes("png")) }, "Download PNG"),
      el("button", { onclick: () => download(`${name}.csv`, "text/csv", chart.csv) }, "Download numbers"),
      el("button", { onclick: () => download(`${name}.txt`, "text/plain", [chart.title, chart.caption, chart.alt,
        chart.caveat, chart.command].join("\n\n")) }, "Download caption and words")),
    el("details", {}, el("summary", {}, "The chart in words"), el("p", { id: "alt" }, chart.alt)),
    el("p", {}, "Drawn again by ", el("code", {}, chart.command)));
  });

  outcome.addEventListener("change", doing(look));
  kind.addEventListener("change", drawn);
  const factors = [...new Set(found.cells.flatMap((one) => Object.keys(one.levels)))];
  root.append(el("div", {},
    el("h2", {}, found.title), found.question ? el("p", {}, found.question) : null,
    found.partial ? el("p", { class: "partial" }, found.partial) : null,
    el("p", {}, `${found.cells.length} cell${found.cells.length > 1 ? "s" : ""}. Repeat: `, el("code", {}, found.reproduce)),
    factors.length ? el("details", {}, el("summary", {}, "Scenarios and factors"), table("Cells", ["cell", "scenario", ...factors],
      found.cells.map((one) => [one.name, one.scenario, ...factors.map((name) => String(one.levels[name] ?? "–"))]))) : null,
    el("div", { class: "row" }, labelled("Outcome", outcome)), dots, layer,
    el("fieldset", { class: "row" }, el("legend", {}, "Replay one world (or click a dot)"), labelled("Cell", cell),
      labelled("Parameter draw", draw), labelled("Replicate", replicate),
      el("button", { id: "replay", onclick: () => jump(cell.value, [Number(draw.value), Number(replicate.value)]) },
        "Replay this world")),
    el("h3", {}, "What may be said"), words,
    el("h3", {}, "Charts"), el("div", { class: "row" }, labelled("Kind", kind)), picture));
  await look();
  await drawn();
  return {};
}
