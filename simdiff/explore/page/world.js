// One world, school by school: the server's Mesa model, played, paused and stepped.

import { Problem, STAGES, ask, doing, el, labelled, problem, remember, remembered, select, svg, table } from "./dom.js";
import { SchoolMap, stageMark } from "./draw.js";

const PAUSE = 350;

export async function world(root, about, show, views) {
  const state = { policy: "a", replicate: 0, month: 0, cell: "", draw: 0, practice: 0, ...remembered(`world-${about.told}`, {}) };
  let here = null, map = null, playing = false, row = null;
  const title = el("p", { class: "status", role: "status" }), place = el("div", { class: "place" });
  const outcomes = el("dl", { class: "outcomes" }), story = el("div", { class: "story" }), agents = el("div");
  const play = el("button", { id: "play", "aria-pressed": "false" }, "Play");
  const month = el("input", { type: "range", min: 0, max: 12 * about.years, step: 1, value: 0 });
  const ties = el("input", { type: "checkbox" });
  const replicate = el("input", { type: "number", min: 0, max: 9999, value: state.replicate });
  const from = select([["a", "policy A of What if"], ["b", "policy B of What if"], ["cell", "a cell of the results"]]
    .filter(([name]) => name !== "cell" || about.results), state.cell ? "cell" : state.policy);
  const practice = el("select"), practices = labelled("Practice", practice);
  const cell = about.results ? select(about.results.cells.map((one) => [one.name, one.name]), state.cell) : null;

  const policies = () => views.whatif?.policies() ?? remembered(`whatif-${about.told}-${about.seed}`, { a: {}, b: {} });

  async function begin() {
    stop();
    state.replicate = Number(replicate.value) || 0;
    state.cell = from.value === "cell" ? cell.value : "";
    if (!state.cell) Object.assign(state, { policy: from.value, draw: 0 });
    const said = { replicate: state.replicate, month: state.month, cell: state.cell, draw: state.draw,
      changes: policies()[state.policy], practice: state.practice };
    title.textContent = "Beginning this world … (the first time its rules are compiled, about 20 seconds)";
    here = await ask("begin", said).catch((error) => {
      if (!state.practice) throw error;
      state.practice = 0;  // this world may have fewer practices than the last one
      return ask("begin", { ...said, practice: 0 });
    });
    practice.replaceChildren(...here.practices.map((name, n) => el("option", { value: n, selected: n === state.practice }, name)));
    practices.hidden = here.practices.length < 2;
    month.max = here.months;
    map = new SchoolMap(here, about.stage_colours, (chosen) => pick(chosen));
    place.replaceChildren(map.element, legend());
    row = null;
    story.replaceChildren(el("p", {}, "Click a school, on the map or in the table, for its story."));
    await draw(here.now);
  }

  function legend() {
    return el("div", { class: "legend" }, ...here.stages.map((stage) => el("span", { class: "field" },
      svg("svg", { viewBox: "-9 -9 18 18", class: "swatch", "aria-hidden": "true" },
        svg("path", stageMark(stage, about.stage_colours[stage], 6))), STAGES[stage])),
    el("span", {}, "Size: share of teachers proficient. Ties are green where either school uses it." +
      (here.left_out ? ` ${here.left_out} weak ties are not drawn.` : "")));
  }

  async function draw(now) {
    here.now = now;
    state.month = now.month;
    remember(`world-${about.told}`, state);
    month.value = now.month;
    month.setAttribute("aria-valuetext", now.when);
    const told = map.show(now, ties.checked);
    const which = state.cell ? `Cell ${state.cell}, draw ${state.draw}` : `Policy ${state.policy.toUpperCase()}`;
    title.textContent = `${which}, replicate ${state.replicate}, ${here.practices[state.practice]}, ${now.when}. Schools: ` +
      `${told}. One world: no interval, chance in full.`;
    outcomes.replaceChildren(...now.outcomes.flatMap((one) => [el("dt", {}, one.title), el("dd", { "data-outcome": one.name },
      one.value)]));
    if (!playing) await Promise.all([filter(), row === null ? null : pick(row)]);
  }

  // Goes to a month; a world that the server has let go (a restart, many pages) is begun again there.
  async function to(wanted) {
    try {
      await draw(await ask("to", { month: Math.max(0, Math.min(here.months, wanted)), practice: state.practice }));
    } catch (error) {
      if (!(error instanceof Problem) || error.status !== 410) throw error;
      state.month = wanted;
      await begin();
    }
  }

  function stop() {
    playing = false;
    play.textContent = "Play";
    play.setAttribute("aria-pressed", "false");
  }

  async function run() {
    playing = true;
    play.textContent = "Pause";
    play.setAttribute("aria-pressed", "true");
    try {
      while (playing && !here.now.over) {
        await to(here.now.month + 1);
        await new Promise((resolve) => setTimeout(resolve, PAUSE));
      }
    } finally {
      stop();
    }
    await draw(here.now);
  }

  async function pick(chosen) {
    row = chosen;
    map.marks.forEach((mark, n) => mark.classList.toggle("picked", n === row));
    if (!story.querySelector("ol")) story.replaceChildren(el("p", { role: "status" }, "Living this world again …"));
    const found = await ask("story", { row, practice: state.practice });
    story.replaceChildren(el("h3", {}, `The story of ${found.name} with ${found.practice}`), el("ol", {}, ...found.turns.map(turn)),
      ...(found.turns.length ? [] : [el("p", {}, "Nothing has happened here yet.")]));
  }

  function turn(one) {
    const share = (value) => `${(100 * value).toFixed(1)} %`;
    const luck = one.chance === null ? null : one.luck === null ? `Chance ${share(one.chance)}.` :
      `Chance ${share(one.chance)}; luck drew ${share(one.luck)}, ${one.luck < one.chance ? "below: it happened" : "not below: it did not"}.`;
    return el("li", {}, el("b", {}, one.when), ` ${one.what} `, one.why ? el("span", {}, `${one.why} `) : null,
      one.terms.length ? el("details", {}, el("summary", {}, luck || "The numbers behind it"),
        el("table", {}, el("tbody", {}, ...one.terms.map(([name, value]) => el("tr", {}, el("th", { scope: "row" }, name),
          el("td", {}, value.toFixed(4).replace("-", "−"))))))) : luck ? el("span", { class: "luck" }, luck) : null);
  }

  const stage = select([["", "any stage"], ...Object.entries(STAGES)], "");
  const level = select([["", "any level"], ...["elementary", "middle", "high", "other"].map((one) => [one, one])], "");
  const depth = el("input", { type: "number", min: 0, max: 100, step: 5, value: 0 });
  const need = el("input", { type: "number", min: 0, max: 100, step: 5, value: 0 });

  async function filter() {
    const found = await ask("select", { stage: stage.value, level: level.value, depth: depth.value / 100, need: need.value / 100,
      practice: state.practice });
    const several = new Set(here.schools.map((one) => one.district)).size > 1;
    const percent = (value) => `${Math.round(100 * value)}%`;
    agents.replaceChildren(table(`${found.length} of ${here.schools.length} schools`,
      ["school", ...(several ? ["district"] : []), "stage", "level", "teachers", "low-income", "using", "proficient"], found.map((one) => [
        el("button", { class: "plain", onclick: doing(() => pick(one.row)) }, one.name),
        ...(several ? [here.schools[one.row].district] : []), STAGES[one.stage], one.level,
        String(one.teachers), percent(one.need), String(one.mechanical + one.proficient), String(one.proficient)])));
  }

  for (const control of [stage, level, depth, need]) control.addEventListener("change", doing(filter));
  for (const control of [from, replicate, cell]) control?.addEventListener("change", doing(begin));
  practice.addEventListener("change", doing(() => {
    state.practice = Number(practice.value);
    return to(here.now.month);
  }));
  ties.addEventListener("change", () => map.show(here.now, ties.checked));
  month.addEventListener("change", doing(() => { stop(); return to(Number(month.value)); }));
  play.addEventListener("click", doing(() => (playing ? stop() : run())));
  const step = (by, words) => el("button", { onclick: doing(() => { stop(); return to(here.now.month + by); }) }, words);
  root.append(
    el("div", { class: "row" }, labelled("World of", from), cell && labelled("Cell", cell), labelled("Replicate", replicate), practices),
    el("div", { class: "row months" }, play, step(1, "Step a month"), step(12, "Step a year"), step(-12, "Back a year"),
      labelled("Month", month), labelled("Show ties", ties)),
    title, el("div", { class: "columns" }, el("div", {}, place, outcomes), story),
    el("fieldset", { class: "row" }, el("legend", {}, "Schools that are"), labelled("Stage", stage), labelled("Level", level),
      labelled("Proficient at least, %", depth), labelled("Low-income at least, %", need)), agents);
  await begin();
  return {
    shown: async (given) => {
      if (given) {
        from.value = "cell";
        cell.value = given.cell;
        replicate.value = given.replicate;
        Object.assign(state, { draw: given.draw, month: given.month, practice: given.practice });
        await begin();
      }
      problem("");
    },
  };
}
