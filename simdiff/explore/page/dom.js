// Elements, questions to the server, and what a tab remembers. Text is always set as text, never as HTML.

const SVG = "http://www.w3.org/2000/svg";
export const TAB = Array.from(crypto.getRandomValues(new Uint8Array(8)), (b) => b.toString(16).padStart(2, "0")).join("");

export function el(tag, attributes = {}, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes = {}, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value != null) element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child != null));
  return element;
}

export function problem(text) {
  const at = document.getElementById("problem");
  at.textContent = text;
  at.hidden = !text;
}

export class Problem extends Error {
  constructor(text, status) {
    super(text);
    this.status = status;
  }
}

export async function post(name, said, signal) {
  const answer = await fetch(`ask/${name}`, {
    method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify({ tab: TAB, ...said }), signal,
  });
  if (!answer.ok) throw new Problem((await answer.json().catch(() => ({}))).problem || answer.statusText, answer.status);
  return answer;
}

export async function ask(name, said = {}) {
  return (await post(name, said)).json();
}

export async function* lines(name, said, signal) {
  const reader = (await post(name, said, signal)).body.pipeThrough(new TextDecoderStream()).getReader();
  for (let rest = "";;) {
    const { done, value } = await reader.read();
    if (done) return;
    const parts = (rest + value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}

// Runs an action of a button or slider; what goes wrong is said on the page.
export function doing(action) {
  return async (...args) => {
    try {
      problem("");
      await action(...args);
    } catch (error) {
      if (error.name !== "AbortError") problem(error.message || String(error));
    }
  };
}

export function remember(name, value) {
  sessionStorage.setItem(`simdiff-${name}`, JSON.stringify(value));
}

export function remembered(name, usual) {
  try {
    return JSON.parse(sessionStorage.getItem(`simdiff-${name}`)) ?? usual;
  } catch {
    return usual;
  }
}

export function download(name, type, ...parts) {
  const link = el("a", { href: URL.createObjectURL(new Blob(parts, { type })), download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

export function bytes(base64) {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}

// Words before a control, but after what is ticked.
export function labelled(words, control) {
  control.id ||= `c${labelled.count = (labelled.count || 0) + 1}`;
  const label = el("label", { for: control.id }, words), ticked = ["radio", "checkbox"].includes(control.type);
  return el("span", { class: "field" }, ...(ticked ? [control, label] : [label, control]));
}

export function select(options, chosen, onchange) {
  const made = el("select", { onchange });
  for (const [value, words] of options) made.append(el("option", { value, selected: value === String(chosen) }, words));
  return made;
}

export function table(caption, heads, rows) {
  return el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": caption },
    el("table", {}, el("caption", {}, el("span", {}, caption)),
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map((cell, n) =>
        n ? el("td", {}, cell) : el("th", { scope: "row" }, ...breakable(cell))))))));
}

// A name of several parts breaks after a comma, before it breaks anywhere.
function breakable(cell) {
  if (typeof cell !== "string") return [cell];
  return cell.split(",").flatMap((part, n) => n ? [",", el("wbr"), part] : [part]);
}

const MONTHS = ["July", "August", "September", "October", "November", "December", "January", "February", "March", "April",
  "May", "June"];

export const FAMILIES = { goals: "Goals", flexibility: "Flexibility", talent: "Talent", networks: "Networks", context: "Conditions" };
export const STAGES = { none: "none", explore: "exploring", install: "installing", initial: "initial use", full: "full use",
  dropped: "dropped" };

export function monthWords(month) {
  return `${MONTHS[month % 12]} of year ${Math.floor(month / 12) + 1}`;
}
