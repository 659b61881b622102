// The questions in their order: moved by drag or by keys, opened, added, duplicated, deleted with a way back.
import { changed, element, field, tell, wrapper } from "./dom.js";
import { makeRows, renameTarget, renewTargets } from "./rows.js";
import { told } from "../words.js";

const list = document.getElementById("sq-qs");
const MEASURED = ["number", "timeline", "scale", "money"];
const NEEDED_BY = {
  choices: ["one_of", "many_of"], unit: ["number", "money"], minimum: MEASURED, maximum: MEASURED, is_read_back: ["number", "timeline", "money"], role: ["yes_no"],
};
const STARTS_WITH = { scale: { minimum: "1", maximum: "5" }, money: { unit: "KES" } };
const UNIT_LABEL = { money: told("Currency"), number: told("Unit") };

export const rows = () => [...list.children];
export const keptRows = () => rows().filter((row) => !row.classList.contains("gone"));

// Only what the kind of question needs is shown; a field with something in it stays, so that it can be emptied.
function showNeeded(row) {
  const kind = field(row, "kind").value;
  for (const [name, kinds] of Object.entries(NEEDED_BY)) {
    const input = field(row, name);
    const isEmpty = input.type === "checkbox" ? !input.checked : input.value.trim() === "" || (name === "role" && input.value === "ask");
    wrapper(row, name).hidden = isEmpty && !kinds.includes(kind);
  }
  const label = wrapper(row, "unit").querySelector("label");
  label.textContent = UNIT_LABEL[kind] ?? told("Unit");
}

function summarise(row) {
  row.querySelector("[data-words]").textContent = field(row, "wording").value.trim() || told("(no wording yet)");
  const kind = field(row, "kind");
  row.querySelector("[data-kind]").textContent = kind.value ? kind.selectedOptions[0].textContent : "";
  const count = (name) => { try { return JSON.parse(field(row, name).value || "[]"); } catch { return []; } };
  const best = Math.max(0, ...count("rubric").map((rule) => Number(rule.points) || 0));
  row.querySelector("[data-worth]").textContent = best ? told("up to {n} points", { n: best }) : "";
  const n = count("skips").length;
  row.querySelector("[data-rules]").textContent = n === 0 ? "" : n === 1 ? told("1 skip") : told("{n} skips", { n });
}

export function renumber() {
  keptRows().forEach((row, place) => {
    row.querySelector("[data-number]").textContent = `${place + 1}.`;
    field(row, "position").value = place + 1;
  });
  rows().filter((row) => row.classList.contains("gone")).forEach((row, n) => { field(row, "position").value = keptRows().length + n + 1; });
  renewTargets(list);
}

export function open(row, isOpen) {
  row.classList.toggle("closed", !isOpen);
  row.querySelector("[data-open]").setAttribute("aria-expanded", String(isOpen));
}

function moved(row, focus) {
  renumber();
  changed(field(row, "wording"));
  tell(`${told("Question {n} of {of}", { n: field(row, "position").value, of: keptRows().length })}: ${field(row, "wording").value}`);
  focus?.focus();
}

function step(row, direction, control) {
  const kept = keptRows();
  const other = kept[kept.indexOf(row) + direction];
  if (!other) return tell(direction < 0 ? told("It is the first question already.") : told("It is the last question already."));
  if (direction < 0) other.before(row); else other.after(row);
  moved(row, control);
}

// One code for mouse, pen and finger: the row follows the pointer among its neighbours. The list holds the pointer, because a row that is
// put elsewhere would lose it.
function drag(row, event) {
  if (event.button !== 0) return;
  event.preventDefault();
  list.setPointerCapture(event.pointerId);
  row.classList.add("dragged");
  const follow = (moving) => {
    const others = keptRows().filter((each) => each !== row);
    const below = others.find((each) => { const box = each.getBoundingClientRect(); return moving.clientY < box.top + box.height / 2; });
    if (below) { if (row.nextElementSibling !== below) below.before(row); } else if (others.length && list.lastElementChild !== row) others.at(-1).after(row);
    const edge = 60;
    if (moving.clientY < edge) window.scrollBy(0, -12); else if (moving.clientY > window.innerHeight - edge) window.scrollBy(0, 12);
  };
  const end = () => {
    list.removeEventListener("pointermove", follow);
    row.classList.remove("dragged");
    moved(row);
  };
  list.addEventListener("pointermove", follow);
  list.addEventListener("lostpointercapture", end, { once: true });
}

function remove(row, isGone) {
  const box = field(row, "DELETE");
  if (!box) return;
  box.checked = isGone;
  row.classList.toggle("gone", isGone);
  row.querySelector("[data-gone]").hidden = !isGone;
  moved(row, row.querySelector(isGone ? "[data-undo]" : "[data-delete]"));
  tell(isGone ? told("Deleted when you save. Undo brings it back.") : told("It is back."));
}

// Where it has no id of its own yet, a question gets one that rules can name, from its wording.
function giveKey(row) {
  const key = field(row, "key");
  if (key.value || !field(row, "wording").value.trim()) return;
  const words = field(row, "wording").value.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const long = words.filter((word) => word.length > 3).slice(0, 3);
  const stem = (long.length ? long : words.slice(0, 3)).join("-").slice(0, 36) || "question";
  const taken = new Set(rows().map((each) => field(each, "key").value));
  let made = stem;
  for (let n = 2; taken.has(made); n += 1) made = `${stem}-${n}`;
  key.value = key.dataset.before = made;
  renewTargets(list);
}

export function add(values = {}, after = null) {
  const total = document.getElementById("id_questions-TOTAL_FORMS");
  const holder = element("div", { innerHTML: document.getElementById("sq-new-question").innerHTML.replaceAll("__prefix__", total.value) });
  const row = holder.querySelector("li");
  total.value = Number(total.value) + 1;
  for (const [name, value] of Object.entries(values)) {
    const input = field(row, name);
    if (input.type === "checkbox") input.checked = value; else input.value = value;
  }
  if (after) after.after(row); else list.append(row);
  make(row);
  renumber();
  return row;
}

const COPIED = ["kind", "role", "wording", "reask_wording", "choices", "unit", "minimum", "maximum", "is_read_back", "rubric", "skips", "translations"];

export function valuesOf(row, names = COPIED) {
  return Object.fromEntries(names.map((name) => { const input = field(row, name); return [name, input.type === "checkbox" ? input.checked : input.value]; }));
}

function duplicate(row) {
  const copy = add({ ...valuesOf(row), role: "ask" }, row);
  giveKey(copy);
  open(copy, true);
  moved(copy, field(copy, "wording"));
}

function make(row) {
  const on = (name, act) => row.querySelector(`[data-${name}]`).addEventListener("click", (event) => act(event.currentTarget));
  makeRows(row);
  showNeeded(row);
  summarise(row);
  field(row, "key").dataset.before = field(row, "key").value;
  on("open", () => open(row, row.classList.contains("closed")));
  on("up", (control) => step(row, -1, control));
  on("down", (control) => step(row, 1, control));
  on("duplicate", () => duplicate(row));
  on("delete", () => remove(row, true));
  on("undo", () => remove(row, false));
  row.querySelector("[data-handle]").addEventListener("pointerdown", (event) => drag(row, event));
  row.addEventListener("input", () => summarise(row));
  field(row, "wording").addEventListener("change", () => giveKey(row));
  field(row, "key").addEventListener("change", (event) => { renameTarget(list, event.target.dataset.before, event.target.value); event.target.dataset.before = event.target.value; renewTargets(list); });
  field(row, "kind").addEventListener("change", () => {
    for (const [name, value] of Object.entries(STARTS_WITH[field(row, "kind").value] ?? {})) if (!field(row, name).value) field(row, name).value = value;
    showNeeded(row);
    summarise(row);
  });
  if (field(row, "DELETE")?.checked) { row.classList.add("gone"); row.querySelector("[data-gone]").hidden = false; }
}

export function makeQuestions() {
  list.closest("form").classList.add("sq-scripted");
  for (const row of [...list.children].sort((a, b) => (Number(field(a, "position").value) || 1e9) - (Number(field(b, "position").value) || 1e9))) list.append(row);
  for (const row of list.children) {
    make(row);
    open(row, row.querySelector(".sq-wrong, .errorlist") !== null);
  }
  renumber();
  document.getElementById("sq-add-question").addEventListener("click", () => {
    const row = add();
    open(row, true);
    moved(row, field(row, "wording"));
  });
}
