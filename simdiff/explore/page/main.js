// The page begins: what is explored, and its views as tabs.

import { ask, doing, el, remember, remembered } from "./dom.js";
import { game } from "./game.js";
import { results } from "./results.js";
import { whatIf } from "./whatif.js";
import { world } from "./world.js";

const VIEWS = { whatif: ["What if", whatIf], world: ["One world", world], results: ["Results", results], game: ["Game", game] };

async function begin() {
  const about = await ask("about");
  document.title = `simdiff: ${about.title}`;
  document.getElementById("title").textContent = about.title;
  document.getElementById("caveat").textContent = about.caveat;
  const tabs = document.getElementById("tabs"), views = {}, shown = new Set();

  const show = doing(async (name, given) => {
    for (const tab of tabs.children) {
      const mine = tab.id === `tab-${name}`;
      tab.setAttribute("aria-selected", mine);
      tab.tabIndex = mine ? 0 : -1;
      document.getElementById(tab.id.slice(4)).hidden = !mine;
    }
    remember("view", name);
    if (!shown.has(name)) {
      shown.add(name);
      views[name] = await VIEWS[name][1](document.getElementById(name), about, show, views);
    }
    await views[name]?.shown?.(given);
  });

  const names = Object.keys(VIEWS).filter((name) => name !== "results" || about.results);
  for (const name of names) {
    tabs.append(el("button", { role: "tab", id: `tab-${name}`, "aria-controls": name, onclick: () => show(name) },
      VIEWS[name][0]));
  }
  tabs.addEventListener("keydown", (event) => {
    const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!by) return;
    const all = [...tabs.children], next = all[(all.indexOf(document.activeElement) + by + all.length) % all.length];
    next.focus();
    next.click();
  });
  const last = remembered("view", about.results ? "results" : "whatif");
  await show(names.includes(last) ? last : names[0]);
}

doing(begin)();
