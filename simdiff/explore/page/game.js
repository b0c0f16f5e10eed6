// A game for workshops: a budget, ten Julys, four families; then what was judgement and what was luck.

import { FAMILIES, ask, doing, el, labelled, remember, remembered } from "./dom.js";
import { bandChart } from "./draw.js";

const EFFORTS = ["leave", "a little", "hard"];
const PULLED = /\.(level|per_100_teachers)$/;  // sub-levers; programmes are left out

export async function game(root, about) {
  const key = `game-${about.told}`;
  let decisions = remembered(key, []);
  const stand = el("div", { "aria-live": "polite" }), form = el("div"), end = el("div", { "aria-live": "polite" });

  const choices = () => about.families.map((family) => {
    const chosen = decisions.at(-1)?.[about.families.indexOf(family)] ?? 0;
    return el("fieldset", { class: "row", "data-family": family }, el("legend", {}, FAMILIES[family]),
      ...EFFORTS.map((words, n) => labelled(words, el("input", { type: "radio", name: family, value: n, checked: n === chosen }))),
      el("small", {}, `${about.knobs.filter((knob) => knob.family === family && PULLED.test(knob.path)).map((knob) =>
        `${knob.label}${knob.price && ` (${knob.price})`}`).join("; ")}.`));
  });

  async function play() {
    remember(key, decisions);
    if (decisions.length === about.years) end.replaceChildren(el("p", {}, "Playing your decisions in other worlds …"));
    const found = await ask("play", { decisions });
    const line = (name) => [[0, ...found.history.map((year) => year[name])]];
    const chart = (title, name) => {
      const months = line(name).map((values) => values.flatMap((value, n) => n < values.length - 1 ?
        Array.from({ length: 12 }, (_, m) => value + (values[n + 1] - value) * m / 12) : [value]));
      return el("figure", {}, el("figcaption", {}, title), bandChart({ title, unit: "share", bands: [[months[0], months[0],
        months[0]]] }, found.history.at(-1)?.text || ""));
    };
    stand.replaceChildren(
      el("p", { class: "status", role: "status" }, found.year < found.years ?
        `July of year ${found.year + 1}. Left of ${found.budget_text}: ${found.left_text}.` :
        `${found.years} years are over. Left of ${found.budget_text}: ${found.left_text}.`),
      ...(found.history.length ? [el("div", { class: "charts" }, chart("Spread (this world, year by year)", "spread"),
        chart("Depth (this world, year by year)", "depth")), el("ol", {}, ...found.history.map((year) => el("li", {}, year.text)))] : []));
    form.replaceChildren(...(found.year < found.years ? [...choices(), el("button", { id: "decide", onclick: decide },
      `Decide for year ${found.year + 1}`)] : []), el("button", { id: "again", onclick: again }, "Begin again"));
    end.replaceChildren(...(found.verdict ? ["rival", "verdict", "own", "luck"].map((name) =>
      el("p", { id: `game-${name}`, class: name === "verdict" ? "answer" : null }, found.verdict[name])) : []));
  }

  const decide = doing(async () => {
    decisions = [...decisions, about.families.map((family) =>
      Number(form.querySelector(`[data-family="${family}"] input:checked`).value))];
    await play();
    form.querySelector("button")?.focus();
  });
  const again = doing(async () => {
    decisions = [];
    await play();
  });

  root.append(el("h2", {}, `${about.years} years, one budget`),
    el("p", {}, "Each July you say how hard to pull each family of levers: leave it, a little (level 0.4, 0.4 coaches per 100 "
      + "teachers) or hard (0.8). You see one world. Prices are those of full strength. Money is counted as the model counts it; who overspends is told. Programmes "
      + "and partners of the scenario are left out."), stand, form, end);
  await play();
  return {};
}
