// While somebody writes: the picture of the ways, what is wrong beside each question, the best score, and what is missing by language.
import { element, field } from "./dom.js";
import { renewMissing } from "./languages.js";
import { keptRows, open } from "./questions.js";
import { told } from "../words.js";

const PAUSE_MS = 500;
const editor = document.getElementById("sq-editor");
const form = editor.closest("form");
let timer = 0;
let asked = 0;

function best(points) {
  const input = document.getElementById("id_hot_threshold");
  if (!input) return;
  let note = document.getElementById("sq-best");
  if (!note) {
    note = element("p", { id: "sq-best", className: "sq-soft sq-help" });
    input.after(note);
  }
  note.textContent = told("The best answers give {points} points.", { points });
  note.classList.toggle("sq-wrong", Number(input.value) > points && points > 0);
}

function beside(seen) {
  const rows = keptRows();
  for (const row of rows) { row.querySelector("[data-faults]").replaceChildren(); row.querySelector("[data-count]").hidden = true; }
  const places = new Map(seen.keys.map((key, place) => [key, rows[place]]));
  const lines = seen.faults.map(({ question, message }) => {
    const row = question ? places.get(question) : null;
    if (!row) return element("li", { textContent: message });
    const faults = row.querySelector("[data-faults]");
    faults.append(element("li", { textContent: message }));
    const count = row.querySelector("[data-count]");
    count.hidden = false;
    count.textContent = faults.children.length === 1 ? told("1 fault") : told("{n} faults", { n: faults.children.length });
    const link = element("a", { href: "#", textContent: told("Question {n}", { n: rows.indexOf(row) + 1 }) });
    link.addEventListener("click", (event) => { event.preventDefault(); open(row, true); row.scrollIntoView({ block: "center" }); field(row, "wording").focus(); });
    return element("li", {}, link, `: ${message}`);
  });
  const heading = lines.length ? element("p", {}, element("b", { textContent: told("This cannot be launched yet:") })) : element("p", { textContent: told("Nothing stands in the way of a launch, as far as words and ways go.") });
  document.getElementById("sq-check").replaceChildren(heading, ...(lines.length ? [element("ul", { className: "sq-list" }, ...lines)] : []));
}

export function show(seen) {
  best(seen.best);
  beside(seen);
  renewMissing(seen.missing);
}

async function ask() {
  const mine = asked += 1;
  let answer;
  try { answer = await fetch(editor.dataset.preview, { method: "POST", body: new FormData(form), headers: { "X-Requested-With": "fetch" } }); } catch { answer = null; }
  if (mine !== asked) return; // a newer one is under way
  if (!answer?.ok) { document.getElementById("sq-check").textContent = told("The check cannot be reached just now. What you write is kept; it will be checked when you save."); return; }
  const seen = await answer.json();
  const wasOpen = document.querySelector("#sq-flow details")?.open;
  document.getElementById("sq-flow").innerHTML = seen.flow;
  if (wasOpen) document.querySelector("#sq-flow details").open = true;
  show(seen);
}

export function makePreview() {
  const soon = () => { clearTimeout(timer); timer = setTimeout(ask, PAUSE_MS); };
  form.addEventListener("input", soon);
  form.addEventListener("change", soon);
}
