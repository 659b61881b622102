// The keys of the queue: J and K move among the cards, A and D answer the marked one, ? tells them. All can be switched off.

import { keepChoice } from "./attention.js";
import { told } from "../words.js";

const CALM_MS = 600; // a mark that moved by itself a moment ago was not what the rep aimed at
const cards = document.getElementById("cards");
const news = document.getElementById("news");
const withKeys = document.getElementById("with-keys");
const help = document.getElementById("keys");
let markedId = "";
let movedAt = 0;

// After each renewal: the mark stays with its card; when that is gone, the first offer has it.
export function keepMark() {
  const before = markedId;
  const marked = document.getElementById(markedId);
  mark(marked && cards.contains(marked) ? marked : cards.querySelector("[data-offer]"));
  if (before && markedId !== before) movedAt = performance.now();
}

function mark(card) {
  markedId = card ? card.id : "";
  for (const each of cards.querySelectorAll(".card")) {
    if (each === card && withKeys.checked) each.setAttribute("aria-current", "true");
    else each.removeAttribute("aria-current");
  }
}

function step(by) {
  const all = [...cards.querySelectorAll(".card")];
  const at = all.findIndex((card) => card.id === markedId);
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)];
  if (!next) return;
  mark(next);
  next.focus({ preventScroll: true });
  next.scrollIntoView({ block: "nearest" });
}

function answer(key) {
  const card = document.getElementById(markedId);
  const button = card && card.querySelector(`[data-key="${key}"]`);
  if (!button) return;
  if (performance.now() - movedAt < CALM_MS) {
    news.textContent = told("The marked lead has just changed. Press again if you mean this one.");
    return;
  }
  button.click();
}

function onKey(event) {
  if (!withKeys.checked || event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  if (event.key === "?") { event.preventDefault(); toggleHelp(); return; }
  if (help.open) return;
  const key = event.key.toLowerCase();
  if (key === "j" || key === "k") step(key === "j" ? 1 : -1);
  else if (key === "a" || key === "d") answer(key);
  else return;
  event.preventDefault();
}

function toggleHelp() {
  if (help.open) help.close();
  else help.showModal();
}

document.addEventListener("keydown", onKey);
document.getElementById("keys-help").addEventListener("click", toggleHelp);
cards.addEventListener("focusin", (event) => { const card = event.target.closest(".card"); if (card) mark(card); });
keepChoice(withKeys, "queue-keys", keepMark);
keepMark();
