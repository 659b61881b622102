// The console's extras: a click on a time plays the recording from there; the points of a question are a table instead of JSON.
// Without this file both still work: the player is the browser's, the points are typed as JSON.
"use strict";

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-seek-ms]");
  const audio = document.getElementById("sq-audio");
  if (!button || !audio) return;
  audio.currentTime = Number(button.dataset.seekMs) / 1000;
  audio.play();
});

const TESTS = [["equals", "is"], ["is_in", "is one of"], ["at_least", "is at least"], ["at_most", "is at most"]];

function element(tag, properties, ...children) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
}

function spoken(value) {
  if (value === true) return "yes";
  if (value === false) return "no";
  return Array.isArray(value) ? value.map(spoken).join(", ") : String(value ?? "");
}

function meant(text, kind) {
  const word = text.trim();
  if (kind === "yes_no" && /^(yes|no)$/i.test(word)) return /^yes$/i.test(word);
  return (kind === "number" || kind === "timeline") && word !== "" && !Number.isNaN(Number(word)) ? Number(word) : word;
}

// Rows with one condition each, which is all the table can show; anything else stays as JSON.
function readable(text) {
  let rows;
  try { rows = JSON.parse(text || "[]"); } catch { return null; }
  const isSimple = (row) => row && typeof row.when === "object" && row.when !== null && Object.keys(row.when).length === 1
    && TESTS.some(([name]) => name in row.when);
  return Array.isArray(rows) && rows.every(isSimple) ? rows : null;
}

function rowEditor(row, changed) {
  const [[name, value]] = Object.entries(row.when);
  const test = element("select", { ariaLabel: "The answer" }, ...TESTS.map(([key, words]) => element("option", { value: key, textContent: words, selected: key === name })));
  const wanted = element("input", { className: "value", value: spoken(value), ariaLabel: "this value", placeholder: "value" });
  const points = element("input", { className: "points", type: "number", step: 1, value: row.points ?? 0, ariaLabel: "points" });
  const out = element("input", { type: "checkbox", checked: row.knock_out === true });
  const why = element("input", { className: "why", value: row.why ?? "", ariaLabel: "why, in words", placeholder: "why, in words" });
  const remove = element("button", { type: "button", textContent: "×", ariaLabel: "Remove this row", title: "Remove this row" });
  const line = element("div", {}, test, wanted, points, "points", element("label", {}, out, "knock-out"), why, remove);
  line.read = (kind) => ({
    when: { [test.value]: test.value === "is_in" ? wanted.value.split(",").map((one) => meant(one, kind)) : meant(wanted.value, kind) },
    points: Number(points.value || 0), ...(out.checked ? { knock_out: true } : {}), why: why.value.trim(),
  });
  remove.addEventListener("click", () => { line.remove(); changed(); });
  line.addEventListener("input", changed);
  return line;
}

function makeTable(area) {
  const rows = readable(area.value);
  if (area.dataset.rubric === "table" || rows === null) return;
  area.dataset.rubric = "table";
  const kind = () => document.getElementById(area.id.replace(/rubric$/, "kind"))?.value;
  const list = element("div", { className: "sq-rows" });
  const changed = () => { area.value = JSON.stringify([...list.children].map((line) => line.read(kind()))); };
  const add = element("button", { type: "button", className: "sq-add", textContent: "Add a row" });
  add.addEventListener("click", () => {
    list.append(rowEditor({ when: { [kind() === "number" ? "at_least" : kind() === "timeline" ? "at_most" : "equals"]: "" }, points: 10 }, changed));
    list.lastElementChild.querySelector(".value").focus();
    changed();
  });
  document.getElementById(area.id.replace(/rubric$/, "kind"))?.addEventListener("change", changed);
  list.append(...rows.map((row) => rowEditor(row, changed)));
  area.hidden = true;
  area.before(list, add);
}

function makeTables(root) {
  for (const area of root.querySelectorAll("textarea[data-rubric]")) if (!area.id.includes("__prefix__")) makeTable(area);
}

// Only what the kind of question needs is shown; a field with something in it stays, so that it can be emptied.
const NEEDED_BY = { choices: ["one_of"], unit: ["number", "timeline"], minimum: ["number", "timeline"], maximum: ["number", "timeline"], is_read_back: ["number", "timeline"] };

function showNeeded(kind) {
  for (const [name, kinds] of Object.entries(NEEDED_BY)) {
    const field = document.getElementById(kind.id.replace(/kind$/, name));
    const isEmpty = field && (field.type === "checkbox" ? !field.checked : field.value.trim() === "");
    field?.closest(".field-line")?.toggleAttribute("hidden", isEmpty && kind.value !== "" && !kinds.includes(kind.value));
  }
}

function makeQuestions(root) {
  makeTables(root);
  for (const kind of root.querySelectorAll("select[id^=id_questions-][id$=-kind]")) {
    showNeeded(kind);
    kind.addEventListener("change", () => showNeeded(kind));
  }
}

document.addEventListener("DOMContentLoaded", () => makeQuestions(document));
document.addEventListener("formset:added", (event) => makeQuestions(event.target));
