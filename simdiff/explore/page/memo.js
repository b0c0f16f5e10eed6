// A memo about what is looked at in Results: the very files that `simdiff memo` writes, to download.

import { ask, bytes, doing, download, el, labelled, remember, remembered, select } from "./dom.js";

const TYPES = { html: "text/html", csv: "text/csv", pdf: "application/pdf" };

export function memo(about, asked) {
  const found = about.results, key = `memo-${found.title}-${found.reproduce}`;
  const state = { cells: [], ...remembered(key, {}) };
  const options = [...new Set(found.cells.map((one) => one.option))];
  state.cells = state.cells.filter((name) => options.includes(name));
  const question = el("input", { maxlength: "400", value: state.question ?? found.question ?? "",
    placeholder: "How far does it spread, and at what cost?" });
  const baseline = select([["", "the cheapest"], ...options.map((one) => [one, one])], "");
  const format = select([["html", "HTML"], ["pdf", "PDF"], ["docx", "Word"]], "html");
  const chosen = el("div", { class: "row", role: "status", id: "memo-options" }), written = el("div", { role: "status", id: "memo" });

  function showChosen() {
    remember(key, { cells: state.cells, question: question.value });
    chosen.replaceChildren(el("span", {}, state.cells.length ? "Tells of" : "Tells of all options; to choose, add cells above."),
      ...state.cells.map((name) => el("button", { onclick: () => drop(name), "aria-label": `Remove ${name} from the memo` },
        `${name} ✕`)));
  }

  function drop(name) {
    state.cells = state.cells.filter((one) => one !== name);
    showChosen();
  }

  const write = doing(async () => {
    written.replaceChildren(el("p", {}, "Writing …"));
    try {
      const made = await ask("memo", { ...asked(), question: question.value.trim(), cells: state.cells,
        baseline: baseline.value, format: format.value });
      written.replaceChildren(el("p", { class: "answer" }, made.answer),
        el("p", { class: "row" }, ...Object.entries(made.files).map(([name, content]) => el("button", {
          onclick: () => download(name, TYPES[name.split(".").at(-1)] ?? "application/octet-stream", bytes(content)) },
        `Download ${name}`))),
        el("p", {}, "The same files are written by ", el("code", {}, made.command)));
    } catch (error) {
      written.replaceChildren();
      throw error;
    }
  });

  question.addEventListener("change", showChosen);
  showChosen();
  return {
    add: (name) => {
      if (!state.cells.includes(name)) state.cells.push(name);
      showChosen();
    },
    element: el("div", { class: "memo" },
      el("p", {}, "Two pages: answer, range, one chart, who is left behind, cost, what could flip it; of the outcome, year, " +
        "place and practice chosen above."),
      el("div", { class: "row question" }, labelled("Question", question)),
      options.length > 1 ? chosen : null,
      el("div", { class: "row" }, options.length > 1 ? labelled("Compared with", baseline) : null, labelled("Format", format),
        el("button", { id: "write", onclick: write }, "Write the memo")), written),
  };
}
