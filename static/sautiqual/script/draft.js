// What was typed and not saved: kept in this browser, offered again after a crash, forgotten once the server says it is saved.
// Leaving the page with it asks first.
import { button, element, field } from "./dom.js";
import { again } from "./languages.js";
import { add, rows, renumber } from "./questions.js";
import { told } from "../words.js";

const PAUSE_MS = 400;
const LASTS_MS = 30 * 24 * 3600 * 1000;
const bar = document.getElementById("sq-languages");
const form = bar.closest("form");
const place = `sautiqual.script.${window.location.pathname}`;
const LEFT_OUT = ["csrfmiddlewaretoken", "draft_id"];
let before = "";
let isSending = false;

function entries() {
  return [...new FormData(form)].filter(([name, value]) => !LEFT_OUT.includes(name) && typeof value === "string");
}

function read() {
  try { return JSON.parse(localStorage.getItem(place)); } catch { return null; }
}

function forget() {
  try { localStorage.removeItem(place); } catch { /* a browser that keeps nothing has nothing to forget */ }
}

const isDirty = () => JSON.stringify(entries()) !== before;

function keep() {
  if (!isDirty()) return;
  try { localStorage.setItem(place, JSON.stringify({ id: form.elements.draft_id.value, at: Date.now(), revision: bar.dataset.revision, entries: entries() })); } catch { /* full, or forbidden: leaving still asks */ }
}

function isSaved(draft) {
  return document.cookie.split("; ").includes(`sq-saved-draft=${draft.id}`);
}

function bringBack(draft) {
  const values = new Map(draft.entries);
  const total = Number(values.get("questions-TOTAL_FORMS"));
  while (rows().length < total) add();
  for (const input of form.elements) {
    if (!input.name || LEFT_OUT.includes(input.name) || ["questions-TOTAL_FORMS", "questions-INITIAL_FORMS"].includes(input.name)) continue;
    const value = values.get(input.name);
    if (input.type === "checkbox") input.checked = value !== undefined; else if (value !== undefined) input.value = value;
  }
  const list = document.getElementById("sq-qs");
  for (const row of rows().sort((a, b) => Number(field(a, "position").value) - Number(field(b, "position").value))) list.append(row);
  for (const row of rows()) { field(row, "kind").dispatchEvent(new Event("change", { bubbles: true })); row.classList.toggle("gone", field(row, "DELETE")?.checked === true); row.querySelector("[data-gone]").hidden = !row.classList.contains("gone"); }
  renumber();
  again();
  form.dispatchEvent(new Event("input", { bubbles: true }));
}

function offer(draft) {
  const notice = document.getElementById("sq-draft");
  const close = () => { notice.hidden = true; };
  const when = new Date(draft.at).toLocaleString(document.documentElement.lang);
  notice.replaceChildren(
    element("p", { textContent: told("This browser has kept changes of {when} that were not saved.", { when }) }),
    element("div", { className: "sq-buttons" }, button(told("Bring them back"), () => { bringBack(draft); close(); }), button(told("Throw them away"), () => { forget(); close(); })),
  );
  notice.hidden = false;
}

export function makeDraft() {
  form.elements.draft_id.value = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  before = JSON.stringify(entries());
  const draft = read();
  const isRedrawn = document.querySelector(".errornote, .sq-wrong, .errorlist") !== null;
  if (draft && (isSaved(draft) || Date.now() - draft.at > LASTS_MS || JSON.stringify(draft.entries) === before)) forget();
  else if (draft && !isRedrawn) offer(draft);
  let timer = 0;
  form.addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(keep, PAUSE_MS); });
  form.addEventListener("submit", () => { keep(); isSending = true; });
  window.addEventListener("pageshow", () => { isSending = false; });
  window.addEventListener("beforeunload", (event) => { if (!isSending && isDirty()) event.preventDefault(); });
}
