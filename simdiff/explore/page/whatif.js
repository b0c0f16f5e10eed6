// Two policies side by side: sliders on the left, what they come to on the right.

import { FAMILIES, ask, doing, download, el, labelled, lines, monthWords, remember, remembered, select, table } from "./dom.js";
import { bandChart } from "./draw.js";

const NAMES = { a: "A", b: "B" };

export async function whatIf(root, about) {
  const key = `whatif-${about.told}-${about.seed}`;
  const state = { a: {}, b: {}, moving: "b", practice: 0, question: 0, ...remembered(key, {}) };
  const knobs = about.knobs, rows = new Map(), charts = el("div", { class: "charts", tabindex: "0", role: "region",
    "aria-label": "Curves" });
  const status = el("p", { class: "status", role: "status" }), layer = el("p", { class: "layer" });
  const ends = el("div"), words = el("div", { class: "words" }), saved = el("p", { role: "status" });
  let newest = null, last = null, waiting = 0;

  const value = (one, path) => path in state[one] ? state[one][path] : knobs.find((knob) => knob.path === path).value;

  function shownValue(knob, given) {
    if (knob.part === "amount") return `${given} ${knob.unit.replace("share", "of full strength").replace(" per 100 teachers", " / 100 teachers")}`;
    return given === null ? "to the end" : monthWords(given);
  }

  function showKnob(knob) {
    const { input, output, other } = rows.get(knob.path), given = value(state.moving, knob.path);
    input.value = given === null ? knob.high : given;
    output.textContent = shownValue(knob, given);
    input.setAttribute("aria-valuetext", output.textContent);
    const rest = state.moving === "a" ? "b" : "a", theirs = value(rest, knob.path);
    other.textContent = theirs === given ? "" : `${NAMES[rest]}: ${shownValue(knob, theirs)}`;
  }

  function moved(knob, input) {
    const number = Number(input.value);
    const given = knob.part === "stop" && number >= knob.high ? null : number;
    if (given === knob.value) delete state[state.moving][knob.path];
    else state[state.moving][knob.path] = given;
    if (knob.part === "stop" && given !== null) atMost(knob.lever, "start", given - 1);
    if (knob.part === "start") atLeast(knob.lever, "stop", given + 1);
    showKnob(knob);
    asked();
  }

  const sibling = (lever, part) => knobs.find((knob) => knob.lever === lever && knob.part === part);

  function atMost(lever, part, most) {
    const knob = sibling(lever, part);
    if (knob && value(state.moving, knob.path) > most) set(knob, Math.max(0, most));
  }

  function atLeast(lever, part, least) {
    const knob = sibling(lever, part), now = knob ? value(state.moving, knob.path) : null;
    if (now !== null && now < least) set(knob, least >= knob.high ? null : least);
  }

  function set(knob, given) {
    state[state.moving][knob.path] = given;
    showKnob(knob);
  }

  function slider(knob, label) {
    const input = el("input", { type: "range", min: knob.low, max: knob.high, step: knob.step, "data-path": knob.path });
    const output = el("output"), other = el("small", { class: "other" });
    input.addEventListener("input", () => moved(knob, input));
    rows.set(knob.path, { input, output, other });
    return el("div", { class: "knob" }, labelled(label, input), output, other);
  }

  function lever(group) {
    const [amount, ...dates] = group;
    return el("div", { class: "lever" }, slider(amount, amount.label),
      el("details", {}, el("summary", {}, "Dates, price, what it does", el("span", { class: "hidden" }, `: ${amount.label}`)),
        ...dates.map((knob) => slider(knob, knob.part === "start" ? "From" : "Until")),
        el("p", { class: "note" }, [amount.price && `Costs ${amount.price}. `, `${amount.meaning.replace(/\.?$/, ".")} `,
          amount.source && `Source: ${amount.source}.`].filter(Boolean).join(""))));
  }

  function family(name) {
    const mine = knobs.filter((knob) => knob.family === name);
    const groups = [...new Set(mine.map((knob) => knob.lever))].map((one) => mine.filter((knob) => knob.lever === one));
    return el("details", { class: "family", open: name !== "context" }, el("summary", {}, el("h3", {}, FAMILIES[name])),
      ...groups.map(lever));
  }

  function answered(found) {
    last = found;
    charts.replaceChildren(...found.outcomes.map((one) => el("figure", {}, el("figcaption", {}, one.title,
      el("small", {}, ` ${one.meaning}`)), bandChart(one, `A ends at ${one.end[0]}, B at ${one.end[1]}.`))));
    ends.replaceChildren(table(`After ${about.years} years: median (5–95 % of ${found.replicates} worlds, chance alone)`,
      ["", "A", "B", "B − A, world by world: mean (95 % interval by chance)"], found.outcomes.map((one) => [one.title, one.end[0], one.end[1],
        el("span", {}, one.difference.text, el("small", {}, one.difference.worlds))])));
    ends.dataset.numbers = JSON.stringify(Object.fromEntries(found.outcomes.map((one) => [one.name, one.numbers])));
    layer.textContent = found.layer;
    status.textContent = found.replicates < found.of ? `${found.replicates} of ${found.of} matched replicates …` :
      `${found.replicates} matched replicates: A and B have the same luck in each.`;
    status.dataset.replicates = found.replicates;
  }

  const compute = doing(async () => {
    newest?.abort();
    newest = new AbortController();
    const mine = newest;
    state.question += 1;
    remember(key, state);
    status.textContent = "Running both policies …";
    status.dataset.replicates = 0;
    const said = { a: state.a, b: state.b, practice: state.practice, question: state.question };
    for await (const found of lines("whatif", said, mine.signal)) if (mine === newest) answered(found);
    const explained = await ask("explain", { changes: state[state.moving] });
    if (mine === newest) tell(explained);
  });

  function asked() {
    clearTimeout(waiting);
    waiting = setTimeout(compute, 40);
  }

  function tell(explained) {
    words.replaceChildren(el("h3", {}, `Policy ${NAMES[state.moving]} in plain sentences`),
      ...explained.flatMap(({ heading, sentences }) => [el("h4", {}, heading),
        el("ul", {}, ...sentences.map((one) => el("li", {}, one)))]));
  }

  function moving(name) {
    const input = el("input", { type: "radio", name: "moving", value: name, checked: state.moving === name });
    input.addEventListener("change", () => {
      state.moving = name;
      knobs.forEach(showKnob);
      compute();
    });
    return labelled(`Policy ${NAMES[name]}`, input);
  }

  function change(make) {
    state[state.moving] = make();
    knobs.forEach(showKnob);
    compute();
  }

  const name = el("input", { value: `${about.name}-b`, maxlength: "60", pattern: "[a-z0-9][a-z0-9-]*" });
  const save = doing(async () => {
    const found = await ask("save", { changes: state[state.moving], name: name.value, title: `${about.title}: ${name.value}` });
    download(found.file, "text/yaml", found.text);
    saved.replaceChildren(`Saved policy ${NAMES[state.moving]}. The same numbers again: `, el("code", {}, found.command));
  });
  const share = doing(async () => {
    const style = await (await fetch("style.css")).text();
    const sheet = el("style");
    sheet.textContent = style;
    const data = el("script", { type: "application/json", id: "data" });
    data.textContent = JSON.stringify({ scenario: about.told, seed: about.seed, a: state.a, b: state.b, last })
      .replaceAll("<", "\\u003c");
    const page = el("html", { lang: "en" },
      el("head", {}, el("meta", { charset: "utf-8" }), el("meta", { name: "viewport", content: "width=device-width" }),
        el("meta", { "http-equiv": "Content-Security-Policy", content: "default-src 'none'; style-src 'unsafe-inline'" }),
        el("title", {}, `simdiff: ${about.title}`), sheet),
      el("body", { class: "shared" }, el("main", {}, el("h1", {}, `${about.title}: policies A and B`), el("p", {}, about.caveat),
        el("p", {}, status.textContent), charts.cloneNode(true), layer.cloneNode(true), ends.cloneNode(true),
        words.cloneNode(true), el("p", {}, `Scenario ${about.told}, seed ${about.seed}. Changes of A: ` +
          `${JSON.stringify(state.a)}; of B: ${JSON.stringify(state.b)}.`), data)));
    download(`${name.value}.html`, "text/html", `<!doctype html>${page.outerHTML}`);
    saved.textContent = "Shared: one file with curves, numbers and words; it opens anywhere, without simdiff.";
  });

  root.append(el("div", { class: "columns" },
    el("div", { class: "controls" },
      el("fieldset", { class: "row" }, el("legend", {}, "The sliders move"), moving("a"), moving("b")),
      el("p", { class: "row" },
        el("button", { onclick: () => change(() => ({})) }, "As the file says"),
        el("button", { onclick: () => change(() => ({ ...state[state.moving === "a" ? "b" : "a"] })) }, "Copy the other"),
        el("button", { onclick: () => change(() => Object.fromEntries(knobs.filter((knob) => knob.part === "amount")
          .map((knob) => [knob.path, 0]))) }, "All sliders to 0")),
      about.practices.length > 1 ? el("p", {}, labelled("Practice", select(about.practices.map((one, n) => [String(n), one]),
        state.practice, (event) => { state.practice = Number(event.target.value); compute(); }))) : null,
      ...Object.keys(FAMILIES).map(family),
      el("fieldset", { class: "row" }, el("legend", {}, "Keep it"), labelled("Name", name),
        el("button", { onclick: save, id: "save" }, "Save as scenario file"),
        el("button", { onclick: share, id: "share" }, "Share as one page"), saved)),
    el("div", { class: "answers" }, status, charts, layer, ends, words)));
  knobs.forEach(showKnob);
  compute();
  return { policies: () => ({ a: state.a, b: state.b }) };
}
